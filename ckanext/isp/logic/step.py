"""What the classification step of a form is drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from .. import gate
from ..documents.vocabulary import fold
from ..wording import pick
from . import answers

RECENT = 5


def drawn(
    data: Mapping[str, Any], dataset: Mapping[str, Any], level: str | None, *, holds_resources: bool
) -> dict[str, Any]:
    """Questions, answers and what follows from them, as typed or else as stored.

    :param data: what the form holds
    :param dataset: the dataset as it is stored; empty for a new one
    :param level: the level that is chosen in the form
    """
    typed = answers.typed(data)
    given = typed if typed is not None else _stored(dataset)
    asked = {
        "sensitivity": level or "",
        "holds_resources": holds_resources,
        "owner_org": data.get("owner_org") or None,
        **({"id": dataset["id"]} if dataset else {}),
    }
    told = _told({**asked, "answers": given, "every": True})
    return {
        "questions": [
            {**question, "given": given.get(question["fact"], question["given"])}
            for question in told["questions"]
        ],
        "verdict": told if answers.counts(given) else None,
        "recent": recent() if not given else [],
        "reason": data.get(answers.REASON) or "",
        "propose": str(data.get(answers.PROPOSE, "")) == "true",
    }


def types() -> list[dict[str, str]]:
    """Types of data, each with the words that a search finds it by: as folded texts."""
    return [
        {
            "value": key,
            "label": pick(of.name),
            "names": fold(" ".join(of.name.values())),
            "also": fold(" ".join(of.also)),
            "hint": ", ".join(of.also[:5]),
            "exact": "|".join(fold(word) for word in (*of.also, *of.name.values())),
            "examples": fold(" ".join(w for words in of.examples for w in words.values())),
        }
        for key, of in gate.vocabulary().types.items()
    ]


def recent() -> list[dict[str, Any]]:
    """What the current user answered lately."""
    try:
        return tk.get_action("isp_answers_recent")(Context(), {"limit": RECENT})
    except tk.NotAuthorized:
        return []


def _stored(dataset: Mapping[str, Any]) -> dict[str, list[str]]:
    if not dataset:
        return {}
    try:
        found = tk.get_action("isp_classification_show")(Context(), {"id": dataset["id"]})
    except tk.NotAuthorized:
        return {}
    kept = (found or {}).get("answers") or {}
    return {fact: values or [answers.NONE] for fact, values in kept.items()}


def _told(asked: dict[str, Any]) -> dict[str, Any]:
    """The verdict; where an answer is none, as if nothing were answered: its error is shown."""
    show = tk.get_action("isp_verdict_show")
    try:
        return show(Context(), dict(asked))
    except tk.ValidationError:
        return show(Context(), {**asked, "answers": {}, "sensitivity": ""})
