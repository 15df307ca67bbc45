"""Everybody can read the pages: in French, on a phone, by keyboard, by ear."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Visit

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
OURS = ".isp-step, .isp-box, .isp-badges, .isp-page"


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_nothing_scrolls_sideways_on_a_phone(visit: Visit, path: str) -> None:
    """In French, whose words are longer."""
    page = visit(f"/fr{path}", "amina", width=360)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_nothing_is_hard_to_see_or_hear(visit: Visit, path: str) -> None:
    page = visit(path, "amina")
    parts = [part for part in OURS.split(", ") if page.locator(part).count()]
    found = Axe().run(page, context={"include": [[part] for part in parts]}) if parts else None
    violations = found.response["violations"] if found else []
    assert [
        (v["id"], [node["html"] for node in v["nodes"]])
        for v in violations
        if v["impact"] in ("serious", "critical")
    ] == []


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


def test_advice_is_announced(visit: Visit) -> None:
    page = visit("/dataset/new", "amina")
    expect(page.locator(".isp-advice")).to_have_attribute("aria-live", "polite")


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
