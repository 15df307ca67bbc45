"""Datasets whose every word can be recognised, and who sees what of them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ckanext.isp.services import labels

from .people import ANONYMOUS, EDITOR, SYSADMIN, Person, shown
from .servers import Portal

UNCLASSIFIED = "unclassified"
LOW, MODERATE, HIGH, SEVERE = "low", "moderate", "high", "severe"
CLOSED_LEVELS = (UNCLASSIFIED, MODERATE, HIGH, SEVERE)
CLASSIFIED = (MODERATE, HIGH, SEVERE)
RANK = {None: 0, UNCLASSIFIED: 0, LOW: 1, MODERATE: 2, HIGH: 3, SEVERE: 4}
MEMBERS, ON_REQUEST, OPEN = "members", "on_request", "open"

_ROW = """
SELECT p.state, p.private, p.owner_org, p.creator_user_id, p.extras->>'sensitivity' AS level,
       CASE WHEN p.private THEN 'members'
            WHEN p.extras->>'is_requestdata_type' = 'true' THEN 'on_request' ELSE 'open' END
         AS exposure,
       (SELECT string_agg(q::text, '') FROM package q WHERE q.id = p.id) || coalesce(
         (SELECT string_agg(r::text, '' ORDER BY r.id) FROM resource r
           WHERE r.package_id = p.id), '') || coalesce(
         (SELECT string_agg(m::text, '' ORDER BY m.user_id) FROM package_member m
           WHERE m.package_id = p.id), '') AS everything
  FROM package p WHERE p.id = :id
"""
_VIOLATION = """
SELECT isp_violation(type, state, private, owner_org, extras, isp_holds_resources(id))
  FROM package WHERE id = :id
"""


@dataclass
class Dataset:
    """A dataset that holds two words found nowhere else.

    :param word: in its title and description
    :param secret: in its file, and in its table where it has one
    :param others: places where an act may have carried something of it, and what that would be
    """

    portal: Portal = field(repr=False)
    people: dict[str, Any] = field(repr=False)
    level: str
    word: str
    secret: str
    id: str = ""
    name: str = ""
    resource: str = ""
    others: list[tuple[str, str]] = field(default_factory=list)
    shown: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def phrases(self) -> tuple[str, str]:
        """Its word as its description has it: a page repeats what its reader asked for."""
        return f"People of {self.word}", f"Where {self.word} is"

    @property
    def organisation(self) -> str:
        return self.people["ours"]["id"]

    def like(self) -> Dataset:
        """Another of the same level, with words of its own, that is not made yet."""
        return Dataset(self.portal, self.people, self.level, *words())

    def fields(self, **changed: Any) -> dict[str, Any]:
        """What describes it, as a script sends it."""
        told = {
            "title": self.phrases[0],
            "notes": self.phrases[1],
            "owner_org": self.organisation,
            **self.classified(),
        }
        return {**told, **changed}

    def classified(self, level: str | None = None) -> dict[str, Any]:
        """A level as this portal keeps it."""
        chosen = level or self.level
        if chosen == UNCLASSIFIED:
            return {}
        if self.portal.guarded:
            return {"sensitivity": chosen}
        return {"extras": [{"key": "sensitivity", "value": chosen}]}

    def whole(self, **changed: Any) -> dict[str, Any]:
        """Its dict as it is shown to a sysadmin, with something changed."""
        if not self.shown:
            self.shown = self.people[SYSADMIN].call("package_show", id=self.id)
        return {**self.shown, **changed}

    def upload(self) -> tuple[str, bytes]:
        return "people.csv", f"name,place\n{self.secret},here\n".encode()

    def row(self) -> Any:
        rows = self.portal.sql(_ROW, id=self.id)
        return rows[0] if rows else None

    def everything(self) -> str | None:
        """All that is stored of it; None when it is gone."""
        row = self.row()
        return row.everything if row is not None else None

    def exposure(self) -> str | None:
        """None when it is no active dataset."""
        row = self.row()
        return row.exposure if row is not None and row.state == "active" else None

    def file(self, resource: str | None = None, dataset: str | None = None) -> str:
        resource = resource or self.resource
        return f"/dataset/{dataset or self.id}/resource/{resource}/download/people.csv"


def words() -> tuple[str, str]:
    """Two words found nowhere else; of letters only, for the index would part them otherwise."""
    return _word(), _word()


def _word() -> str:
    return "".join(secrets.choice("bcdfghjklmnpqrstvwxz") for _ in range(14))


def make(portal: Portal, people: dict[str, Any], level: str, begins: str = MEMBERS) -> Dataset:
    """A dataset of the editor's, with a file where its exposure lets it hold one."""
    made = Dataset(portal, people, level, *words())
    made.name = f"set-{made.word}"
    editor: Person = people[EDITOR]
    told = made.fields(name=made.name, private=begins == MEMBERS)
    if begins == ON_REQUEST:
        _ask_for(told, portal)
    answer = editor.call("package_create", **told)
    assert answer, portal.statuses[-1]
    made.id = answer["id"]
    if begins != ON_REQUEST:
        stored = editor.call(
            "resource_create", package_id=made.id, url="people.csv", upload=made.upload()
        )
        assert stored, portal.statuses[-1]
        made.resource = stored["id"]
    row = made.row()
    assert (row.state, row.exposure) == ("active", begins)
    return made


def tabulate(dataset: Dataset) -> None:
    """Put its rows into the DataStore."""
    done = dataset.people[EDITOR].call(
        "datastore_create",
        resource_id=dataset.resource,
        force=True,
        fields=[{"id": "name", "type": "text"}],
        records=[{"name": dataset.secret}],
    )
    assert done


def _ask_for(told: dict[str, Any], portal: Portal) -> None:
    if portal.guarded:
        told["is_requestdata_type"] = True
    else:
        told.setdefault("extras", []).append({"key": "is_requestdata_type", "value": "true"})


@dataclass(frozen=True)
class Seen:
    """What somebody got to see.

    :param words: words of the description
    :param secrets: words of the file
    :param places: where
    """

    words: bool = False
    secrets: bool = False
    places: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.words or self.secrets


def places(dataset: Dataset, *, thoroughly: bool = False) -> list[str]:
    """Where a dataset and its file are found, whoever looks."""
    search = f"/api/3/action/package_search?q={dataset.word}&include_private=true"
    found = [search, f"/api/3/action/package_show?id={dataset.id}"]
    found += [dataset.file()] if dataset.resource else []
    if thoroughly:
        found += [f"/dataset/{dataset.id}", f"/dataset/?q={dataset.word}"]
        found += ["/"] if dataset.portal.guarded else []
    if thoroughly and dataset.resource:
        found += [
            f"/api/3/action/resource_show?id={dataset.resource}",
            f"/api/3/action/datastore_search?resource_id={dataset.resource}",
            f"/datastore/dump/{dataset.resource}",
        ]
    return found


def look(dataset: Dataset, paths: Iterable[str], person: Person | None = None) -> Seen:
    """What somebody, anybody if left out, sees of a dataset at these places."""
    who = person or dataset.people[ANONYMOUS]
    texts = {path: shown(who.get(path)) for path in paths}
    words = [path for path, text in texts.items() if any(p in text for p in dataset.phrases)]
    secrets_at = [path for path, text in texts.items() if dataset.secret in text]
    return Seen(bool(words), bool(secrets_at), tuple(dict.fromkeys([*words, *secrets_at])))


def carried(dataset: Dataset) -> list[str]:
    """Where an act has carried something of the dataset to."""
    who = dataset.people[ANONYMOUS]
    return [path for path, what in dataset.others if what in shown(who.get(path))]


def violation(dataset: Dataset) -> str | None:
    rows = dataset.portal.sql(_VIOLATION, id=dataset.id)
    return rows[0][0] if rows else None


def lowered(dataset: Dataset) -> bool:
    row = dataset.row()
    return row is not None and RANK.get(row.level, 0) < RANK[dataset.level]


def wider(dataset: Dataset) -> str | None:
    """How the index tells of more readers than the row has; None where it does not."""
    document = dataset.portal.documents(dataset.id)
    if document is None:
        return None
    row = dataset.row()
    if row is None:
        return "the row is gone"
    public = row.state == "active" and not row.private
    if document["capacity"] == "public" and row.private:
        return "its capacity is public"
    allowed = {
        f"member-{row.owner_org}",
        labels.of_granted(dataset.id),
        f"collaborator-{dataset.id}",
        f"creator-{row.creator_user_id}",
    }
    extra = document["labels"] - allowed - ({"public"} if public else set())
    return f"it is labelled {sorted(extra)}" if extra else None


def waiting(portal: Portal) -> int:
    """Changes that the index has yet to hear of."""
    if not portal.guarded:
        return 0
    return portal.sql("SELECT count(*) FROM isp_outbox")[0][0]


def drain(portal: Portal) -> None:
    """Let the index hear of every change, as the worker does."""
    told = portal.script("from ckanext.isp import jobs\njobs.drain_outbox()")
    assert told["ok"], told


class Shelf:
    """Datasets that are used again as long as nothing has changed them."""

    def __init__(self, portal: Portal, people: dict[str, Any]) -> None:
        self.portal, self.people = portal, people
        self._kept: dict[tuple[str, str, bool], tuple[Dataset, str]] = {}

    def take(self, level: str, begins: str = MEMBERS, table: bool = False) -> Dataset:
        key = (level, begins, table)
        kept = self._kept.get(key)
        if kept:
            dataset, before = kept
            if dataset.everything() == before:
                dataset.others.clear()
                return dataset
        made = make(self.portal, self.people, level, begins)
        if table:
            tabulate(made)
        self._kept[key] = (made, made.everything() or "")
        return made
