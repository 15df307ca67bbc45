"""What HDX Connect's words mean for a request of ours, in every state."""

from __future__ import annotations

import itertools

import pytest

from ckanext.isp.policy.hdx import Meaning, meaning, standing
from ckanext.isp.policy.queue import Hdx
from ckanext.isp.policy.request import TABLE, Command, Role, State, moves

READS = {
    State.DRAFT: "new",
    State.SUBMITTED: "new",
    State.RETURNED: "new",
    State.APPROVED: "open",
    State.GRANTED: "archive",
    State.DECLINED: "archive",
    State.WITHDRAWN: "archive",
    State.EXPIRED: "archive",
    State.REVOKED: "archive",
    State.DUE: "archive",
    State.ATTESTED: "archive",
}
GIVEN = (State.APPROVED, State.GRANTED)
EVERY = [
    {
        key: value
        for key, value in (("state", s), ("data_shared", d), ("rejected", r))
        if value != ""
    }
    for s, d, r in itertools.product(["", *Hdx], ["", True, False], ["", True, False])
]


@pytest.mark.parametrize("state", State)
def test_a_request_reads_in_hdx_s_words(state: State) -> None:
    now = standing(state, shared=False)
    assert (now.state.value, now.shared) == (READS[state], False)
    assert now.rejected is (state is State.DECLINED)
    assert standing(state, shared=True).state is Hdx.ARCHIVE


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("shared", [False, True])
def test_what_a_request_says_already_means_nothing(state: State, shared: bool) -> None:
    now = standing(state, shared)
    echo = {"state": now.state, "data_shared": now.shared, "rejected": now.rejected}
    for names in itertools.chain.from_iterable(itertools.combinations(echo, n) for n in range(4)):
        assert meaning(state, now, {name: echo[name] for name in names}) is Meaning.NOTHING


@pytest.mark.parametrize("state", State)
def test_data_is_shared_only_of_what_is_approved(state: State) -> None:
    now = standing(state, shared=False)
    for asked in EVERY:
        if asked.get("data_shared") and meaning(state, now, asked) is not Meaning.REFUSE:
            expected = Meaning.SHARED if state in GIVEN else Meaning.APPROVE_FIRST
            assert meaning(state, now, asked) is expected
        else:
            assert meaning(state, now, asked) is not Meaning.SHARED


def test_a_reply_and_a_refusal_are_told_apart() -> None:
    now = standing(State.SUBMITTED, shared=False)
    assert meaning(State.SUBMITTED, now, {"state": Hdx.OPEN}) is Meaning.REPLY
    assert meaning(State.SUBMITTED, now, {"rejected": True}) is Meaning.REFUSE
    not_shared = {"state": Hdx.ARCHIVE, "data_shared": False}
    assert meaning(State.SUBMITTED, now, not_shared) is Meaning.REFUSE
    assert meaning(State.SUBMITTED, now, {"state": Hdx.ARCHIVE}) is Meaning.UNCLEAR


def test_what_is_over_is_not_opened_again() -> None:
    for state in (State.DECLINED, State.WITHDRAWN, State.ATTESTED):
        now = standing(state, shared=False)
        for asked in ({"state": Hdx.OPEN}, {"state": Hdx.NEW}):
            assert meaning(state, now, asked) is Meaning.UNCLEAR


def test_what_was_never_sent_goes_back_by_the_portal_and_is_nobody_else_s() -> None:
    assert TABLE[State.DRAFT][Command.RETURN].roles == {Role.PORTAL}
    assert TABLE[State.DRAFT][Command.RETURN].to == (State.RETURNED,)
    assert not moves(State.DRAFT, frozenset({Role.DECIDER, Role.HELPER, Role.CONSULTED}))
