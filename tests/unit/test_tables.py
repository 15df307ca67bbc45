"""A table that was compiled says what somebody reads who goes through it row by row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from test_propose import DOMAIN, KINDS

from ckanext.isp.policy.answers import PLACE, TYPE, UNLISTED, Answers, Condition
from ckanext.isp.policy.propose import propose
from ckanext.isp.policy.protocol import ANY_TYPE, USUAL, LevelRule, Protocol, Row, Scope

VALUES = {**DOMAIN, PLACE: ("AFG", "CMR", "CMR-NW", "CMR-SW")}
CONDITIONS = st.one_of(
    st.builds(
        Condition,
        st.just(fact),
        st.frozensets(st.sampled_from(values), min_size=1, max_size=2),
        st.booleans(),
        st.booleans(),
    )
    for fact, values in VALUES.items()
)
GROUPS = st.lists(CONDITIONS, max_size=2).map(tuple)
EXCEPT = st.lists(GROUPS, max_size=2).map(tuple)
ROWS = st.builds(
    Row,
    number=st.integers(1, 5),
    type=st.sampled_from((*KINDS, "c.d.e", "c.d.f", "e.f", ANY_TYPE)),
    rank=st.integers(0, 3),
    when=GROUPS,
    unless=EXCEPT,
    otherwise=st.booleans(),
)
MINIMUMS = st.builds(
    Row,
    number=st.just(0),
    type=st.just(ANY_TYPE),
    rank=st.integers(0, 3),
    when=GROUPS,
    unless=EXCEPT,
)
PROTOCOLS = st.builds(
    Protocol,
    key=st.just("one"),
    title=st.just({"en": "A protocol"}),
    version=st.just("1"),
    levels=st.just(tuple(USUAL.values())),
    rows=st.lists(ROWS, max_size=6).map(tuple),
    minimums=st.lists(MINIMUMS, max_size=2).map(tuple),
)
ASKED = (*KINDS, "a.b.d", "c.d", "c.d.e.g", "e", "e.f", "g", "", ANY_TYPE, UNLISTED)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        TYPE: st.frozensets(st.sampled_from(ASKED), max_size=3),
        **{
            fact: st.frozensets(st.sampled_from((*values, "CMR-NW-1", "other")))
            for fact, values in VALUES.items()
        },
    },
)


@given(PROTOCOLS, ANSWERS)
@settings(max_examples=500)
def test_a_compiled_table_is_read_as_row_by_row(protocol: Protocol, answers: Answers) -> None:
    found, read = propose(protocol, answers), row_by_row(protocol, answers)
    assert (found.rule, found.open, found.gap) == (read.rule, read.open, read.gap)
    assert {id(row) for row in found.rows} == {id(row) for row in read.rows}
    assert [row.order for row in found.rows] == sorted(row.order for row in found.rows)


@given(PROTOCOLS, st.lists(ANSWERS, max_size=5))
def test_what_was_answered_before_changes_nothing(
    protocol: Protocol, several: list[Answers]
) -> None:
    for answers in several:
        fresh = Protocol("", {}, "", protocol.levels, None, protocol.rows, protocol.minimums)
        said, anew = propose(protocol, answers), propose(fresh, answers)
        assert (said.rule, said.open, said.gap) == (anew.rule, anew.open, anew.gap)
        assert said.rows == anew.rows


@given(ROWS, ANSWERS)
@settings(max_examples=300)
def test_a_row_stands_where_its_conditions_are_met(row: Row, answers: Answers) -> None:
    assert row.stands(answers) is stands(row, answers)


@given(
    st.builds(
        Scope,
        places=st.frozensets(st.sampled_from(VALUES[PLACE])),
        sectors=st.frozensets(st.sampled_from(("health", "wash"))),
    ),
    st.fixed_dictionaries(
        {},
        optional={
            PLACE: st.frozensets(st.sampled_from((*VALUES[PLACE], "XXX"))),
            "sector": st.frozensets(st.sampled_from(("health", "other"))),
        },
    ),
)
def test_a_scope_covers_where_each_of_its_sides_does(scope: Scope, answers: Answers) -> None:
    sides = {PLACE: scope.places, "sector": scope.sectors}
    asks = [Condition(fact, values) for fact, values in sides.items() if values]
    assert scope.covers(answers) is all_met(asks, answers)
    assert scope.open(answers) == {c.fact for c in asks if met(c, answers) is None}


@dataclass
class Read:
    """Rows that hold, rows that could, and the rank that counts where none holds."""

    holding: list[Row] = field(default_factory=list)
    could: list[Row] = field(default_factory=list)
    gap: int = -1


@dataclass
class Said:
    rule: LevelRule | None
    rows: list[Row]
    open: frozenset[str]
    gap: bool


def row_by_row(protocol: Protocol, answers: Answers) -> Said:
    """What a protocol says, with a finger on its table."""
    kinds = answers.get(TYPE)
    reads, beyond, type_asked = [], -1, False
    if kinds is None:
        beyond = max((row.rank for row in protocol.rows), default=-1)
        type_asked = beyond > -1
    for kind in kinds or ():
        rows, listed = lines(protocol, kind)
        type_asked = type_asked or (bool(rows) and not listed)
        own = read(rows, answers)
        if not listed:
            own.could, own.holding = own.could + own.holding, []
        general = read([row for row in protocol.rows if row.type == ANY_TYPE], answers, own)
        general.gap = -1
        reads += [own, general]
    reads.append(minimums(protocol, reads, answers))
    least = max((row.rank for one in reads for row in one.holding), default=-1)
    could = max((row.rank for one in reads for row in one.could), default=-1)
    most = max(least, could, beyond, *(one.gap for one in reads))
    if most == -1:
        return Said(None, [], frozenset(), False)
    doubtful = {
        fact
        for one in reads
        for row in one.could
        if row.rank > least or one.gap > least
        for fact in row.facts
        if fact not in answers
    }
    left = doubtful | ({TYPE} if type_asked else set()) if most > least else set()
    gap = any(one.gap == most and not one.could for one in reads)
    rows = [row for one in reads for row in one.holding + one.could]
    return Said(protocol.levels[most], rows, frozenset(left), gap)


def lines(protocol: Protocol, kind: str) -> tuple[list[Row], bool]:
    """The rows of a type, or of the nearest type that it lies under; else of those under it."""
    if kind == UNLISTED:
        return [], False
    parts = kind.split(".")
    for length in range(len(parts), 0, -1):
        of = [row for row in protocol.rows if row.type == ".".join(parts[:length])]
        if of:
            return of, True
    return [row for row in protocol.rows if row.type.startswith(f"{kind}.")], False


def read(rows: Sequence[Row], answers: Answers, beside: Read | None = None) -> Read:
    beside = beside or Read()
    found = Read()
    for row in rows:
        if not row.otherwise:
            note(found, row, stands(row, answers))
    caught = bool(found.holding)
    if not caught and not beside.holding:
        in_doubt = bool(found.could or beside.could)
        for row in rows:
            if row.otherwise:
                met = stands(row, answers)
                caught = caught or met is True
                note(found, row, None if met and in_doubt else met)
    if rows and not caught:
        found.gap = max(row.rank for row in rows)
    return found


def note(found: Read, row: Row, met: bool | None) -> None:
    if met:
        found.holding.append(row)
    elif met is None:
        found.could.append(row)


def minimums(protocol: Protocol, reads: list[Read], answers: Answers) -> Read:
    """Those for which no row answers that names the declared fact itself."""
    answered: dict[str, frozenset[str]] = {}
    for condition in (c for one in reads for row in one.holding for c in row.declares):
        known = answered.get(condition.fact, frozenset())
        answered[condition.fact] = known | condition.values
    binding = [
        row
        for row in protocol.minimums
        if not any(
            c.fact in answered and c.values & answers.get(c.fact, frozenset()) <= answered[c.fact]
            for c in row.when
        )
    ]
    found = read(binding, answers)
    found.gap = -1
    return found


def stands(row: Row, answers: Answers) -> bool | None:
    stand = all_met(row.when, answers)
    excepted = [all_met(group, answers) for group in row.unless]
    if stand is False or True in excepted:
        return False
    return None if stand is None or None in excepted else True


def all_met(conditions: Iterable[Condition], answers: Answers) -> bool | None:
    each = [met(condition, answers) for condition in conditions]
    if False in each:
        return False
    return None if None in each else True


def met(condition: Condition, answers: Answers) -> bool | None:
    given = answers.get(condition.fact)
    return None if given is None else condition.met_by(given)
