"""A level is lowered by two people."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Read, Visit

PROPOSE = "/dataset/sahelia-water/sensitivity/lower"


def test_a_proposal_needs_its_level_and_its_reason(visit: Visit) -> None:
    page = visit(PROPOSE, "amina")
    page.check("#field-to-moderate")
    page.click("form.isp-form button")
    expect(page.locator(".error-explanation a")).to_have_attribute("href", "#field-reason")
    expect(page.locator("#field-to-moderate")).to_be_checked()
    page = visit(PROPOSE, "amina")
    page.fill("#field-reason", "Only districts are named now.")
    page.click("form.isp-form button")
    expect(page.locator("#field-to input:invalid")).to_have_count(2)
    expect(page.locator(".isp-page")).to_contain_text("None yet.")


def test_a_second_person_lowers_it(visit: Visit) -> None:
    page = visit(PROPOSE, "amina")
    page.check("#field-to-moderate")
    page.fill("#field-reason", "Only districts are named now.")
    page.click("form.isp-form button")
    expect(page.locator(".isp-page")).to_contain_text("Waits for a second person")
    expect(page.get_by_text("Decide", exact=True)).to_have_count(0)

    page = visit("/isp/lowerings", "jean")
    proposal = page.locator(".isp-proposals tr", has_text="water points")
    proposal.get_by_text("Decide", exact=True).click()
    expect(page.locator(".isp-quote")).to_have_text("Only districts are named now.")
    page.click("button[value=refuse]")
    expect(page.locator(".error-explanation a")).to_have_attribute("href", "#field-reason")
    page.fill("#field-reason", "I looked at the file.")
    page.click("button[value=approve]")
    page.wait_for_url("**/sensitivity/timeline")
    expect(page.locator(".isp-badges")).to_contain_text("Restricted")
    timeline = page.locator(".isp-timeline")
    expect(timeline).to_contain_text("Lowered from High (Confidential) to Moderate (Restricted)")
    expect(timeline).to_contain_text("Jean Traoré")
    expect(timeline).to_contain_text("I looked at the file.")


@pytest.mark.parametrize(
    "path", ["/dataset/sahelia-3w/sensitivity/timeline", "/isp/lowerings", PROPOSE]
)
def test_a_visitor_sees_none_of_it(read: Read, path: str) -> None:
    assert "isp-page" in read(path, "amina")
    assert "isp-page" not in read(path)
