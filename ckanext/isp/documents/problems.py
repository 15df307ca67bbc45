"""What is wrong with a document, and what had better be otherwise: a place and a code each."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str | int, ...]


class Fault(enum.Enum):
    """Why a document is refused. Every fault has a sentence in each language."""

    TOO_LARGE = "too_large"
    NOT_UTF8 = "not_utf8"
    SYNTAX = "syntax"
    ALIAS = "alias"
    TAG = "tag"
    TOO_DEEP = "too_deep"
    TOO_MANY = "too_many"
    DUPLICATE_KEY = "duplicate_key"
    BAD_KEY = "bad_key"
    UNKNOWN_KEY = "unknown_key"
    MISSING_KEY = "missing_key"
    WRONG_TYPE = "wrong_type"
    NOT_ONE_OF = "not_one_of"
    WRONG_FORM = "wrong_form"
    EMPTY = "empty"
    NO_WORDS = "no_words"
    UNKNOWN_LEVEL = "unknown_level"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_FACT = "unknown_fact"
    UNKNOWN_ANSWER = "unknown_answer"
    UNKNOWN_METHOD = "unknown_method"
    LEVELS_OUT_OF_ORDER = "levels_out_of_order"
    LEVELS_MISSING = "levels_missing"
    SAME_LEVEL_KEY = "same_level_key"
    PLACE_MISSING = "place_missing"
    ENDS_BEFORE_IT_BEGINS = "ends_before_it_begins"
    NOT_A_DATE = "not_a_date"
    WIDER_THAN_FLOOR = "wider_than_floor"
    DEFAULT_NOT_ALLOWED = "default_not_allowed"
    REASON_MISSING = "reason_missing"
    NOT_A_TABLE = "not_a_table"


class Doubt(enum.Enum):
    """What a focal point had better look at. Nothing of it keeps a document from being loaded."""

    TWO_LEVELS = "two_levels"
    DUPLICATE_ROW = "duplicate_row"
    OVERLAP = "overlap"
    GAP = "gap"
    PLACEHOLDER = "placeholder"
    NO_PUBLIC_LEVEL = "no_public_level"
    NO_TYPES = "no_types"
    NO_LEVELS = "no_levels"
    NO_REVIEW = "no_review"
    NO_CONTACT = "no_contact"
    NO_ENDORSEMENT = "no_endorsement"
    LOOSER_THAN_TEMPLATE = "looser_than_template"
    NOT_TRANSLATED = "not_translated"
    ADVISES_ONLY = "advises_only"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True)
class Problem:
    """One fault or doubt.

    :param path: where in the document, key by key
    :param line: counted from 1; 0 where there is no place
    :param values: what its sentence names: ``value``, ``meant``, ``choices``, ``rows``, ...
    """

    code: Fault | Doubt
    path: Path = ()
    line: int = 0
    column: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fatal(self) -> bool:
        return isinstance(self.code, Fault)


class Refused(ValueError):
    """A document that cannot be used; every problem that was found is in it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(", ".join(f"{p.line}:{p.column} {p.code.value}" for p in problems))
        self.problems = problems
