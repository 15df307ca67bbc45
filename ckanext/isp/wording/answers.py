"""Sentences about answers."""

from __future__ import annotations

from collections.abc import Sequence

import ckan.plugins.toolkit as tk

_ = tk._
_SHOWN = 12


def not_an_object() -> str:
    return _("Send an object with an answer for each question, or its JSON.")


def unknown_fact(fact: str, meant: str | None) -> str:
    if meant:
        return _("No protocol asks for “{fact}”. Did you mean “{meant}”?").format(
            fact=fact, meant=meant
        )
    return _("No protocol asks for “{fact}”.").format(fact=fact)


def unknown_answer(fact: str, value: str, meant: str | None, choices: Sequence[str]) -> str:
    if meant:
        return _("“{value}” is no answer to “{fact}”. Did you mean “{meant}”?").format(
            value=value, fact=fact, meant=meant
        )
    listed = ", ".join(choices[:_SHOWN]) + (", …" if len(choices) > _SHOWN else "")
    return _("“{value}” is no answer to “{fact}”. Choose from: {choices}.").format(
        value=value, fact=fact, choices=listed or "AFG, CMR-NW, …"
    )
