"""Everybody can read the pages: in French, on a phone, by keyboard, by ear."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.readers import DESK, PHONE, barriers, fits

PAGES = {
    "new dataset": "/dataset/new",
    "edit": "/dataset/edit/sahelia-distributions",
    "classified": "/dataset/sahelia-distributions",
    "on request": "/dataset/sahelia-needs",
    "no files": "/dataset/sahelia-needs/resource/new",
    "search": "/dataset/",
    "propose": "/dataset/sahelia-survey/sensitivity/lower",
    "timeline": "/dataset/sahelia-survey/sensitivity/timeline",
    "proposals": "/isp/lowerings",
}
# what the plugin draws on pages that are otherwise CKAN's
OURS = (".isp-step", ".isp-box", ".isp-badges", ".isp-page")


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_everybody_can_read_the_page(visit: Visit, path: str) -> None:
    """In French, whose words are longer."""
    page = visit(f"/fr{path}", "amina", width=PHONE)
    assert fits(page, PHONE)
    assert fits(page, DESK)
    parts = [part for part in OURS if page.locator(part).count()]
    assert not parts or barriers(page, *parts) == []


def test_the_step_is_done_by_keyboard_alone(visit: Visit) -> None:
    page = visit("/dataset/new", "amina")
    page.locator("#field-notes").focus()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "sensitivity":
            break
    page.keyboard.press("Space")
    expect(page.locator("#field-sensitivity-low")).to_be_checked()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#field-sensitivity-moderate")).to_be_checked()
    outline = "getComputedStyle(document.activeElement.closest('.isp-option')).outlineStyle"
    assert page.evaluate(outline) == "solid"
    expect(page.locator("#field-isp_exposure-on_request")).to_be_checked()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "field-isp_exposure-on_request"
    page.keyboard.press("ArrowUp")
    expect(page.locator("#field-isp_exposure-members")).to_be_checked()


def test_the_form_speaks_french(visit: Visit) -> None:
    page = visit("/fr/dataset/new", "amina")
    step = page.locator(".isp-step")
    for words in ("Sensibilité: Élevée", "Limitée", "Strictement confidentielle", "Sur demande"):
        expect(step).to_contain_text(words)
    page.check("#field-sensitivity-high")
    expect(page.locator(".isp-advice")).to_contain_text(
        "Élevée (Confidentielle)\u00a0: membres uniquement ou sur demande."
    )


def test_lists_speak_french(visit: Visit) -> None:
    page = visit("/fr/dataset/?isp_exposure=members", "amina")
    expect(page.locator(".filter-list")).to_contain_text("Membres uniquement")
    expect(page.locator("#search-facets")).to_contain_text("Sévère (Strictement confidentielle)")
