"""Fills a portal with the demo catalogue, as the people who would do it.

    python -m dev.demo.fill --url http://127.0.0.1:5000 --ini .portal/ckan.ini [--out demo.json]

The command line makes the sysadmin and a token. Everything after goes through the HTTP API: users
and organisations by the sysadmin, datasets, files and acts by the personas with their own tokens.
What the catalogue asks for is sent as it stands and the portal decides; a refusal is a line of the
output and makes the exit code 1. What is there already is left alone: repeat an interrupted run.

Beside demo.json (who can log in) lies `demo-state.json`: tokens, and what was sent of which
dataset. The portal cannot be asked for that: it may keep a file where no list of CKAN shows it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ckanapi import NotAuthorized, NotFound, RemoteCKAN, ValidationError
from ckanapi.errors import CKANAPIError

from dev.demo.catalogue import Act, Catalogue, Dataset, Organisation, load
from dev.demo.files import make
from dev.demo.progress import Progress

TOKEN = "demo"
HERE = ("localhost", "127.0.0.1", "::1")
REFUSALS = (ValidationError, NotAuthorized, NotFound, CKANAPIError)
LEVELS = ("low", "moderate", "high", "severe", "")
EXPOSURES = ("open", "on request", "members")


@dataclass
class State:
    """What a later run needs to know, kept in a file that only its owner can read."""

    path: Path
    tokens: dict[str, str] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> State:
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            kept = {}
        return cls(path, kept.get("tokens", {}), kept.get("done", []))

    def write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch(mode=0o600)
        self.path.write_text(json.dumps({"tokens": self.tokens, "done": self.done}, indent=1))

    def finish(self, what: str) -> None:
        self.done.append(what)
        self.write()


class Portal:
    """The portal as each persona meets it."""

    def __init__(self, url: str, ini: Path, state: State, catalogue: Catalogue) -> None:
        self.url, self.ini, self.state, self.catalogue = url, ini, state, catalogue
        self.doors: dict[str, RemoteCKAN] = {}

    def call(self, persona: str, action: str, files: Any = None, **data: Any) -> Any:
        """An action by a persona; with a new token where the one kept is of no use."""
        if persona not in self.doors:
            self.doors[persona] = self._enter(persona)
        return self.doors[persona].call_action(action, data, files=files)

    def _enter(self, persona: str) -> RemoteCKAN:
        kept = self.state.tokens.get(persona)
        if not kept or not self._knows(persona, kept):
            kept = self._new_token(persona)
            self.state.tokens[persona] = kept
            self.state.write()
        return RemoteCKAN(self.url, apikey=kept)

    def _knows(self, persona: str, token: str) -> bool:
        """Whether the token is this persona's: only its owner and sysadmins may list tokens."""
        try:
            RemoteCKAN(self.url, apikey=token).call_action("api_token_list", {"user_id": persona})
        except (NotAuthorized, NotFound):
            return False
        return True

    def _new_token(self, persona: str) -> str:
        sysadmin = self.catalogue.sysadmin
        if persona != sysadmin.name:
            made = self.call(sysadmin.name, "api_token_create", user=persona, name=TOKEN)
            return str(made["token"])
        self._command(
            *("sysadmin", "add", persona, "--create", f"email={mail(persona)}"),
            *(f"password={self.catalogue.password}", f"fullname={sysadmin.fullname}"),
        )
        return self._command("user", "token", "add", persona, TOKEN, "--quiet").split()[-1]

    def _command(self, *words: str) -> str:
        ckan = Path(sys.executable).with_name("ckan")
        ran = subprocess.run(
            [str(ckan), "-c", str(self.ini), *words], capture_output=True, text=True, check=False
        )
        if ran.returncode:
            raise SystemExit(f"ckan {' '.join(words[:3])} failed:\n{ran.stderr or ran.stdout}")
        return ran.stdout


class Filler:
    """Goes through the catalogue and adds what the portal does not have."""

    def __init__(self, portal: Portal, progress: Progress, folder: Path) -> None:
        self.portal, self.progress, self.folder = portal, progress, folder
        self.catalogue, self.state = portal.catalogue, portal.state
        self.admin = portal.catalogue.sysadmin.name
        self.refused = 0

    def fill(self) -> None:
        self.people()
        self.organisations()
        self.datasets()
        self.acts()

    def people(self) -> None:
        known = set(self.portal.call(self.admin, "user_list", all_fields=False))
        for persona in self.catalogue.personas:
            self.progress.step(f"person {persona.name}")
            if persona.name not in known:
                self.portal.call(
                    self.admin,
                    "user_create",
                    name=persona.name,
                    fullname=persona.fullname,
                    about=persona.about,
                    email=mail(persona.name),
                    password=self.catalogue.password,
                )

    def organisations(self) -> None:
        names = [organisation.name for organisation in self.catalogue.organisations]
        known = {
            found["name"]: found
            for found in self.portal.call(
                self.admin,
                "organization_list",
                organizations=names,
                all_fields=True,
                include_users=True,
            )
        }
        for organisation in self.catalogue.organisations:
            self.progress.step(f"organisation {organisation.name}")
            found = known.get(organisation.name) or self._organisation(organisation)
            self._members(organisation.name, found["users"])

    def _organisation(self, organisation: Organisation) -> dict[str, Any]:
        return self.portal.call(
            self.admin,
            "organization_create",
            name=organisation.name,
            title=organisation.title,
            description=organisation.description,
        )

    def _members(self, organisation: str, users: list[dict[str, Any]]) -> None:
        """The personas of the organisation, and not the sysadmin whom CKAN puts in as its maker."""
        known = {user["name"] for user in users}
        if self.admin in known:
            self.portal.call(
                self.admin, "organization_member_delete", id=organisation, username=self.admin
            )
        for persona in self.catalogue.personas:
            if persona.organisation == organisation and persona.name not in known:
                self.portal.call(
                    self.admin,
                    "organization_member_create",
                    id=organisation,
                    username=persona.name,
                    role=persona.role,
                )

    def datasets(self) -> None:
        known = found(self.portal, self.catalogue)
        for dataset in self.catalogue.datasets:
            self.progress.step(f"dataset {dataset.name}")
            try:
                there = known.get(dataset.name) or self._dataset(dataset)
                self._files(dataset, there)
            except REFUSALS as refusal:
                self._refuse(dataset.name, refusal)

    def _dataset(self, dataset: Dataset) -> dict[str, Any]:
        """The dataset as the search may not have it yet, or a new one."""
        try:
            return self.portal.call(dataset.by, "package_show", id=dataset.name)
        except NotFound:
            sent = dataset.fields | dataset.ask
            return self.portal.call(dataset.by, "package_create", **sent)

    def _files(self, dataset: Dataset, there: dict[str, Any]) -> None:
        shown = {resource["name"] for resource in there.get("resources", [])}
        for file in dataset.files:
            mark = f"{there['id']} {file.name}"
            if mark in self.state.done or file.title in shown:
                continue
            with make(file, self.folder).open("rb") as stream:
                self.portal.call(
                    dataset.by,
                    "resource_create",
                    files={"upload": (file.name, stream)},
                    package_id=there["id"],
                    name=file.title,
                    format=file.format,
                )
            self.state.finish(mark)

    def acts(self) -> None:
        known = found(self.portal, self.catalogue)
        for act in self.catalogue.acts:
            self.progress.step(act.label)
            mark = f"{known[act.dataset]['id']} {act.action}" if act.dataset in known else ""
            if mark and mark not in self.state.done:
                self._act(act, mark)

    def _act(self, act: Act, mark: str) -> None:
        try:
            self.portal.call(act.by, act.action, id=act.dataset, **act.send)
        except REFUSALS as refusal:
            if "Action name not known" in str(refusal):
                self.progress.say(f"skipped: this portal has no {act.action}")
            else:
                self._refuse(act.label, refusal)
        else:
            self.state.finish(mark)

    def _refuse(self, what: str, refusal: Exception) -> None:
        self.refused += 1
        self.progress.say(f"refused: {what}: {refusal}")


def mail(persona: str) -> str:
    return f"{persona}@sahelia.example"


def found(portal: Portal, catalogue: Catalogue) -> dict[str, dict[str, Any]]:
    """The catalogue's datasets that the portal has, as a sysadmin sees them, by name."""
    names = " OR ".join(dataset.name for dataset in catalogue.datasets)
    answer = portal.call(
        catalogue.sysadmin.name,
        "package_search",
        q="*:*",
        fq=f"name:({names})",
        rows=len(catalogue.datasets),
        include_private=True,
    )
    return {dataset["name"]: dataset for dataset in answer["results"]}


def counts(datasets: list[dict[str, Any]]) -> str:
    """How many datasets there are at each level and exposure, as a table."""
    held = Counter((stored(dataset, "sensitivity"), exposure(dataset)) for dataset in datasets)
    lines = [f"{'':<14}" + "".join(f"{name:>12}" for name in EXPOSURES)]
    for level in LEVELS:
        cells = "".join(f"{held[level, name]:>12}" for name in EXPOSURES)
        lines.append(f"{level or 'not classified':<14}{cells}")
    return "\n".join([*lines, f"{len(datasets)} datasets"])


def exposure(dataset: dict[str, Any]) -> str:
    if dataset["private"]:
        return "members"
    return "on request" if stored(dataset, "is_requestdata_type").lower() == "true" else "open"


def stored(dataset: dict[str, Any], key: str) -> str:
    """A field that a schema shows at the top, and a portal without one among the extras."""
    extras = {extra["key"]: extra["value"] for extra in dataset.get("extras", [])}
    return str(dataset.get(key) or extras.get(key) or "")


def people(catalogue: Catalogue) -> list[dict[str, str]]:
    """Who can log in, in the words of a person who wants to try the portal."""
    titles = {"sysadmin": "sysadmin", "visitor": "visitor", "admin": "reviewer, admin of"}
    return [
        {
            "name": persona.name,
            "fullname": persona.fullname,
            "password": catalogue.password,
            "role": f"{titles.get(persona.role, 'data manager of')} {persona.organisation}".strip(),
        }
        for persona in catalogue.personas
    ]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m dev.demo.fill", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--url", default="http://127.0.0.1:5000", help="where the portal answers")
    parser.add_argument("--ini", type=Path, default=Path(".portal/ckan.ini"), help="its settings")
    parser.add_argument("--out", type=Path, help="demo.json, by default beside the settings")
    given = parser.parse_args()
    if urlsplit(given.url).hostname not in HERE:
        parser.error(
            "the demo's passwords are known to everyone: it fills a portal on this machine"
        )
    given.out = given.out or given.ini.with_name("demo.json")
    return given


def main() -> int:
    given, catalogue = arguments(), load()
    state = State.read(given.out.with_name("demo-state.json"))
    portal = Portal(given.url, given.ini, state, catalogue)
    total = sum(map(len, (catalogue.personas, catalogue.organisations, catalogue.datasets)))
    progress = Progress(total + len(catalogue.acts))
    filler = Filler(portal, progress, given.out.with_name("demo-files"))
    filler.fill()
    progress.close()
    given.out.write_text(json.dumps(people(catalogue), indent=1, ensure_ascii=False) + "\n")
    print(counts(list(found(portal, catalogue).values())))
    return 1 if filler.refused else 0


if __name__ == "__main__":
    sys.exit(main())
