"""The portal as each persona meets it: by API, with a token of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from ckanapi import NotAuthorized, NotFound, RemoteCKAN

from dev.demo.catalogue import Catalogue

TOKEN = "demo"


@dataclass
class State:
    """What a later run needs to know, kept in a file that only its owner can read."""

    path: Path
    tokens: dict[str, str] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    requests: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> State:
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            kept = {}
        return cls(path, kept.get("tokens", {}), kept.get("done", []), kept.get("requests", {}))

    def write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.path.with_suffix(".unfinished")
        unfinished.touch(mode=0o600)
        kept = {"tokens": self.tokens, "done": self.done, "requests": self.requests}
        unfinished.write_text(json.dumps(kept, indent=1))
        unfinished.replace(self.path)

    def finish(self, what: str) -> None:
        self.done.append(what)
        self.write()


class Portal:
    """Calls actions as a persona, and makes their tokens: the sysadmin's by command line."""

    def __init__(self, url: str, ini: Path, state: State, catalogue: Catalogue) -> None:
        self.url, self.ini, self.state, self.catalogue = url, ini, state, catalogue
        self.doors: dict[str, RemoteCKAN] = {}

    def call(self, persona: str, action: str, files: Any = None, **data: Any) -> Any:
        """An action by a persona; with a new token where the one kept is of no use."""
        if persona not in self.doors:
            self.doors[persona] = self._enter(persona)
        return self.doors[persona].call_action(action, data, files=files)

    def download(self, persona: str, file_id: str) -> int:
        """A restricted file, read to its end.

        :returns: how many bytes it has
        """
        door = self.doors.get(persona) or self._enter(persona)
        self.doors[persona] = door
        headers = {"Authorization": str(door.apikey)}
        answer = requests.get(f"{self.url}/isp/file/{file_id}", headers=headers, timeout=60)
        answer.raise_for_status()
        return len(answer.content)

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


def mail(persona: str) -> str:
    return f"{persona}@sahelia.example"
