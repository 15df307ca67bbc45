"""The table "What a save asks for and what it gets", row by row."""

from __future__ import annotations

import itertools
from datetime import date

import pytest

from ckanext.isp.documents import library
from ckanext.isp.policy.facts import Facts, Stored
from ckanext.isp.policy.save import Asked, Notice, Refusal, Settlement, settle
from ckanext.isp.policy.scale import Exposure, Level, rank

TODAY = date(2026, 11, 23)
TEMPLATE = library.template().protocol
OPEN, ON_REQUEST, MEMBERS = Exposure.OPEN, Exposure.ON_REQUEST, Exposure.MEMBERS
HELD, REFUSED = (MEMBERS, Notice.HELD), Refusal.TOO_OPEN
LOW, MODERATE, HIGH, SEVERE = Level

# what is sent as (private, is_requestdata_type); None: not sent
COLUMNS = [(None, None), (False, None), (False, True), (False, False), (True, None)]
TABLE = {
    None: [MEMBERS, HELD, HELD, HELD, MEMBERS],
    LOW: [OPEN, OPEN, ON_REQUEST, OPEN, MEMBERS],
    MODERATE: [ON_REQUEST, ON_REQUEST, ON_REQUEST, REFUSED, MEMBERS],
    HIGH: [MEMBERS, REFUSED, ON_REQUEST, REFUSED, MEMBERS],
    SEVERE: [MEMBERS, REFUSED, REFUSED, REFUSED, MEMBERS],
}
CELLS = [
    pytest.param(level, *sent, gets, id=f"{level.slug if level else 'none'}-{sent[0]}-{sent[1]}")
    for level, row in TABLE.items()
    for sent, gets in zip(COLUMNS, row, strict=True)
]


def save(stored: Stored | None = None, adopting: bool = False, **asked: object) -> Settlement:
    if "level" in asked:
        asked["level_sent"] = True
    return settle(stored, Asked(**asked), (TEMPLATE,), TODAY, adopting=adopting)  # type: ignore[arg-type]


def row(level: Level | None, exposure: Exposure, resources: bool = False) -> Stored:
    flag = True if exposure is ON_REQUEST else None
    return Stored(Facts(level, holds_resources=resources), exposure is MEMBERS, flag)


@pytest.mark.parametrize(("level", "private", "on_request", "gets"), CELLS)
def test_a_new_dataset_gets_what_the_table_says(
    level: Level | None, private: bool | None, on_request: bool | None, gets: object
) -> None:
    settled = save(level=level, private=private, on_request=on_request)
    if isinstance(gets, Refusal):
        assert settled.refusal is gets
    elif isinstance(gets, tuple):
        assert (settled.exposure, settled.notices) == (gets[0], (gets[1],))
    else:
        assert (settled.refusal, settled.exposure, settled.notices) == (None, gets, ())


@pytest.mark.parametrize(("level", "private", "on_request", "gets"), CELLS)
def test_an_update_of_a_members_dataset_gets_what_the_table_says(
    level: Level | None, private: bool | None, on_request: bool | None, gets: object
) -> None:
    settled = save(row(level, MEMBERS), private=private, on_request=on_request)
    if private is None:
        assert (settled.refusal, settled.exposure) == (None, MEMBERS)
    elif isinstance(gets, Refusal):
        assert settled.refusal is gets
    else:
        expected = gets[0] if isinstance(gets, tuple) else gets
        assert (settled.refusal, settled.exposure) == (None, expected)


def test_publishing_and_nothing_else_is_refused_until_somebody_classifies() -> None:
    settled = save(row(None, MEMBERS), private=False, only_exposure=True)
    assert settled.refusal is Refusal.CLASSIFY_FIRST


def test_a_script_that_leaves_out_the_level_does_not_declassify() -> None:
    assert save(row(HIGH, MEMBERS)).level is HIGH


@pytest.mark.parametrize("resources", [False, True])
@pytest.mark.parametrize("sent", COLUMNS)
@pytest.mark.parametrize(
    ("before", "after"),
    [(b, a) for b, a in itertools.product([None, *Level], Level) if rank(a) > rank(b)],
)
@pytest.mark.parametrize("exposure", Exposure)
def test_a_raise_is_never_refused_and_never_leaves_data_too_open(
    before: Level | None,
    after: Level,
    exposure: Exposure,
    sent: tuple[bool | None, bool | None],
    resources: bool,
) -> None:
    stored = row(before, exposure, resources and exposure is not ON_REQUEST)
    settled = save(
        stored,
        level=after,
        private=sent[0],
        on_request=sent[1],
        resources=resources,
        adds_resources=resources and exposure is ON_REQUEST,
    )
    if after is LOW and settled.refusal:
        assert resources  # asking for on request with files is refused at Low as well
        return
    assert settled.refusal is None
    assert settled.level is after
    assert settled.verdict.allows(settled.exposure)
    if resources:
        assert settled.exposure is not ON_REQUEST


def test_a_raise_of_public_data_with_files_closes_it() -> None:
    settled = save(row(LOW, OPEN, True), level=MODERATE, private=False, resources=True)
    assert settled.exposure is MEMBERS
    assert settled.notices == (Notice.RESOURCES_KEPT_CLOSED,)


def test_a_raise_of_public_data_without_files_follows_the_level() -> None:
    assert save(row(LOW, OPEN), level=MODERATE).exposure is ON_REQUEST
    assert save(row(LOW, OPEN), level=HIGH).exposure is MEMBERS


@pytest.mark.parametrize(
    ("before", "after"),
    [(b, a) for b, a in itertools.product(Level, [None, *Level]) if rank(a) < rank(b)],
)
def test_a_level_is_lowered_only_with_an_approval(before: Level, after: Level | None) -> None:
    stored = row(before, MEMBERS)
    refused = save(stored, level=after)
    assert (refused.refusal, refused.level) == (Refusal.LOWERING, before)
    approved = save(stored, level=after, lowering_approved=True)
    assert (approved.refusal, approved.level, approved.exposure) == (None, after, MEMBERS)


def test_a_dataset_on_request_takes_no_upload() -> None:
    for level in (LOW, MODERATE, HIGH):
        settled = save(row(level, ON_REQUEST), resources=True, adds_resources=True)
        assert settled.refusal is Refusal.UPLOAD_ON_REQUEST


@pytest.mark.parametrize("level", [LOW, MODERATE, HIGH])
def test_asking_outright_for_on_request_with_files_is_refused(level: Level) -> None:
    settled = save(level=level, private=False, on_request=True, resources=True)
    assert settled.refusal is Refusal.RESOURCES_ON_REQUEST


@pytest.mark.parametrize("private", [None, False])
def test_a_restricted_dataset_with_files_stays_with_its_members(private: bool | None) -> None:
    settled = save(level=MODERATE, private=private, resources=True)
    assert (settled.exposure, settled.notices) == (MEMBERS, (Notice.RESOURCES_KEPT_CLOSED,))


@pytest.mark.parametrize("level", [None, MODERATE, HIGH])
def test_an_undelete_comes_back_with_its_level_and_closed(level: Level | None) -> None:
    settled = save(row(level, ON_REQUEST), revives=True)
    assert (settled.level, settled.exposure) == (level, MEMBERS)


def test_an_undelete_of_low_data_comes_back_as_it_was() -> None:
    assert save(row(LOW, OPEN), revives=True).exposure is OPEN


def test_a_dataset_without_organisation_can_only_be_low_and_open() -> None:
    assert save(level=LOW, owned=False).exposure is OPEN
    for level, private in itertools.product([None, *Level], [None, True]):
        if (level, private) != (LOW, None):
            refusal = save(level=level, private=private, owned=False).refusal
            assert refusal is Refusal.NEEDS_ORGANISATION, (level, private)


def test_a_raise_without_organisation_moves_to_the_holding_organisation() -> None:
    settled = save(row(LOW, OPEN), level=SEVERE, owned=False)
    assert settled.to_holding
    assert settled.exposure is MEMBERS


def test_while_adopting_what_was_open_before_can_be_edited() -> None:
    stored = row(None, OPEN)
    assert save(stored, adopting=True).exposure is OPEN
    assert save(stored, adopting=False).exposure is MEMBERS
    assert save(stored, adopting=True, level=HIGH).exposure is MEMBERS


def test_asking_for_on_request_without_naming_private_never_opens() -> None:
    assert save(level=LOW, on_request=True).exposure is ON_REQUEST
