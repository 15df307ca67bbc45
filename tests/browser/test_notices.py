"""What somebody is told is read, counted and put away, and reaches them as they want: English and
French, on a phone, by keyboard and by ear."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Read, Visit
from tests.browser.readers import PHONE, barriers, fits


class Tongue(NamedTuple):
    """How the portal speaks, and who listens."""

    prefix: str
    who: str
    count: str
    notices: str
    waits: str
    dataset: str
    link: str
    ends: str
    daily: str
    all_read: str


TONGUES = {
    "en": Tongue(
        "",
        "jean",
        "2",
        "Notices",
        "A request for data waits for you",
        "Sahelia: household survey",
        "Read the request",
        "It ends on Tuesday, March 4, 2031.",
        "Once a day",
        "Mark all as read",
    ),
    "fr": Tongue(
        "/fr",
        "musa",
        "28",
        "Notifications",
        "Une demande de données vous attend",
        "Sahelia: household survey",
        "Lire la demande",
        "Il prend fin le mardi 4 mars 2031.",
        "Une fois par jour",
        "Tout marquer comme lu",
    ),
}
both = pytest.mark.parametrize("tongue", TONGUES.values(), ids=TONGUES)


def unread(page: Page) -> int:
    return page.locator(".isp-notice-unread").count()


@pytest.mark.parametrize(("path", "who"), [("", "jean"), ("/fr", "musa"), ("/fr", "stranger")])
def test_nobody_is_kept_out_by_its_form(visit: Visit, path: str, who: str) -> None:
    page = visit(f"{path}/isp/notices", who, width=PHONE)
    expect(page.locator(".isp-page")).to_be_visible()
    assert fits(page, PHONE)
    assert barriers(page, ".isp-page", ".account") == []


@both
def test_what_somebody_is_told_is_opened_and_put_away(visit: Visit, tongue: Tongue) -> None:
    page = visit(f"{tongue.prefix}/about", tongue.who)
    link = page.locator(".account a", has_text=tongue.notices)
    expect(link.locator(".isp-unread-count")).to_have_text(tongue.count)
    link.click()
    expect(page.locator("h1")).to_have_text(tongue.notices)
    first = page.locator(".isp-notices > li").first
    expect(first).to_contain_text(tongue.waits)
    expect(first).to_contain_text(tongue.dataset)
    expect(page.locator(".isp-notices")).to_contain_text(tongue.ends)
    before = unread(page)
    page.goto(first.get_by_role("link", name=tongue.link).get_attribute("href") or "")
    assert page.url.endswith("/isp/request/1")
    page.goto(f"{tongue.prefix}/isp/notices")
    assert unread(page) == before - 1
    page.get_by_role("button", name=tongue.all_read).click()
    expect(page.locator(".isp-notices > li").first).to_be_visible()
    assert unread(page) == 0
    expect(page.locator(".isp-unread-count")).to_have_count(0)
    page.get_by_label(tongue.daily).check()
    page.locator(".isp-form button[type=submit]").click()
    expect(page.get_by_label(tongue.daily)).to_be_checked()


def test_older_notices_are_a_page_further(visit: Visit) -> None:
    page = visit("/isp/notices", "musa")
    expect(page.locator(".isp-notices > li")).to_have_count(25)
    page.get_by_role("link", name="Older").click()
    expect(page.locator(".isp-notices > li")).to_have_count(3)
    page.goto("/isp/notices?page=9")
    expect(page.locator(".isp-page")).to_contain_text("There are no older notices.")


def test_who_was_told_nothing_reads_what_would_be_there(visit: Visit, read: Read) -> None:
    page = visit("/isp/notices", "stranger")
    expect(page.locator(".isp-page")).to_contain_text("Nothing yet.")
    assert 'id="field-login"' in read("/isp/notices")
