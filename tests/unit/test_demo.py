"""The demo's protocols and answers go together: what a visitor sees is what the texts say."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from ckanext.isp.documents import library
from ckanext.isp.documents.compile import Document, load
from ckanext.isp.policy.answers import ORGANISATION, PLACE
from ckanext.isp.policy.decide import decide
from ckanext.isp.policy.facts import Facts
from ckanext.isp.policy.protocol import Status
from ckanext.isp.policy.scale import Level
from ckanext.isp.policy.verdict import Verdict
from dev.demo import catalogue

CATALOGUE = catalogue.load()
TODAY = date(2026, 11, 27)
ANSWERED = [dataset for dataset in CATALOGUE.datasets if "isp_answers" in dataset.fields]
HEADING = re.compile(r"# --- (\w+),|  - name: (\S+)\n")


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
