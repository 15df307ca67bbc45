"""What protocols share: data types with what people call them, and the questions that are asked."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from ..policy.protocol import Words
from . import source

FILE = "schemas/vocabulary.yaml"
NONE = "none"
YES_NO = ("yes", "no")


@dataclass(frozen=True)
class DataType:
    """A type of data, and what it is also called.

    :param key: ``facilities.sites`` lies under ``facilities``
    :param also: other names and abbreviations, in any language
    :param examples: what protocols name as such data
    """

    key: str
    name: Words
    also: tuple[str, ...] = ()
    examples: tuple[Words, ...] = ()


@dataclass(frozen=True)
class Question:
    """A fact that people are asked for.

    :param fact: its key among the answers
    :param answers: what can be answered, with its words; empty where that follows from elsewhere
    :param none: the words for "none of these"; None where one has to be chosen
    :param many: whether several can be answered together
    """

    fact: str
    ask: Words
    answers: Mapping[str, Words] = field(default_factory=dict)
    none: Words | None = None
    many: bool = False
    hint: Words | None = None


@dataclass(frozen=True)
class Vocabulary:
    """Types, questions and methods by key; the questions in the order in which they are asked.

    :param minimums: what a declaration makes the level at least, as a protocol would write it
    """

    types: Mapping[str, DataType]
    questions: Mapping[str, Question]
    methods: Mapping[str, Mapping[str, Any]]
    minimums: tuple[Mapping[str, Any], ...]


@cache
def shared() -> Vocabulary:
    """The shipped vocabulary."""
    told = source.read((files("ckanext.isp") / FILE).read_bytes()).value
    types = {
        key: DataType(key, entry["name"], tuple(entry.get("also", ())))
        for key, entry in told["types"].items()
    }
    questions = {
        fact: Question(
            fact,
            entry["ask"],
            entry.get("answers", {}),
            entry.get("none"),
            entry.get("many", False),
            entry.get("hint"),
        )
        for fact, entry in told["questions"].items()
    }
    return Vocabulary(types, questions, told["methods"], tuple(told["minimums"]))


def find(types: Iterable[DataType], text: str) -> list[DataType]:
    """The types that a search means, the best first: by name, synonym and example, in any language.

    :param text: what was typed; every word of it has to be found
    """
    wanted = fold(text).split()
    ranked = []
    for number, of in enumerate(types):
        names = fold(" ".join(of.name.values()))
        synonyms = fold(" ".join(of.also))
        rest = fold(" ".join(word for words in of.examples for word in words.values()))
        if all(word in f"{names} {synonyms} {rest}" for word in wanted):
            exact = any(fold(name) == fold(text) for name in (*of.also, *of.name.values()))
            score = (
                0 if exact else sum(1 if word in f"{names} {synonyms}" else 3 for word in wanted)
            )
            ranked.append((score, number, of))
    return [of for _score, _number, of in sorted(ranked, key=lambda entry: entry[:2])]


def fold(text: str) -> str:
    """A text as it is compared: without accents, case and punctuation."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
