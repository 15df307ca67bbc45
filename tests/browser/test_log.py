"""A focal point filters the record and takes it along; a manager puts a note beside it."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit


class Tongue(NamedTuple):
    """How the portal speaks."""

    prefix: str
    title: str
    filter: str
    table: str
    note: str


TONGUES = {
    "en": Tongue(
        "",
        "The record",
        "Filter",
        "Download as a table (CSV)",
        "Put the note on record",
    ),
    "fr": Tongue(
        "/fr",
        "Le registre",
        "Filtrer",
        "Télécharger en tableau (CSV)",
        "Consigner la note",
    ),
}
both = pytest.mark.parametrize("tongue", TONGUES.values(), ids=TONGUES)


def no_barriers(page: Page) -> None:
    found = Axe().run(page, context={"include": [[".isp-page"]]})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@both
@pytest.mark.parametrize("width", [360, 1280])
def test_a_focal_point_filters_the_record_and_takes_it_along(
    visit: Visit, tongue: Tongue, width: int
) -> None:
    page = visit(f"{tongue.prefix}/isp/log", "musa", width=width)
    expect(page.get_by_role("heading", name=tongue.title, level=1)).to_be_visible()
    page.select_option("#field-kind", "classified")
    page.get_by_role("button", name=tongue.filter, exact=True).click()
    page.wait_for_url("**kind=classified**")
    expect(page.locator(".isp-log tbody tr").first).to_be_visible()
    no_barriers(page)
    with page.expect_download() as download:
        page.get_by_role("link", name=tongue.table).click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert text.startswith("id,at,kind,")
    assert ",classified," in text
    assert ",raised," not in text


def test_somebody_who_does_not_see_a_dataset_reads_that_something_happened(visit: Visit) -> None:
    page = visit("/isp/log?kind=classified", "stranger")
    expect(page.locator(".isp-log")).to_have_count(0)


@both
def test_a_manager_puts_a_note_beside_what_happened(visit: Visit, tongue: Tongue) -> None:
    page = visit(f"{tongue.prefix}/dataset/sahelia-survey/sensitivity/timeline", "amina")
    no_barriers(page)
    page.locator(".isp-timeline > li .isp-meta a[href*='/isp/log/']").last.click()
    page.get_by_role("button", name=tongue.note).click()
    expect(page.locator(".error-explanation")).to_be_visible()
    page.fill("#field-reason", f"Seen to ({tongue.title})")
    page.get_by_role("button", name=tongue.note).click()
    expect(page.locator(".isp-note").last).to_contain_text(f"Seen to ({tongue.title})")
    no_barriers(page)
    page.goto(f"{tongue.prefix}/dataset/sahelia-survey/sensitivity/timeline")
    expect(page.locator(".isp-note").last).to_contain_text(f"Seen to ({tongue.title})")
