"""A new version of a protocol: she sees which of her datasets it concerns, and confirms them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, ask


@pytest.fixture(scope="module", autouse=True)
def protocols(portal: str) -> Iterator[None]:
    ask(portal, "/tests/protocols/renew")
    yield
    ask(portal, "/tests/protocols/end")


@pytest.mark.parametrize(
    ("language", "before", "now", "badge", "confirmed"),
    [
        ("en", "Wells, low", "Wells, moderate", "Restricted", "2 confirmed"),
        ("fr", "Puits, low", "Puits, moderate", "Limitée", "Confirmés : 2"),
    ],
)
def test_a_new_version_lists_what_it_concerns_with_old_and_new_and_confirms_in_bulk(
    visit: Visit, language: str, before: str, now: str, badge: str, confirmed: str
) -> None:
    path = f"/{language}/isp/reviews?organization=wells"
    page = visit(path, "amina")
    names = [f"Wells wells-{language}-{number}" for number in (1, 2)]
    for name in names:
        listed = page.locator(".isp-reviews tr", has_text=name)
        expect(listed.locator("del")).to_have_text(before)
        expect(listed.locator("ins")).to_have_text(now)
        expect(listed.locator(".isp-level")).to_contain_text(badge)
        listed.locator("input[type=checkbox]").check()
    page.click(".isp-page .isp-form button[type=submit]")
    expect(page.locator(".isp-page")).to_contain_text(confirmed)
    page.goto(path)
    for name in names:
        expect(page.locator(".isp-reviews tr", has_text=name)).to_have_count(0)
