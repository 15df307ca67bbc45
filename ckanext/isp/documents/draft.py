"""A document made from the rules of a table: a draft, with what could not be understood."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..policy import answers as facts
from ..policy.answers import GRANULARITIES, GRANULARITY, SHARED
from ..policy.protocol import ANY_TYPE
from ..policy.scale import Level
from . import source
from .compile import compile
from .problems import Doubt, Problem, Refused
from .table import SIDES, Rule, rules
from .vocabulary import find, fold, shared
from .write import written

_LEVEL_WORDS = {
    Level.LOW: ("low", "low or no", "low no", "none", "faible", "public", "publique"),
    Level.MODERATE: ("moderate", "medium", "moderee", "restricted", "limitee"),
    Level.HIGH: ("high", "elevee", "confidential", "confidentielle"),
    Level.SEVERE: ("severe", "strictly confidential", "strictement confidentielle"),
}
_LEVEL_OF = {word: level for level, words in _LEVEL_WORDS.items() for word in words}
_PLACE = re.compile(r"[A-Z]{3}(-[A-Z0-9]{1,12})*")
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*)*")
_ADM = re.compile(r"\badm(?:in)?(?:istrative)?[ -]*(?:level)?[ -]*([0-4])\b", re.IGNORECASE)
UNKNOWN_PLACE = "XXX"


@dataclass(frozen=True)
class Draft:
    """A document made from the rules of one country.

    :param text: YAML that loads, with the status of a draft
    :param doubts: what could not be understood, by row of the draft
    """

    country: str
    text: str
    doubts: tuple[Problem, ...]


def drafts(data: bytes) -> list[Draft]:
    """Drafts from a table in CSV or XLSX, one for each country that it speaks of.

    :raises Refused: where it is no such table
    """
    by_country: dict[str, list[Rule]] = {}
    for rule in rules(data):
        by_country.setdefault(rule.country, []).append(rule)
    return [_Draft(country, of).draft() for country, of in by_country.items()]


@dataclass
class _Draft:
    """Makes a document from rules, and remembers what it did not understand."""

    country: str
    given: list[Rule]
    doubts: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.types: dict[str, Any] = {}
        self.geography: dict[str, Any] = {}
        self.questions: dict[str, Any] = {}
        self.methods: dict[str, Any] = {}

    def draft(self) -> Draft:
        plain: frozenset[int] = frozenset()
        while True:
            text = written(self.told(plain))
            try:
                compile(source.read(text.encode()))
            except Refused as refused:
                worse = plain | _rows_of(refused)
                if worse == plain:
                    raise
                plain = worse
            else:
                return Draft(self.country, text, tuple(self.doubts))

    def told(self, plain: frozenset[int]) -> dict[str, Any]:
        """The document's values.

        :param plain: the rows whose instructions are text and not what the format writes
        """
        self.doubts.clear()
        for made in (self.types, self.geography, self.questions, self.methods):
            made.clear()
        rows = [self.row(place, rule, place in plain) for place, rule in enumerate(self.given)]
        places = self.places()
        head: dict[str, Any] = {
            "isp": 1,
            "key": _key(self.country) or "draft",
            "title": f"Information Sharing Protocol, {self.country or UNKNOWN_PLACE}",
            "version": "draft",
            "languages": ["en"],
            "status": "draft",
            "scope": {"kind": "country", "places": places},
            "geography": self.geography,
            "questions": self.questions,
            "types": self.types,
            "methods": self.methods,
            "levels": [{"key": level.slug, "as": level.slug} for level in Level],
            "rows": rows,
        }
        return {key: value for key, value in head.items() if value not in ({}, [])}

    def places(self) -> list[str]:
        codes = [code.strip() for code in self.country.split(",")]
        if all(_PLACE.fullmatch(code) for code in codes):
            return sorted(set(codes))
        self.doubt(None, "country", self.country, UNKNOWN_PLACE)
        return [UNKNOWN_PLACE]

    def row(self, place: int, rule: Rule, plain: bool) -> dict[str, Any]:
        kinds = self.kinds(place, rule)
        row: dict[str, Any] = {
            "level": self.level(place, rule.level),
            "type": kinds[0] if len(kinds) == 1 else kinds,
            "words": rule.type or rule.category or rule.level,
        }
        more = {} if plain else _instructions(rule.instructions)
        if rule.instructions and not more:
            self.doubt(place, "instructions", rule.instructions, "note")
            more = {"note": rule.instructions}
        detail = self.granularity(place, rule.disaggregation)
        if detail and not isinstance(more.get("when"), list):
            more["when"] = {GRANULARITY: detail, **more.get("when", {})}
        for fact, values in _asked(more):
            self.question(place, fact, values)
        for method in more.get("without", ()):
            if method not in shared().methods:
                self.methods[method] = {"name": _name(method), "behaviour": "public_portal"}
        return {**row, **more}

    def level(self, place: int, text: str) -> str:
        """The level that a word means; what nobody can read counts as the highest."""
        word = " ".join(fold(text).replace("sensitivity", "").replace("sensibilite", "").split())
        found = _LEVEL_OF.get(word)
        if found is None:
            self.doubt(place, "level", text, Level.SEVERE.slug)
        return (found or Level.SEVERE).slug

    def kinds(self, place: int, rule: Rule) -> list[str]:
        """The types that a category, or the type's own words, mean."""
        keys = [key.strip() for key in rule.category.split(",")]
        if all(
            _KEY.fullmatch(key) and (key in shared().types or "." in key or key == "any")
            for key in keys
        ):
            for key in keys:
                if key != "any" and key not in shared().types:
                    self.types[key] = {"name": _name(key)}
            return keys
        for text in (rule.category, rule.type):
            found = find(shared().types.values(), text) if fold(text).strip() else []
            if found:
                if len(found) > 1 or text != rule.category:
                    self.doubt(place, "type", text, found[0].key)
                return [found[0].key]
        key = _key(rule.category or rule.type).replace("-", "_") or "other"
        self.types[key] = {"name": rule.category or rule.type or "Other"}
        self.doubt(place, "type", rule.category or rule.type, key)
        return [key]

    def granularity(self, place: int, text: str) -> str | list[str] | None:
        if not fold(text).strip() or fold(text).strip() in ("n a", "na", "none", "any", "all"):
            return None
        found = [self.step(place, part) for part in re.split(r"[,;/]", text) if part.strip()]
        return found[0] if len(found) == 1 else list(dict.fromkeys(found))

    def step(self, place: int, text: str) -> str:
        """A step of the ladder; a place's own name is kept, with what it is where that is said."""
        word, _or, side = " ".join(text.lower().split()).partition(" or ")
        side = f" or {SIDES[side]}" if side in SIDES else ""
        if word in GRANULARITIES:
            return word + side
        name = word.partition("(")[0]
        adm = _ADM.search(word)
        if adm and adm.group(1) == "0":
            return "national" + side
        local = _key(_ADM.sub("", name)).replace("-", "_")
        if adm:
            step = f"adm{adm.group(1)}"
            if local in ("", "level", "levels"):
                return step + side
            self.geography[local] = step
            return local + side
        usual = next((step for step in GRANULARITIES if step in fold(word).split()), None)
        if usual:
            return usual + side
        local = local or "place"
        self.geography[local] = {"name": text.strip()}
        self.doubt(place, "granularity", text, local)
        return local

    def question(self, place: int, fact: str, values: set[str]) -> None:
        if fact in SHARED:
            known = shared().questions.get(fact)
            lacking = values - set(known.answers if known else values) - {"none"}
            if fact in (facts.PLACE, facts.ORGANISATION, GRANULARITY) or not lacking:
                return
        own = self.questions.setdefault(fact, {"ask": f"{_name(fact)}?"})
        if not values <= {"yes", "no"}:
            own.setdefault("answers", {}).update({value: _name(value) for value in sorted(values)})
        self.doubt(place, "question", fact, fact)

    def doubt(self, place: int | None, column: str, value: str, taken: str) -> None:
        path: tuple[str | int, ...] = () if place is None else ("rows", place)
        rows = [] if place is None else [place + 1]
        told = {"column": column, "value": value, "meant": taken, "rows": rows}
        self.doubts.append(Problem(Doubt.UNCERTAIN, path, values=told))


def _is_type(key: str) -> bool:
    """Whether a category is the key of a type, rather than words for it."""
    written = bool(_KEY.fullmatch(key)) and not {".", "_"}.isdisjoint(key)
    return written or key in shared().types or key == ANY_TYPE


def _rows_of(refused: Refused) -> frozenset[int]:
    """The rows that keep a document from being loaded."""
    paths = (problem.path for problem in refused.problems)
    return frozenset(
        path[1] for path in paths if path[:1] == ("rows",) and isinstance(path[1], int)
    )


def _instructions(text: str) -> dict[str, Any]:
    """What stands in the instructions, where it is what the format writes."""
    if not text:
        return {}
    try:
        told = source.read(text.encode()).value
    except Refused:
        return {}
    known = {"when", "except", "instead", "otherwise", "undecided", "decided_by", "audience"}
    known |= {"without", "treatment", "needs", "note"}
    return told if isinstance(told, dict) and told and set(told) <= known else {}


def _asked(row: Mapping[str, Any]) -> Iterator[tuple[str, set[str]]]:
    """The facts that a row's conditions name, each with the values that they name."""
    for told in (row.get("when"), row.get("except"), (row.get("instead") or {}).get("when")):
        for group in told if isinstance(told, list) else [told]:
            for fact, value in group.items() if isinstance(group, dict) else ():
                inner = next(iter(value.values()), "") if isinstance(value, dict) else value
                values = inner if isinstance(inner, list) else [inner]
                yield (
                    fact,
                    {_YES_NO.get(v, str(v)) if isinstance(v, bool) else str(v) for v in values},
                )


_YES_NO = {True: facts.YES, False: facts.NO}


def _key(text: str) -> str:
    plain = re.sub("[^a-z0-9]+", "-", fold(text)).strip("-")
    return plain[:64].rstrip("-")


def _name(key: str) -> str:
    return key.rpartition(".")[2].replace("_", " ").replace("-", " ").capitalize()
