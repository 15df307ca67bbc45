"""Datasets that are read: each word of theirs is found nowhere else, and nothing changes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from . import asking
from .datasets import HIGH, LOW, MODERATE, SEVERE, drain
from .datasets import words as two_words
from .people import ANONYMOUS, STRANGER, SYSADMIN, Person, do
from .readers import CUSTODIAN, FORMER, KEEPERS, NEWCOMER, OUTPOST, THEIRS, VAULT
from .servers import Portal

OPENED, RAISED, KEPT, STALE = "open", "raised", "severe", "stale"
BAITS = {
    RAISED: "A dataset that was open, then on request, then High, its files sealed on the way",
    KEPT: "A dataset that was Severe from the beginning, with a restricted file",
    STALE: "A dataset that SQL closed and moved to an organization of nobody, of which the index "
    "still tells what it told while it was open; its files lie where they lay",
}
WORDS = {
    "title": "its title",
    "notes": "its description",
    "name": "its name",
    "tag": "a tag",
    "resource": "the name of a resource",
    "filename": "the name of a file",
    "url": "a link",
    "format": "a format",
    "column": "a column",
    "cell": "a cell",
    "alias": "another name of a table",
    "view": "the title of a view",
    "task": "what a loader said",
    "apifile": "a file of CKAN's file API",
    "described": "what is said of a restricted file",
    "reason": "why somebody proposed another level",
    "case": "what is said in a case",
    "requester": "who asks for it, as they say",
    "email": "the address of whoever asks",
    "purpose": "what it is asked for",
    "answer": "what whoever asked was answered",
    "drafted": "what was written of a request that was never sent",
}
_SEAL = """
from ckanext.isp.logic import sealing
answer = sealing.seal(id)
"""
_RAISE = """
UPDATE package SET private = true, extras = extras || '{"sensitivity": "high"}' WHERE id = :id
"""


@dataclass
class Bait:
    """A dataset that somebody looks for.

    :param words: by kind; a kind that it does not have is left out
    :param ids: of what it holds, by kind: what those know who read it while it was open
    """

    portal: Portal = field(repr=False)
    people: dict[str, Any] = field(repr=False)
    kind: str
    words: dict[str, str]
    id: str = ""
    group: str = ""
    ids: dict[str, list[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"set-{self.words['name']}"

    @property
    def organisation(self) -> dict[str, str]:
        return self.people[OUTPOST if self.kind == STALE else KEEPERS]

    @property
    def author(self) -> str:
        """Who made it."""
        return CUSTODIAN if self.kind == KEPT else FORMER

    def each(self, kind: str) -> list[str]:
        return self.ids.get(kind, [])

    def told(self, text: str, said: str) -> set[str]:
        """The kinds of what a text tells of it that its reader had not said before.

        ``id`` stands for its own, or that of a resource.
        """
        looked_for = [*self.words.items(), ("id", self.id)]
        looked_for += [("id", each) for each in self.each("resource")]
        return {kind for kind, word in looked_for if word in text and word not in said}


def beginning(portal: Portal, people: dict[str, Any], kind: str) -> Bait:
    """A bait of which nothing is made yet, in a group of its own."""
    group = do(people[SYSADMIN], "group_create", name=f"camp-{two_words()[0]}")
    return Bait(portal, people, kind, {what: two_words()[0] for what in WORDS}, group=group["id"])


def opened(portal: Portal, people: dict[str, Any], kind: str) -> Bait:
    """A dataset that everybody reads, with all that CKAN keeps of one."""
    bait = beginning(portal, people, kind)
    author: Person = people[FORMER]
    _describe(bait, author, private=False, **_level(portal, LOW))
    _fill(bait, author)
    for when in ("now", "then"):
        do(author, "package_patch", id=bait.id, notes=f"{bait.words['notes']} {when}")
    for who in (FORMER, NEWCOMER):
        do(people[who], "follow_dataset", id=bait.id)
    _keep_beside(bait)
    _learn_activities(bait)
    return bait


def raised(portal: Portal, people: dict[str, Any]) -> Bait:
    """One that was open, then on request and then High, its files sealed on the way."""
    bait = opened(portal, people, RAISED)
    manager: Person = people[CUSTODIAN]
    do(manager, "package_patch", id=bait.id, sensitivity=MODERATE)
    sealed = portal.script(_SEAL, id=bait.id)
    assert sealed["ok"], sealed
    assert sealed["answer"] == [2, 0]
    drain(portal)
    asked = {"private": False, "is_requestdata_type": True, "notes": bait.words["notes"]}
    do(manager, "package_patch", id=bait.id, **asked)
    _learn_activities(bait)
    rows = portal.sql("SELECT id FROM isp_file WHERE package_id = :id ORDER BY name", id=bait.id)
    bait.ids["file"] = [row.id for row in rows]
    assert len(bait.ids["file"]) == 2
    asking.ask_for(bait)
    do(manager, "package_patch", id=bait.id, sensitivity=HIGH, private=True)
    drain(portal)
    asking.hold_on(bait)
    _learn_events(bait)
    return bait


def kept(portal: Portal, people: dict[str, Any]) -> Bait:
    """One that was Severe from the beginning, with a restricted file."""
    bait = beginning(portal, people, KEPT)
    manager: Person = people[CUSTODIAN]
    _describe(bait, manager, private=True, sensitivity=SEVERE)
    file = {"upload": _csv(bait), "description": bait.words["described"]}
    made = do(manager, "isp_file_create", id=bait.id, **file)
    # somebody may take it for a resource
    bait.ids.update({kind: [made["id"]] for kind in ("file", "resource", "upload")})
    said = {"to": HIGH, "reason": bait.words["reason"]}
    lowering = do(manager, "isp_lowering_request", id=bait.id, **said)
    told = {"kind": "dispute", "title": "A dispute", "note": bait.words["case"]}
    case = do(manager, "isp_case_open", id=bait.id, **told)
    bait.ids.update({"lowering": [str(lowering["id"])], "case": [str(case["case"])]})
    asking.type_in(bait)
    _learn_events(bait)
    return bait


def stale(portal: Portal, people: dict[str, Any]) -> Bait:
    """One that SQL raised and moved to an organization of nobody, while the index tells of it as it
    was. Its resources lie where they lay: nobody has sealed it."""
    bait = opened(portal, people, STALE)
    portal.sql(_RAISE, id=bait.id)
    moved = "UPDATE package SET owner_org = :owner WHERE id = :id"
    portal.sql(moved, id=bait.id, owner=people[VAULT]["id"])
    portal.sql("DELETE FROM isp_outbox WHERE package_id = :id", id=bait.id)
    document = portal.documents(bait.id)
    assert document
    assert document["capacity"] == "public"
    # a number alone follows the index until a search has found what is wrong with it
    searched = people[ANONYMOUS].call("package_search", q=bait.words["title"])
    assert searched["results"] == []
    return bait


def leave(people: dict[str, Any]) -> None:
    """The former member leaves."""
    for organisation in (KEEPERS, OUTPOST):
        out = {"id": people[organisation]["id"], "username": people[FORMER].name}
        people[SYSADMIN].call("organization_member_delete", **out)


def _describe(bait: Bait, author: Person, **more: Any) -> None:
    words = bait.words
    told = {"name": bait.name, "title": words["title"], "notes": words["notes"]}
    tags, owner = [{"name": words["tag"]}], bait.organisation["id"]
    made = do(author, "package_create", **told, tags=tags, owner_org=owner, **more)
    bait.id = made["id"]
    joined = {"object": bait.id, "object_type": "package", "capacity": "public"}
    do(bait.people[SYSADMIN], "member_create", id=bait.group, **joined)


def _fill(bait: Bait, author: Person) -> None:
    """A file with a table and views, and a link."""
    words = bait.words
    asked = {"package_id": bait.id, "name": words["resource"], "format": words["format"]}
    stored = do(author, "resource_create", url="a.csv", upload=_csv(bait), **asked)
    table = {"fields": [{"id": words["column"], "type": "text"}], "force": True}
    rows = {"records": [{words["column"]: words["cell"]}], "aliases": [words["alias"]]}
    do(author, "datastore_create", resource_id=stored["id"], **table, **rows)
    link = {"url": f"http://files.example.org/{words['url']}.csv", "name": "More"}
    linked = do(author, "resource_create", package_id=bait.id, **link)
    bait.ids.update({"upload": [stored["id"]], "link": [linked["id"]]})
    bait.ids["resource"] = [stored["id"], linked["id"]]
    for kind in ("text_view", "datatables_view"):
        view = {"resource_id": stored["id"], "view_type": kind, "title": words["view"]}
        made = do(author, "resource_view_create", **view)
        bait.ids.setdefault("view", []).append(made["id"])
    bait.ids["table_view"] = bait.ids["view"][-1:]


def _keep_beside(bait: Bait) -> None:
    """What is kept of a dataset outside of it."""
    chief: Person = bait.people[SYSADMIN]
    other = {"name": f"other-{bait.words['name'][:6]}", "title": "Other"}
    other |= {"owner_org": bait.people[THEIRS]["id"], "private": False}
    their = do(bait.people[STRANGER], "package_create", **other, **_level(bait.portal, LOW))
    relation = {"subject": their["id"], "object": bait.id, "type": "links_to"}
    do(chief, "package_relationship_create", **relation)
    file = {"name": f"{bait.words['apifile']}.csv", "upload": _csv(bait)}
    made = do(chief, "file_create", **file)
    owner = {"owner_type": "package", "owner_id": bait.id}
    do(chief, "file_ownership_transfer", id=made["id"], **owner)
    task = {"entity_type": "resource", "task_type": "load", "key": "load", "state": "error"}
    said = {"value": bait.words["task"], "last_updated": "2026-11-01T00:00:00"}
    do(chief, "task_status_update", entity_id=bait.each("upload")[0], **task, **said)
    bait.ids.update({"apifile": [made["id"]], "other": [their["id"]]})


def _learn_activities(bait: Bait) -> None:
    rows = bait.portal.sql(
        "SELECT id FROM activity WHERE object_id = :id ORDER BY timestamp", id=bait.id
    )
    bait.ids["activity"] = [row.id for row in rows]


def _learn_events(bait: Bait) -> None:
    rows = bait.portal.sql(
        "SELECT min(id) AS first, max(id) AS last FROM isp_event WHERE package_id = :id", id=bait.id
    )
    bait.ids["event"] = [str(rows[0].first), str(rows[0].last)]


def _csv(bait: Bait) -> tuple[str, bytes]:
    words = bait.words
    return f"{words['filename']}.csv", f"{words['column']}\n{words['cell']}\n".encode()


def _level(portal: Portal, level: str) -> dict[str, Any]:
    if portal.guarded:
        return {"sensitivity": level}
    return {"extras": [{"key": "sensitivity", "value": level}]}


def all_of(portal: Portal, people: dict[str, Any]) -> Iterable[Bait]:
    """The baits of a portal, after which the former member leaves where it keeps a protocol."""
    if not portal.guarded:
        yield opened(portal, people, OPENED)
        return
    yield raised(portal, people)
    yield kept(portal, people)
    yield stale(portal, people)
    leave(people)
