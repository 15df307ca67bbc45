"""A door that something is read by tells nobody what is closed, and tells those who may know."""

from __future__ import annotations

from typing import Any

import pytest

from .baits import KEPT, RAISED, STALE, WORDS, Bait
from .every_reading import ALL, GUESSES, HOLDS, KNOWN
from .people import ANONYMOUS, STRANGER, SYSADMIN
from .readers import MEMBER, NEWCOMER, WITHOUT_RIGHT, Ask, ask
from .reading import COUNT, Lookout, Reading

Baits = dict[str, Bait]


def no_failure(bait: Bait) -> None:
    fails = [status for status in bait.portal.statuses if status[1] >= 500]
    bait.portal.statuses.clear()
    assert not fails, f"the portal failed: {fails}"


def marked(guess: str, who: str) -> Any:
    known = KNOWN.get(guess)
    marks = [pytest.mark.xfail(reason=known, strict=True)] if known else []
    return pytest.param(guess, who, id=f"{guess}-{who}".replace(" ", "_"), marks=marks)


WHO = {
    RAISED: WITHOUT_RIGHT,
    KEPT: (ANONYMOUS, STRANGER),
    # the index still counts its members in
    STALE: (ANONYMOUS, MEMBER),
}
# where it can matter that somebody follows a dataset
FOLLOWED = {"R1", "R5", "R23", "R25", "R26", "R42", "R55", "R70", "R71", "R72"}
CLOSED = [
    pytest.param(door, kind, who, id=f"{door.id}-{door.name}-{kind}-{who}")
    for door in ALL
    for kind in WHO
    for who in WHO[kind]
    if who != NEWCOMER or door.id in FOLLOWED
]
TOLD = [
    pytest.param(door, kind, who, id=f"{door.id}-{door.name}-{kind}-{who}")
    for door in ALL
    for who in door.to
    for kind in (door.tells[-1:] if who == SYSADMIN else door.tells)
]
FIRST = [pytest.param(door, id=f"{door.id}-{door.name}") for door in ALL if not door.own]


@pytest.mark.parametrize(("door", "kind", "who"), CLOSED)
def test_a_door_tells_nothing_to_those_without_the_right(
    door: Reading, kind: str, who: str, baits: Baits, lookout: Lookout
) -> None:
    bait = baits[kind]
    told = lookout.look(door, bait, bait.people[who])
    assert not told, f"told at {told.places}"
    no_failure(bait)


@pytest.mark.parametrize(("door", "kind", "who"), TOLD)
def test_a_door_tells_those_who_may_know_and_forbids_copies(
    door: Reading, kind: str, who: str, baits: Baits, lookout: Lookout
) -> None:
    bait = baits[kind]
    told = lookout.look(door, bait, bait.people[who])
    assert told, "nothing is told"
    assert not told.kept, f"copies of {told.kept} may be kept"
    no_failure(bait)


@pytest.mark.parametrize("door", FIRST)
def test_without_the_plugin_a_door_tells_of_an_open_dataset(
    door: Reading, open_bait: Bait, lookout: Lookout
) -> None:
    told = lookout.look(door, open_bait, open_bait.people[door.first])
    assert bool(told) != (door.name in HOLDS), told.places


def test_every_word_is_told_by_some_door(open_bait: Bait, baits: Baits, lookout: Lookout) -> None:
    told: set[str] = set()
    for door in ALL:
        bait, who = (baits[KEPT], SYSADMIN) if door.own else (open_bait, door.first)
        told |= lookout.look(door, bait, bait.people[who]).kinds
    assert told >= {*WORDS, "id", COUNT}


@pytest.mark.parametrize(
    ("guess", "who"), [marked(guess, who) for guess in GUESSES for who in (ANONYMOUS, STRANGER)]
)
def test_a_guessed_name_is_answered_like_one_that_is_not_taken(
    guess: str, who: str, baits: Baits
) -> None:
    bait = baits[KEPT]
    statuses = [
        ask(bait.people[who], Ask(GUESSES[guess].format(name))).status
        for name in (bait.name, f"set-{bait.words['title']}")
    ]
    assert statuses[0] == statuses[1]


@pytest.mark.parametrize("who", [MEMBER, SYSADMIN])
def test_who_received_a_restricted_file_is_on_record(who: str, baits: Baits) -> None:
    for kind in (RAISED, KEPT):
        bait = baits[kind]
        before = _downloads(bait, who)
        for file in bait.each("file"):
            answer = bait.people[who].get(f"/isp/file/{file}")
            assert answer.status_code == 200
            assert bait.words["cell"] in answer.text or bait.words["url"] in answer.text
        assert _downloads(bait, who) - before == len(bait.each("file"))


def _downloads(bait: Bait, who: str) -> int:
    rows = bait.portal.sql(
        "SELECT count(*) FROM isp_event e JOIN isp_person p ON p.digest = e.actor "
        "WHERE e.kind = 'file_downloaded' AND e.package_id = :id AND p.user_id = :user "
        "AND e.details->>'right' = :right",
        id=bait.id,
        user=bait.people[who].id,
        right=who,
    )
    return rows[0][0]
