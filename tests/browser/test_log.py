"""A focal point filters the record and takes it along; a manager puts a note beside it. In French,
whose words are longer.
"""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Read, Visit
from tests.browser.readers import DESK, PHONE, barriers, fits

TITLE, FILTER = "Le registre", "Filtrer"
TABLE, NOTE = "Télécharger en tableau (CSV)", "Consigner la note"


def test_a_focal_point_filters_the_record_and_takes_it_along(visit: Visit) -> None:
    page = visit("/isp/log?kind=classified", "musa", width=PHONE)
    assert fits(page, PHONE)
    page.goto("/fr/isp/log")
    expect(page.get_by_role("heading", name=TITLE, level=1)).to_be_visible()
    page.select_option("#field-kind", "classified")
    page.get_by_role("button", name=FILTER, exact=True).click()
    page.wait_for_url("**kind=classified**")
    expect(page.locator(".isp-log tbody tr").first).to_be_visible()
    for width in (PHONE, DESK):
        assert fits(page, width)
        assert barriers(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name=TABLE).click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert text.startswith("id,at,kind,")
    assert ",classified," in text
    assert ",raised," not in text


def test_somebody_who_does_not_see_a_dataset_reads_that_something_happened(read: Read) -> None:
    assert "isp-log" in read("/isp/log?kind=classified", "musa")
    assert "isp-log" not in read("/isp/log?kind=classified", "stranger")


def test_a_manager_puts_a_note_beside_what_happened(visit: Visit) -> None:
    page = visit("/fr/dataset/sahelia-survey/sensitivity/timeline", "amina")
    assert fits(page, DESK)
    assert barriers(page) == []
    page.locator(".isp-timeline > li .isp-meta a[href*='/isp/log/']").last.click()
    page.get_by_role("button", name=NOTE).click()
    expect(page.locator(".error-explanation")).to_be_visible()
    page.fill("#field-reason", f"Seen to ({TITLE})")
    page.get_by_role("button", name=NOTE).click()
    expect(page.locator(".isp-note").last).to_contain_text(f"Seen to ({TITLE})")
    assert fits(page, DESK)
    assert barriers(page) == []
    page.goto("/fr/dataset/sahelia-survey/sensitivity/timeline")
    expect(page.locator(".isp-note").last).to_contain_text(f"Seen to ({TITLE})")
