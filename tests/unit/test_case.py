"""A breach and a dispute go up their own ladders, a rung at a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.isp.policy.case import LADDERS, By, Kind, Stage, begins, breaks_terms, onward
from ckanext.isp.policy.scale import Onward

BREACH = (Stage.BILATERAL, Stage.MEETING, Stage.SETTLED)
DISPUTE = (Stage.MECHANISM, Stage.HCT, Stage.SETTLED)


@pytest.mark.parametrize(
    ("kind", "stage", "by", "to"),
    [
        (Kind.BREACH, Stage.BILATERAL, By.PARTY, BREACH),
        (Kind.BREACH, Stage.BILATERAL, By.MECHANISM, BREACH),
        (Kind.BREACH, Stage.BILATERAL, By.HOLDER, BREACH[:2]),
        (Kind.BREACH, Stage.MEETING, By.HOLDER, ()),
        (Kind.BREACH, Stage.MEETING, By.PARTY, ()),
        (Kind.BREACH, Stage.MEETING, By.MECHANISM, BREACH[1:]),
        (Kind.DISPUTE, Stage.MECHANISM, By.PARTY, ()),
        (Kind.DISPUTE, Stage.MECHANISM, By.MECHANISM, DISPUTE),
        (Kind.DISPUTE, Stage.HCT, By.MECHANISM, DISPUTE[1:]),
        (Kind.BREACH, Stage.SETTLED, By.MECHANISM, ()),
        (Kind.DISPUTE, Stage.SETTLED, By.PARTY, ()),
    ],
)
def test_where_a_case_may_be_taken(kind: Kind, stage: Stage, by: By, to: tuple[Stage, ...]) -> None:
    assert onward(kind, stage, by) == to


@given(st.sampled_from(Kind), st.lists(st.tuples(st.sampled_from(Stage), st.sampled_from(By))))
def test_no_case_leaves_its_ladder_or_skips_a_rung(
    kind: Kind, moves: list[tuple[Stage, By]]
) -> None:
    ladder = (*LADDERS[kind], Stage.SETTLED)
    at = begins(kind)
    for to, by in moves:
        if to in onward(kind, at, by):
            assert ladder.index(to) >= ladder.index(at)
            assert to is Stage.SETTLED or ladder.index(to) <= ladder.index(at) + 1
            at = to
    assert at in ladder


@given(st.sampled_from(Onward), st.sampled_from(Onward))
def test_who_receives_more_than_the_terms_say_breaks_them_whatever_wider_terms_allow(
    agreed: Onward, receiver: Onward
) -> None:
    assert breaks_terms(agreed, receiver) == (receiver not in list(Onward)[: agreed + 1])
