"""Files of data that is not open: kept, had by members, and asked for by others."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Desks, Visit
from tests.browser.readers import DESK, PHONE, barriers, fits
from tests.browser.test_classifying import save_first_step, write

CANARY = "Mariam Keita, 3 children, tent 12"
PEOPLE = {
    "name": "people.csv",
    "mimeType": "text/csv",
    "buffer": f"name,children,tent\n{CANARY}\n".encode(),
}
NOTES = {"name": "ملاحظات.txt", "mimeType": "text/plain", "buffer": b"Notes"}
PAGE, FILES = "/dataset/sahelia-files/files", ".isp-file"

KEPT, DOWNLOAD = "Fichiers à accès limité", "Télécharger"
REFUSED = "Vous n’avez pas droit à ce fichier"


def file_of(page: Page, name: str) -> Any:
    return page.locator(FILES).filter(has_text=name)


def add(page: Page, *files: Any) -> None:
    page.set_input_files("#field-upload", list(files))
    with page.expect_navigation():
        page.locator(".isp-upload button[type=submit]").click()


def test_files_are_kept_had_by_members_and_asked_for_by_others(visit: Visit, desks: Desks) -> None:
    page = visit(f"/fr{PAGE}", "amina")
    before = page.locator(FILES).count()
    add(page, PEOPLE, NOTES)
    expect(page.get_by_role("heading", name=KEPT, level=1)).to_be_visible()
    expect(page.locator(FILES)).to_have_count(before + 2)
    mine = file_of(page, "people.csv").last
    expect(mine).to_contain_text("CSV")
    mine.locator("summary").click()
    expect(mine).to_contain_text("tent")
    with page.expect_download() as arrived:
        mine.get_by_role("link", name=DOWNLOAD).click()
    assert arrived.value.suggested_filename == "people.csv"
    assert arrived.value.path().read_bytes() == PEOPLE["buffer"]

    address = mine.get_by_role("link", name=DOWNLOAD).get_attribute("href")
    member = visit("/fr/dataset/sahelia-files", "fatima")
    with member.expect_download() as arrived:
        file_of(member, "ملاحظات.txt").last.get_by_role("link").first.click()
    assert arrived.value.suggested_filename == "ملاحظات.txt"

    visitor = visit("/fr/dataset/sahelia-files", None)
    expect(file_of(visitor, "people.csv").last).to_contain_text("tent")
    expect(visitor.locator(FILES).get_by_role("link")).to_have_count(0)
    assert CANARY not in visitor.content()
    answer = desks.at("stranger").request.get(address)
    assert answer.status == 403
    assert REFUSED in answer.text()
    assert CANARY not in answer.text()


def test_a_file_is_kept_and_destroyed_without_a_script(visit: Visit) -> None:
    page = visit(f"/fr{PAGE}", "amina", js=False)
    page.set_input_files("#field-upload", {**PEOPLE, "name": "gone.csv"})
    page.locator(".isp-upload button[type=submit]").click()
    row = file_of(page, "gone.csv")
    row.locator(".isp-destroy").click()
    page.fill("#field-reason", "The purpose is served")
    page.locator("form button.btn-danger").click()
    expect(page.get_by_role("heading", name=KEPT, level=1)).to_be_visible()
    expect(file_of(page, "gone.csv")).to_have_count(0)


def test_what_did_not_arrive_stays_chosen_and_is_sent_again(visit: Visit) -> None:
    page = visit(PAGE, "amina")
    broken = re.compile("/files/stream")
    page.route(broken, lambda route: route.abort("connectionreset"))
    page.set_input_files("#field-upload", [{**NOTES, "name": "again.txt"}])
    page.locator(".isp-upload button[type=submit]").click()
    expect(page.locator(".isp-sending")).to_contain_text("The connection broke")
    page.unroute(broken)
    with page.expect_navigation():
        page.get_by_role("button", name="Try again").click()
    expect(file_of(page, "again.txt")).to_have_count(1)


def test_the_page_can_be_read_on_any_screen_and_by_any_reader(visit: Visit) -> None:
    page = visit(PAGE, "amina", width=PHONE)
    add(
        page, {**PEOPLE, "name": "a_rather_long_name_of_a_file_with_households_and_places_2026.csv"}
    )
    for width in (PHONE, DESK):
        assert fits(page, width)
        assert barriers(page) == []


def test_a_file_sent_with_a_new_dataset_is_kept_among_the_restricted(visit: Visit) -> None:
    page = visit("/dataset/new", "amina")
    write(page, "Distributions by household", "distributions-by-household")
    page.check("#field-sensitivity-high")
    save_first_step(page)
    page.set_input_files("#field-resource-upload, input[type=file]", [PEOPLE])
    page.click("button[value=go-metadata]")
    page.wait_for_url("**/dataset/distributions-by-household")
    expect(page.locator(".flash-messages")).to_contain_text("kept encrypted")
    expect(file_of(page, "people.csv")).to_have_count(1)
    expect(page.locator(".resource-list .resource-item")).to_have_count(0)
