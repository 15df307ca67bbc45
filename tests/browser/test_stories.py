"""What a data manager is promised, told by her in English and in French."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit


class Tongue(NamedTuple):
    """How the portal speaks to her."""

    prefix: str
    high: str
    moderate: str
    held: str
    not_classified: str
    on_request: str
    members: str


TONGUES = {
    "en": Tongue(
        "",
        "High (Confidential)",
        "Restricted",
        "Not classified yet",
        "Not classified",
        "On request",
        "Members only",
    ),
    "fr": Tongue(
        "/fr",
        "Élevée (Confidentielle)",
        "Limitée",
        "Pas encore classé",
        "Non classé",
        "Sur demande",
        "Membres uniquement",
    ),
}
both = pytest.mark.parametrize("tongue", TONGUES.values(), ids=TONGUES)


def begin(visit: Visit, tongue: Tongue, name: str, *, js: bool = True) -> Page:
    page = visit(f"{tongue.prefix}/dataset/new", "amina", js=js)
    page.fill("#field-title", f"Story {name}")
    page.select_option("#field-organizations", label="Sahelia Relief")
    if js:
        page.click(".slug-preview button")
    page.fill("#field-name", named(tongue, name))
    return page


def named(tongue: Tongue, name: str) -> str:
    return f"story-{name}{tongue.prefix.replace('/', '-')}"


def save(page: Page) -> None:
    page.click("#dataset-edit button.btn-primary[name=save]")


def link_a_file(page: Page) -> None:
    page.click("#resource-link-button")
    page.fill("#field-resource-url", "https://example.org/file.csv")
    page.fill("#field-name", "A file")
    page.click("button[value=go-metadata]")


def badges(page: Page) -> list[str]:
    return [text.strip() for text in page.locator("h1 + .isp-badges > span").all_inner_texts()]


@both
def test_high_data_that_she_opens_is_refused_with_what_she_can_do(
    visit: Visit, tongue: Tongue
) -> None:
    page = begin(visit, tongue, "opened", js=False)
    page.check("#field-sensitivity-high")
    page.check("#field-isp_exposure-open")
    save(page)
    summary = page.locator(".error-explanation")
    expect(summary).to_contain_text(tongue.high)
    expect(summary).to_contain_text("IASC")
    assert page.input_value("#field-title") == "Story opened"
    assert page.is_checked("#field-sensitivity-high")


@both
def test_what_she_does_not_classify_stays_with_her_organization(
    visit: Visit, tongue: Tongue
) -> None:
    page = begin(visit, tongue, "unclassified")
    save(page)
    link_a_file(page)
    page.wait_for_url(f"**/dataset/{named(tongue, 'unclassified')}")
    assert badges(page) == [tongue.not_classified, tongue.members]
    expect(page.locator(".isp-box-held")).to_contain_text(tongue.held)
    stranger = visit(f"{tongue.prefix}/dataset/{named(tongue, 'unclassified')}")
    expect(stranger.locator("h1, .page-heading, main").first).not_to_contain_text("Story")


@both
def test_moderate_data_is_found_and_asked_for(visit: Visit, tongue: Tongue) -> None:
    page = begin(visit, tongue, "moderate")
    page.check("#field-sensitivity-moderate")
    expect(page.locator("#field-isp_exposure-on_request")).to_be_checked()
    save(page)
    expect(page.locator("input[type=file]")).to_have_count(0)
    page.locator("button[value=go-metadata], .isp-publish button, button.btn-primary").last.click()
    stranger = visit(f"{tongue.prefix}/dataset/{named(tongue, 'moderate')}")
    assert badges(stranger) == [tongue.moderate, tongue.on_request]
    expect(stranger.locator("#dataset-resources")).to_contain_text("Sahelia Relief")
    expect(stranger.locator("a[href*='/download/']")).to_have_count(0)


@both
def test_what_she_raises_is_closed_at_once(visit: Visit, tongue: Tongue) -> None:
    name = named(tongue, "raised")
    page = begin(visit, tongue, "raised")
    page.check("#field-sensitivity-low")
    expect(page.locator("#field-isp_exposure-open")).to_be_enabled()
    page.check("#field-isp_exposure-open")
    save(page)
    link_a_file(page)
    page.wait_for_url(f"**/dataset/{name}")
    stranger = visit(f"{tongue.prefix}/dataset/?q={name}")
    found = stranger.locator(".dataset-item", has_text="Story raised")
    expect(found).to_have_count(1)
    page.goto(f"{tongue.prefix}/dataset/edit/{name}")
    page.check("#field-sensitivity-high")
    expect(page.locator("#field-isp_exposure-members")).to_be_checked()
    save(page)
    page.wait_for_url(f"**/dataset/{name}")
    gone = stranger.goto(f"{tongue.prefix}/dataset/{name}")
    assert gone is not None
    assert gone.status == 404
    stranger.goto(f"{tongue.prefix}/dataset/?q={name}")
    expect(found).to_have_count(0)
