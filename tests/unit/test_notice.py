"""What notices ask for, what they may say, and when their mails are tried again."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest

from ckanext.isp.policy.notice import (
    FACTS,
    Mails,
    Named,
    Need,
    Notice,
    Place,
    asks,
    mailed,
    named,
    unfit,
    wait,
)
from ckanext.isp.policy.request import OVER, TABLE, Command, State
from ckanext.isp.policy.scale import Exposure, Level
from ckanext.isp.policy.told import Audience, of_time

DAY = timedelta(days=1)
TODAY = date(2026, 11, 27)
# where destruction can be attested before it is due
ENDED = {State.EXPIRED, State.REVOKED}
# a message is there to be read, whatever became of its request
STANDS = {Notice.REQUEST_SAID}


def test_a_mail_is_tried_after_a_minute_then_less_and_less_and_given_up_within_five_days() -> None:
    waits = [wait(attempts) for attempts in range(1, 11)]
    minutes = [one and one / timedelta(minutes=1) for one in waits]
    assert minutes == [1, 5, 30, 120, 720, *[1440] * 4, None]
    total = sum((one for one in waits if one), timedelta())
    assert 4 * DAY < total < 5 * DAY
    assert wait(100) is None


def test_what_somebody_has_to_do_is_mailed_at_once_whatever_they_prefer() -> None:
    for wanted in Mails:
        assert mailed(Need.ACT, wanted, address=True) is Mails.AT_ONCE
        assert mailed(Need.KNOW, wanted, address=True) is wanted


@pytest.mark.parametrize(("need", "wanted"), product(Need, Mails))
def test_nothing_is_mailed_to_somebody_without_an_address(need: Need, wanted: Mails) -> None:
    assert mailed(need, wanted, address=False) is Mails.NEVER


def test_what_waits_for_its_reader_asks_them_to_act() -> None:
    acts = {kind for kind in Notice if kind.need is Need.ACT}
    assert acts == {
        Notice.REQUEST_SUBMITTED,
        Notice.REQUEST_RETURNED,
        Notice.REQUEST_ANSWERED,
        Notice.REQUEST_SAID,
        Notice.REQUEST_CONSULTED,
        Notice.REQUEST_ADVISED,
        Notice.REQUEST_APPROVED,
        Notice.REQUEST_OVERDUE,
        Notice.REQUEST_DEPUTY,
        Notice.GRANT_REVOKED,
        Notice.GRANT_TO_RECONFIRM,
        Notice.EXTENSION_ASKED,
        Notice.DESTRUCTION_DUE,
        Notice.DESTRUCTION_OVERDUE,
        Notice.ONWARD_REPORTED,
    }


@pytest.mark.parametrize("kind", Notice)
def test_a_notice_asks_for_what_can_still_be_done_and_for_nothing_once_its_request_is_over(
    kind: Notice,
) -> None:
    assert asks(kind, None)
    asked_in = {state for state in State if asks(kind, state)}
    assert asked_in
    done = {Command.ACCEPT: Notice.REQUEST_APPROVED, Command.ATTEST: Notice.DESTRUCTION_DUE}
    for command, told in done.items():
        if kind is told:
            assert asked_in == {state for state in State if command in TABLE[state]} - ENDED
    if kind.name.startswith("REQUEST") and kind.need is Need.ACT and kind not in STANDS:
        assert not asked_in & OVER


@pytest.mark.parametrize("days", [0, 7, 8])
def test_whoever_holds_data_is_told_that_it_begins_and_a_week_before_it_ends(days: int) -> None:
    until = TODAY + days * DAY
    told = of_time(State.GRANTED, TODAY, None, TODAY, until, None)
    begun = Audience.ASKER, Notice.GRANT_BEGUN, TODAY
    soon = Audience.ASKER, Notice.GRANT_ENDING, until
    assert told == ((begun, soon) if days <= 7 else (begun,))
    assert of_time(State.GRANTED, until + DAY, None, TODAY, until, None) == ()


EVERY = list(product([None, *Level], Exposure, (True, False)))


@pytest.mark.parametrize(("level", "exposure", "active"), EVERY)
def test_a_mail_names_what_everybody_may_read_and_nothing_of_what_may_be_severe(
    level: Level | None, exposure: Exposure, active: bool
) -> None:
    found = named(level, exposure, active=active)
    if found is Named.TITLE:
        assert level in (Level.LOW, Level.MODERATE)
        assert exposure.public
        assert active
    if level in (None, Level.SEVERE) or not active:
        assert found is Named.NOTHING
    if level is Level.HIGH:
        assert found is not Named.TITLE


def test_the_title_of_an_open_dataset_is_told() -> None:
    assert named(Level.LOW, Exposure.OPEN, active=True) is Named.TITLE
    assert named(Level.MODERATE, Exposure.ON_REQUEST, active=True) is Named.TITLE
    assert named(Level.LOW, Exposure.MEMBERS, active=True) is Named.ORGANIZATION


@pytest.mark.parametrize("kind", Notice)
def test_a_notice_about_a_request_has_its_number(kind: Notice) -> None:
    assert unfit(kind, {"request": 7}) is None
    assert unfit(kind, {}) == ("request" if kind.place is Place.REQUEST else None)


@pytest.mark.parametrize(
    "about",
    [
        {"title": "Survivors of Tin-Azarif"},
        {"request": "7"},
        {"request": True},
        {"on": "2026-11-27"},
        {"grant": None},
        {"requester": 3},
    ],
)
def test_nothing_but_numbers_and_days_is_kept_beside_a_notice(about: dict[str, Any]) -> None:
    assert unfit(Notice.GRANT_BEGUN, about) == next(iter(about))


def test_numbers_and_days_are_all_that_there_is() -> None:
    assert set(FACTS.values()) == {int, date}
