"""What a focal point had better look at in a document that is fit for use: doubts, never refusals.

Real tables contradict themselves and are endorsed all the same; they load, and what is odd is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations, islice

from ..policy import answers as facts
from ..policy.answers import GRANULARITIES, GRANULARITY
from ..policy.protocol import ANY_TYPE, Row, Status
from ..policy.scale import Enforcement, Level
from . import library
from .compile import Document
from .overlap import same, together
from .problems import Doubt, Path, Problem
from .source import Source
from .texts import texts, worded
from .vocabulary import Question, fold, shared

MOST = 300
_PAIRS = 50_000
_LEFT_OPEN = re.compile(
    r"\b[wxy],? (?:and|et|y|or|ou|o) [xyz]\b|\bTB[ACD]\b|\bXX+\b|\?\?+|_{3,}"
    r"|\[\s*\]|\[\s*(?:\.{2,}|…|_+)\s*\]|\b(?:to be (?:determined|confirmed|defined|decided))\b"
    r"|\b(?:à (?:définir|déterminer|préciser|compléter|confirmer)|por (?:definir|confirmar))\b",
    re.IGNORECASE,
)
Check = Callable[["Document", Source], Iterator[Problem]]


def doubts(document: Document, source: Source) -> list[Problem]:
    """What is odd in a document, in the order of its lines.

    :param source: what the document was compiled from, for the places
    """
    found = [doubt for check in CHECKS for doubt in islice(check(document, source), MOST)]
    return sorted(found, key=lambda doubt: (doubt.line, doubt.column))[:MOST]


def _levels(document: Document, source: Source) -> Iterator[Problem]:
    protocol = document.protocol
    if not protocol.levels:
        yield source.problem(Doubt.NO_LEVELS, ("status",))
        return
    if not any(rule.level is Level.LOW for rule in protocol.levels):
        yield source.problem(Doubt.NO_PUBLIC_LEVEL, ("levels",))
    if not protocol.rows:
        yield source.problem(Doubt.NO_TYPES, ("rows",) if "rows" in document.told else ("levels",))
    for number, rule in enumerate(protocol.levels):
        if rule.enforcement is Enforcement.ADVISE:
            at: Path = ("levels", number, "enforcement")
            at = at if at in source.marks else ("enforcement",)
            yield source.problem(Doubt.ADVISES_ONLY, at, level=rule.key)


def _missing(document: Document, source: Source) -> Iterator[Problem]:
    told = document.told
    for clock in ("classification", "protocol"):
        if "months" not in told.get("reviews", {}).get(clock, {}):
            yield source.problem(Doubt.NO_REVIEW, ("reviews", clock), clock=clock)
    if not any("email" in contact for contact in told.get("contacts", ())):
        yield source.problem(Doubt.NO_CONTACT, ("contacts",))
    if document.protocol.status is Status.ENDORSED and not told.get("endorsed_by"):
        yield source.problem(Doubt.NO_ENDORSEMENT, ("status",))


def _contradictions(document: Document, source: Source) -> Iterator[Problem]:
    """Rows of one type that speak of the same data."""
    questions = {**shared().questions, **document.questions}
    told: set[tuple[Doubt, int, int]] = set()
    pairs = (pair for rows in _by_type(document) for pair in combinations(rows, 2))
    for one, other in islice(pairs, _PAIRS):
        code = _contradiction(one, other, questions)
        seen = (code, one.number, other.number) if code else None
        if code is None or seen is None or seen in told:
            continue
        told.add(seen)
        levels = [document.protocol.levels[row.rank].key for row in (one, other)]
        yield source.problem(
            code,
            ("rows", other.number - 1),
            rows=[one.number, other.number],
            type=one.type,
            levels=levels,
        )


def _by_type(document: Document) -> Iterator[list[Row]]:
    for rows in document.protocol.by_type.values():
        yield [row for row in rows if row.number and not row.otherwise]


def _contradiction(one: Row, other: Row, questions: dict[str, Question]) -> Doubt | None:
    if one.number == other.number:
        return None
    if one.rank == other.rank:
        alike = same(one, other) and _said(one) == _said(other)
        return Doubt.DUPLICATE_ROW if alike else None
    if same(one, other):
        return Doubt.TWO_LEVELS
    return Doubt.OVERLAP if together(one, other, questions) else None


def _said(row: Row) -> set[str]:
    return {" ".join(fold(text).split()) for text in row.words.values()}


def _gaps(document: Document, source: Source) -> Iterator[Problem]:
    """Steps of granularity that a listed type leaves out: the highest of its rows counts there."""
    for kind, rows in document.protocol.by_type.items():
        asking = [row for row in rows if GRANULARITY in {c.fact for c in row.when}]
        if kind == ANY_TYPE or not asking:
            continue
        left = [step for step in GRANULARITIES if not any(_speaks_of(row, step) for row in rows)]
        if left:
            highest = document.protocol.levels[max(row.rank for row in rows)].key
            at = ("rows", min(row.number for row in asking) - 1)
            numbers = sorted({row.number for row in rows})
            told = {"type": kind, "value": left, "level": highest, "rows": numbers}
            yield source.problem(Doubt.GAP, at, **told)


def _speaks_of(row: Row, step: str) -> bool:
    given = frozenset({step})
    return all(c.met_by(given) for c in row.when if c.fact == GRANULARITY)


def _placeholders(document: Document, source: Source) -> Iterator[Problem]:
    for path, text in texts(document.told):
        left = _LEFT_OPEN.search(text)
        if left:
            rows = [path[1] + 1] if path[0] == "rows" and isinstance(path[1], int) else []
            yield source.problem(Doubt.PLACEHOLDER, path, value=left.group(), rows=rows)


def _uncertain(document: Document, source: Source) -> Iterator[Problem]:
    for place, row in enumerate(document.told.get("rows", ())):
        if row.get("undecided"):
            at = ("rows", place, "undecided")
            yield source.problem(Doubt.UNCERTAIN, at, rows=[place + 1])


def _looser(document: Document, source: Source) -> Iterator[Problem]:
    """Minimums, or rows that answer for a declaration, below those of the template."""
    if not document.protocol.levels:
        return
    levels = document.protocol.levels
    for number, minimum in enumerate(library.template().protocol.minimums):
        usual = library.template().protocol.levels[minimum.rank].level
        condition = minimum.when[0]
        given = {condition.fact: condition.values}
        own = [row.rank for row in document.protocol.minimums if row.stands(given)]
        reached = levels[max(own)].level if own else Level.LOW
        told = {"value": shared().minimums[number]["words"], "level": usual.slug}
        if reached < usual:
            yield source.problem(Doubt.LOOSER_THAN_TEMPLATE, ("minimums",), **told)
        for row in document.protocol.rows:
            if levels[row.rank].level < usual and _declares(row, condition):
                at = ("rows", row.number - 1)
                yield source.problem(Doubt.LOOSER_THAN_TEMPLATE, at, **told, rows=[row.number])


def _declares(row: Row, condition: facts.Condition) -> bool:
    return any(c.fact == condition.fact and c.values & condition.values for c in row.declares)


def _translations(document: Document, source: Source) -> Iterator[Problem]:
    """Texts that one of the document's languages lacks."""
    if len(document.languages) < 2:
        return
    for path, words in worded(document.told):
        given = {document.languages[0]} if isinstance(words, str) else set(words)
        lacking = [language for language in document.languages if language not in given]
        if lacking:
            yield source.problem(Doubt.NOT_TRANSLATED, path, value=lacking)


CHECKS: tuple[Check, ...] = (
    _levels,
    _missing,
    _contradictions,
    _gaps,
    _placeholders,
    _uncertain,
    _looser,
    _translations,
)
