"""What is wrong or odd in a document, said to the person who writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ..documents.problems import Doubt, Fault, Problem
from ..documents.vocabulary import shared
from ..policy.answers import GRANULARITY
from ..policy.scale import Exposure, Level
from . import exposure, level_and_class, pick

_ = tk._
_MOST = 12


def problem(of: Problem) -> str:
    """A fault or doubt as a sentence: what is wrong, and what was probably meant."""
    said = SENTENCES[of.code]()
    if of.code is Doubt.UNCERTAIN and "column" in of.values:
        said = _("“{value}” ({column}) was not understood. “{meant}” was taken for it.")
    said = said.format_map(_Named(of.values))
    return f"{said} {_hint(of.values)}".rstrip() if of.code in _NAMES else said


def place(of: Problem) -> str:
    """Where it stands; empty for what concerns the document as a whole."""
    if not of.line:
        return ""
    if not of.column:
        return _("Line {line}").format(line=of.line)
    return _("Line {line}, column {column}").format(line=of.line, column=of.column)


class _Named(dict[str, str]):
    """What a sentence names, in words; what was not told is left out."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__({name: _word(name, value) for name, value in values.items()})

    def __missing__(self, name: str) -> str:
        return ""


def _hint(values: Mapping[str, Any]) -> str:
    """The choice that was probably meant, else what can be chosen."""
    meant, choices = values.get("meant"), [str(choice) for choice in values.get("choices") or ()]
    if meant:
        return _("Did you mean “{meant}”?").format(meant=meant)
    if not choices:
        return ""
    shown = ", ".join(choices[:_MOST])
    return (_("One of: {choices}, …") if choices[_MOST:] else _("One of: {choices}.")).format(
        choices=shown
    )


def _word(name: str, value: Any) -> str:
    """A value of a problem as people read it."""
    if name == "level" and (level := Level.parse(value)):
        return level_and_class(level)
    if name == "type":
        known = shared().types.get(value)
        return pick(known.name) if known else str(value)
    if name == "meant" and isinstance(value, list):
        return ", ".join(dict.fromkeys(_kind(kind) for kind in value))
    if name == "column":
        return _column(value)
    if name == "clock":
        return _("classification") if value == "classification" else _("protocol")
    if isinstance(value, Mapping):
        return pick(value)
    if isinstance(value, list | tuple):
        return _listed(value)
    return _shortened(str(value))


def _listed(values: Iterable[Any]) -> str:
    steps = shared().questions[GRANULARITY].answers
    slugs = {of.slug: of for of in Exposure}
    return ", ".join(
        pick(steps[value])
        if value in steps
        else exposure(slugs[value])
        if value in slugs
        else str(value)
        for value in values
    )


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return f"{line[:80]}…" if len(line) > 80 else line


def _kind(of: str) -> str:
    kinds = {
        "object": _("keys with values"),
        "array": _("a list"),
        "string": _("a text"),
        "integer": _("a whole number"),
        "boolean": _("true or false"),
    }
    return kinds.get(of, of)


def _column(of: str) -> str:
    """A column of a table of rules."""
    columns = {
        "country": _("Country"),
        "type": _("type of data"),
        "granularity": _("lowest disaggregation"),
        "level": _("Sensitivity"),
        "instructions": _("instructions"),
        "question": _("question"),
    }
    return columns[of]


# Faults that name something which is close to something else.
_NAMES = frozenset(
    {
        Fault.UNKNOWN_KEY,
        Fault.NOT_ONE_OF,
        Fault.UNKNOWN_LEVEL,
        Fault.UNKNOWN_TYPE,
        Fault.UNKNOWN_FACT,
        Fault.UNKNOWN_ANSWER,
        Fault.UNKNOWN_METHOD,
    }
)

SENTENCES: Mapping[Fault | Doubt, Callable[[], str]] = {
    Fault.TOO_LARGE: lambda: _("The file is larger than {most} kB. Nothing of it was read."),
    Fault.NOT_UTF8: lambda: _("This is not UTF-8. Save the file as text in UTF-8."),
    Fault.SYNTAX: lambda: _(
        "This cannot be read: {value}. Look at the indentation, colons and quotation marks here."
    ),
    Fault.ALIAS: lambda: _(
        "“&” and “*” are not read at the beginning of a value. Write the value out, or put the "
        "text into quotation marks."
    ),
    Fault.TAG: lambda: _("“{value}” is not read here. Put the text into quotation marks."),
    Fault.TOO_DEEP: lambda: _("This is nested more than {most} times."),
    Fault.TOO_MANY: lambda: _("These are more than {most}, the most that is read."),
    Fault.DUPLICATE_KEY: lambda: _(
        "“{value}” stands here a second time, the first is in line {first}. Keep one of them."
    ),
    Fault.BAD_KEY: lambda: _("A key has to be one word."),
    Fault.UNKNOWN_KEY: lambda: _("“{value}” is no key that can stand here."),
    Fault.MISSING_KEY: lambda: _("“{value}” is missing here."),
    Fault.WRONG_TYPE: lambda: _("Here belongs: {meant}."),
    Fault.NOT_ONE_OF: lambda: _("“{value}” cannot stand here."),
    Fault.WRONG_FORM: lambda: _(
        "“{value}” does not have the form that belongs here. An example: {meant}"
    ),
    Fault.EMPTY: lambda: _("Nothing stands here. Write something, or leave the key out."),
    Fault.NO_WORDS: lambda: _("This text is in none of the document's languages ({value})."),
    Fault.UNKNOWN_LEVEL: lambda: _("This protocol has no level with the key “{value}”."),
    Fault.UNKNOWN_TYPE: lambda: _(
        "“{value}” is neither a type that all protocols share nor one under “types”."
    ),
    Fault.UNKNOWN_FACT: lambda: _(
        "Nobody is asked for “{value}”: it is neither a question that all protocols share nor one "
        "under “questions”."
    ),
    Fault.UNKNOWN_ANSWER: lambda: _("“{value}” is no answer to this question."),
    Fault.UNKNOWN_METHOD: lambda: _(
        "“{value}” is neither a method that all protocols share nor one under “methods”."
    ),
    Fault.LEVELS_OUT_OF_ORDER: lambda: _(
        "Levels stand in order, the least sensitive first. This one stands too late."
    ),
    Fault.LEVELS_MISSING: lambda: _(
        "A protocol without levels can only be listed. Write its levels, or “status: listed”."
    ),
    Fault.SAME_LEVEL_KEY: lambda: _("Two levels have the key “{value}”. Each needs its own."),
    Fault.PLACE_MISSING: lambda: _(
        "A protocol of this kind says what it covers. Write “{value}” under “scope”."
    ),
    Fault.ENDS_BEFORE_IT_BEGINS: lambda: _("Its last day lies before its first."),
    Fault.NOT_A_DATE: lambda: _("“{value}” is no day. Write year, month and day: 2026-11-27."),
    Fault.WIDER_THAN_FLOOR: lambda: _(
        "{level} cannot be this open ({value}): a protocol can be stricter than the portal's "
        "floor, never looser."
    ),
    Fault.DEFAULT_NOT_ALLOWED: lambda: _(
        "“{value}” cannot be the default, for this level does not allow it."
    ),
    Fault.REASON_MISSING: lambda: _("To have no review needs a reason. Write it under “why”."),
    Fault.NOT_A_TABLE: lambda: _(
        "This is no table of rules that can be read. It has to be CSV or XLSX, with at least the "
        "columns “Data/Information Type” and “Sensitivity (Level)”."
    ),
    Doubt.TWO_LEVELS: lambda: _(
        "Rows {rows} ask the same of “{type}” and give different levels: {levels}. The higher "
        "counts."
    ),
    Doubt.DUPLICATE_ROW: lambda: _("Rows {rows} say the same. One of them can go."),
    Doubt.OVERLAP: lambda: _(
        "Rows {rows} can speak of the same data (“{type}”) and give different levels: {levels}. "
        "Where both do, the higher counts."
    ),
    Doubt.GAP: lambda: _(
        "No row of “{type}” speaks of this detail: {value}. Such data counts as the highest of its "
        "rows ({level}), and is never public."
    ),
    Doubt.PLACEHOLDER: lambda: _("“{value}” looks as if something was left to be filled in."),
    Doubt.NO_PUBLIC_LEVEL: lambda: _("It has no public level: nothing can be open under it."),
    Doubt.NO_TYPES: lambda: _(
        "It lists no types of data, so levels are chosen by hand; what is declared, such as "
        "personal data, still counts."
    ),
    Doubt.NO_LEVELS: lambda: _("It has no levels: it is shown, and nothing follows from it."),
    Doubt.NO_REVIEW: lambda: _(
        "It does not say how often it is reviewed ({clock}). The classification is reviewed every "
        "six months unless it says otherwise."
    ),
    Doubt.NO_CONTACT: lambda: _("It names no address for questions and feedback."),
    Doubt.NO_ENDORSEMENT: lambda: _("It is endorsed, and does not say by whom."),
    Doubt.LOOSER_THAN_TEMPLATE: lambda: _(
        "“{value}” is at least {level} in the IASC template, and less here."
    ),
    Doubt.NOT_TRANSLATED: lambda: _("This text lacks a language of the document: {value}."),
    Doubt.ADVISES_ONLY: lambda: _(
        "For {level} it only advises: beyond the floor, people can do otherwise and give a reason."
    ),
    Doubt.UNCERTAIN: lambda: _(
        "The words of row {rows} leave something open that nobody can decide: they count as met."
    ),
}
