"""Of what several protocols ask beside a level the strictest counts, and each is named."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from ckanext.isp.policy.answers import ONWARD, TYPE
from ckanext.isp.policy.decide import decide
from ckanext.isp.policy.facts import Facts
from ckanext.isp.policy.protocol import (
    USUAL,
    Behaviour,
    Decider,
    LevelRule,
    Method,
    Protocol,
    Row,
    Words,
)
from ckanext.isp.policy.scale import Exposure, Level, Onward
from ckanext.isp.policy.verdict import Code, Verdict

TODAY = date(2026, 11, 27)
WORDS: st.SearchStrategy[Words] = st.sampled_from([{"en": word} for word in ("a", "b", "c")])
METHODS = [Method(behaviour.value, {"en": behaviour.value}, behaviour) for behaviour in Behaviour]
ROWS = st.builds(
    Row,
    number=st.integers(1, 9),
    type=st.just("access"),
    rank=st.integers(0, 3),
    words=WORDS,
    audience=st.lists(WORDS, max_size=1).map(tuple),
    needs=st.lists(WORDS, max_size=2).map(tuple),
    treatment=st.none() | WORDS,
    without=st.frozensets(st.sampled_from([method.key for method in METHODS]), max_size=2),
)
RULES = st.builds(
    LevelRule,
    level=st.just(Level.HIGH),
    exposures=st.just(USUAL[Level.HIGH].exposures),
    default=st.just(Exposure.MEMBERS),
    methods=st.lists(st.sampled_from(METHODS), unique_by=lambda m: m.key).map(tuple),
    words=st.fixed_dictionaries({}, optional={"audience": WORDS, "treatment": WORDS}),
    deciders=st.lists(st.builds(Decider, WORDS, st.booleans()), max_size=2).map(tuple),
    retention_days=st.none() | st.integers(1, 900),
)
PROTOCOLS = st.builds(
    lambda key, rows, rule, binds: Protocol(
        key,
        {"en": key},
        "1",
        (USUAL[Level.LOW], USUAL[Level.MODERATE], rule, USUAL[Level.SEVERE]),
        rows=tuple(rows),
        sender_decides=binds,
    ),
    st.sampled_from(("one", "other", "third")),
    st.lists(ROWS, max_size=3),
    RULES,
    st.booleans(),
)
SAID = st.sampled_from([word.slug for word in Onward] + ["not_said"])


def verdict(protocols: list[Protocol], onward: str = "public") -> Verdict:
    known = {TYPE: frozenset({"access"}), ONWARD: frozenset({onward})}
    return decide(protocols, Facts(Level.HIGH, known=known, asked=True), TODAY)


def demands(of: Verdict) -> set[tuple[str, str, int]]:
    """Everything that a verdict asks: what, in which words, by which row."""
    named = {"audience": of.audience, "deciders": of.deciders, "needs": of.needs}
    named["treatments"] = of.treatments
    return {
        (name, said.words["en"], said.row.number if said.row else 0)
        for name, all_said in named.items()
        for said in all_said
    }


@given(st.lists(PROTOCOLS, max_size=2), PROTOCOLS, SAID)
def test_one_protocol_more_never_asks_less(
    several: list[Protocol], one: Protocol, said: str
) -> None:
    before, after = verdict(several, said), verdict([*several, one], said)
    assert demands(before) <= demands(after)
    assert len(before.without) <= len(after.without)
    if before.retention_days is not None:
        assert after.retention_days is not None
        assert after.retention_days <= before.retention_days
    if before.onward is not None:
        assert after.onward is not None
        assert after.onward <= before.onward
    if any(reason.rule and reason.rule.methods for reason in before.reasons):
        assert {m.behaviour for _p, m in after.methods()} <= {
            m.behaviour for _p, m in before.methods()
        }


@given(st.lists(PROTOCOLS, min_size=1, max_size=3))
def test_everything_that_is_asked_names_the_protocol_that_asks_it(
    several: list[Protocol],
) -> None:
    of = verdict(several)
    for said in (*of.audience, *of.deciders, *of.needs, *of.treatments):
        assert any(said.protocol is protocol for protocol in several)
        assert said.row is None or said.row in said.protocol.rows
    days = [rule.retention_days for rule in of.rules if rule.retention_days]
    assert of.retention_days == min(days, default=None)


@given(st.lists(PROTOCOLS, max_size=3), SAID)
def test_who_gave_the_data_never_opens_more(several: list[Protocol], said: str) -> None:
    asked, free = verdict(several, said), verdict(several)
    assert asked.allowed <= free.allowed
    assert asked.default <= free.default
    binds = any(protocol.sender_decides for protocol in several)
    assert (asked.onward is not None) is binds
    if binds and said in ("nobody", "not_said"):
        assert asked.allowed == {Exposure.MEMBERS}
        assert any(reason.code is Code.ONWARD for reason in asked.against(Exposure.ON_REQUEST))


def test_a_row_for_several_types_asks_each_thing_once() -> None:
    rows = tuple(Row(1, kind, 2, {"en": "r"}, needs=({"en": "n"},)) for kind in ("a", "b"))
    protocol = Protocol("p", {"en": "p"}, "1", tuple(USUAL.values()), rows=rows)
    facts = Facts(Level.HIGH, known={TYPE: frozenset({"a", "b"})}, asked=True)
    assert [said.words for said in decide([protocol], facts, TODAY).needs] == [{"en": "n"}]
