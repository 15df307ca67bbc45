"""A data manager classifies a dataset, and sees what follows from it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit

OPEN, ON_REQUEST, MEMBERS = (
    f"#field-isp_exposure-{slug}" for slug in ("open", "on_request", "members")
)


def write(page: Page, title: str, name: str) -> None:
    page.fill("#field-title", title)
    page.click(".slug-preview button")
    page.fill("#field-name", name)


def save_first_step(page: Page) -> None:
    page.click("#dataset-edit button.btn-primary[name=save]")


def badges(page: Page) -> list[str]:
    return [text.strip() for text in page.locator("h1 + .isp-badges > span").all_inner_texts()]


def test_nothing_is_chosen_for_a_new_dataset_and_advice_comes_while_choosing(visit: Visit) -> None:
    page = visit("/dataset/new", "amina")
    expect(page.locator("input[name=sensitivity]")).to_have_count(4)
    expect(page.locator(".isp-step input:checked")).to_have_count(0)
    expect(page.locator("[name=private]")).to_have_count(0)
    expect(page.locator(".isp-advice")).to_have_attribute("aria-live", "polite")
    page.check("#field-sensitivity-moderate")
    expect(page.locator(".isp-advice")).to_contain_text(
        "Moderate (Restricted): members only or on request."
    )
    expect(page.locator(OPEN)).to_be_disabled()
    expect(page.locator(OPEN + "-why")).to_contain_text("Moderate (Restricted)")
    expect(page.locator(ON_REQUEST)).to_be_checked()
    page.check("#field-sensitivity-severe")
    expect(page.locator(ON_REQUEST)).to_be_disabled()
    expect(page.locator(MEMBERS)).to_be_checked()


def test_nothing_that_opens_data_is_chosen_for_her(visit: Visit) -> None:
    page = visit("/dataset/new", "amina")
    page.check("#field-sensitivity-low")
    expect(page.locator(".isp-advice")).to_contain_text("left unchosen, it becomes “Open”")
    expect(page.locator("input[name=isp_exposure]:checked")).to_have_count(0)


def test_her_own_choice_stays_while_the_level_allows_it(visit: Visit) -> None:
    page = visit("/dataset/new", "amina")
    page.check("#field-sensitivity-low")
    expect(page.locator(ON_REQUEST)).to_be_enabled()
    page.check(MEMBERS)
    page.check("#field-sensitivity-moderate")
    expect(page.locator(OPEN)).to_be_disabled()
    expect(page.locator(MEMBERS)).to_be_checked()


def test_a_link_to_data_for_members_is_refused_and_nothing_typed_is_lost(visit: Visit) -> None:
    page = visit("/dataset/new", "amina")
    write(page, "Camp lists", "camp-lists")
    page.check("#field-sensitivity-high")
    expect(page.locator(MEMBERS)).to_be_checked()
    save_first_step(page)
    page.click("#resource-link-button")
    page.fill("#field-resource-url", "https://example.org/camps.csv")
    page.fill("#field-name", "Camps")
    page.click("button[value=go-metadata]")
    expect(page.locator(".error-explanation")).to_contain_text("a link to its data cannot be")
    assert page.input_value("#field-name") == "Camps"
    page.goto("/dataset/camp-lists")
    assert badges(page) == ["Confidential", "Members only"]


def test_a_dataset_on_request_takes_no_files(visit: Visit) -> None:
    page = visit("/dataset/new", "amina")
    write(page, "Needs by district", "needs-by-district")
    page.check("#field-sensitivity-moderate")
    expect(page.locator(ON_REQUEST)).to_be_checked()
    save_first_step(page)
    expect(page.locator("main, [role=main]")).to_contain_text(
        "Files of this dataset are restricted"
    )
    expect(page.locator("input[type=file]")).to_have_count(0)
    page.get_by_role("button", name="Publish the description").click()
    page.wait_for_url("**/dataset/needs-by-district")
    assert badges(page) == ["Restricted", "On request"]


def test_a_visitor_learns_whom_to_ask(visit: Visit) -> None:
    page = visit("/dataset/sahelia-needs")
    assert badges(page) == ["Restricted", "On request"]
    expect(page.locator("#dataset-resources")).to_contain_text("Amina Diallo")
    expect(page.locator("#dataset-resources")).to_contain_text("Sahelia Relief")
    expect(page.locator("text=Propose a lower level")).to_have_count(0)


def test_what_is_not_classified_is_held_and_says_so(visit: Visit) -> None:
    page = visit("/dataset/sahelia-prices", "amina")
    assert badges(page) == ["Not classified", "Members only"]
    expect(page.locator(".isp-box-held")).to_contain_text("visible to your organization only")
    page.get_by_role("link", name="Classify").click()
    page.wait_for_url("**/dataset/sahelia-prices/sensitivity")
    page.check("#field-sensitivity-low")
    expect(page.locator(OPEN)).to_be_enabled()
    page.check(OPEN)
    page.click("form.isp-form > .isp-actions button")
    page.wait_for_url("**/dataset/sahelia-prices")
    assert badges(page) == ["Public", "Open"]


def test_a_raise_closes_what_was_open(visit: Visit) -> None:
    page = visit("/dataset/edit/sahelia-roads", "amina")
    expect(page.locator(OPEN)).to_be_checked()
    page.check("#field-sensitivity-high")
    expect(page.locator(MEMBERS)).to_be_checked()
    save_first_step(page)
    page.wait_for_url("**/dataset/sahelia-roads")
    assert badges(page) == ["Confidential", "Members only"]


def test_lower_levels_cannot_be_chosen_in_the_form(visit: Visit) -> None:
    page = visit("/dataset/edit/sahelia-distributions", "amina")
    expect(page.locator("#field-sensitivity-low")).to_be_disabled()
    expect(page.locator("#field-sensitivity-moderate")).to_be_disabled()
    expect(page.locator("#field-sensitivity-severe")).to_be_enabled()
    page.click("#isp-lower a")
    expect(page.locator("h1")).to_have_text("Propose a lower level")


def test_a_refusal_keeps_what_was_typed(visit: Visit) -> None:
    """Without JavaScript the portal decides on saving, and the form comes back whole."""
    page = visit("/dataset/new", "amina", js=False)
    page.fill("#field-title", "Lists of households")
    page.fill("#field-name", "lists-of-households")
    page.fill("#field-notes", "Two provinces")
    page.check("#field-sensitivity-high")
    page.check(OPEN)
    save_first_step(page)
    assert page.input_value("#field-title") == "Lists of households"
    assert page.input_value("#field-notes") == "Two provinces"
    assert page.is_checked("#field-sensitivity-high")
    assert page.is_checked(OPEN)
    summary = page.locator(".error-explanation")
    expect(summary).to_contain_text("High (Confidential)")
    expect(summary.locator("a[href='#field-isp_exposure']")).to_have_text("Who can see it")
    expect(page.locator("#field-isp_exposure .isp-error")).to_contain_text("High (Confidential)")
    page.check(MEMBERS)
    save_first_step(page)
    expect(page.locator("#resource-edit")).to_be_visible()


def test_a_choice_survives_a_mistake_elsewhere(visit: Visit) -> None:
    page = visit("/dataset/new", "amina", js=False)
    page.fill("#field-title", "A name already taken")
    page.fill("#field-name", "sahelia-3w")
    page.check("#field-sensitivity-moderate")
    page.check(MEMBERS)
    save_first_step(page)
    expect(page.locator(".error-explanation")).to_be_visible()
    assert page.is_checked("#field-sensitivity-moderate")
    assert page.is_checked(MEMBERS)


def test_search_tells_level_and_exposure(visit: Visit) -> None:
    page = visit("/dataset/?isp_level=low")
    expect(page.locator(".filter-list")).to_contain_text("Low or No (Public)")
    expect(page.locator("#search-facets")).to_contain_text("Low or No (Public)")
    item = page.locator(".dataset-item", has_text="who does what")
    expect(item.locator(".isp-badges")).to_contain_text("Public")
    expect(item.locator(".isp-badges")).to_contain_text("Open")


def test_a_filter_that_does_not_exist_finds_nothing(visit: Visit) -> None:
    page = visit("/dataset/?isp_exposure=nowhere&isp_level=nothing")
    expect(page.locator(".filter-list")).to_contain_text("nowhere")
