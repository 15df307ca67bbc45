"""A door that something is read by tells nobody what is closed, and tells those who may know."""

from __future__ import annotations

import re

import pytest

from .baits import KEPT, RAISED, STALE, WORDS, Bait
from .every_reading import ALL, GUESSES, HOLDS, NAME
from .people import ANONYMOUS, STRANGER, SYSADMIN
from .readers import (
    ASKERS,
    EXPIRED,
    HOLDER,
    MEMBER,
    NEWCOMER,
    REVOKED,
    WITHOUT_RIGHT,
    Ask,
    ask,
)
from .reading import COUNT, Lookout, Reading
from .requesting import REQUESTS

Baits = dict[str, Bait]
# new on every page
_TOKEN = re.compile(r'name="_csrf_token" (?:content|value)="[^"]+"')


def no_failure(bait: Bait) -> None:
    fails = [status for status in bait.portal.statuses if status[1] >= 500]
    bait.portal.statuses.clear()
    assert not fails, f"the portal failed: {fails}"


WHO = {
    RAISED: (*WITHOUT_RIGHT, REVOKED),
    KEPT: (ANONYMOUS, STRANGER),
    # the index still counts its members in
    STALE: (ANONYMOUS, MEMBER),
}
# of what is asked for and given
WHO_ASKS = {
    RAISED: (ANONYMOUS, STRANGER, NEWCOMER, REVOKED, EXPIRED),
    KEPT: (STRANGER, HOLDER),
}
# where it can matter that somebody follows a dataset
FOLLOWED = {"R1", "R5", "R23", "R25", "R26", "R42", "R55", "R70", "R71", "R72"}


def tries(door: Reading, who: str) -> bool:
    """Whether it can matter that somebody of that kind tries a door."""
    if who == NEWCOMER:
        return door.id in FOLLOWED or "drafted" in door.hers
    if who == EXPIRED:
        return bool(door.hers or door.count) or HOLDER in door.to
    return who != REVOKED or bool(door.tells)


CLOSED = [
    pytest.param(door, kind, who, id=f"{door.id}-{door.name}-{kind}-{who}")
    for door in ALL
    for kind, whom in (WHO_ASKS if door.id == REQUESTS else WHO).items()
    for who in whom
    if tries(door, who)
]
TELLS = [
    (door, kind, who)
    for door in ALL
    for who in door.to
    for kind in (door.tells[-1:] if who == SYSADMIN else door.tells)
]
TOLD = [
    pytest.param(door, kind, who, id=f"{door.id}-{door.name}-{kind}-{who}")
    for door, kind, who in TELLS
]
FIRST = [pytest.param(door, id=f"{door.id}-{door.name}") for door in ALL if not door.own]


@pytest.mark.parametrize(("door", "kind", "who"), CLOSED)
def test_a_door_tells_nothing_to_those_without_the_right(
    door: Reading, kind: str, who: str, baits: Baits, lookout: Lookout
) -> None:
    bait = baits[kind]
    told = lookout.look(door, bait, bait.people[who])
    hers = set(door.hers) if who in ASKERS else set()
    assert not told.kinds - hers, f"told at {told.places}"
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
    for door in (each for each in ALL if not each.own):
        told |= lookout.look(door, open_bait, open_bait.people[door.first]).kinds
    for door, kind, who in (each for each in TELLS if each[0].own):
        told |= lookout.look(door, baits[kind], baits[kind].people[who]).kinds
    assert told >= {*WORDS, "id", COUNT}


@pytest.mark.parametrize("who", [ANONYMOUS, STRANGER])
@pytest.mark.parametrize("guess", GUESSES)
def test_a_guessed_name_is_answered_like_one_that_is_not_taken(
    guess: str, who: str, baits: Baits
) -> None:
    bait, (status, said) = baits[KEPT], answered(guess, who, baits[KEPT], "title")
    assert (status, said) == answered(guess, who, bait, "name")
    assert status >= 400, "it is refused"
    no_failure(bait)


def answered(guess: str, who: str, bait: Bait, word: str) -> tuple[int, str]:
    """What a guess is answered, and in which words, without the guess itself."""
    name = f"set-{bait.words[word]}"
    guessed = GUESSES[guess]
    form = tuple((key, value.replace(NAME, name)) for key, value in guessed.form)
    answer = ask(bait.people[who], Ask(guessed.path.replace(NAME, name), form))
    return answer.status, _TOKEN.sub("", answer.body.replace(name, "it"))


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
