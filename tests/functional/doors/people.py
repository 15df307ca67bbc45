"""Who tries the doors: each a person with a token and a browser, or the portal's operator."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ckan.plugins.toolkit as tk
import requests
import sqlalchemy as sa

from .servers import Portal

PASSWORD = "a long password 1"
ANONYMOUS, STRANGER, EDITOR, ADMIN, SYSADMIN, OPERATOR = (
    "anonymous",
    "stranger",
    "editor",
    "admin",
    "sysadmin",
    "operator",
)
EVERYONE = (ANONYMOUS, STRANGER, EDITOR, ADMIN, SYSADMIN)
MANAGERS = (EDITOR, ADMIN, SYSADMIN)
WORDS = {
    ANONYMOUS: "somebody who is not signed in",
    STRANGER: "a member of another organization",
    EDITOR: "an editor",
    ADMIN: "an administrator of the organization",
    SYSADMIN: "a sysadmin",
    OPERATOR: "the operator",
}
_TOKEN = re.compile(r'name="_csrf_token" (?:content|value)="([^"]+)"')

_PEOPLE = """
from passlib.hash import pbkdf2_sha512
pbkdf2_sha512.default_rounds = 1

def act(action, **data):
    return toolkit.get_action(action)({"ignore_auth": True, "user": site}, data)

site = toolkit.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
answer = {}
for person in people:
    name = person + "-" + suffix
    user = act("user_create", name=name, email=name + "@example.org", password=password)
    token = act("api_token_create", user=name, name="doors")["token"]
    answer[person] = {"id": user["id"], "name": name, "token": token}
chief = model.User.get(answer["sysadmin"]["id"])
chief.sysadmin = True
model.Session.commit()
for organisation, members in organisations.items():
    made = act("organization_create", name=organisation + "-" + suffix)
    answer[organisation] = {"id": made["id"], "name": made["name"]}
    for person, role in members.items():
        act("organization_member_create", id=made["id"], username=answer[person]["name"], role=role)
"""


@dataclass
class Person:
    """Somebody at the door of one portal."""

    portal: Portal = field(repr=False)
    role: str
    id: str = ""
    name: str = ""
    token: str = field(default="", repr=False)
    _session: requests.Session | None = field(default=None, repr=False)
    _form_token: str = field(default="", repr=False)

    def call(self, action: str, **data: Any) -> Any:
        """Call an action; its result, or None where it is refused."""
        return self.ask(action, **data)[1]

    def ask(self, action: str, **data: Any) -> tuple[requests.Response, Any]:
        options: dict[str, Any] = {"headers": {"Authorization": self.token} if self.token else {}}
        upload = data.pop("upload", None)
        if upload is None:
            options["json"] = data
        else:
            options["data"], options["files"] = data, {"upload": upload}
        answer = self.portal.request("POST", f"/api/3/action/{action}", **options)
        if "application/json" not in answer.headers.get("Content-Type", ""):
            return answer, None
        told = answer.json()
        return answer, told.get("result") if isinstance(told, dict) else None

    def get(self, path: str) -> requests.Response:
        headers = {"Authorization": self.token} if self.token else {}
        return self.portal.request("GET", path, headers=headers)

    def submit(self, path: str, **fields: Any) -> requests.Response:
        """Post a form of the portal from a browser that is signed in."""
        session = self.browser()
        if not self._form_token:
            # good for an hour, on every page
            page = self.portal.request("GET", "/about", session=session)
            token = _TOKEN.search(page.text)
            self._form_token = token.group(1) if token else ""
        return self.forge(path, _csrf_token=self._form_token, **fields)

    def forge(self, path: str, **fields: Any) -> requests.Response:
        """Post a form that another site wrote, in a browser that is signed in."""
        return self.portal.request(
            "POST", path, session=self.browser(), data=fields, allow_redirects=False
        )

    def browser(self) -> requests.Session:
        if self._session is None:
            self._session = requests.Session()
            if self.token:
                self._sign_in(self._session)
        return self._session

    def _sign_in(self, session: requests.Session) -> None:
        page = self.portal.request("GET", "/user/login", session=session)
        token = _TOKEN.search(page.text)
        fields = {"login": self.name, "password": PASSWORD}
        fields["_csrf_token"] = token.group(1) if token else ""
        self.portal.request("POST", "/user/login", session=session, data=fields)

    # what only the operator has

    def script(self, source: str, **names: Any) -> Any:
        """Run statements in the portal; their ``answer``, or None where they failed."""
        told = self.portal.script(source, **names)
        return told["answer"] if told["ok"] else None

    def sql(self, statement: str, **values: Any) -> None:
        """Run a statement as the owner of the tables; what the database refuses is refused."""
        with contextlib.suppress(sa.exc.DBAPIError, tk.ValidationError):
            self.portal.sql(statement, **values)

    def command(self, *words: str, **options: Any) -> str:
        """Run the command line; what it printed."""
        return self.portal.command(*words, **options)


def do(by: Person, action: str, **data: Any) -> Any:
    """The result of an action that is not refused."""
    answer, told = by.ask(action, **data)
    assert told, f"{action}: {answer.status_code} {answer.text[:500]}"
    return told


def people(portal: Portal, suffix: str) -> dict[str, Any]:
    """Everybody who tries the doors of a portal, and the two organizations."""
    organisations = {"ours": {EDITOR: "editor", ADMIN: "admin"}, "theirs": {STRANGER: "admin"}}
    return gather(portal, suffix, (STRANGER, EDITOR, ADMIN, SYSADMIN), organisations)


def gather(
    portal: Portal,
    suffix: str,
    roles: Sequence[str],
    organisations: Mapping[str, Mapping[str, str]],
) -> dict[str, Any]:
    """People with a token each, anybody and the operator, and organizations with their members.

    :param organisations: their members' roles in them, by name; all names get the suffix
    """
    told = portal.script(
        _PEOPLE,
        people=list(roles),
        organisations=organisations,
        suffix=suffix,
        password=PASSWORD,
    )
    assert told["ok"], told
    found = told["answer"]
    made: dict[str, Any] = {role: Person(portal, role, **found[role]) for role in roles}
    made[ANONYMOUS] = Person(portal, ANONYMOUS)
    made[OPERATOR] = Person(portal, OPERATOR)
    return {**made, **{name: found[name] for name in organisations}}


def shown(answer: requests.Response) -> str:
    """The words of an answer, JSON escapes undone."""
    try:
        return json.dumps(answer.json(), ensure_ascii=False)
    except ValueError:
        return answer.text
