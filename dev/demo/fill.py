"""Fills a portal with the demo catalogue, as the people who would do it.

    python -m dev.demo.fill --url http://127.0.0.1:5000 --ini .portal/ckan.ini [--out demo.json]

The command line makes the sysadmin and a token. Everything after goes through the HTTP API: users
and organisations by the sysadmin, datasets, files, requests and acts by the personas with their own
tokens. What the catalogue asks for is sent as it stands and the portal decides; a refusal is a line
of the output and makes the exit code 1. Levels are what the answers give under the protocols, which
two focal points put into force first. Days cannot be faked: no classification is overdue, no
request late, and what the Protection Cluster looks at each month is due within the next one. What
is there already is left alone: repeat an interrupted run.

Beside demo.json (who can log in) lies `demo-state.json`: tokens, and what was sent of which
dataset. The portal cannot be asked for that: it may keep a file where no list of CKAN shows it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from ckanapi import NotAuthorized, NotFound, ValidationError
from ckanapi.errors import CKANAPIError
from requests import ConnectionError, HTTPError

from dev.demo import access
from dev.demo.asking import Asking, Unexpected
from dev.demo.catalogue import Act, Dataset, File, Organisation, Protocol, load
from dev.demo.files import make
from dev.demo.portal import Portal, State, mail
from dev.demo.progress import Progress
from dev.demo.report import counts, people

HERE = ("localhost", "127.0.0.1", "::1")
REFUSALS = (ValidationError, NotAuthorized, NotFound, CKANAPIError, HTTPError, Unexpected)


class Filler:
    """Goes through the catalogue and adds what the portal does not have."""

    def __init__(self, portal: Portal, progress: Progress, folder: Path) -> None:
        self.portal, self.progress, self.folder = portal, progress, folder
        self.catalogue, self.state = portal.catalogue, portal.state
        self.admin = portal.catalogue.sysadmin.name
        self.refused = 0

    def present(self) -> dict[str, dict[str, Any]]:
        """The catalogue's datasets that the portal has, as a sysadmin sees them, by name."""
        names = " OR ".join(dataset.name for dataset in self.catalogue.datasets)
        answer = self.portal.call(
            self.admin,
            "package_search",
            fq=f"name:({names})",
            rows=len(self.catalogue.datasets),
            include_private=True,
        )
        return {dataset["name"]: dataset for dataset in answer["results"]}

    def found(self) -> list[dict[str, Any]]:
        """As ``present``, once the index has heard of the last change; for ten seconds at most."""
        for _second in range(10):
            found = self.present()
            if len(found) == len(self.catalogue.datasets):
                break
            time.sleep(1)
        return list(found.values())

    def fill(self) -> None:
        self.people()
        self.organisations()
        self.protocols(later=False)
        self.datasets()
        self.requests()
        self.acts()
        self.protocols(later=True)

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

    def protocols(self, *, later: bool) -> None:
        """Loaded and proposed by one focal point, approved by another."""
        due = [protocol for protocol in self.catalogue.protocols if protocol.later is later]
        try:
            by = due[0].by
            kept = {
                _version(each): each["id"] for each in self.portal.call(by, "isp_protocol_list")
            }
            made = {
                each["protocol"]["id"]: each
                for each in self.portal.call(by, "isp_protocol_proposals")
            }
        except REFUSALS as refusal:
            self._refuse("protocols", refusal)
            return
        for protocol in due:
            self.progress.step(f"protocol {protocol.file}")
            try:
                self._protocol(protocol, kept, made)
            except REFUSALS as refusal:
                self._refuse(protocol.file, refusal)

    def _protocol(
        self, protocol: Protocol, kept: dict[Any, int], made: dict[int, dict[str, Any]]
    ) -> None:
        loaded = kept.get(_version(yaml.safe_load(protocol.source)))
        if loaded is None:
            answer = self.portal.call(protocol.by, "isp_protocol_load", source=protocol.source)
            loaded = answer["id"]
        if not protocol.reason:
            return
        proposal = made.get(loaded) or self._proposal(protocol, loaded)
        if protocol.decided_by and proposal["state"] == "pending":
            self.portal.call(
                protocol.decided_by, "isp_protocol_decide", proposal=proposal["id"], approve=True
            )

    def _proposal(self, protocol: Protocol, loaded: int) -> dict[str, Any]:
        return self.portal.call(
            protocol.by, "isp_protocol_propose", act="activate", id=loaded, reason=protocol.reason
        )

    def datasets(self) -> None:
        known = self.present()
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
            if file.title not in shown:
                asked = {"package_id": there["id"], "name": file.title, "format": file.format}
                self._upload(
                    dataset.by, "resource_create", f"{there['id']} {file.name}", file, asked
                )
        for file in dataset.restricted:
            asked = {"id": there["id"], "description": file.title}
            self._upload(dataset.by, "isp_file_create", f"{there['id']} {file.name}", file, asked)

    def _upload(self, by: str, action: str, mark: str, file: File, asked: dict[str, Any]) -> None:
        if mark in self.state.done:
            return
        with make(file, self.folder).open("rb") as stream:
            self.portal.call(by, action, files={"upload": (file.name, stream)}, **asked)
        self.state.finish(mark)

    def requests(self) -> None:
        """Before the acts: what raises a level suspends what was granted."""
        asking, told = Asking(self.portal), access.load()
        known = {dataset["name"]: dataset for dataset in self.found()}
        for asked in told.requests:
            self.progress.step(f"request {asked.key}")
            try:
                if asked.dataset in known:
                    asking.request(asked, known[asked.dataset]["id"])
            except REFUSALS as refusal:
                self._refuse(f"request {asked.key}", refusal)
        for stand_in in told.stand_ins:
            self.progress.step(f"stand-in {stand_in.send['stands_in']}")
            try:
                asking.stand_in(stand_in)
            except REFUSALS as refusal:
                self._refuse(stand_in.do, refusal)

    def acts(self) -> None:
        known = self.present()
        for act in self.catalogue.acts:
            self.progress.step(act.label)
            mark = f"{known[act.dataset]['id']} {act.action}" if act.dataset in known else ""
            if mark and mark not in self.state.done:
                self._act(act, mark)

    def _act(self, act: Act, mark: str) -> None:
        try:
            self.portal.call(act.by, act.action, id=act.dataset, **act.send)
        except REFUSALS as refusal:
            self._refuse(act.label, refusal)
        else:
            self.state.finish(mark)

    def _refuse(self, what: str, refusal: Exception) -> None:
        if "Action name not known" in str(refusal):
            self.progress.say(f"skipped: this portal has no action for {what}")
            return
        self.refused += 1
        self.progress.say(f"refused: {what}: {refusal}")


def _version(of: dict[str, Any]) -> tuple[str, str]:
    return of["key"], str(of["version"])


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
    progress = Progress(catalogue.size + access.load().size)
    filler = Filler(portal, progress, given.out.with_name("demo-files"))
    try:
        filler.fill()
    except KeyboardInterrupt:
        progress.say("Interrupted. The same command goes on from here.")
        return 130
    except ConnectionError as error:
        progress.say(f"The portal at {given.url} does not answer: {error}")
        return 1
    progress.close()
    found = filler.found()
    given.out.write_text(json.dumps(people(catalogue), indent=1, ensure_ascii=False) + "\n")
    print(counts(found))
    return 1 if filler.refused else 0


if __name__ == "__main__":
    sys.exit(main())
