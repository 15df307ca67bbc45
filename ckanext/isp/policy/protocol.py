"""A protocol as data: its levels, and the table that sorts data types into them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .answers import DECLARATIONS, EXERCISE, ORGANISATION, PLACE, SECTOR, TYPE, Answers, Condition
from .compiled import Groups
from .scale import ALL, Described, Enforcement, Exposure, Level, Storage
from .tables import Rows, Tables

# The same sentence by language.
Words = Mapping[str, str]

ANY_TYPE = "any"


class Status(enum.Enum):
    """How far a protocol has come (R5). Only an endorsed one is enforced."""

    DRAFT = "draft"
    ENDORSED = "endorsed"
    SUPERSEDED = "superseded"
    LISTED = "listed"


class Kind(enum.Enum):
    """What a protocol is for (R1)."""

    PORTAL = "portal"
    COUNTRY = "country"
    SUB_COUNTRY = "sub_country"
    SECTOR = "sector"
    ORGANISATION = "organisation"
    EXERCISE = "exercise"
    TEMPLATE = "template"

    @property
    def system_wide(self) -> bool:
        """Whether it speaks for a whole response, in the place of the template."""
        return self in (Kind.COUNTRY, Kind.SUB_COUNTRY)


class Behaviour(enum.Enum):
    """What a dissemination method means on a portal (R36)."""

    PUBLIC_PORTAL = "public_portal"
    CONNECT = "connect"
    MAILING_LIST = "mailing_list"
    INTERNAL_SECTOR = "internal_sector"
    INTER_SECTOR_CASE = "inter_sector_case"
    BILATERAL_FORMAL = "bilateral_formal"


@dataclass(frozen=True)
class Method:
    """A dissemination method as a protocol words it.

    :param key: stable name, unique in its protocol
    """

    key: str
    name: Words
    behaviour: Behaviour


@dataclass(frozen=True)
class Decider:
    """Somebody who has to agree before data is given.

    :param every: all bodies of that kind have to agree, not one of them
    :param of: names of organisations of the portal that are these bodies
    :param office: one that the portal fills with users, where it is that
    """

    words: Words
    every: bool = False
    of: tuple[str, ...] = ()
    office: str = ""


@dataclass(frozen=True)
class LevelRule:
    """A level as one protocol has it.

    :param level: the one of the four that it stands for
    :param exposures: the exposures that it allows
    :param default: the exposure of a dataset for which nobody asked for one
    :param key: its own name, where it differs; several may stand for the same level
    :param words: ``name``, ``classification``, ``definition``, ``audience``, ``rule``,
        ``treatment`` and ``retention``, those that the protocol words itself
    :param deciders: who decides about requests: each demand has to be met (R82, GBVIMS)
    :param retention_days: how long data may be kept; None where it is not said
    :param describes: what is told of a file to those who may not have it
    :param versions: how many earlier versions of a file are kept; None where it is not said
    """

    level: Level
    exposures: frozenset[Exposure]
    default: Exposure
    methods: tuple[Method, ...] = ()
    key: str = ""
    words: Mapping[str, Words] = field(default_factory=dict)
    storage: Storage = Storage.RESOURCE
    enforcement: Enforcement = Enforcement.BLOCK
    deciders: tuple[Decider, ...] = ()
    retention_days: int | None = None
    describes: frozenset[Described] = frozenset()
    versions: int | None = None


@dataclass(frozen=True)
class Scope:
    """What a protocol covers; an empty set leaves that side open.

    :param places: ISO 3166 codes, of countries (``AFG``) or of what lies in them (``CMR-NW``)
    """

    kind: Kind = Kind.PORTAL
    places: frozenset[str] = frozenset()
    sectors: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()
    exercises: frozenset[str] = frozenset()

    _sides: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _asks: Groups = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        sides = {
            PLACE: self.places,
            SECTOR: self.sectors,
            ORGANISATION: self.organisations,
            EXERCISE: self.exercises,
        }
        asks = [Condition(fact, values) for fact, values in sides.items() if values]
        object.__setattr__(self, "_sides", tuple(asked.fact for asked in asks))
        object.__setattr__(self, "_asks", Groups([(asked,) for asked in asks]))

    def covers(self, answers: Answers) -> bool | None:
        """Whether a dataset lies in it; None where what is known does not say."""
        contradicted, left = self._asks.tried(answers)
        return False if contradicted else (None if left else True)

    def open(self, answers: Answers) -> frozenset[str]:
        """The facts that decide whether a dataset lies in it, as far as they are not known."""
        _contradicted, left = self._asks.tried(answers)
        return frozenset(f for place, f in enumerate(self._sides) if left >> place & 1)


@dataclass(frozen=True)
class Row:
    """A row of the table: data of a type, under conditions, is of a level.

    :param number: its place in the table, from 1; 0 for a minimum or the rule of a level. One row
        as written can be several of these: one for each of its types and alternatives
    :param type: the type's key (``facilities.sites`` lies under ``facilities``), or ``any``
    :param rank: the place of its level among the protocol's
    :param words: the row as the protocol words it
    :param when: conditions, all of which have to be met
    :param unless: groups of conditions; where all of one group are met, the row does not hold
    :param otherwise: holds only where no other row of its type does
    :param undecided: words that nobody can decide ("clusters x, y and z"): taken as met
    :param audience: who alone may receive it, where the row names them
    :param without: keys of methods, or of behaviours, that it forbids
    :param treatment: what has to be done to the data before it is shared
    :param needs: steps or papers that have to be there before it is shared
    """

    number: int
    type: str
    rank: int
    words: Words = field(default_factory=dict)
    when: tuple[Condition, ...] = ()
    unless: tuple[tuple[Condition, ...], ...] = ()
    otherwise: bool = False
    undecided: bool = False
    audience: tuple[Words, ...] = ()
    without: frozenset[str] = frozenset()
    treatment: Words | None = None
    needs: tuple[Words, ...] = ()
    note: Words | None = None

    facts: frozenset[str] = field(init=False, repr=False, compare=False)
    declares: tuple[Condition, ...] = field(init=False, repr=False, compare=False)
    # the highest first, then as in the table
    order: tuple[int, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        every = [*self.when, *(condition for group in self.unless for condition in group)]
        facts = frozenset(condition.fact for condition in every)
        declares = [c for c in self.when if c.fact in DECLARATIONS and not c.negated]
        object.__setattr__(self, "facts", facts)
        object.__setattr__(self, "declares", tuple(declares))
        object.__setattr__(self, "order", (-self.rank, self.number))

    def stands(self, answers: Answers) -> bool | None:
        """Whether it holds; None where that depends on what was not answered."""
        holding, could = Rows((self,)).read(answers)
        return bool(holding) if holding or not could else None


@dataclass(frozen=True)
class Protocol:
    """An Information Sharing Protocol.

    :param key: stable name, the same for all its versions
    :param title: title by language
    :param version: as its authors number it
    :param levels: in the authors' order, least sensitive first; none for one that is only listed
    :param rows: its table
    :param minimums: what a declared fact makes the level at least (R28), as rows of any type
    :param valid_from: first day; None for at once
    :param valid_until: last day; from then on it is overdue, and still in force
    :param stand_in: fills the place of a response's own protocol where there is none
    :param sender_decides: how far data may be shared further is for those to say who gave it
    """

    key: str
    title: Words
    version: str
    levels: tuple[LevelRule, ...] = ()
    valid_from: date | None = None
    rows: tuple[Row, ...] = ()
    minimums: tuple[Row, ...] = ()
    scope: Scope = Scope()
    status: Status = Status.ENDORSED
    valid_until: date | None = None
    stand_in: bool = False
    sender_decides: bool = False
    by_type: Mapping[str, tuple[Row, ...]] = field(init=False, repr=False, compare=False)
    facts: tuple[str, ...] = field(init=False, repr=False, compare=False)
    tables: Tables = field(init=False, repr=False, compare=False)
    # what it said of answers that came before
    found: dict[Any, Any] = field(init=False, repr=False, compare=False)
    _rules: Mapping[Level, tuple[LevelRule, ...]] = field(init=False, repr=False, compare=False)
    _strictest: Mapping[Level, LevelRule | None] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_type: dict[str, list[Row]] = {}
        for row in self.rows:
            by_type.setdefault(row.type, []).append(row)
        object.__setattr__(self, "by_type", {kind: tuple(of) for kind, of in by_type.items()})
        # a minimum that is the public level asks for nothing
        binding = (m for m in self.minimums if self.levels[m.rank].level is not Level.LOW)
        object.__setattr__(self, "minimums", tuple(binding))
        every = (*self.rows, *self.minimums)
        facts = sorted({TYPE}.union(*(row.facts for row in every)))
        object.__setattr__(self, "facts", tuple(facts))
        general = self.by_type.get(ANY_TYPE, ())
        object.__setattr__(self, "tables", Tables(self.by_type, general, self.minimums))
        object.__setattr__(self, "found", {})
        rules = {level: _standing_for(self.levels, level) for level in Level}
        strictest = {level: min(of, key=_width, default=None) for level, of in rules.items()}
        object.__setattr__(self, "_rules", rules)
        object.__setattr__(self, "_strictest", strictest)

    def in_force(self, today: date) -> bool:
        """Whether it binds on that day: endorsed and begun. Expired means overdue, not over."""
        begun = self.valid_from is None or self.valid_from <= today
        return self.status is Status.ENDORSED and begun

    def overdue(self, today: date) -> bool:
        """Whether its last day has passed."""
        return self.valid_until is not None and self.valid_until < today

    def rules(self, level: Level) -> tuple[LevelRule, ...]:
        """Its own levels for one of the four: those that stand for it, else the next above.

        Where none reaches it, its highest; empty for a protocol without levels.
        """
        return self._rules[level]

    def rule(self, level: Level, found: LevelRule | None = None) -> LevelRule | None:
        """Its own level that one of the four stands for: the one found, else the strictest."""
        for rule in self._rules[level]:
            if rule is found:
                return rule
        return self._strictest[level]

    def listed(self, kind: str) -> tuple[tuple[Row, ...], bool]:
        """The rows of a type, or of the nearest type that it lies under.

        :returns: the rows, and whether the type is listed; where only types under it are, their
            rows and False
        """
        table = self.tables.of(kind)
        return table.written, table.whole


def _standing_for(levels: tuple[LevelRule, ...], level: Level) -> tuple[LevelRule, ...]:
    above = [rule for rule in levels if rule.level >= level]
    if not above:
        return levels[-1:]
    least = min(rule.level for rule in above)
    return tuple(rule for rule in above if rule.level is least)


def _width(rule: LevelRule) -> tuple[int, Exposure]:
    return len(rule.exposures), rule.default


_FOUND = frozenset({Exposure.MEMBERS, Exposure.ON_REQUEST})
_MEMBERS = frozenset({Exposure.MEMBERS})
_TOLD = frozenset(Described) - {Described.CHECKSUM}
_OUTLINE = frozenset({Described.DESCRIPTION, Described.FORMAT, Described.COLUMNS})

# What the four levels mean where a protocol does not say otherwise (R29, R36-R40).
USUAL = {
    Level.LOW: LevelRule(Level.LOW, ALL, Exposure.OPEN, describes=_TOLD),
    Level.MODERATE: LevelRule(
        Level.MODERATE,
        _FOUND,
        Exposure.ON_REQUEST,
        storage=Storage.RESTRICTED,
        describes=_TOLD,
    ),
    Level.HIGH: LevelRule(
        Level.HIGH,
        _FOUND,
        Exposure.MEMBERS,
        storage=Storage.RESTRICTED,
        describes=_OUTLINE,
    ),
    Level.SEVERE: LevelRule(Level.SEVERE, _MEMBERS, Exposure.MEMBERS, storage=Storage.RESTRICTED),
}
