"""From a document to the core's terms: its table, its levels, its scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from ..policy import answers as facts
from ..policy.answers import GRANULARITIES, GRANULARITY, Condition
from ..policy.protocol import (
    ANY_TYPE,
    USUAL,
    Behaviour,
    Decider,
    Kind,
    LevelRule,
    Method,
    Protocol,
    Row,
    Scope,
    Status,
    Words,
)
from ..policy.scale import Enforcement, Exposure, Level, Storage
from . import check, source
from .problems import Fault, Path, Problem, Refused
from .source import Source
from .vocabulary import NONE, YES_NO, DataType, Question, shared

MAX_ROWS = 20_000
LEVEL_WORDS = ("name", "classification", "definition", "audience", "rule", "treatment")
_LEVELS = {level.slug: level for level in Level}
_EXPOSURES = {exposure.slug: exposure for exposure in Exposure}
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

    def words(self, value: Any) -> Words:
        """A text of the document by language."""
        return _words(value, self.languages[0])

    @staticmethod
    def kinds(row: Mapping[str, Any]) -> tuple[str, ...]:
        """The types that a row of the document, as it is written, speaks of."""
        return tuple(_list(row["type"]))


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
        raise Refused(tuple(found))
    made = _Compiler(read)
    document = made.document()
    if made.problems:
        raise Refused(tuple(sorted(made.problems, key=lambda p: (p.line, p.column))))
    return document


@dataclass
class _Compiler:
    source: Source
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.told: dict[str, Any] = self.source.value
        self.key: str = self.told["key"]
        self.languages: tuple[str, ...] = tuple(self.told["languages"])
        self.places = {name: _granularities(of) for name, of in self._geography().items()}
        self.questions: dict[str, Question] = {}
        self.levels: tuple[LevelRule, ...] = ()

    def document(self) -> Document:
        self._ask()
        self.levels = tuple(self._levels())
        rows = tuple(islice(self._rows(), MAX_ROWS))
        if len(rows) == MAX_ROWS:
            self._fault(Fault.TOO_MANY, "rows", most=MAX_ROWS)
        told = self.told
        days = told.get("in_force", {})
        begins = self._date(days.get("from"), "in_force", "from")
        ends = self._date(days.get("until"), "in_force", "until")
        if begins and ends and ends < begins:
            self._fault(Fault.ENDS_BEFORE_IT_BEGINS, "in_force", "until")
        protocol = Protocol(
            key=self.key,
            title=self._words(told["title"]),
            version=str(told["version"]),
            levels=self.levels,
            valid_from=begins,
            rows=rows,
            minimums=tuple(self._minimums()),
            scope=self._scope(),
            status=Status(told["status"]),
            valid_until=ends,
            stand_in=told["scope"]["kind"] == Kind.TEMPLATE.value,
            sender_decides=told.get("sender_decides", False),
        )
        if len(told.get("date", "")) > len("2026-11"):
            self._date(told["date"], "date")
        self._reviews()
        if not self.levels and protocol.status is not Status.LISTED:
            self._fault(Fault.LEVELS_MISSING)
        types = {row.type: self._type(row.type) for row in rows if row.type != ANY_TYPE}
        types |= {key: self._type(key) for key in told.get("types", ())}
        return Document(protocol, told, self.languages, types, self.questions, self.places)

    # what it asks

    def _ask(self) -> None:
        known = shared().questions
        for key, entry in self.told.get("questions", {}).items():
            fact = key if key in facts.SHARED else f"{self.key}.{key}"
            usual = known.get(fact)
            answers = {k: self._words(v) for k, v in entry.get("answers", {}).items()}
            if not answers and not usual:
                answers = dict(shared().questions[facts.HOUSEHOLD].answers)
            self.questions[fact] = Question(
                fact,
                self._words(entry["ask"]),
                {**(usual.answers if usual else {}), **answers},
                usual.none if usual else None,
                entry.get("many", usual.many if usual else False),
                self._words(entry["hint"]) if "hint" in entry else None,
            )
        for key, name in self.told["scope"].get("exercises", {}).items():
            self._add(facts.EXERCISE, key, self._words(name))
        for name, entry in self._geography().items():
            if isinstance(entry, dict) and "is" not in entry:
                self._add(GRANULARITY, f"{self.key}.{name}", self._words(entry["name"]))

    def _add(self, fact: str, key: str, words: Words) -> None:
        before = self.questions.get(fact) or shared().questions[fact]
        self.questions[fact] = replace(before, answers={**before.answers, key: words})

    def _geography(self) -> dict[str, Any]:
        return self.told.get("geography", {})

    # levels

    def _levels(self) -> Iterator[LevelRule]:
        before, keys = None, set()
        for number, entry in enumerate(self.told.get("levels", ())):
            level = _LEVELS[entry["as"]]
            if before is not None and level < before:
                self._fault(Fault.LEVELS_OUT_OF_ORDER, "levels", number, "as")
            if entry["key"] in keys:
                self._fault(Fault.SAME_LEVEL_KEY, "levels", number, "key", value=entry["key"])
            before = level
            keys.add(entry["key"])
            yield self._level(entry, level, number)

    def _level(self, entry: dict[str, Any], level: Level, number: int) -> LevelRule:
        usual = USUAL[level]
        asked = entry.get("exposure", {})
        exposures = usual.exposures
        storage = Storage[entry["storage"].upper()] if "storage" in entry else usual.storage
        if storage > usual.storage:
            told = {"value": [storage.slug], "level": level.slug}
            self._fault(Fault.WIDER_THAN_FLOOR, "levels", number, "storage", **told)
        if "allows" in asked:
            exposures = frozenset(_EXPOSURES[e] for e in asked["allows"]) | {Exposure.MEMBERS}
        wider = exposures - usual.exposures
        if wider:
            told = {"value": sorted(e.slug for e in wider), "level": level.slug}
            self._fault(Fault.WIDER_THAN_FLOOR, "levels", number, "exposure", "allows", **told)
        if entry.get("discoverable") is False:
            exposures &= {Exposure.MEMBERS}
        default = usual.default if usual.default in exposures else Exposure.MEMBERS
        if "default" in asked:
            default = _EXPOSURES[asked["default"]]
            if default not in exposures:
                at = ("levels", number, "exposure", "default")
                self._fault(Fault.DEFAULT_NOT_ALLOWED, *at, value=default.slug)
        binding = entry.get("enforcement", self.told.get("enforcement", "block"))
        retention = entry.get("retention", {})
        words = {w: self._words(entry[w]) for w in LEVEL_WORDS if w in entry}
        if "text" in retention:
            words["retention"] = self._words(retention["text"])
        return LevelRule(
            level,
            exposures,
            default,
            tuple(self._methods(entry, number)),
            entry["key"],
            words,
            storage,
            Enforcement[binding.upper()],
            tuple(map(self._decider, entry.get("decides", ()))),
            retention.get("days"),
        )

    def _decider(self, told: Any) -> Decider:
        every = isinstance(told, dict) and "every" in told
        return Decider(self._words(told["every"] if every else told), every)

    def _methods(self, entry: dict[str, Any], number: int) -> Iterator[Method]:
        known = {**shared().methods, **self.told.get("methods", {})}
        for place, key in enumerate(entry.get("methods", ())):
            if key not in known:
                told = {"value": key, "meant": check.close(key, known), "choices": list(known)}
                self._fault(Fault.UNKNOWN_METHOD, "levels", number, "methods", place, **told)
                continue
            method = known[key]
            yield Method(key, self._words(method["name"]), Behaviour(method["behaviour"]))

    # the table

    def _rows(self) -> Iterator[Row]:
        for place, entry in enumerate(self.told.get("rows", ())):
            yield from self._written(place, entry)
        for place, entry in enumerate(self.told.get("levels", ())):
            for when in self._groups(entry, "when", ("levels", place)):
                words = self._words(entry["rule"]) if "rule" in entry else {}
                yield Row(0, ANY_TYPE, place, words, when, otherwise=True)

    def _written(self, place: int, entry: dict[str, Any]) -> Iterator[Row]:
        """A row as it is written: one of the core's for each of its types and alternatives."""
        path: Path = ("rows", place)
        self._channels(entry, path)
        rank = self._rank(entry["level"], (*path, "level"))
        unless = self._groups(entry, "except", path)
        groups = self._groups(entry, "when", path) or ((),)
        if "decided_by" in entry:
            groups = tuple((*group, self._decision(place + 1, entry)) for group in groups)
        instead = entry.get("instead", {})
        turned = self._groups(instead, "when", (*path, "instead"))
        for kind in self._kinds(entry["type"], path):
            for group in groups:
                yield self._row(place + 1, entry, kind, rank, group, (*unless, *turned))
                for more in turned:
                    other = self._rank(instead["level"], (*path, "instead", "level"))
                    yield self._row(place + 1, entry, kind, other, (*group, *more), unless)

    def _row(
        self,
        number: int,
        entry: dict[str, Any],
        kind: str,
        rank: int,
        when: tuple[Condition, ...],
        unless: tuple[tuple[Condition, ...], ...],
    ) -> Row:
        return Row(
            number,
            kind,
            rank,
            self._words(entry["words"]),
            when,
            unless,
            entry.get("otherwise", False),
            entry.get("undecided", False),
            tuple(map(self._words, entry.get("audience", ()))),
            frozenset(entry.get("without", ())),
            self._words(entry["treatment"]) if "treatment" in entry else None,
            tuple(map(self._words, entry.get("needs", ()))),
            self._words(entry["note"]) if "note" in entry else None,
        )

    def _kinds(self, told: Any, path: Path) -> Iterator[str]:
        known = {ANY_TYPE, *shared().types, *self.told.get("types", ())}
        for kind in _list(told):
            if kind not in known:
                meant = {"value": kind, "meant": check.close(kind, known)}
                self._fault(Fault.UNKNOWN_TYPE, *path, "type", **meant)
            yield kind

    def _channels(self, entry: dict[str, Any], path: Path) -> None:
        known = {**shared().methods, **self.told.get("methods", {})}
        known |= {behaviour.value: behaviour for behaviour in Behaviour}
        for at, key in enumerate(entry.get("without", ())):
            if key not in known:
                told = {"value": key, "meant": check.close(key, known), "choices": list(known)}
                self._fault(Fault.UNKNOWN_METHOD, *path, "without", at, **told)

    def _minimums(self) -> Iterator[Row]:
        if not self.levels:
            return
        own = "minimums" in self.told
        for place, entry in enumerate(self.told["minimums"] if own else shared().minimums):
            path = ("minimums", place)
            yield Row(
                0,
                ANY_TYPE,
                self._reaching(entry["level"], (*path, "level")),
                self._words(entry["words"]) if "words" in entry else {},
                tuple(self._conditions(entry["when"], (*path, "when"))),
                self._groups(entry, "except", path),
            )

    def _groups(
        self, entry: dict[str, Any], key: str, path: Path
    ) -> tuple[tuple[Condition, ...], ...]:
        """Conditions, or a list of groups of them."""
        groups, path = entry.get(key, []), (*path, key)
        if isinstance(groups, dict):
            return (tuple(self._conditions(groups, path)),)
        return tuple(tuple(self._conditions(g, (*path, n))) for n, g in enumerate(groups))

    def _conditions(self, told: dict[str, Any], path: Path) -> Iterator[Condition]:
        for name, asked in told.items():
            here = (*path, name)
            fact = self._fact(name, here)
            if fact is None:
                continue
            every = isinstance(asked, dict) and "all" in asked
            negated = isinstance(asked, dict) and "not" in asked
            values = next(iter(asked.values())) if isinstance(asked, dict) else asked
            chosen = {v for one in _list(values) for v in self._values(fact, one, here)}
            if NONE in chosen:
                # "none" is answered by giving no answer: met where none of the others was given
                others = frozenset(self._question(fact).answers) - chosen  # type: ignore[union-attr]
                yield Condition(fact, others, negated=not negated)
            elif chosen:
                yield Condition(fact, frozenset(chosen), every, negated)

    def _question(self, fact: str) -> Question | None:
        return self.questions.get(fact) or shared().questions.get(fact)

    def _fact(self, name: str, path: Path) -> str | None:
        own = f"{self.key}.{name}"
        if own in self.questions:
            return own
        if name in facts.SHARED and name != facts.TYPE:
            return name
        known = [f.removeprefix(f"{self.key}.") for f in self.questions]
        known += [fact for fact in facts.SHARED if fact != facts.TYPE]
        told = {"value": name, "meant": check.close(name, known), "choices": known}
        self.problems.append(self.source.problem(Fault.UNKNOWN_FACT, path, **told))
        return None

    def _values(self, fact: str, value: Any, path: Path) -> Iterable[str]:
        if isinstance(value, bool):
            value = YES_NO[0] if value else YES_NO[1]
        if fact == GRANULARITY:
            found = self._granularity(value)
            if found:
                return found
        question = self._question(fact)
        free = fact in (facts.PLACE, facts.ORGANISATION) or question is None
        known = list(question.answers) if question else []
        if free or value in known or (value == NONE and question and question.none):
            return (value,)
        known += [*self.places] if fact == GRANULARITY else []
        told = {"value": value, "meant": check.close(value, known), "choices": known}
        self.problems.append(self.source.problem(Fault.UNKNOWN_ANSWER, path, **told))
        return ()

    def _granularity(self, value: str) -> tuple[str, ...]:
        """The steps of the ladder that a word means: ``raion``, ``adm2 or finer``."""
        word, _space, side = value.partition(" or ")
        if word in GRANULARITIES:
            steps: tuple[str, ...] = (word,)
        elif word in self.places:
            steps = self.places[word] or (f"{self.key}.{word}",)
        else:
            return ()
        if not side:
            return steps
        ladder = [GRANULARITIES.index(step) for step in steps if step in GRANULARITIES]
        if side in ("finer", "lower") and ladder:
            return GRANULARITIES[min(ladder) :]
        if side in ("coarser", "higher") and ladder:
            return GRANULARITIES[: max(ladder) + 1]
        return ()

    def _decision(self, number: int, entry: dict[str, Any]) -> Condition:
        """A row that a body has to have decided is a question of yes or no."""
        fact = f"{self.key}.decision_{number}"
        body = self._words(entry["decided_by"])
        self.questions[fact] = Question(
            fact,
            body,
            shared().questions[facts.HOUSEHOLD].answers,
            hint=self._words(entry["words"]),
        )
        return Condition(fact, frozenset({facts.YES}))

    def _rank(self, key: str, path: Path) -> int:
        keys = [rule.key for rule in self.levels]
        if key in keys:
            return keys.index(key)
        told = {"value": key, "meant": check.close(key, keys), "choices": keys}
        self.problems.append(self.source.problem(Fault.UNKNOWN_LEVEL, path, **told))
        return 0

    def _reaching(self, key: str, path: Path) -> int:
        """An own level, or for one of the four the lowest own one that reaches it."""
        keys = [rule.key for rule in self.levels]
        if key in keys or key not in _LEVELS:
            return self._rank(key, path)
        reach = (n for n, rule in enumerate(self.levels) if rule.level >= _LEVELS[key])
        return next(reach, len(keys) - 1)

    # the rest

    def _scope(self) -> Scope:
        told = self.told["scope"]
        kind = Kind(told["kind"])
        side = _SIDE_OF.get(kind)
        if side and not told.get(side):
            self._fault(Fault.PLACE_MISSING, "scope", value=side)
        return Scope(
            kind,
            frozenset(told.get("places", ())),
            frozenset(told.get("sectors", ())),
            frozenset(told.get("organisations", ())),
            frozenset(told.get("exercises", ())),
        )

    def _reviews(self) -> None:
        for name, review in self.told.get("reviews", {}).items():
            if review.get("months") == NONE and "why" not in review:
                self._fault(Fault.REASON_MISSING, "reviews", name, "months")

    def _type(self, key: str) -> DataType:
        usual = shared().types.get(key)
        own = self.told.get("types", {}).get(key, {})
        rows = self.told.get("rows", ())
        examples = [row["words"] for row in rows if key in _list(row["type"])]
        name = usual.name if usual else {self.languages[0]: key.rpartition(".")[2]}
        return DataType(
            key,
            {**name, **self._words(own["name"])} if "name" in own else name,
            (*(usual.also if usual else ()), *own.get("also", ())),
            tuple(map(self._words, [*own.get("examples", ()), *examples])),
        )

    def _date(self, text: str | None, *path: str) -> dt.date | None:
        try:
            return dt.date.fromisoformat(text) if text else None
        except ValueError:
            self._fault(Fault.NOT_A_DATE, *path, value=text)
            return None

    def _words(self, value: Any) -> Words:
        return _words(value, self.languages[0])

    def _fault(self, code: Fault, *path: str | int, **values: Any) -> None:
        self.problems.append(self.source.problem(code, path, **values))


def _words(value: Any, language: str) -> Words:
    return {language: value} if isinstance(value, str) else value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _granularities(of: Any) -> tuple[str, ...]:
    if isinstance(of, dict):
        of = of.get("is", [])
    return tuple(of) if isinstance(of, list) else (of,)
