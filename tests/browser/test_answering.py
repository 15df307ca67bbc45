"""A data manager answers what her data is, learns its level, and why; in English and French."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.questions import ASKED, pass_until, question
from tests.browser.readers import DESK, PHONE, barriers, fits

SAVE = "#dataset-edit button.btn-primary[name=save]"
VERDICT = ".isp-verdict"
MEMBERS = "#field-isp_exposure-members"


def answer(page: Page, fact: str, words: str) -> None:
    question(page, fact).get_by_label(words, exact=True).check()


def tab_to(page: Page, field: Locator) -> None:
    """A few steps forward, each seen before the next."""
    for _ in range(6):
        page.keyboard.press("Tab")
        if field.evaluate("of => of === document.activeElement"):
            return
    pytest.fail("not reached by Tab")


def choose_type(page: Page, typed: str) -> None:
    field = page.locator("input#isp_answer-type")
    field.fill(typed)
    field.press("Enter")


def write(page: Page, title: str, name: str) -> None:
    page.fill("#field-title", title)
    page.click(".slug-preview button")
    page.fill("#field-name", name)


def names(page: Page) -> list[str | None]:
    """The facts that are asked for, as the page shows them."""
    return [one.get_attribute("data-fact") for one in page.locator(ASKED).all()]


def test_questions_come_one_after_another(visit: Visit) -> None:
    page = visit("/dataset/new", "amina")
    expect(question(page, "type")).to_be_hidden()
    assert names(page) == ["place"]
    answer(page, "place", "Afghanistan")
    expect(question(page, "type")).to_be_visible()
    choose_type(page, "3W")
    expect(question(page, "granularity")).to_be_visible()
    answer(page, "granularity", "I do not know yet")
    expect(question(page, "personal_data")).to_be_visible()
    expect(question(page, "household_level")).to_be_hidden()


def test_3w_by_district_in_afghanistan_is_told_at_once_with_its_row(visit: Visit) -> None:
    """Story 4; counts what she has to do, and how long the portal takes."""
    page = visit("/dataset/new", "amina")
    began, clicks = time.monotonic(), 0
    answer(page, "place", "Afghanistan")
    choose_type(page, "3W")
    for fact, words in (
        ("granularity", "District, county (ADM2)"),
        ("personal_data", "No"),
        ("household_level", "No"),
        ("unprocessed_responses", "No"),
        ("afg.about_sea", "No"),
        ("afg.raised_by_cluster", "No"),
    ):
        answer(page, fact, words)
        clicks += 1
    verdict = page.locator(VERDICT)
    expect(verdict).to_contain_text("Low or No (Public)")
    seconds = time.monotonic() - began
    print(f"classified with {clicks + 1} clicks, 2 letters and Enter, in {seconds:.1f} s")
    expect(verdict).to_contain_text("3W/4W by district")
    row = verdict.get_by_role("link", name="Afghanistan Information Sharing Protocol, 2023, row 5")
    expect(row.first).to_have_attribute("href", "/protocol/afg#row-5")
    expect(page.locator(".isp-proposed:visible")).to_have_attribute("data-level", "low")
    expect(page.locator("input[name=sensitivity]:checked")).to_have_count(0)
    assert seconds < 60
    write(page, "3W by district", "afg-3w-districts")
    page.click(SAVE)
    expect(page.locator("#resource-edit")).to_be_visible()
    page = visit("/dataset/edit/afg-3w-districts", "amina")
    expect(page.locator("#field-sensitivity-low")).to_be_checked()
    expect(question(page, "granularity").get_by_label("District, county (ADM2)")).to_be_checked()


def test_personal_data_is_not_low_and_she_is_told_why(visit: Visit) -> None:
    """Stories 3 and 6."""
    page = visit("/dataset/new", "amina")
    write(page, "Lists of families", "afg-lists")
    answer(page, "place", "Afghanistan")
    choose_type(page, "beneficiary list")
    expect(page.locator(VERDICT)).to_contain_text("Severe (Strictly Confidential)")
    page.check("#field-sensitivity-low")
    expect(page.locator(".isp-note-strict")).to_contain_text("You chose Low or No (Public)")
    expect(page.locator(".isp-second label")).to_have_text(
        "Save it as Severe (Strictly Confidential), and propose Low or No (Public) "
        "to a second person"
    )
    expect(page.locator("#field-isp_exposure-open")).to_be_disabled()
    page.click(SAVE)
    expect(page.locator(".error-explanation")).to_contain_text("at least Severe")
    expect(page.locator("#field-sensitivity-low")).to_be_checked()
    page.check("#field-isp_propose")
    page.fill("#field-isp_reason", "Names are removed")
    page.check(MEMBERS)
    page.click(SAVE)
    page.goto("/dataset/afg-lists/sensitivity/lower")
    expect(page.locator(".isp-badges")).to_contain_text("Strictly Confidential")
    expect(page.locator(".isp-quote")).to_have_text("Names are removed")


def test_of_two_rows_the_higher_counts_and_both_are_shown(visit: Visit) -> None:
    """Story 5: settlements in areas of the government stand at two levels in Ukraine."""
    page = visit("/dataset/sahelia-prices/sensitivity", "amina")
    answer(page, "place", "Ukraine")
    choose_type(page, "5W")
    answer(page, "sector", "None of these")
    expect(question(page, "granularity")).to_be_visible()
    answer(page, "granularity", "Settlement, union council (ADM4)")
    page.wait_for_timeout(1000)
    pass_until(page, "ukr.area")
    answer(page, "ukr.area", "Areas controlled by the government")
    verdict = page.locator(VERDICT)
    expect(verdict).to_contain_text("Severe (Strictly Confidential)")
    rows = page.locator(".isp-verdict > .isp-rows li, .isp-could li")
    levels = rows.locator(".isp-level").all_text_contents()
    assert {"Restricted", "Strictly Confidential"} <= {text.strip() for text in levels}


def test_stricter_than_needed_is_allowed_and_said_kindly(visit: Visit) -> None:
    page = visit("/dataset/sahelia-prices/sensitivity", "amina")
    answer(page, "place", "Afghanistan")
    choose_type(page, "COD")
    for fact in ("personal_data", "household_level", "unprocessed_responses", "afg.about_sea"):
        answer(page, fact, "No")
    expect(page.locator(VERDICT)).to_contain_text("With these answers it is Low or No (Public)")
    page.check("#field-sensitivity-high")
    expect(page.locator(".isp-note")).to_contain_text("stricter than needed")
    expect(page.locator(".isp-second")).to_be_hidden()


def test_types_are_found_by_what_people_call_them_in_any_language(visit: Visit) -> None:
    page = visit("/fr/dataset/new", "amina")
    answer(page, "place", "Afghanistan")
    field = page.locator("input#isp_answer-type")
    options = page.get_by_role("option")
    for typed, found in (
        ("qui fait quoi", "Présence opérationnelle"),
        ("hopitaux", "Structures de santé"),
        ("MSNA", "Données d’évaluation"),
    ):
        field.fill(typed)
        expect(options.first).to_contain_text(found)
    field.fill("zzz")
    expect(options).to_have_count(1)
    expect(options).to_have_text("Pas dans la liste")
    field.press("Escape")
    expect(options).to_have_count(0)


@pytest.mark.parametrize("seconds", [0, 0.8], ids=["fast", "slow"])
def test_everything_is_answered_by_keyboard_alone(visit: Visit, seconds: float) -> None:
    page = visit("/dataset/sahelia-prices/sensitivity", "amina")
    if seconds:
        page.route("**/isp/advice?*", lambda route: (time.sleep(seconds), route.continue_()))
        page.reload()
    question(page, "place").get_by_label("Afghanistan").focus()
    page.keyboard.press("Space")
    field = page.locator("input#isp_answer-type")
    expect(field).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(field).to_be_focused()
    page.keyboard.type("common operational")
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")
    expect(question(page, "personal_data")).to_be_visible()
    none = question(page, "personal_data").get_by_label("No", exact=True)
    tab_to(page, none)
    page.keyboard.press("Space")
    expect(none).to_be_checked()


def test_without_javascript_everything_is_asked_and_nothing_typed_is_lost(visit: Visit) -> None:
    page = visit("/dataset/new", "amina", js=False)
    page.fill("#field-title", "Lists")
    page.fill("#field-name", "afg-lists-plain")
    page.fill("#isp_answer-place-other", "Nowhere")
    page.select_option("select#isp_answer-type", "beneficiaries")
    answer(page, "personal_data", "Of affected people")
    page.check("#field-sensitivity-high")
    page.click(SAVE)
    expect(page.locator("#field-isp_answers .isp-error")).to_contain_text("NOWHERE")
    assert page.is_checked("#field-sensitivity-high")
    assert page.input_value("select#isp_answer-type") == "beneficiaries"
    assert page.input_value("#isp_answer-place-other") == "NOWHERE"
    page.fill("#isp_answer-place-other", "Afghanistan")
    page.click(SAVE)
    expect(page.locator(".error-explanation")).to_contain_text("Severe (Strictly Confidential)")
    expect(page.locator(VERDICT)).to_contain_text("Personal data of affected people")
    assert page.is_checked("#field-sensitivity-high")
    assert page.input_value("select#isp_answer-type") == "beneficiaries"
    page.get_by_label("Save it as Severe (Strictly Confidential), and propose High").check()
    page.fill("#field-isp_reason", "Names are removed")
    page.click(SAVE)
    page.goto("/dataset/afg-lists-plain/sensitivity/lower")
    expect(page.locator(".isp-badges")).to_contain_text("Strictly Confidential")


def test_last_months_answers_are_used_again(visit: Visit) -> None:
    page = visit("/dataset/sahelia-evacuation/sensitivity", "amina")
    answer(page, "place", "Afghanistan")
    choose_type(page, "evacuation")
    expect(page.locator(VERDICT)).not_to_be_empty()
    page.check("#field-sensitivity-severe")
    page.click("form.isp-form > .isp-actions button")
    page.wait_for_url("**/dataset/sahelia-evacuation")
    page = visit("/dataset/new", "amina")
    page.click(".isp-recent summary")
    page.locator(".isp-recent a").first.click()
    expect(page.locator("input#isp_answer-type")).not_to_be_empty()
    expect(page.locator(VERDICT)).not_to_be_empty()


def test_why_and_what_if(visit: Visit) -> None:
    page = visit("/dataset/sahelia-survey", "amina")
    page.click("text=Why, and what if?")
    expect(page.locator(".isp-reasons").first).to_contain_text("Severe (Strictly Confidential)")
    answer(page, "place", "Afghanistan")
    choose_type(page, "3W")
    page.select_option("#field-if-level", "")
    page.get_by_role("button", name="See what would follow").click()
    expect(page.locator("#supposed")).to_contain_text("As long as something is open")
    page = visit("/dataset/sahelia-needs/sensitivity/why")
    expect(page.locator(".isp-page")).to_contain_text("Moderate (Restricted)")
    expect(page.locator("form.isp-form")).to_have_count(0)


def test_several_datasets_are_answered_at_once(visit: Visit) -> None:
    page = visit("/isp/datasets?what=unclassified", "amina")
    page.locator(".isp-tick").first.check()
    page.click("text=Answer for those ticked")
    answer(page, "place", "Afghanistan")
    choose_type(page, "COD")
    page.click("button[value=try]")
    expect(page.locator(".isp-page")).to_contain_text("1 would be classified, 0 refused")
    page.go_back()
    page.goto("/isp/datasets?what=unclassified")
    expect(page.locator(".isp-proposals")).to_contain_text("market prices")


PAGES = {
    "classify": "/dataset/sahelia-prices/sensitivity",
    "why": "/dataset/sahelia-survey/sensitivity/why",
    "list": "/isp/datasets",
    "many": "/isp/datasets/answer?dataset=sahelia-prices",
}


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_everybody_can_read_the_page(visit: Visit, path: str) -> None:
    """In French, whose words are longer."""
    page = visit(f"/fr{path}", "amina", width=PHONE)
    assert fits(page, PHONE)
    assert fits(page, DESK)
    if question(page, "place").count():
        answer(page, "place", "Afghanistan")
        choose_type(page, "3W")
        expect(question(page, "granularity")).to_be_visible()
        page.locator("input#isp_answer-type").fill("health")
    assert barriers(page) == []
