"""Laws of reading a protocol's table, over tables and answers that nobody thought of."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.isp.policy.answers import PERSONAL, PLACE, SECTOR, TYPE, UNLISTED, Answers, Condition
from ckanext.isp.policy.decide import decide
from ckanext.isp.policy.facts import Facts
from ckanext.isp.policy.propose import Finding, propose
from ckanext.isp.policy.protocol import ANY_TYPE, USUAL, Kind, Protocol, Row, Scope
from ckanext.isp.policy.scale import Enforcement, Level

TODAY = date(2026, 11, 27)
KINDS = ("a", "a.b", "c")
DOMAIN = {"f": ("x", "y"), "g": ("x", "y"), PERSONAL: ("affected_people", "aid_workers")}
VALUES = st.frozensets(st.sampled_from(("x", "y")), min_size=1)
CONDITIONS = st.builds(Condition, st.sampled_from(("f", "g")), VALUES, st.booleans(), st.booleans())
ROWS = st.lists(
    st.builds(
        Row,
        number=st.integers(1, 99),
        type=st.sampled_from((*KINDS, ANY_TYPE)),
        rank=st.integers(0, 3),
        when=st.lists(CONDITIONS, max_size=2).map(tuple),
        unless=st.lists(st.lists(CONDITIONS, min_size=1, max_size=2).map(tuple), max_size=1).map(
            tuple
        ),
        otherwise=st.booleans(),
    ),
    max_size=7,
).map(tuple)
MINIMUMS = st.lists(
    st.builds(
        Row,
        number=st.just(0),
        type=st.just(ANY_TYPE),
        rank=st.integers(0, 3),
        when=st.frozensets(st.sampled_from(DOMAIN[PERSONAL]), min_size=1).map(
            lambda values: (Condition(PERSONAL, values),)
        ),
    ),
    max_size=2,
).map(tuple)
SCOPES = st.builds(
    Scope,
    st.sampled_from(Kind),
    st.frozensets(st.sampled_from(("AFG", "CMR-NW"))),
    st.frozensets(st.sampled_from(("health",))),
)
TABLES = st.builds(
    Protocol,
    key=st.text(max_size=3),
    title=st.just({"en": "A protocol"}),
    version=st.just("1"),
    levels=st.just(tuple(USUAL.values())),
    rows=ROWS,
    minimums=MINIMUMS,
    scope=SCOPES,
)
GIVEN = st.fixed_dictionaries(
    {},
    optional={
        TYPE: st.frozensets(st.sampled_from((*KINDS, "a.b.d", UNLISTED)), min_size=1, max_size=2),
        PLACE: st.frozensets(st.sampled_from(("AFG", "CMR", "CMR-NW", "XXX")), min_size=1),
        SECTOR: st.frozensets(st.sampled_from(("health", "wash"))),
        **{fact: st.frozensets(st.sampled_from(values)) for fact, values in DOMAIN.items()},
    },
)


def rank(finding: Finding) -> int:
    return -1 if finding.rule is None else int(finding.rule.level)


def completions(answers: Answers) -> Iterator[Answers]:
    """Every way to answer what is left."""
    left = [fact for fact in DOMAIN if fact not in answers]
    sets = [
        [frozenset(c) for n in range(3) for c in itertools.combinations(DOMAIN[fact], n)]
        for fact in left
    ]
    kinds = [answers[TYPE]] if TYPE in answers else [frozenset({kind}) for kind in KINDS]
    for kind, *values in itertools.product(kinds, *sets):
        yield {**answers, TYPE: kind, **dict(zip(left, values, strict=True))}


def read_aloud(protocol: Protocol, answers: Answers) -> int:
    """The level of complete answers, as somebody would find it with a finger on the table."""
    ranks = [row.rank for row in protocol.minimums if row.stands(answers)]
    for kind in answers[TYPE]:
        table, listed = protocol.listed(kind) if kind != UNLISTED else ((), False)
        own = _match(table, answers, []) if listed else []
        ranks += [row.rank for row in own]
        if listed and not own:
            ranks.append(max(row.rank for row in table))
        sure = [row for row in own if not row.otherwise]
        general = _match(protocol.by_type.get(ANY_TYPE, ()), answers, own or sure)
        ranks += [row.rank for row in general]
        if not listed:
            ranks += [row.rank for row in table]
    return max(ranks, default=-1)


def _match(rows: tuple[Row, ...], answers: Answers, beside: list[Row]) -> list[Row]:
    matching = [row for row in rows if not row.otherwise and row.stands(answers)]
    if matching or beside:
        return matching
    return [row for row in rows if row.otherwise and row.stands(answers)]


@given(TABLES, GIVEN)
@settings(max_examples=150)
def test_complete_answers_are_read_as_with_a_finger_on_the_table(
    protocol: Protocol, answers: Answers
) -> None:
    for whole in completions(answers):
        if all(not t or ok for t, ok in (protocol.listed(kind) for kind in whole[TYPE])):
            found = propose(protocol, whole)
            expected = read_aloud(protocol, whole)
            assert rank(found) == (expected + 1 if expected >= 0 else -1)


@given(TABLES, GIVEN)
@settings(max_examples=150)
def test_what_is_unanswered_counts_as_the_worst_that_it_could_be(
    protocol: Protocol, answers: Answers
) -> None:
    now = rank(propose(protocol, answers))
    assert all(rank(propose(protocol, whole)) <= now for whole in completions(answers))


@given(TABLES, GIVEN)
def test_what_is_not_asked_changes_nothing(protocol: Protocol, answers: Answers) -> None:
    found = propose(protocol, answers)
    if not found.open:
        for whole in completions(answers):
            if TYPE in answers:
                assert rank(propose(protocol, whole)) == rank(found)


@given(TABLES, GIVEN)
def test_once_the_open_questions_are_answered_none_is_left(
    protocol: Protocol, answers: Answers
) -> None:
    found = propose(protocol, answers)
    if TYPE in found.open:
        return
    for whole in completions(answers):
        told = {**answers, **{fact: whole[fact] for fact in found.open}}
        assert not propose(protocol, told).open


@given(st.lists(TABLES, max_size=3), TABLES, GIVEN)
def test_one_protocol_more_never_lowers(
    several: list[Protocol], one: Protocol, answers: Answers
) -> None:
    facts = Facts(Level.LOW, known=answers, asked=True)
    before, after = decide(several, facts, TODAY), decide([*several, one], facts, TODAY)
    assert after.allowed <= before.allowed
    assert after.storage <= before.storage or not before.rules
    if before.proposed:
        assert after.proposed is not None
        assert after.proposed >= before.proposed


@given(st.lists(TABLES, max_size=4), GIVEN, st.randoms())
def test_the_order_of_protocols_and_rows_never_matters(
    several: list[Protocol], answers: Answers, r: Random
) -> None:
    facts = Facts(Level.MODERATE, known=answers, asked=True)
    shuffled = []
    for protocol in several:
        rows = list(protocol.rows)
        r.shuffle(rows)
        shuffled.append(
            Protocol(
                "",
                {},
                "",
                protocol.levels,
                rows=tuple(rows),
                minimums=protocol.minimums,
                scope=protocol.scope,
            )
        )
    r.shuffle(shuffled)
    one, other = decide(several, facts, TODAY), decide(shuffled, facts, TODAY)
    assert (one.proposed, one.open, one.allowed) == (other.proposed, other.open, other.allowed)


@given(st.lists(TABLES, max_size=3), GIVEN, st.sampled_from(DOMAIN[PERSONAL]))
def test_one_declaration_more_never_lowers(
    several: list[Protocol], answers: Answers, whose: str
) -> None:
    declared = {**answers, PERSONAL: answers.get(PERSONAL, frozenset()) | {whose}}
    undeclared = {**answers, PERSONAL: answers.get(PERSONAL, frozenset()) - {whose}}
    less, more = (
        decide(several, Facts(None, known=known, asked=True), TODAY).proposed
        for known in (undeclared, declared)
    )
    assert (more or 0) >= (less or 0)


@given(st.lists(TABLES, min_size=1, max_size=3), GIVEN)
def test_an_open_question_never_leaves_data_public(
    several: list[Protocol], answers: Answers
) -> None:
    verdict = decide(several, Facts(None, known=answers, asked=True), TODAY)
    assert not verdict.open or verdict.proposed is not Level.LOW


@given(st.lists(TABLES, min_size=1, max_size=3), GIVEN)
def test_what_a_listed_type_leaves_unsaid_is_never_public(
    several: list[Protocol], answers: Answers
) -> None:
    verdict = decide(several, Facts(None, known=answers, asked=True), TODAY)
    assert verdict.proposed is not Level.LOW or not any(f.gap for f in verdict.findings)
    if any(f.gap for f in verdict.findings):
        assert verdict.binding(Level.LOW) is Enforcement.BLOCK


@given(st.lists(TABLES, max_size=3), GIVEN)
def test_whatever_is_proposed_somebody_can_be_named_for_it(
    several: list[Protocol], answers: Answers
) -> None:
    verdict = decide(several, Facts(None, known=answers, asked=True), TODAY)
    assert (verdict.proposed is None) is not any(verdict.deciding())


@given(st.lists(TABLES, max_size=3), GIVEN, st.sampled_from(Level))
def test_the_floor_is_never_exceeded_whatever_was_answered(
    several: list[Protocol], answers: Answers, level: Level
) -> None:
    facts = Facts(level, known=answers, asked=True)
    assert decide(several, facts, TODAY).allowed <= decide((), Facts(level), TODAY).allowed
