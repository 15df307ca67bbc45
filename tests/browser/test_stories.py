"""What a data manager is promised, told by her in English and in French."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, wait_for_modules
from tests.browser.questions import ADVICE, pass_until, question


class Tongue(NamedTuple):
    """How the portal speaks to her."""

    prefix: str
    low: str
    high: str
    severe: str
    strictly: str
    moderate: str
    held: str
    not_classified: str
    on_request: str
    members: str


TONGUES = {
    "en": Tongue(
        "",
        "Low or No (Public)",
        "High (Confidential)",
        "Severe (Strictly Confidential)",
        "Strictly Confidential",
        "Restricted",
        "Not classified yet",
        "Not classified",
        "On request",
        "Members only",
    ),
    "fr": Tongue(
        "/fr",
        "Faible (Publique)",
        "Élevée (Confidentielle)",
        "Sévère (Strictement confidentielle)",
        "Strictement confidentielle",
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


def say(page: Page, **answers: str) -> None:
    """Answer questions as they come, each once the portal has heard the one before; those that
    come before stay open.
    """
    wait_for_modules(page)
    for fact, value in answers.items():
        name = fact.replace("__", ".")
        pass_until(page, name)
        asked = question(page, name)
        with page.expect_response(ADVICE):
            if fact == "type":
                asked.locator("input").fill(value)
                asked.locator("input").press("Enter")
            else:
                asked.locator(f"input[value='{value}']").check()


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


@both
def test_3w_by_district_shows_its_level_and_its_row_at_once(visit: Visit, tongue: Tongue) -> None:
    page = visit(f"{tongue.prefix}/dataset/new", "amina")
    say(page, place="AFG", type="3W", granularity="adm2", personal_data="none")
    say(page, household_level="no", unprocessed_responses="no")
    say(page, afg__about_sea="no", afg__raised_by_cluster="no")
    verdict = page.locator(".isp-verdict")
    expect(verdict.locator(".isp-verdict-level strong")).to_have_text(tongue.low)
    expect(verdict.locator(f"a[href='{tongue.prefix}/protocol/afg#row-5']").first).to_be_visible()
    expect(verdict.locator(".isp-facts dd")).not_to_have_count(0)


@both
def test_of_two_rows_the_higher_counts(visit: Visit, tongue: Tongue) -> None:
    page = visit(f"{tongue.prefix}/dataset/new", "amina")
    say(page, place="UKR", type="5W", sector="none", granularity="adm4")
    say(page, ukr__area="government")
    verdict = page.locator(".isp-verdict")
    expect(verdict.locator(".isp-verdict-level strong")).to_have_text(tongue.severe)
    levels = page.locator(".isp-verdict .isp-rows li .isp-level").all_text_contents()
    assert {tongue.moderate, tongue.strictly} <= {level.strip() for level in levels}


@both
def test_a_level_below_the_answers_waits_for_a_second_person(visit: Visit, tongue: Tongue) -> None:
    page = begin(visit, tongue, "names")
    say(page, place="AFG", type="beneficiary list")
    expect(page.locator(".isp-verdict-level strong")).to_have_text(tongue.severe)
    page.check("#field-sensitivity-low")
    expect(page.locator(".isp-note-strict")).to_contain_text(tongue.low)
    save(page)
    expect(page.locator(".error-explanation")).to_contain_text(tongue.severe)
    page.check("#field-isp_propose")
    page.fill("#field-isp_reason", "Names are removed")
    page.check("#field-isp_exposure-members")
    save(page)
    expect(page.locator("#resource-edit")).to_be_visible()
    page.goto(f"{tongue.prefix}/dataset/{named(tongue, 'names')}/sensitivity/lower")
    expect(page.locator(".isp-badges")).to_contain_text(tongue.strictly)
    expect(page.locator(".isp-quote")).to_have_text("Names are removed")


@both
def test_a_script_is_refused_in_the_words_of_the_template(visit: Visit, tongue: Tongue) -> None:
    page = visit(f"{tongue.prefix}/", "amina")
    sent = {"name": f"story-script{tongue.prefix[1:]}", "owner_org": "relief"}
    told = page.evaluate(
        """async ([url, sent]) => {
            const head = document.querySelector('meta[name=csrf_field_name]');
            const token = document.querySelector(`meta[name=${head.content}]`).content;
            const headers = {'Content-Type': 'application/json', 'X-CSRFToken': token};
            const answer = await fetch(url, {method: 'POST', body: JSON.stringify(sent), headers});
            return {status: answer.status, error: (await answer.json()).error};
        }""",
        [
            f"{tongue.prefix}/api/3/action/package_create",
            {**sent, "sensitivity": "severe", "private": False},
        ],
    )
    assert told["status"] == 409
    assert tongue.severe in told["error"]["private"][0]
