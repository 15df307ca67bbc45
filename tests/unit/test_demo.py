"""The demo's protocols and answers go together: what a visitor sees is what the texts say."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Any

import pytest

from ckanext.isp.documents import library
from ckanext.isp.documents.compile import Document, load
from ckanext.isp.policy.answers import ORGANISATION, PLACE
from ckanext.isp.policy.decide import decide
from ckanext.isp.policy.facts import Facts
from ckanext.isp.policy.protocol import Status
from ckanext.isp.policy.request import OPEN, TABLE, Command, State
from ckanext.isp.policy.scale import Level
from ckanext.isp.policy.verdict import Verdict
from dev.demo import access, catalogue, report

CATALOGUE = catalogue.load()
ACCESS = access.load()
TODAY = date(2026, 11, 27)
ANSWERED = [dataset for dataset in CATALOGUE.datasets if "isp_answers" in dataset.fields]
HEADING = re.compile(r"# --- (\w+),|  - name: (\S+)\n")


@cache
def documents(*, later: bool) -> list[Document]:
    """Those in force before the demo's changes, or after those that somebody approved."""
    found = {}
    for one in CATALOGUE.protocols:
        if one.decided_by and (later or not one.later):
            document = load(one.source.encode())
            found[document.protocol.key] = document
    return [library.template(), *found.values()]


def verdict(dataset: catalogue.Dataset, *, later: bool) -> Verdict:
    given: dict[str, Any] = dataset.fields["isp_answers"]
    answers = {
        fact: frozenset(value if isinstance(value, list) else [value]) - {"none"}
        for fact, value in given.items()
    }
    where = {PLACE: frozenset({"XSA"}), ORGANISATION: frozenset({dataset.fields["owner_org"]})}
    facts = Facts(None, known={**answers, **where}, asked=True)
    return decide([one.protocol for one in documents(later=later)], facts, TODAY)


def headings() -> dict[str, str]:
    """The level that each dataset stands under in the catalogue."""
    text = (catalogue.PROTOCOLS.parent / "catalogue.yaml").read_text(encoding="utf-8")
    found, level = {}, ""
    for heading, name in HEADING.findall(text.partition("\ndatasets:\n")[2]):
        level = heading.lower() or level
        if name:
            found[name] = level
    return found


@pytest.mark.parametrize("dataset", ANSWERED, ids=lambda dataset: dataset.name)
def test_answers_leave_nothing_open_and_give_the_level_of_the_heading(
    dataset: catalogue.Dataset,
) -> None:
    found = verdict(dataset, later=False)
    assert not found.open
    assert found.proposed
    assert found.proposed.slug == headings()[dataset.name]


def test_every_level_is_given_by_answers() -> None:
    assert {verdict(dataset, later=False).proposed for dataset in ANSWERED} == set(Level)


def test_the_revision_asks_for_more_of_some_and_for_less_of_others() -> None:
    changes = [
        (verdict(one, later=True).proposed or 0) - (verdict(one, later=False).proposed or 0)
        for one in ANSWERED
    ]
    assert min(changes) < 0 < max(changes)


def test_a_draft_and_a_proposal_that_waits_are_there() -> None:
    drafts = [one for one in CATALOGUE.protocols if not one.reason]
    assert [load(one.source.encode()).protocol.status for one in drafts] == [Status.DRAFT]
    assert [one for one in CATALOGUE.protocols if one.reason and not one.decided_by]


def command(action: str) -> Command:
    """What an action does with a request: `isp_grant_accept` accepts."""
    others = {"isp_request_type_in": Command.SUBMIT, "requestdata_request_create": Command.RETURN}
    return others.get(action) or Command(action.split("_", 2)[2])


def ends(asked: access.Asked) -> set[State]:
    """The states in which a request can be once everybody did what the demo says."""
    found, downloaded = {State.DRAFT}, False
    began = [access.Step(asked.by, asked.begins)] if "draft" not in asked.begins else []
    for step in (*began, *asked.then):
        if step.do == access.DOWNLOAD:
            downloaded = True
            continue
        taken = (TABLE[state].get(command(step.do)) for state in found)
        found = {to for move in taken if move for to in move.to}
        if downloaded and found <= {State.EXPIRED, State.REVOKED}:
            found = {State.DUE}
    return found


@pytest.mark.parametrize("asked", ACCESS.requests, ids=lambda asked: asked.key)
def test_a_request_of_the_demo_ends_where_it_says(asked: access.Asked) -> None:
    assert State(asked.state) in ends(asked)


def test_a_request_in_each_state_is_there() -> None:
    assert {State(asked.state) for asked in ACCESS.requests} == set(State)


def test_whatever_people_can_do_with_a_request_somebody_of_the_demo_does_or_could() -> None:
    done = {command(step.do) for one in ACCESS.requests for step in one.then if "isp" in step.do}
    could = {move for one in ACCESS.requests for move in TABLE[State(one.state)]}
    assert done | could == set(Command)


def test_the_demo_asks_for_what_is_there_as_people_who_are_there() -> None:
    people = {persona.name: persona for persona in CATALOGUE.personas}
    datasets = {dataset.name for dataset in CATALOGUE.datasets}
    assert {asked.dataset for asked in ACCESS.requests} <= datasets
    steps = [step for asked in ACCESS.requests for step in asked.then] + [*ACCESS.stand_ins]
    named = {step.by for step in steps} | {step.send.get("user", step.by) for step in steps}
    named |= {step.send.get("stands_in", step.by) for step in steps} | report.SEE.keys()
    assert named | {asked.by for asked in ACCESS.requests} <= people.keys()


def test_nobody_of_the_demo_has_two_requests_for_a_dataset_that_are_not_over() -> None:
    held = [(one.by, one.dataset) for one in ACCESS.requests if State(one.state) in OPEN]
    assert len(held) == len(set(held))
    assert len({one.key for one in ACCESS.requests}) == len(ACCESS.requests)


def test_third_parties_consultations_an_office_and_two_agreements_are_there() -> None:
    ini = (catalogue.PROTOCOLS.parents[1] / "ckan.ini.in").read_text(encoding="utf-8")
    set_by = dict(re.findall(r"^ckanext\.isp\.(offices|third_parties) = (\S+)$", ini, re.M))
    organisations = {persona.name: persona.organisation for persona in CATALOGUE.personas}
    outside = {organisations[one.by] for one in ACCESS.requests}
    assert {"", set_by["third_parties"]} <= outside
    office, _colon, holder = set_by["offices"].partition(":")
    assert holder in organisations
    assert any(f"office: {office}" in one.source for one in CATALOGUE.protocols)
    asked = [[command(step.do) for step in one.then if "isp" in step.do] for one in ACCESS.requests]
    consulted = {Command.ADVISE in done for done in asked if Command.CONSULT in done}
    assert consulted == {True, False}
    halves = [one for one in ACCESS.requests if one.begins == "isp_request_type_in"]
    assert [one.state for one in halves] == ["submitted"]
    assert {step.send.get("deputy", False) for step in ACCESS.stand_ins} == {True, False}
