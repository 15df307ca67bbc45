"""A protocol as people read it: its table, its conditions and its dates in words.

Works on what ``isp_protocol_show`` answers. A text that is not in the reader's language says which
it is in, and which way it runs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from unicodedata import bidirectional

import ckan.plugins.toolkit as tk
from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date
from markupsafe import Markup, escape

from ..documents.vocabulary import shared
from ..policy.answers import GRANULARITIES, GRANULARITY, NO, PLACE, TYPE, YES
from ..policy.protocol import ANY_TYPE
from ..policy.scale import Described, Exposure, Level, Storage
from . import classification, exposure, language, level, picked

_ = tk._
Told = dict[str, Any]


def said(words: Mapping[str, str] | str | None) -> Markup:
    """A text of a protocol, with its language and direction where these are not the reader's."""
    if not words:
        return Markup()
    if isinstance(words, str):
        return _apart(words)
    of, text = picked(words)
    if of in (language(), language().partition("_")[0]):
        return escape(text)
    attributes = Markup(' lang="{}" dir="{}"').format(of.replace("_", "-"), direction(of))
    return Markup("<bdi{}>{}</bdi>").format(attributes, text)


def _apart(text: str) -> Markup:
    """A text of an unknown language; one that runs from right to left moves nothing beside it."""
    if any(bidirectional(letter) in ("R", "AL") for letter in text):
        return Markup("<bdi>{}</bdi>").format(text)
    return escape(text)


def direction(of: str) -> str:
    """Which way a language is written: ``ltr`` or ``rtl``."""
    try:
        return Locale.parse(of.replace("-", "_")).text_direction
    except (UnknownLocaleError, ValueError):
        return "ltr"


def kind(of: str) -> str:
    """What a protocol is for."""
    return {
        "portal": _("The whole portal"),
        "country": _("Country"),
        "sub_country": _("Part of a country"),
        "sector": _("Cluster or sector"),
        "organisation": _("Organization"),
        "exercise": _("Joint exercise"),
        "template": _("Where no other protocol applies"),
    }[of]


def status(told: Mapping[str, Any]) -> str:
    """Where a version stands, in one word or two."""
    if told["in_force"]:
        return _("In force")
    return {
        "draft": _("Draft"),
        "endorsed": _("Waits to begin") if told.get("since") else _("Not in force"),
        "superseded": _("Superseded"),
        "listed": _("Listed only"),
    }[told["status"]]


def covers(scope: Mapping[str, Any]) -> list[Markup]:
    """What a protocol covers: places by name, sectors and organisations."""
    sectors = shared().questions["sector"].answers
    return [
        *(escape(place(code)) for code in scope.get("places", ())),
        *(said(sectors.get(key, {"": key})) for key in scope.get("sectors", ())),
        *(escape(key) for key in scope.get("organisations", ())),
        *(said(name) for name in scope.get("exercises", {}).values()),
    ]


def place(code: str) -> str:
    """A place as people call it, beside its code; a part of a country by the country."""
    short = get_global("territory_aliases").get(code.partition("-")[0], [""])[0]
    name = Locale.parse(language()).territories.get(short)
    return f"{name} ({code})" if name else code


def day(iso: str) -> str:
    """A day in full."""
    return format_date(dt.date.fromisoformat(iso), "long", locale=language())


def banners(told: Mapping[str, Any]) -> list[str]:
    """What is overdue about a protocol, a sentence each."""
    said_of = {
        "overdue": ("valid_until", _overdue),
        "review_overdue": ("review_due", _review_overdue),
        "classification_review_overdue": ("classification_review_due", _table_overdue),
    }
    return [
        sentence().format(day=day(told[due]))
        for late, (due, sentence) in said_of.items()
        if told[late]
    ]


def _overdue() -> str:
    return _(
        "It was agreed on until {day}. It stays in force until another version takes its place."
    )


def _review_overdue() -> str:
    return _(
        "It was to be reviewed by {day}. It stays in force; those who keep it are asked to say "
        "whether it still holds."
    )


def _table_overdue() -> str:
    return _(
        "Its classification was to be looked at again by {day}: what was harmless then may not be "
        "now. It stays in force until somebody has looked."
    )


def own_level(told: Mapping[str, Any]) -> Told:
    """A level of a protocol as a badge: its own word, the shape and colour of one of the four."""
    usual = Level.parse(told["as"])
    assert usual
    words = told.get("classification") or told.get("name")
    name = said(told["name"]) if told.get("name") else escape(level(usual).name)
    return {
        "slug": usual.slug,
        "name": name,
        "classification": said(words) if words else classification(usual),
    }


def table(shown: Told, only: Iterable[int] | None = None) -> list[Told]:
    """The table of a protocol, level by level, its own first to last.

    :param only: the numbers of the rows to show; None for all
    """
    wanted = None if only is None else set(only)
    rows = [row for row in grouped(shown) if wanted is None or row["number"] in wanted]
    return [
        {
            **level_in_words(told),
            "rows": [row for row in rows if row["level_key"] == told["key"]],
            "minimums": [
                said(minimum["words"])
                for minimum in shown["minimums"]
                if minimum["level"] == told["key"]
            ],
        }
        for told in shown["levels"]
    ]


def grouped(shown: Told) -> list[Told]:
    """The rows of a protocol as they are written: one for all types and alternatives of each."""
    groups: dict[tuple[int, str], list[Told]] = {}
    for row in shown["rows"]:
        groups.setdefault((row["number"], row["level"]), []).append(row)
    return [row_in_words(shown, rows) for rows in groups.values()]


def row_in_words(shown: Told, rows: list[Told]) -> Told:
    """Rows that were written as one, in words."""
    first = rows[0]
    return {
        "number": first["number"],
        "level_key": first["level"],
        "badge": own_level(_level_of(shown, first["level"])),
        "words": said(first["words"]),
        "types": list(dict.fromkeys(_type(shown, row["type"]) for row in rows)),
        "when": _groups(shown, [row["when"] for row in rows]),
        "except": _groups(shown, [group for row in rows for group in row["except"]]),
        "more": [*_more(shown, first)],
    }


def conditions(shown: Told, group: Iterable[Mapping[str, Any]]) -> list[Markup]:
    """Conditions that have to be met together, a phrase each."""
    questions = {question["fact"]: question for question in shown["questions"]}
    return [_condition(told, questions.get(told["fact"])) for told in group]


def method(shown: Told, key: str) -> Markup:
    """A dissemination method by its key, or a kind of method by its behaviour."""
    own = (m for told in shown["levels"] for m in told["methods"] if m["key"] == key)
    named = next(own, None) or shared().methods.get(key)
    return said(named["name"]) if named else escape(_behaviours().get(key, key))


def level_in_words(told: Told) -> Told:
    """A level of a protocol in words; the template's own where it has none."""
    usual = Level.parse(told["as"])
    assert usual
    words = level(usual)
    return {
        "key": told["key"],
        "badge": own_level(told),
        "stands_for": None if told["key"] == usual.slug else classification(usual),
        "definition": said(told.get("definition")) or escape(words.definition),
        "audience": said(told.get("audience")) or escape(words.audience),
        "rule": said(told.get("rule")),
        "treatment": said(told.get("treatment")),
        "methods": [said(method["name"]) for method in told["methods"]],
        "more": [*_of_level(told)],
    }


def described(what: Described) -> str:
    """What can be told of a file."""
    return {
        Described.NAME: _("name"),
        Described.DESCRIPTION: _("description"),
        Described.FORMAT: _("format"),
        Described.SIZE: _("size"),
        Described.COLUMNS: _("columns"),
        Described.ROWS: _("number of rows"),
        Described.CHECKSUM: _("checksum"),
    }[what]


def _of_level(told: Told) -> Iterable[tuple[str, Markup]]:
    allowed = ", ".join(exposure(of) for of in reversed(Exposure) if of.slug in told["exposures"])
    yield _("On this portal"), escape(allowed)
    if told["storage"] == Storage.NONE.slug:
        yield _("Files"), escape(_("Not kept on the portal: given by another way"))
    elif told["as"] != Level.LOW.slug:
        names = [described(what) for what in Described if what.slug in told["describes"]]
        yield _("Told of files"), escape(", ".join(names) or _("nothing"))
    for decider in told["deciders"]:
        label = _("Each of them agrees") if decider["every"] else _("Who decides")
        yield label, said(decider["words"])
    if told.get("retention"):
        yield _("How long it is kept"), said(told["retention"])
    elif told["retention_days"]:
        days = _("{days} days").format(days=told["retention_days"])
        yield _("How long it is kept"), escape(days)
    if told["versions"] is not None:
        yield _("Earlier versions kept"), escape(str(told["versions"]))
    binding = {
        "warn": _("Warns; a reason has to be given"),
        "advise": _("Advises, and does not bind"),
    }.get(told["enforcement"])
    if binding:
        yield _("How it binds"), escape(binding)


def _more(shown: Told, row: Told) -> Iterable[tuple[str, Markup]]:
    if row["otherwise"]:
        yield _("Applies"), escape(_("where no other row for such data does"))
    if row["undecided"]:
        yield _("To be settled"), escape(_("until then it counts as applying"))
    for words in row["audience"]:
        yield _("Only for"), said(words)
    for key in row["without"]:
        yield _("Not by"), method(shown, key)
    if row["treatment"]:
        yield _("Before sharing"), said(row["treatment"])
    for words in row["needs"]:
        yield _("Needs"), said(words)
    if row["note"]:
        yield _("Note"), said(row["note"])


def _groups(shown: Told, groups: Iterable[list[Told]]) -> list[list[Markup]]:
    """Alternatives, each said once; none at all where one of them asks for nothing."""
    found = [conditions(shown, group) for group in groups]
    told = [group for n, group in enumerate(found) if group not in found[:n]]
    return [] if [] in told else told


def _condition(told: Mapping[str, Any], question: Mapping[str, Any] | None) -> Markup:
    fact, values = told["fact"], list(told["values"])
    yes_no = set(values) <= {YES, NO}
    label = _facts().get(fact)
    if label is None:
        ask = said(question["ask"]) if question else escape(fact)
        answer = _("Yes") if (values == [YES]) is not told["negated"] else _("No")
        if yes_no:
            return Markup("{} {}").format(ask, answer)
        label = ask
    words = _or(_values(fact, values, question), together=told["every"])
    if told["negated"]:
        words = _formatted(_("not {values}"), values=words)
    return _formatted(_("{label}: {values}"), label=label, values=words)


def _values(fact: str, values: list[str], question: Mapping[str, Any] | None) -> list[Markup]:
    if fact == PLACE:
        return [escape(place(value)) for value in values]
    answers = {a["value"]: a["words"] for a in question["answers"]} if question else {}
    if fact == GRANULARITY:
        steps = [step for step in GRANULARITIES if step in values]
        for phrase, edge in ((_coarser, steps[-1:]), (_finer, steps[:1])):
            if len(steps) > 1 and steps == phrase(edge[0])[0]:
                return [_formatted(phrase(edge[0])[1], step=said(answers.get(edge[0])))]
    ordered = [value for value in answers if value in values] or values
    return [said(answers.get(value) or {"": value}) for value in ordered]


def _coarser(step: str) -> tuple[list[str], str]:
    return [*GRANULARITIES[: GRANULARITIES.index(step) + 1]], _("{step} or coarser")


def _finer(step: str) -> tuple[list[str], str]:
    return [*GRANULARITIES[GRANULARITIES.index(step) :]], _("{step} or finer")


def _or(words: list[Markup], *, together: bool) -> Markup:
    if len(words) < 2:
        return Markup("").join(words)
    joined = _("{some} and {last}") if together else _("{some} or {last}")
    return _formatted(joined, some=Markup(", ").join(words[:-1]), last=words[-1])


def _formatted(sentence: str, **values: Any) -> Markup:
    """A sentence of ours around texts that carry their own language."""
    return Markup(escape(sentence)).format(**values)


def _type(shown: Told, key: str) -> Markup:
    if key == ANY_TYPE:
        return escape(_("Any data"))
    named = shown["types"].get(key)
    return said(named["name"]) if named else escape(key)


def _level_of(shown: Told, key: str) -> Told:
    return next(told for told in shown["levels"] if told["key"] == key)


def _facts() -> dict[str, str]:
    """The facts that protocols share, as conditions name them."""
    return {
        TYPE: _("Kind of data"),
        PLACE: _("Place"),
        GRANULARITY: _("Finest detail"),
        "form": _("Form"),
        "treatment": _("Treatment"),
        "organisation_names": _("Names of organizations in it"),
        "producer": _("Made by"),
        "consent": _("Consent to publish"),
        "onward_sharing": _("What those who gave it allow"),
        "sector": _("Sector"),
        "organisation": _("Organization"),
        "exercise": _("Joint exercise"),
        "personal_data": _("Personal data"),
        "household_level": _("A row for each household"),
        "unprocessed_responses": _("Unprocessed survey responses"),
    }


def _behaviours() -> dict[str, str]:
    return {
        "public_portal": _("Public sites"),
        "connect": _("On request"),
        "mailing_list": _("Mailing lists"),
        "internal_sector": _("Inside the sector"),
        "inter_sector_case": _("Between sectors, case by case"),
        "bilateral_formal": _("From one organization to another, on a formal request"),
    }
