"""The chain of the record: whatever is changed in it afterwards is found, and named."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.isp.policy.chain import Fault, Link, Reading, What, canonical, hash_of, linked

UTC = dt.timezone.utc
NOW = dt.datetime(2026, 11, 27, 18, tzinfo=UTC)
EAST = dt.timezone(dt.timedelta(hours=3))

words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
texts = st.none() | words
moments = st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(UTC))
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
leaves = st.none() | st.booleans() | numbers | words
values = leaves | st.lists(leaves, max_size=2) | st.dictionaries(words, leaves, max_size=2)
TEXTS = (
    *("kind", "package_id", "actor", "subject", "level_before", "level_after"),
    *("exposure_before", "exposure_after", "protocol", "protocol_version", "reason", "door"),
)
COLUMNS: dict[str, st.SearchStrategy[Any]] = {
    "id": st.integers(1, 2**63 - 1),
    "at": moments,
    "details": st.dictionaries(words, values, max_size=3),
    **dict.fromkeys(TEXTS, texts),
}
events = st.fixed_dictionaries(COLUMNS)


def alike(one: Any, other: Any) -> bool:
    """Equal as the database tells values apart: true is not 1, and 1.0 is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    return type(one) is type(other) and repr(one) == repr(other)


def chain(count: int) -> tuple[list[Link], dict[int, dict[str, Any]]]:
    """So many events, committed in another order than that of their ids, and their links."""
    found = [{"id": number, "at": NOW, "kind": "raised", "details": {}} for number in range(count)]
    rows = [*found[1::2], *found[::2]]
    links = linked(None, rows[:2], NOW)
    return [*links, *linked(links[-1], rows[2:], NOW)], {row["id"]: row for row in rows}


def read(links: list[Link], rows: dict[int, dict[str, Any]]) -> list[Fault]:
    reading = Reading()
    return [fault for link in links for fault in reading.faults(link, rows.get(link.event_id))]


@given(events, st.data())
def test_whichever_column_of_an_event_is_changed_its_hash_is_another(
    event: dict[str, Any], data: st.DataObject
) -> None:
    column = data.draw(st.sampled_from(sorted(COLUMNS)))
    value = data.draw(COLUMNS[column])
    changed = {**event, column: value}
    assert (hash_of(changed) == hash_of(event)) == alike(value, event[column])


@given(events, st.randoms())
def test_the_order_of_columns_and_the_zone_of_a_clock_change_no_hash(
    event: dict[str, Any], chance: Any
) -> None:
    names = sorted(event)
    chance.shuffle(names)
    elsewhere = {**event, "at": event["at"].astimezone(EAST)}
    assert hash_of({name: elsewhere[name] for name in names}) == hash_of(event)


@given(events)
def test_a_column_that_is_added_later_changes_no_hash(event: dict[str, Any]) -> None:
    assert hash_of({**event, "added": None}) == hash_of(event)


def test_anybody_can_compute_a_link() -> None:
    (link,) = linked(None, [{"id": 7, "at": NOW, "reason": "Été", "actor": None}], NOW)
    at = "2026-11-27T18:00:00.000000+00:00"
    event = f'{{"at":"{at}","id":7,"reason":"\\u00c9t\\u00e9"}}'
    assert link.event_hash == hashlib.sha256(event.encode()).hexdigest()
    told = json.dumps({"at": at, "event": link.event_hash}, separators=(",", ":"))
    assert link.hash == hashlib.sha256(told.encode()).hexdigest()


@given(st.integers(2, 9))
def test_a_chain_that_nobody_touched_is_whole(count: int) -> None:
    links, rows = chain(count)
    assert [link.number for link in links] == list(range(1, count + 1))
    assert read(links, rows) == []


@given(st.permutations(range(4)))
def test_events_linked_in_another_order_end_in_another_head(order: list[int]) -> None:
    rows = [{"id": number, "at": NOW} for number in range(4)]
    head = linked(None, [rows[number] for number in order], NOW)[-1].hash
    assert (head == linked(None, rows, NOW)[-1].hash) == (order == [0, 1, 2, 3])


@pytest.mark.parametrize("place", range(5))
def test_an_event_that_was_changed_is_named_and_no_other(place: int) -> None:
    links, rows = chain(5)
    event = links[place].event_id
    rows[event] = {**rows[event], "reason": "another"}
    assert read(links, rows) == [Fault(What.CHANGED, place + 1, event)]


@pytest.mark.parametrize("place", range(5))
def test_an_event_that_is_gone_is_named(place: int) -> None:
    links, rows = chain(5)
    event = links[place].event_id
    del rows[event]
    assert read(links, rows) == [Fault(What.MISSING, place + 1, event)]


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("column", ["event_hash", "hash", "at"])
def test_a_link_that_was_changed_is_named_and_no_other(place: int, column: str) -> None:
    links, rows = chain(5)
    value = NOW - dt.timedelta(days=1) if column == "at" else "0" * 64
    links[place] = links[place]._replace(**{column: value})
    assert read(links, rows) == [Fault(What.LINK, place + 1, links[place].event_id)]


@pytest.mark.parametrize("place", range(4))
def test_a_link_that_is_gone_leaves_a_gap(place: int) -> None:
    links, rows = chain(5)
    del links[place]
    assert read(links, rows) == [Fault(What.GAP, place + 1, None)]


def test_links_that_are_numbered_anew_around_a_gap_do_not_follow() -> None:
    links, rows = chain(5)
    shifted = [link._replace(number=link.number - 1) for link in links[3:]]
    assert read([*links[:2], *shifted], rows) == [Fault(What.LINK, 3, links[3].event_id)]


def test_a_link_put_at_the_end_without_the_hash_before_it_is_named() -> None:
    links, rows = chain(3)
    rows[9] = {"id": 9, "at": NOW, "kind": "lowered"}
    forged = linked(None, [rows[9]], NOW)[0]._replace(number=4)
    assert read([*links, forged], rows) == [Fault(What.LINK, 4, 9)]


def test_what_no_json_can_say_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical({"details": {"share": float("nan")}})
