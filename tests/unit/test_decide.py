"""Laws of the verdict, over all combinations of what can be known."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ckanext.isp.documents import library
from ckanext.isp.policy.decide import decide
from ckanext.isp.policy.facts import Facts
from ckanext.isp.policy.protocol import LevelRule, Protocol
from ckanext.isp.policy.scale import Exposure, Level, rank

TODAY = date(2026, 11, 23)
TEMPLATE = library.template().protocol
LEVELS = st.sampled_from([None, *Level])
FACTS = st.builds(Facts, LEVELS, st.booleans(), st.booleans(), st.booleans(), st.just(False))
EXPOSURES = st.frozensets(st.sampled_from(Exposure))
RULES = st.lists(
    st.builds(LevelRule, st.sampled_from(Level), EXPOSURES, st.sampled_from(Exposure)), max_size=5
).map(lambda rules: tuple(sorted(rules, key=lambda rule: rule.level)))
STARTS = st.sampled_from([None, TODAY, TODAY + timedelta(days=1)])
PROTOCOLS = st.builds(Protocol, st.text(), st.just({"en": "A protocol"}), st.text(), RULES, STARTS)
SEVERAL = st.lists(PROTOCOLS, max_size=4)


@given(SEVERAL, PROTOCOLS, FACTS)
def test_a_protocol_more_never_widens(several: list[Protocol], one: Protocol, facts: Facts) -> None:
    with_it = decide([*several, one], facts, TODAY).allowed
    assert with_it <= decide(several, facts, TODAY).allowed


@given(SEVERAL, FACTS, st.randoms())
def test_the_order_of_protocols_never_matters(
    several: list[Protocol], facts: Facts, r: Random
) -> None:
    shuffled = list(several)
    r.shuffle(shuffled)
    assert decide(shuffled, facts, TODAY).allowed == decide(several, facts, TODAY).allowed


@given(SEVERAL, FACTS)
def test_the_floor_is_never_exceeded(several: list[Protocol], facts: Facts) -> None:
    assert decide(several, facts, TODAY).allowed <= decide((), facts, TODAY).allowed


@given(SEVERAL, FACTS)
def test_what_may_be_public_may_be_found_and_severe_data_never(
    several: list[Protocol], facts: Facts
) -> None:
    verdict = decide(several, facts, TODAY)
    public = any(exposure.public for exposure in verdict.allowed)
    assert verdict.found or not public
    assert not (verdict.found and facts.level is Level.SEVERE)


@given(st.booleans(), st.booleans(), st.booleans(), LEVELS, LEVELS)
def test_a_higher_level_never_allows_what_a_lower_one_forbids(
    active: bool, owned: bool, resources: bool, one: Level | None, other: Level | None
) -> None:
    lower, higher = sorted((one, other), key=rank)
    if lower is None:
        return
    allowed = [
        decide((TEMPLATE,), Facts(level, active, owned, resources), TODAY).allowed
        for level in (lower, higher)
    ]
    assert allowed[1] <= allowed[0]


@given(FACTS)
def test_unclassified_published_data_is_for_members(facts: Facts) -> None:
    if facts.level is None and facts.active:
        assert decide((TEMPLATE,), facts, TODAY).allowed == {Exposure.MEMBERS}


@given(SEVERAL, FACTS)
def test_every_verdict_has_reasons(several: list[Protocol], facts: Facts) -> None:
    verdict = decide(several, facts, TODAY)
    assert verdict.reasons
    for exposure in set(Exposure) - verdict.allowed:
        assert verdict.against(exposure)


def test_the_template_says_what_its_table_says() -> None:
    defaults = {level: decide((TEMPLATE,), Facts(level), TODAY).default for level in (None, *Level)}
    assert defaults == {
        None: Exposure.MEMBERS,
        Level.LOW: Exposure.OPEN,
        Level.MODERATE: Exposure.ON_REQUEST,
        Level.HIGH: Exposure.MEMBERS,
        Level.SEVERE: Exposure.MEMBERS,
    }


def test_a_protocol_that_is_not_yet_valid_says_nothing() -> None:
    severe = LevelRule(Level.SEVERE, frozenset({Exposure.MEMBERS}), Exposure.MEMBERS)
    later = Protocol("later", {"en": "Later"}, "1", (severe,), TODAY + timedelta(days=1))
    facts = Facts(Level.LOW)
    assert decide((later,), facts, TODAY).allowed == decide((), facts, TODAY).allowed
    assert decide((later,), facts, TODAY + timedelta(days=1)).allowed == {Exposure.MEMBERS}
