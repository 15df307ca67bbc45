"""What a change of protocols does, over tables and datasets that nobody thought of."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from test_propose import GIVEN, TABLES, TODAY

from ckanext.isp.policy.answers import Answers
from ckanext.isp.policy.change import Change, Effect, change
from ckanext.isp.policy.decide import decide
from ckanext.isp.policy.facts import Facts, Stored
from ckanext.isp.policy.protocol import Protocol
from ckanext.isp.policy.scale import Exposure, Level, rank

SEVERAL = st.lists(TABLES, max_size=2)
CLASSIFIED = st.sampled_from(Level)


@st.composite
def datasets(draw: st.DrawFn, levels: st.SearchStrategy[Level | None] = CLASSIFIED) -> Stored:
    exposure = draw(st.sampled_from(Exposure))
    facts = Facts(
        draw(levels),
        owned=draw(st.booleans()),
        holds_resources=draw(st.booleans()),
        known=draw(GIVEN),
        asked=draw(st.booleans()),
    )
    return Stored(facts, not exposure.public, exposure is Exposure.ON_REQUEST)


def after(stored: Stored, found: Change) -> Stored:
    facts = replace(stored.facts, level=found.level, owned=stored.facts.owned or found.to_holding)
    return Stored(facts, not found.exposure.public, found.exposure is Exposure.ON_REQUEST)


@given(datasets(), SEVERAL, SEVERAL, st.booleans())
def test_a_change_of_protocols_lowers_and_opens_nothing(
    stored: Stored, before: list[Protocol], then: list[Protocol], lowered: bool
) -> None:
    found = change(stored, before, then, TODAY, lowered=lowered)
    assert rank(found.level) >= rank(stored.facts.level)
    assert found.exposure <= stored.exposure
    moved = (found.level, found.exposure) != (stored.facts.level, stored.exposure)
    assert moved is (found.effect is Effect.TIGHTEN)


@given(datasets(), SEVERAL, SEVERAL)
def test_once_changed_a_dataset_is_no_more_open_than_the_verdict_leaves(
    stored: Stored, before: list[Protocol], then: list[Protocol]
) -> None:
    found = change(stored, before, then, TODAY)
    facts = replace(stored.facts, level=found.level, owned=True)
    verdict = decide(then, facts, TODAY)
    assert verdict.allows(found.exposure)
    assert rank(verdict.bound) <= rank(found.level)


@given(datasets(), SEVERAL, SEVERAL)
def test_a_change_is_made_once(
    stored: Stored, before: list[Protocol], then: list[Protocol]
) -> None:
    found = change(stored, before, then, TODAY)
    again = change(after(stored, found), then, then, TODAY)
    assert again.effect in (Effect.SAME, Effect.UNCLASSIFIED)


@given(datasets(), SEVERAL, st.booleans())
def test_what_closes_and_belongs_to_nobody_is_given_a_home(
    stored: Stored, then: list[Protocol], lowered: bool
) -> None:
    found = change(stored, (), then, TODAY, lowered=lowered)
    closes = found.effect is Effect.TIGHTEN and not found.exposure.public
    assert found.to_holding is (closes and not stored.facts.owned)


@given(datasets(), SEVERAL)
def test_what_a_second_person_lowered_stays_while_no_more_is_asked_for(
    stored: Stored, same: list[Protocol]
) -> None:
    assert change(stored, same, same, TODAY, lowered=True).level is stored.facts.level


@given(datasets(st.none()), SEVERAL, GIVEN)
def test_what_nobody_answered_for_stays_unclassified(
    stored: Stored, then: list[Protocol], known: Answers
) -> None:
    unasked = replace(stored, facts=replace(stored.facts, asked=False))
    assert change(unasked, (), then, TODAY).effect is Effect.UNCLASSIFIED
