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


def not_rows() -> str:
    return _("Send a list of objects, one for each dataset.")


def no_dataset_column() -> str:
    return _("The table needs a column “dataset” with names or ids.")


def too_many_rows(most: int) -> str:
    return _("Send at most {most} rows at once.").format(most=most)


def not_yours() -> str:
    return _("There is no such dataset among those that you may edit.")


def say_why_corporate() -> str:
    return _("Say why no protocol applies to this data.")


def classified_already() -> str:
    return _("This dataset is classified: the protocol applies to it.")
