"""Sentences about answers."""

from __future__ import annotations

from collections.abc import Sequence

import ckan.plugins.toolkit as tk

from ..documents.vocabulary import Question

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


def none_and_more(of: Question) -> str:
    from . import pick

    return _("“{question}” was answered with “{none}” and with something else: keep one.").format(
        question=pick(of.ask), none=pick(of.none or {})
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


def answer_or_choose() -> str:
    return _("Answer the questions, or choose a level.")


def say_why_lower() -> str:
    return _("Say why a lower level is enough: the second person reads it.")


def proposed_lower(level: str) -> str:
    return _(
        "Proposed to lower it to {level}. Nothing changes until a second person approves."
    ).format(level=level)


def standings() -> dict[str, str]:
    """What a classification can ask for."""
    return {
        "unclassified": _("Not classified"),
        "incomplete": _("Answers missing"),
        "looser": _("Lower than the answers give"),
        "stricter": _("Stricter than the answers give"),
    }
