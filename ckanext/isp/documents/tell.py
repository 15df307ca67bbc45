"""A document as plain values: what scripts and pages read of it. Texts stay by language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from ..policy.answers import Condition
from ..policy.protocol import LevelRule, Row
from ..policy.scale import Described
from .compile import Document
from .vocabulary import Question, shared

PARTIES = ("developed_by", "consulted", "endorsed_by", "presented_to")
PLAIN = ("date", "supersedes", "based_on", "reviews", "contacts", "escalation", "confidence")
TEXTS = ("purposes", "actions", "notes")
CLOCKS = ("protocol", "classification")
MORE = ("supplements", "other_protocols")


def summary(document: Document, since: dt.date | None, today: dt.date) -> dict[str, Any]:
    """What a list of protocols tells of one.

    :param since: when it was activated; None where it is not
    """
    protocol = document.protocol
    due, table_due = (review_due(document, since, clock) for clock in CLOCKS)
    return {
        "key": protocol.key,
        "version": protocol.version,
        "title": protocol.title,
        "kind": protocol.scope.kind.value,
        "places": sorted(protocol.scope.places),
        "scope": dict(document.told["scope"]),
        "status": protocol.status.value,
        "in_force": since is not None and protocol.in_force(today),
        "valid_from": _iso(protocol.valid_from),
        "valid_until": _iso(protocol.valid_until),
        "overdue": since is not None and protocol.overdue(today),
        "review_due": _iso(due),
        "review_overdue": bool(since and due and due < today),
        "classification_review_due": _iso(table_due),
        "classification_review_overdue": bool(since and table_due and table_due < today),
    }


def whole(document: Document) -> dict[str, Any]:
    """Everything that a document says, in the terms of the core."""
    protocol, told = document.protocol, document.told
    return {
        "languages": list(document.languages),
        "document": dict(told),
        "levels": [level(rule) for rule in protocol.levels],
        "rows": [row(document, one) for one in protocol.rows],
        "minimums": [row(document, one) for one in protocol.minimums],
        "questions": [question(one) for one in _asked(document)],
        "types": {key: _plain(of) for key, of in document.types.items()},
        **{key: told.get(key) for key in PLAIN},
        **{key: [_party(document, one) for one in told.get(key, ())] for key in PARTIES},
        **{key: [document.words(text) for text in told.get(key, ())] for key in TEXTS},
        **{key: list(told.get(key, ())) for key in MORE},
    }


def level(rule: LevelRule) -> dict[str, Any]:
    """A level: its own key and words, and the one of the four that it stands for."""
    return {
        "key": rule.key,
        "as": rule.level.slug,
        **rule.words,
        "exposures": sorted(exposure.slug for exposure in rule.exposures),
        "default": rule.default.slug,
        "methods": [
            {"key": method.key, "name": method.name, "behaviour": method.behaviour.value}
            for method in rule.methods
        ],
        "storage": rule.storage.slug,
        "enforcement": rule.enforcement.slug,
        "deciders": [_plain(one) for one in rule.deciders],
        "retention_days": rule.retention_days,
        "describes": [what.slug for what in Described if what in rule.describes],
        "versions": rule.versions,
    }


def row(document: Document, of: Row) -> dict[str, Any]:
    """A row of the table, its level by the protocol's own key and as one of the four."""
    rule = document.protocol.levels[of.rank]
    return {
        "number": of.number,
        "type": of.type,
        "level": rule.key,
        "as": rule.level.slug,
        "words": of.words,
        "when": _conditions(of.when),
        "except": [_conditions(group) for group in of.unless],
        "otherwise": of.otherwise,
        "undecided": of.undecided,
        "audience": list(of.audience),
        "without": sorted(of.without),
        "treatment": of.treatment,
        "needs": list(of.needs),
        "note": of.note,
    }


def question(of: Question) -> dict[str, Any]:
    """A question with its answers, in the order in which they are offered."""
    return {
        "fact": of.fact,
        "ask": of.ask,
        "answers": [{"value": value, "words": words} for value, words in of.answers.items()],
        "none": of.none,
        "many": of.many,
        "hint": of.hint,
    }


def review_due(document: Document, since: dt.date | None, clock: str) -> dt.date | None:
    """When the protocol (R15), or its table (R33), is to be reviewed; None for never or not said.

    :param since: when it was activated; a document without dates is reviewed from then on
    :param clock: one of ``CLOCKS``
    """
    told = document.told
    months = document.review_months if clock == "classification" else _protocol_months(told)
    start = told.get("date") or told.get("in_force", {}).get("from")
    begins = _day(start) if start else since
    return _later(begins, months) if begins and isinstance(months, int) else None


def _protocol_months(told: Mapping[str, Any]) -> Any:
    return told.get("reviews", {}).get("protocol", {}).get("months")


def _day(written: str) -> dt.date:
    """A day, or the first of a month."""
    return dt.date.fromisoformat(written if written.count("-") > 1 else f"{written}-01")


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _later(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return dt.date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError


def _asked(document: Document) -> list[Question]:
    """The questions that its rows depend on, in the order in which they are asked."""
    known = {**shared().questions, **document.questions}
    return [known[fact] for fact in known if fact in document.protocol.facts]


def _conditions(of: Iterable[Condition]) -> list[dict[str, Any]]:
    return [
        {
            "fact": condition.fact,
            "values": sorted(condition.values),
            "every": condition.every,
            "negated": condition.negated,
        }
        for condition in of
    ]


def _party(document: Document, party: Any) -> dict[str, Any]:
    told = {"name": party} if isinstance(party, str) else party
    return {**told, "name": document.words(told["name"])}


def _plain(of: Any) -> Any:
    told = asdict(of) if is_dataclass(of) and not isinstance(of, type) else of
    if isinstance(told, dict):
        return {key: list(one) if isinstance(one, tuple) else one for key, one in told.items()}
    return told
