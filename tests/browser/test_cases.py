"""A breach and a dispute are registered and taken up their own ladders, in English and French."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Read, Visit
from tests.browser.readers import PHONE, barriers, fits

DUE = (dt.date.today() + dt.timedelta(days=9)).isoformat()


class Tongue(NamedTuple):
    """How the portal speaks."""

    prefix: str
    breach: str
    dispute: str
    bilateral: str
    meeting: str
    mechanism: str
    hct: str
    settled: str


TONGUES = {
    "en": Tongue(
        "",
        "Breach of the protocol",
        "Dispute",
        "Between those concerned",
        "Dedicated meeting called by the Chair",
        "With the information management mechanism",
        "Referred to the Humanitarian Country Team",
        "Settled",
    ),
    "fr": Tongue(
        "/fr",
        "Violation du protocole",
        "Litige",
        "Entre les parties concernées",
        "Réunion dédiée convoquée par le responsable",
        "Auprès du mécanisme de gestion de l’information",
        "Soumis à l’Équipe humanitaire pays",
        "Réglé",
    ),
}
both = pytest.mark.parametrize("tongue", TONGUES.values(), ids=TONGUES)


def register(visit: Visit, tongue: Tongue, kind: str, title: str) -> Page:
    page = visit(f"{tongue.prefix}/isp/cases/new", "jean")
    page.get_by_label(kind, exact=True).check()
    page.get_by_label("Sahelia Relief").check()
    page.fill("#field-title", title)
    page.fill("#field-due", DUE)
    page.click(".isp-form button[type=submit]")
    expect(page.locator(".error-explanation a")).to_have_attribute("href", "#field-reason")
    assert page.input_value("#field-title") == title
    page.fill("#field-reason", "A list went to a ministry.")
    page.click(".isp-form button[type=submit]")
    expect(page.locator("h1")).to_have_text(title)
    return page


def take(page: Page, stage: str, note: str) -> None:
    page.check(f"#field-to-{stage}")
    page.fill("#field-reason", note)
    page.click(".isp-form button[type=submit]")
    expect(page.locator(".isp-timeline .isp-quote").first).to_have_text(note)


def here(page: Page) -> str:
    return page.locator("[aria-current=step] strong").inner_text()


@both
def test_a_breach_goes_from_those_concerned_to_a_meeting(visit: Visit, tongue: Tongue) -> None:
    page = register(visit, tongue, tongue.breach, "Lists were passed on")
    assert here(page) == tongue.bilateral
    take(page, "meeting", "They do not answer.")
    assert here(page) == tongue.meeting
    expect(page.locator(".isp-form")).to_have_count(0)
    theirs = visit(page.url, "fatima")
    take(theirs, "settled", "They delete it by Friday.")
    assert here(theirs) == tongue.settled
    expect(theirs.locator(".isp-ladder li span")).to_have_count(3)


@both
def test_a_dispute_goes_from_the_mechanism_to_the_country_team(
    visit: Visit, tongue: Tongue
) -> None:
    page = register(visit, tongue, tongue.dispute, "Is a camp list a list of households?")
    assert here(page) == tongue.mechanism
    theirs = visit(page.url, "musa")
    take(theirs, "hct", "No agreement in two meetings.")
    assert here(theirs) == tongue.hct
    take(theirs, "settled", "It counts as one.")
    page.goto(f"{tongue.prefix}/isp/cases")
    row = page.locator("tr", has_text="camp list").first
    expect(row).to_contain_text(tongue.settled)


def test_of_a_case_others_learn_only_that_there_is_one(visit: Visit, read: Read) -> None:
    page = register(visit, TONGUES["en"], "Dispute", "What is a survey?")
    assert "isp-page" in read(page.url, "jean")
    assert "isp-page" not in read(page.url, "amina")
    theirs = visit("/isp/cases", "amina")
    expect(theirs.locator(".isp-page")).to_contain_text("None that you have to do with.")
    expect(theirs.locator(".isp-page ul")).to_contain_text("Dispute")
    assert 'id="field-login"' in read("/isp/cases")


@pytest.mark.parametrize("path", ["/isp/cases", "/isp/cases/new", "/isp/cases/1"])
def test_nobody_is_kept_out_by_its_form(visit: Visit, path: str) -> None:
    page = visit(f"/fr{path}", "fatima", width=PHONE)
    expect(page.locator(".isp-page")).to_be_visible()
    assert fits(page, PHONE)
    assert barriers(page) == []
