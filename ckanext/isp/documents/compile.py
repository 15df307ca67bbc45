"""From a document to the core's terms: its table, its levels, its scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from ..policy.protocol import ANY_TYPE, Kind, LevelRule, Protocol, Row, Scope, Status, Words
from . import check, source
from .conditions import Conditions
from .levels import levels
from .problems import Fault, Problem, Refused
from .questions import places, questions
from .reading import Reading, as_list, words
from .rows import Rows
from .source import Source
from .texts import worded
from .vocabulary import NONE, DataType, Question, shared

MAX_ROWS = 20_000
_SIDE_OF = {
    Kind.COUNTRY: "places",
    Kind.SUB_COUNTRY: "places",
    Kind.SECTOR: "sectors",
    Kind.ORGANISATION: "organisations",
    Kind.EXERCISE: "exercises",
}


@dataclass(frozen=True)
class Document:
    """A protocol with all that its document says beside the table.

    :param protocol: what the core decides by
    :param told: the document as plain values, as it was written
    :param types: the types that its rows name, with its own words where it has some
    :param questions: what it asks beside the shared questions, or adds to them, by fact
    :param places: what places are called here: granularity by local name
    """

    protocol: Protocol
    told: Mapping[str, Any]
    languages: tuple[str, ...]
    types: Mapping[str, DataType]
    questions: Mapping[str, Question]
    places: Mapping[str, tuple[str, ...]]

    @property
    def review_months(self) -> int | None:
        """How often classifications are looked at again; None for never, with a reason (R33)."""
        months = self.told.get("reviews", {}).get("classification", {}).get("months", 6)
        return months if isinstance(months, int) else None

    def words(self, value: Any) -> Words:
        """A text of the document by language."""
        return words(value, self.languages[0])

    @staticmethod
    def kinds(row: Mapping[str, Any]) -> tuple[str, ...]:
        """The types that a row of the document, as it is written, speaks of."""
        return tuple(as_list(row["type"]))


def load(data: bytes) -> Document:
    """Read, check and compile a document.

    :param data: YAML in UTF-8
    :raises Refused: with every problem in it
    """
    return compile(source.read(data))


def compile(read: Source) -> Document:
    """Compile what was read.

    :raises Refused: where it has not the form of a protocol, or does not hang together
    """
    found = check.faults(read)
    if found:
        sound = _with_sound_rows(read, found)
        also = _faults_of_meaning(sound) if sound else []
        raise Refused(tuple(sorted([*found, *also], key=lambda p: (p.line, p.column))))
    reading = Reading(read)
    document = _document(reading)
    reading.refuse()
    return document


def _with_sound_rows(read: Source, found: list[Problem]) -> Source | None:
    """The document with something harmless where single rows have not the form of one.

    None where more than rows is malformed: what depends on it would be told as faults too.
    """
    told, places = read.value, {problem.path[:2] for problem in found}
    if any(len(path) < 2 or path[0] != "rows" for path in places) or not told.get("levels"):
        return None
    harmless = {"level": told["levels"][0]["key"], "type": ANY_TYPE, "words": "-"}
    sound = [
        harmless if ("rows", number) in places else row for number, row in enumerate(told["rows"])
    ]
    return replace(read, value={**told, "rows": sound})


def _faults_of_meaning(read: Source) -> list[Problem]:
    reading = Reading(read)
    try:
        _document(reading)
        reading.refuse()
    except Refused as refused:
        return list(refused.problems)
    return []


def _document(reading: Reading) -> Document:
    asked, named = questions(reading), places(reading)
    own = tuple(levels(reading))
    table = Rows(reading, Conditions(reading, asked, named), own)
    rows = tuple(islice(table.table(), MAX_ROWS))
    if len(rows) == MAX_ROWS:
        reading.fault(Fault.TOO_MANY, "rows", most=MAX_ROWS)
    # a table that is refused is not made ready to be read
    read = rows if len(rows) < MAX_ROWS else ()
    protocol = _protocol(reading, own, read, tuple(table.minimums()))
    _dates_and_reviews(reading)
    _languages(reading)
    types = dict(_types(reading, rows))
    all_asked = {**asked, **table.decisions}
    return Document(protocol, reading.told, reading.languages, types, all_asked, named)


def _protocol(
    reading: Reading,
    own: tuple[LevelRule, ...],
    rows: tuple[Row, ...],
    minimums: tuple[Row, ...],
) -> Protocol:
    told = reading.told
    status = Status(told["status"])
    if not own and status is not Status.LISTED:
        reading.fault(Fault.LEVELS_MISSING)
    begins = _date(reading, told.get("in_force", {}).get("from"), "in_force", "from")
    ends = _date(reading, told.get("in_force", {}).get("until"), "in_force", "until")
    if begins and ends and ends < begins:
        reading.fault(Fault.ENDS_BEFORE_IT_BEGINS, "in_force", "until")
    return Protocol(
        key=reading.key,
        title=reading.words(told["title"]),
        version=str(told["version"]),
        levels=own,
        valid_from=begins,
        rows=rows if own else (),
        minimums=minimums,
        scope=_scope(reading),
        status=status,
        valid_until=ends,
        stand_in=told["scope"]["kind"] == Kind.TEMPLATE.value,
        sender_decides=told.get("sender_decides", False),
    )


def _scope(reading: Reading) -> Scope:
    told = reading.told["scope"]
    kind = Kind(told["kind"])
    side = _SIDE_OF.get(kind)
    if side and not told.get(side):
        reading.fault(Fault.PLACE_MISSING, "scope", value=side)
    return Scope(
        kind,
        frozenset(told.get("places", ())),
        frozenset(told.get("sectors", ())),
        frozenset(told.get("organisations", ())),
        frozenset(told.get("exercises", ())),
    )


def _dates_and_reviews(reading: Reading) -> None:
    told = reading.told
    date = told.get("date", "")
    _date(reading, f"{date}-01" if len(date) == len("2026-11") else date, "date")
    for list_of in ("endorsed_by", "developed_by", "consulted", "presented_to"):
        for place, party in enumerate(told.get(list_of, ())):
            if isinstance(party, dict):
                _date(reading, party.get("date"), list_of, place, "date")
    for name, review in told.get("reviews", {}).items():
        if review.get("months") == NONE and "why" not in review:
            reading.fault(Fault.REASON_MISSING, "reviews", name, "months")


def _languages(reading: Reading) -> None:
    """Every text is in one of the document's languages at least."""
    for path, said in worded(reading.told):
        if not isinstance(said, str) and not set(said) & set(reading.languages):
            reading.fault(Fault.NO_WORDS, *path, value=sorted(said), choices=reading.languages)


def _types(reading: Reading, rows: tuple[Row, ...]) -> Iterator[tuple[str, DataType]]:
    """The types that rows name, or that the document words itself."""
    own = reading.told.get("types", {})
    examples: dict[str, dict[int, Words]] = {key: {} for key in own}
    for row in rows:
        if row.type != ANY_TYPE:
            examples.setdefault(row.type, {})[row.number] = row.words
    for key, named in examples.items():
        usual, entry = shared().types.get(key), own.get(key, {})
        name = usual.name if usual else {reading.languages[0]: key.rpartition(".")[2]}
        yield (
            key,
            DataType(
                key,
                {**name, **reading.words(entry["name"])} if "name" in entry else name,
                (*(usual.also if usual else ()), *entry.get("also", ())),
                (*map(reading.words, entry.get("examples", ())), *named.values()),
            ),
        )


def _date(reading: Reading, text: str | None, *path: str | int) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        reading.fault(Fault.NOT_A_DATE, *path, value=text)
        return None
