"""Who reads: those who may not know of closed data, and those who may."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import unquote, urlsplit

import requests

from .people import ANONYMOUS, STRANGER, SYSADMIN, Person, gather, shown
from .servers import Portal

NEWCOMER, FORMER, MEMBER, CUSTODIAN = "newcomer", "former", "member", "custodian"
DECIDER, HOLDER, REVOKED, EXPIRED = "decider", "holder", "revoked", "expired"
WITHOUT_RIGHT = (ANONYMOUS, NEWCOMER, STRANGER, FORMER)
WITH_RIGHT = (MEMBER, SYSADMIN)
# they read what they wrote themselves
ASKERS = (NEWCOMER, HOLDER, REVOKED, EXPIRED)
READERS = {
    ANONYMOUS: "somebody who is not signed in",
    NEWCOMER: "somebody without an organization who followed it while it was open",
    STRANGER: "a member of another organization",
    FORMER: "a former member, who made it and read it",
    MEMBER: "a member of the organization",
    CUSTODIAN: "an editor of the organization",
    DECIDER: "an administrator of the organization",
    HOLDER: "somebody who holds a grant",
    REVOKED: "somebody whose grant was revoked",
    EXPIRED: "somebody whose grant is over",
    SYSADMIN: "a sysadmin",
}
# made before a portal is, which shows it on its home page
SUFFIX = secrets.token_hex(4)
KEEPERS, OUTPOST, VAULT, THEIRS = "keepers", "outpost", "vault", "theirs"
ASKING = "asking"
FEATURED = f"{KEEPERS}-{SUFFIX}"
_REDIRECTS = 3


@dataclass(frozen=True)
class Ask:
    """What is asked of the portal.

    :param form: posted, where there is one
    """

    path: str
    form: tuple[tuple[str, str], ...] = ()

    @property
    def said(self) -> str:
        """What the reader knew before: a page repeats what it was asked for."""
        return unquote(self.path) + " ".join(value for _name, value in self.form)


@dataclass(frozen=True)
class Answer:
    """What came back, from whichever page it was found on.

    :param text: headers and body, as a person or a script reads them
    """

    status: int
    text: str
    body: str
    result: Any
    cached: str


def readers(portal: Portal) -> dict[str, Any]:
    """Everybody who reads, and their organizations; the former member has not left yet."""
    roles = [STRANGER, NEWCOMER, FORMER, MEMBER, CUSTODIAN, SYSADMIN]
    keepers = {FORMER: "editor", MEMBER: "member", CUSTODIAN: "editor"}
    theirs = {STRANGER: "admin"}
    organisations = {KEEPERS: keepers, OUTPOST: keepers, THEIRS: theirs, VAULT: {}}
    if portal.guarded:
        askers = (HOLDER, REVOKED, EXPIRED)
        roles += [DECIDER, *askers]
        organisations[KEEPERS] = {**keepers, DECIDER: "admin"}
        organisations[ASKING] = dict.fromkeys(askers, "member")
    return gather(portal, SUFFIX, roles, organisations)


def ask(person: Person, what: Ask) -> Answer:
    """Ask, and go where the portal sends one, as far as that is the portal."""
    headers = {"Authorization": person.token} if person.token else {}
    path, text, form = what.path, "", dict(what.form)
    for _turn in range(_REDIRECTS):
        answer = person.portal.request(
            "POST" if form else "GET",
            path,
            headers=headers,
            data=form or None,
            allow_redirects=False,
        )
        text += _text(answer)
        there = answer.headers.get("Location", "")
        if not answer.is_redirect or not there.startswith(("/", person.portal.url)):
            break
        parts = urlsplit(there)
        path, form = f"{parts.path}?{parts.query}", {}
    cached = answer.headers.get("Cache-Control", "")
    return Answer(answer.status_code, text, shown(answer), _result(answer), cached)


def _text(answer: requests.Response) -> str:
    headers = "\n".join(f"{name}: {unquote(value)}" for name, value in answer.headers.items())
    return f"{headers}\n{unescape(shown(answer))}"


def _result(answer: requests.Response) -> Any:
    try:
        told = answer.json()
    except ValueError:
        return None
    return told.get("result") if isinstance(told, dict) else None
