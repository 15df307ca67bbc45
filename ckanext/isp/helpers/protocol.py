"""Protocols, and the changes to them."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context
from markupsafe import Markup

from .. import gate, wording
from ..services import protocols, reminder
from ..wording import change as change_words
from ..wording import compare as compare_words
from ..wording import document as protocol_words
from ..wording import reminder as words

EFFECTS = ("tighten", "loosen", "same", "unclassified")


def isp_said(words: Any) -> Markup:
    """A text of a protocol, marked with its language where that is not the reader's."""
    return protocol_words.said(words)


def isp_linked(words: Any, link: str | None) -> Markup:
    """A text of a protocol as a link, where its address is one of the web."""
    said = protocol_words.said(words)
    if not link or not link.startswith(("https://", "http://")):
        return said
    return Markup('<a href="{}">{}</a>').format(link, said)


def isp_words(words: dict[str, str]) -> str:
    """A text of a protocol in the reader's language."""
    return wording.pick(words)


def isp_protocol_words(told: dict[str, Any]) -> dict[str, Any]:
    """What a row of a list of protocols says of one: title, kind, places, status, what is late."""
    return {
        "title": protocol_words.said(told["title"]),
        "kind": protocol_words.kind(told["kind"]),
        "covers": protocol_words.covers(told["scope"]),
        "status": protocol_words.status(told),
        "banners": protocol_words.banners(told),
    }


def isp_protocol_table(shown: dict[str, Any]) -> list[dict[str, Any]]:
    """The table of a protocol in words, level by level; of a search, what it found."""
    return protocol_words.table(shown, shown["found"])


def isp_compared(told: dict[str, Any], a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    """Two versions of a protocol side by side, in words."""
    return compare_words.compared(told, a, b)


def isp_change_words(proposal: dict[str, Any]) -> dict[str, str]:
    """What a proposal to change the protocols asks for, and where it stands."""
    return {
        "act": change_words.act(proposal["act"]),
        "state": change_words.state(proposal["state"]),
    }


def isp_effects(counts: dict[str, Any]) -> list[dict[str, Any]]:
    """How many datasets a change of protocols would tighten, loosen and leave, with words."""
    return [
        {"effect": of, "count": counts[of], "words": change_words.effect(of, counts[of])}
        for of in EFFECTS
    ]


def isp_effect(effect: str, number: int = 2) -> str:
    """What a change of protocols does to so many datasets."""
    return change_words.effect(effect, number)


def isp_to_acknowledge(field: str = "isp_acknowledge") -> list[dict[str, Any]]:
    """The protocols that the current user has not said to have read; ticked where just ticked."""
    if not tk.h.check_access("isp_to_acknowledge"):
        return []
    ticked = tk.request.form.getlist(field)
    waiting = tk.get_action("isp_to_acknowledge")(Context(), {})
    return [{**one, "ticked": str(one["id"]) in ticked} for one in waiting]


def isp_overdue_protocols() -> list[dict[str, str]]:
    """Protocols in force whose review or last day has passed, each with a sentence that says so."""
    today = gate.today()
    found = reminder.overdue(protocols.in_force(model.Session, today), today)
    return [
        {
            "key": kept.key,
            "message": words.overdue(kept.document.protocol, on, ended=kind == reminder.END),
        }
        for kind, kept, on in found
    ]
