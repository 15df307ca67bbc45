"""Everybody reads the protocols; focal points write, try and change them, always two of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Act, Read, Visit, ask
from tests.browser.protocols import LEVELS, PORTAL, clinics, row, text
from tests.browser.readers import DESK, PHONE, barriers, fits

HIDDEN = [{**of, **({"discoverable": False} if of["key"] == "high" else {})} for of in LEVELS]
MODERATE = row("moderate", "facilities", "Health centres", "Centres de santé")
STAFF = row("high", "contacts", "Lists of staff", "Listes du personnel")
TEMPLATE = "IASC Information Sharing Protocol template, 2021"
PAGES = {
    "list": "/protocol",
    "template": "/protocol/iasc-template",
    "in force": "/protocol/sahelia",
    "found": "/protocol/iasc-template?q=3W",
    "arabic": "/protocol/sample-ar",
    "compare": "/protocol/sahelia/compare?a=sahelia&b=iasc-template",
    "write": "/protocol/new?from=iasc-template",
    "proposals": "/protocol/proposals",
    "decided": "/protocol/proposals/{decided}",
    "undo": "/protocol/proposals/{decided}/undo",
    "print": "/protocol/sahelia/print",
}


@pytest.fixture(scope="module", autouse=True)
def protocols(portal: str) -> Iterator[None]:
    """Protocols for this file alone: no other page is to be read under them."""
    ask(portal, "/tests/protocols/begin")
    yield
    ask(portal, "/tests/protocols/end")


def send(page: Page, act: str) -> None:
    page.click(f"button[value={act}]")


def write(page: Page, source: str, act: str = "load", language: str = "") -> None:
    page.goto(f"{language}/protocol/new")
    page.fill("#field-source", source)
    send(page, act)


def selected(page: Page) -> str:
    """The text that is selected in the field with the focus."""
    return page.evaluate(
        "(() => { const at = document.activeElement;"
        " return at.value.slice(at.selectionStart, at.selectionEnd) })()"
    )


# reading


def test_a_visitor_finds_the_protocols_in_force(visit: Visit) -> None:
    page = visit("/")
    page.click(".site-footer a:has-text('Information Sharing Protocol')")
    template = page.locator(".isp-protocols li", has_text=TEMPLATE)
    expect(template).to_contain_text("In force")
    template.locator("a").click()
    expect(page.locator("h1")).to_contain_text(TEMPLATE)
    levels = page.locator(".isp-isp tbody th .isp-level")
    words = ["Public", "Restricted", "Confidential", "Strictly Confidential"]
    assert [level.strip() for level in levels.all_inner_texts()] == words


def test_a_kind_of_data_is_found_by_what_people_call_it(visit: Visit) -> None:
    page = visit("/protocol/iasc-template", js=False)
    page.fill("#field-q", "qui fait quoi où")
    page.press("#field-q", "Enter")
    expect(page.locator("[role=status]")).to_contain_text("Rows that speak of it: 2")
    expect(page.locator(".isp-rows > li")).to_have_count(2)
    expect(page.locator(".isp-isp")).to_contain_text("3W/4W data (at national and district level)")
    page.fill("#field-q", "submarines")
    page.press("#field-q", "Enter")
    expect(page.locator("[role=status]")).to_contain_text("No row of this protocol speaks of it.")
    expect(page.locator("#field-q")).to_have_value("submarines")


@pytest.mark.parametrize(
    ("language", "title", "banner"),
    [
        (
            "",
            "Sahelia protocol, 1",
            "Its classification was to be looked at again by September 1, 2026",
        ),
        ("/fr", "Protocole de la Sahélie, 1", "Sa classification devait être revue avant le"),
    ],
)
def test_an_overdue_review_is_said_on_top(
    visit: Visit, language: str, title: str, banner: str
) -> None:
    listed = visit(f"{language}/protocol").locator(".isp-protocols li", has_text=title)
    expect(listed.locator(".isp-late")).to_contain_text(banner)
    page = visit(f"{language}/protocol/sahelia")
    expect(page.locator(".isp-box-held").first).to_contain_text(banner)
    page.goto(f"{language}/protocol/iasc-template")
    expect(page.locator(".isp-box-held")).to_have_count(0)


def test_a_protocol_in_arabic_runs_from_right_to_left(visit: Visit) -> None:
    page = visit("/protocol/sample-ar")
    badge = page.locator(".isp-isp .isp-level bdi").nth(3)
    expect(badge).to_have_text("سري للغاية")
    expect(badge).to_have_attribute("lang", "ar")
    assert badge.evaluate("of => getComputedStyle(of).direction") == "rtl"
    assert page.locator("h1").evaluate("of => getComputedStyle(of).direction") == "ltr"
    expect(page.locator(".isp-isp tbody th").nth(3)).to_contain_text("Strictly Confidential")
    expect(page.locator(".isp-isp td").first).to_contain_text("Common operational datasets")


def test_a_protocol_is_read_in_the_readers_language(visit: Visit) -> None:
    page = visit("/fr/protocol/iasc-template")
    table = page.locator(".isp-isp")
    expect(table).to_contain_text("Sensibilité: Élevée")
    expect(table).to_contain_text("Listes de bénéficiaires")
    expect(table.locator("[lang]")).to_have_count(0)


def test_a_protocol_is_printed_on_a_sheet_of_its_own(visit: Visit) -> None:
    page = visit("/protocol/sahelia")
    page.click("a:has-text('Print')")
    expect(page.locator("header, footer, nav, script")).to_have_count(0)
    expect(page.locator(".isp-isp")).to_contain_text("Health centres")
    page.emulate_media(media="print")
    expect(page.locator(".isp-paper-tools")).to_be_hidden()
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") <= 2
    page.emulate_media(media="screen")


@pytest.mark.parametrize(("form", "start"), [("yaml", b"isp: 1"), ("csv", b"\xef\xbb\xbfCountry")])
def test_a_protocol_is_taken_along_as_a_file(visit: Visit, form: str, start: bytes) -> None:
    page = visit("/protocol/sahelia")
    with page.expect_download() as given:
        page.click(f"a[href$='download/{form}']")
    assert given.value.suggested_filename == f"sahelia-1.{form}"
    assert Path(given.value.path()).read_bytes().startswith(start)


def test_a_reader_says_to_have_read_it_once(visit: Visit) -> None:
    page = visit("/protocol/sahelia", "amina")
    page.click("button:has-text('I have read it')")
    expect(page.locator(".alert-success")).to_contain_text("Thank you")
    expect(page.locator("button:has-text('I have read it')")).to_have_count(0)
    page = visit("/protocol/sahelia", "fatima")
    page.click("a:has-text('Who has read it')")
    expect(page.locator("tr:has-text('Amina Diallo')")).not_to_contain_text("Not yet")
    expect(page.locator("tr:has-text('Jean Traoré')")).to_contain_text("Not yet")


def test_a_data_manager_is_asked_where_she_shares_data(visit: Visit) -> None:
    page = visit("/dataset/edit/sahelia-roads", "jean")
    box = page.get_by_label("I have read it: Sahelia protocol, 1")
    expect(box).not_to_be_checked()
    box.check()
    page.click("#dataset-edit button.btn-primary[name=save]")
    page.wait_for_url("**/dataset/sahelia-roads")
    expect(page.locator(".flash-messages")).not_to_contain_text("You have not said yet")
    page.goto("/dataset/edit/sahelia-roads")
    expect(page.locator(".isp-acknowledge")).to_have_count(0)


# writing


@pytest.mark.parametrize(
    ("language", "stays", "at"),
    [
        ("", "What is in force stays as it is.", "Line"),
        ("/fr", "Ce qui est en vigueur reste tel quel.", "Ligne"),
    ],
)
def test_an_error_is_refused_with_its_line_and_nothing_is_lost(
    visit: Visit, language: str, stays: str, at: str
) -> None:
    page = visit(f"{language}/protocol/new", "fatima")
    bad = text(PORTAL, version="2").replace("as: high", "as: hihg")
    write(page, bad, language=language)
    line = bad.split("\n").index("  as: hihg") + 1
    summary = page.locator(".error-explanation")
    expect(summary).to_contain_text(stays)
    expect(page.locator(".isp-lines-live")).to_be_visible()
    link = summary.get_by_role("link", name=f"{at} {line}")
    link.focus()
    page.keyboard.press("Enter")
    assert selected(page) == "  as: hihg"
    expect(page.locator("#field-source")).to_have_value(bad)
    expect(visit("/protocol").locator(".isp-protocols")).to_contain_text("Sahelia protocol, 1")


def test_lines_are_numbered_and_reached_without_javascript(visit: Visit) -> None:
    page = visit("/protocol/new", "fatima", js=False)
    write(page, text(PORTAL).replace("as: high", "as: hihg"), "check")
    link = page.locator(".isp-problems a").first
    target = link.get_attribute("href") or ""
    link.click()
    expect(page.locator(target)).to_be_in_viewport()
    number = page.locator(target).bounding_box()
    source = page.locator("#field-source").bounding_box()
    assert number
    assert source
    assert source["y"] < number["y"] < source["y"] + source["height"]


def test_a_file_is_read_into_the_form(visit: Visit, tmp_path: Path) -> None:
    page = visit("/protocol/new", "fatima")
    head = "Country,Data/Information Type,Lowest Disaggregation,Sensitivity (Level)\n"
    table = tmp_path / "rules.csv"
    table.write_text(f"{head}AFG,Health facilities,adm2,medium\n")
    page.set_input_files("#field-upload", table)
    send(page, "read")
    expect(page.locator("#field-source")).to_have_value(holding("places: [AFG]"))
    expect(page.locator("[role=status]")).to_contain_text("It can be loaded.")
    broken = tmp_path / "rules.xlsx"
    broken.write_bytes(b"PK\x03\x04 nothing")
    page.set_input_files("#field-upload", broken)
    send(page, "read")
    expect(page.locator("[role=alert]")).to_be_visible()
    expect(page.locator("#field-source")).to_have_value(holding("places: [AFG]"))


def holding(words: str) -> re.Pattern[str]:
    """A field that holds these words somewhere."""
    return re.compile(re.escape(words))


# changing


@pytest.mark.parametrize(
    ("language", "exposures"),
    [("en", "On request → Members only"), ("fr", "Sur demande → Membres uniquement")],
)
def test_a_draft_is_tried_on_the_catalogue_before_anybody_is_asked(
    visit: Visit, language: str, exposures: str
) -> None:
    page = visit("/protocol/new", "fatima")
    draft = clinics(f"0-{language}", levels=HIDDEN, status="draft", endorsed_by=[])
    write(page, draft, language=f"/{language}")
    page.locator(".isp-page a[href*='/try']").first.click()
    expect(page.locator(".isp-count-tighten")).to_contain_text("1")
    expect(page.locator("tbody tr:has-text('Clinics in the north')")).to_contain_text(exposures)
    expect(visit("/dataset/clinics-north").locator(".isp-badges")).to_contain_text("On request")


def test_a_change_is_tried_proposed_and_decided_by_two(visit: Visit) -> None:
    mine = visit("/protocol/new", "fatima")
    write(mine, clinics("1", levels=HIDDEN))
    mine.click("a:has-text('See what it would change')")
    counts = mine.locator(".isp-counts")
    expect(counts.locator(".isp-count-tighten")).to_contain_text("1")
    expect(mine.locator("tbody tr:has-text('Clinics in the north')")).to_contain_text(
        "On request → Members only"
    )
    mine.select_option("#field-effect", "loosen")
    mine.click("button:has-text('Show')")
    assert "effect=loosen" in mine.url
    expect(mine.locator(".isp-page")).to_contain_text("None. Datasets that would change")
    mine.go_back()
    with mine.expect_download() as given:
        mine.click("a:has-text('This list as a table')")
    assert "clinics-north" in Path(given.value.path()).read_text()
    mine.click(".isp-form button[type=submit]")
    expect(mine.locator(".error-explanation a")).to_have_attribute("href", "#field-reason")
    mine.fill("#field-reason", "Endorsed by the HCT in November.")
    mine.click(".isp-form button[type=submit]")
    expect(mine.locator(".isp-box").first).to_contain_text("Waits for a second person")
    expect(mine.get_by_text("Decide", exact=True)).to_have_count(0)

    theirs = visit("/protocol/proposals", "musa")
    theirs.get_by_text("Decide", exact=True).click()
    late = visit(theirs.url, "musa")
    expect(theirs.locator(".isp-quote")).to_have_text("Endorsed by the HCT in November.")
    expect(theirs.locator(".isp-page")).to_contain_text("Clinics in the north")
    send(theirs, "refuse")
    expect(theirs.locator(".error-explanation a")).to_have_attribute("href", "#field-reason")
    send(theirs, "approve")
    expect(theirs.locator(".alert-success")).to_contain_text("1 of")
    expect(theirs.locator(".isp-page")).to_contain_text("It can be undone until")
    expect(visit("/dataset/clinics-north").locator(".isp-badges")).to_have_count(0)

    send(late, "approve")
    expect(late.locator(".error-explanation")).to_contain_text("Musa Garba has decided this")


def test_two_versions_are_seen_side_by_side(visit: Visit) -> None:
    page = visit("/protocol/new", "fatima")
    write(page, clinics("2", rows=[MODERATE, STAFF]))
    page.locator("li:has-text('In force') >> text=What differs").click()
    rows = page.locator(".isp-compared").filter(has_text="Health centres")
    changed = rows.locator("tr.isp-changed")
    expect(changed).to_contain_text("Public")
    expect(changed).to_contain_text("Restricted")
    expect(rows.locator("tr.isp-added")).to_contain_text("Lists of staff")
    page.goto(page.url.replace("/protocol", "/fr/protocol", 1))
    expect(page.locator("tr.isp-added").first).to_contain_text("Listes du personnel")


def test_an_activation_is_undone_by_two(visit: Visit) -> None:
    page = visit("/protocol/proposals", "fatima")
    page.locator(".isp-box:has-text('Clinics protocol') >> text=Look at it").first.click()
    page.click("a:has-text('Propose to undo it')")
    page.fill("#field-reason", "The annex was another one.")
    page.click(".isp-form button[type=submit]")
    theirs = visit("/protocol/proposals", "musa")
    theirs.get_by_text("Decide", exact=True).click()
    expect(theirs.locator(".isp-page")).to_contain_text("get back what they were: 1")
    send(theirs, "approve")
    expect(theirs.locator(".alert-success")).to_contain_text("1 datasets are again as they were")
    expect(visit("/dataset/clinics-north").locator(".isp-badges")).to_contain_text("On request")


# everybody can read the pages


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_everybody_can_read_the_page(visit: Visit, act: Act, path: str) -> None:
    """In French, whose words are longer."""
    if "{decided}" in path:
        path = path.format(decided=act("fatima", "isp_protocol_proposals")[-1]["id"])
    page = visit(f"/fr{path}", "fatima", width=PHONE)
    expect(page.locator(".isp-page, .isp-paper")).to_be_visible()
    assert fits(page, PHONE)
    assert fits(page, DESK)
    assert barriers(page, ".isp-paper" if path.endswith("print") else ".isp-page") == []


@pytest.mark.parametrize("path", ["/protocol/new", "/protocol/proposals"])
@pytest.mark.parametrize("who", [None, "amina"])
def test_what_is_for_focal_points_is_not_there_for_others(
    read: Read, who: str | None, path: str
) -> None:
    assert "isp-page" in read(path, "fatima")
    assert "isp-page" not in read(path, who)
