"""The life of a request: what each state takes from whom, and nothing else."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.isp.policy import calendar, criteria, deciders, queue
from ckanext.isp.policy.criteria import Field, Lack
from ckanext.isp.policy.deciders import Agreement, Demand
from ckanext.isp.policy.earlier import Outcomes, outcomes
from ckanext.isp.policy.protocol import Decider, LevelRule, Protocol
from ckanext.isp.policy.request import (
    OPEN,
    TABLE,
    Case,
    Check,
    Command,
    Consideration,
    Person,
    Refused,
    Role,
    Safeguard,
    State,
    move,
    moves,
    roles,
    unticked,
)
from ckanext.isp.policy.scale import ALL, Exposure, Level
from ckanext.isp.policy.verdict import Code, Reason, Verdict

TODAY = dt.date(2026, 11, 27)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "requests.md"
BEGIN, END = "<!-- the table, printed by tests/unit/test_request.py -->", "<!-- its end -->"
people = st.builds(Person, *(st.booleans() for _field in range(7)))
cases = st.builds(Case, st.booleans(), st.booleans())


def printed() -> str:
    """The table as the page has it."""
    rows = ["| state | command | by | leads to |", "|-|-|-|-|"]
    for state, commands in TABLE.items():
        for command, found in commands.items():
            by = ", ".join(sorted(role.value for role in found.roles))
            to = " or ".join(state.value for state in found.to)
            rows.append(f"| {state.value} | {command.value} | {by} | {to} |")
        if not commands:
            rows.append(f"| {state.value} | | | |")
    return "\n".join(rows)


def test_the_page_prints_the_table_as_it_is() -> None:
    text = PAGE.read_text()
    assert text.partition(BEGIN)[2].partition(END)[0] == f"\n\n{printed()}\n\n"


@pytest.mark.parametrize(("state", "command"), list(itertools.product(State, Command)))
def test_a_command_that_the_table_does_not_have_is_refused(state: State, command: Command) -> None:
    for role in Role:
        found = TABLE[state].get(command)
        if found and role in found.roles:
            assert move(state, command, frozenset({role})) in found.to
        else:
            with pytest.raises(Refused):
                move(state, command, frozenset({role}))


def test_every_state_is_in_the_table_and_every_command_in_some_state() -> None:
    assert set(TABLE) == set(State)
    assert {command for commands in TABLE.values() for command in commands} == set(Command)


def test_every_state_leads_to_an_end() -> None:
    ends = {state for state, commands in TABLE.items() if not commands} | {State.ATTESTED}
    for start in State:
        seen, left = {start}, [start]
        while left:
            for found in TABLE[left.pop()].values():
                left += set(found.to) - seen
                seen |= set(found.to)
        assert seen & ends


@given(st.lists(st.tuples(st.sampled_from(Command), people, cases, st.booleans()), max_size=25))
def test_nothing_is_granted_but_what_a_decider_approved_and_its_requester_accepted(
    said: list[tuple[Command, Person, Case, bool]],
) -> None:
    state, approved, accepted = State.DRAFT, False, False
    for command, person, case, complete in said:
        by = roles(person, case)
        try:
            state = move(state, command, by, complete=complete)
        except Refused:
            continue
        if command is Command.AGREE and state is State.APPROVED:
            assert Role.DECIDER in by
            assert not person.requester
            assert not person.conflict
            approved = True
        if command is Command.ACCEPT:
            assert Role.REQUESTER in by
            accepted = True
        if state is State.GRANTED:
            assert approved
            assert accepted


@given(people, cases)
def test_nobody_decides_their_own_or_what_they_have_an_interest_in(
    person: Person, case: Case
) -> None:
    if person.requester or person.conflict:
        assert not {Role.DECIDER, Role.HELPER} & roles(person, case)


@pytest.mark.parametrize(
    ("person", "case", "decides"),
    [
        (Person(meets=True), Case(), True),
        (Person(meets=True), Case(third_party=True), True),
        (Person(meets=True, conflict=True), Case(), False),
        (Person(meets=True, requester=True), Case(), False),
        (Person(stands_in=True), Case(), True),
        (Person(stands_in=True), Case(third_party=True), False),
        (Person(deputy=True), Case(), False),
        (Person(deputy=True), Case(late=True), True),
        (Person(deputy=True), Case(third_party=True, late=True), True),
        (Person(focal=True), Case(late=True), False),
        (Person(consulted=True), Case(), False),
        (Person(), Case(late=True), False),
    ],
)
def test_a_third_party_an_interest_and_a_delegation_each_change_who_may_decide(
    person: Person, case: Case, decides: bool
) -> None:
    by = roles(person, case)
    assert (Role.DECIDER in by) is decides
    assert (Command.AGREE in moves(State.SUBMITTED, by)) is decides
    assert (Command.DECLINE in moves(State.SUBMITTED, by)) is decides


def test_those_who_were_consulted_advise_and_do_nothing_else() -> None:
    by = roles(Person(consulted=True), Case())
    found = {command for state in State for command in moves(state, by)}
    assert found == {Command.ADVISE}


@given(st.dictionaries(st.sampled_from(State), st.integers(0, 9)), st.sampled_from(Exposure))
def test_whoever_asks_learns_how_many_were_answered_before_where_everybody_finds_the_data(
    others: dict[State, int], exposure: Exposure
) -> None:
    found = outcomes(others, exposure)
    if not exposure.public:
        assert found == Outcomes()
        return
    unanswered = {State.DRAFT, State.SUBMITTED, State.RETURNED, State.WITHDRAWN}
    answered = sum(count for state, count in others.items() if state not in unanswered)
    assert sum(found) == answered
    assert found.declined == others.get(State.DECLINED, 0)


def asked(**changed: object) -> dict[str, object]:
    said: dict[str, object] = {field.value: "said" for field in criteria.ASKED}
    days = {"until": TODAY + dt.timedelta(days=30), "destroy_by": TODAY + dt.timedelta(days=40)}
    return {**said, **days, **changed}


@pytest.mark.parametrize("field", criteria.ASKED)
def test_a_request_that_lacks_a_criterion_says_which(field: Field) -> None:
    assert criteria.lacks(asked(), TODAY, formal=False) == {}
    assert criteria.lacks(asked(**{field.value: ""}), TODAY, formal=False) == {field: Lack.MISSING}


def test_only_a_formal_request_rests_on_an_agreement() -> None:
    assert criteria.lacks(asked(), TODAY, formal=True) == {Field.AGREEMENT: Lack.MISSING}
    assert criteria.lacks(asked(agreement="DSA 2026/4"), TODAY, formal=True) == {}


@pytest.mark.parametrize(
    ("until", "destroy", "found"),
    [
        (0, 10, {Field.UNTIL: Lack.PAST}),
        (1, 0, {Field.DESTROY_BY: Lack.BEFORE_UNTIL}),
        (1, 1, {}),
        (366, 366, {}),
        (367, 367, {Field.UNTIL: Lack.TOO_LONG}),
        (10, 377, {Field.DESTROY_BY: Lack.TOO_LONG}),
    ],
)
def test_a_request_is_bounded_in_time(until: int, destroy: int, found: dict[Field, Lack]) -> None:
    days = {"until": TODAY + dt.timedelta(until), "destroy_by": TODAY + dt.timedelta(destroy)}
    assert criteria.lacks(asked(**days), TODAY, formal=False) == found


@pytest.mark.parametrize("further", [0, 1])
def test_what_is_asked_for_begins_before_it_ends(further: int) -> None:
    begins = TODAY + dt.timedelta(30 + further)
    found = criteria.lacks(asked(**{"from": begins}), TODAY, formal=False)
    assert found == ({Field.FROM: Lack.AFTER_UNTIL} if further else {})


@pytest.mark.parametrize(
    ("day", "days", "weekend", "holidays", "by"),
    [
        ("2026-11-25", 2, ("sat", "sun"), (), "2026-11-27"),
        ("2026-11-27", 2, ("sat", "sun"), (), "2026-12-01"),
        ("2026-11-27", 2, ("fri", "sat"), (), "2026-11-30"),
        ("2026-11-26", 1, ("sat", "sun"), ("2026-11-27",), "2026-11-30"),
        ("2026-11-27", 0, ("sat", "sun"), (), "2026-11-27"),
    ],
)
def test_an_answer_is_due_after_so_many_working_days(
    day: str, days: int, weekend: tuple[str, ...], holidays: tuple[str, ...], by: str
) -> None:
    closed = [dt.date.fromisoformat(one) for one in holidays]
    found = calendar.answer_by(dt.date.fromisoformat(day), days, weekend, closed)
    assert found == dt.date.fromisoformat(by)


def test_a_calendar_without_a_working_day_ends_all_the_same() -> None:
    assert calendar.answer_by(TODAY, 2, calendar.DAYS, ()) > TODAY


GBV = Protocol("gbv", {"en": "GBV"}, "1")
OTHER = Protocol("other", {"en": "Other"}, "1")


def verdict(*of: tuple[Protocol, tuple[Decider, ...]], level: Level = Level.HIGH) -> Verdict:
    reasons = (
        Reason(
            Code.LEVEL, ALL, level, protocol, LevelRule(level, ALL, Exposure.MEMBERS, deciders=who)
        )
        for protocol, who in of
    )
    return Verdict(tuple(reasons))


def test_every_demand_of_every_protocol_has_to_be_met() -> None:
    every = Decider({"en": "Contributing organization"}, True, ("irc", "unfpa"))
    office = Decider({"en": "Coordinator"}, office="gbv")
    body = Decider({"en": "The working group", "fr": "Le groupe"})
    needed = deciders.needed(verdict((GBV, (every, body)), (OTHER, (office,))), Level.HIGH)
    assert set(needed) == {
        "owner",
        "organisation:irc",
        "organisation:unfpa",
        "office:gbv",
        "body:The working group",
    }
    given = {key: "ann" for key in needed if key != "organisation:unfpa"}
    assert deciders.missing(needed, given) == {"organisation:unfpa"}


@pytest.mark.parametrize(
    ("level", "two"),
    [(Level.LOW, False), (Level.MODERATE, False), (Level.HIGH, False), (Level.SEVERE, True)],
)
def test_strictly_confidential_data_takes_two_people(level: Level, two: bool) -> None:
    needed = deciders.needed(verdict(level=level), level)
    assert (Demand.SECOND.value in needed) is two
    both = {"owner": "ann", "second": "ann"}
    first = deciders.gives(needed, {}, both, "ann")
    assert set(first) == {"owner"}
    assert not deciders.gives(needed, {"owner": "ann"}, both, "ann")
    assert set(deciders.gives(needed, {"owner": "ann"}, both, "ben")) == (
        {"second"} if two else set()
    )


def test_data_whose_level_nobody_knows_takes_two_people() -> None:
    assert Demand.SECOND.value in deciders.needed(Verdict(()), None)


@given(
    st.dictionaries(st.sampled_from(["owner", "second", "office:a"]), st.sampled_from("ab")),
    st.sampled_from("ab"),
)
def test_an_agreement_is_never_given_twice(given: dict[str, str], by: str) -> None:
    needed = {
        one.key: one
        for one in (
            Agreement(Demand.OWNER),
            Agreement(Demand.SECOND),
            Agreement(Demand.OFFICE, "a"),
        )
    }
    mine = deciders.gives(needed, given, dict.fromkeys(needed, by), by)
    assert not mine.keys() & given.keys()
    both = {**given, **dict.fromkeys(mine, by)}
    if not {"owner", "second"} <= given.keys():
        assert len({both[key] for key in ("owner", "second") if key in both}) == len(
            [key for key in ("owner", "second") if key in both]
        )


def test_an_approval_takes_both_checks_and_the_way_it_travels() -> None:
    every = frozenset(check.value for check in Check)
    transfer = frozenset({Safeguard.TRANSFER.value})
    assert unticked(every, transfer, third_party=False) == []
    for left in every:
        assert unticked(every - {left}, transfer, third_party=False) == [left]
    assert unticked(every, frozenset(), third_party=False) == [Safeguard.TRANSFER.value]


def test_a_third_partys_request_takes_every_consideration_and_safeguard() -> None:
    every = frozenset(check.value for check in Check)
    considered = every | {one.value for one in Consideration}
    safe = frozenset(one.value for one in Safeguard)
    assert unticked(considered, safe, third_party=True) == []
    for left in Consideration:
        assert unticked(considered - {left.value}, safe, third_party=True) == [left.value]
    for guard in Safeguard:
        assert unticked(considered, safe - {guard.value}, third_party=True) == [guard.value]


def test_what_was_sent_and_is_not_over_is_new_or_open_to_hdx() -> None:
    named = {state: queue.hdx(state) for state in State}
    assert named[State.SUBMITTED] is queue.Hdx.NEW
    assert named[State.DECLINED] is named[State.GRANTED] is queue.Hdx.ARCHIVE
    assert {state for state, name in named.items() if name is not queue.Hdx.ARCHIVE} <= OPEN


def test_every_state_that_was_sent_lies_in_a_tray() -> None:
    lying = {state for states in queue.STATES.values() for state in states}
    assert lying == set(State) - {State.DRAFT}
