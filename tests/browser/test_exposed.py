"""She raises what everybody had: what the portal knows of it, and what she looks after."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Act, Read, Visit
from tests.browser.readers import DESK, PHONE, barriers, fits


class Tongue(NamedTuple):
    """How the portal speaks."""

    prefix: str
    title: str
    no_recall: str
    no_list: str
    mark: str
    not_done: str


TONGUES = {
    "en": Tongue(
        "",
        "Who had this data while it was open",
        "cannot be recalled",
        "keeps no list of anonymous downloads",
        "Mark as done",
        "Not done after all",
    ),
    "fr": Tongue(
        "/fr",
        "Qui avait ces données tant qu’elles étaient ouvertes",
        "ne peut plus être repris",
        "ne tient aucune liste des téléchargements anonymes",
        "Marquer comme fait",
        "Finalement pas fait",
    ),
}
both = pytest.mark.parametrize("tongue", TONGUES.values(), ids=TONGUES)
RAISED = "#dataset-edit button.btn-primary[name=save]"


def raised(visit: Visit, act: Act, tongue: Tongue, name: str) -> Page:
    """A dataset that was open with a link, as she raises it in the form."""
    name = f"{name}{tongue.prefix.replace('/', '-')}"
    link = {"url": "https://example.org/camps.csv", "name": "Camps"}
    made = {"title": "Sahelia: camps", "owner_org": "relief", "sensitivity": "low"}
    act("amina", "package_create", name=name, resources=[link], **made)
    page = visit(f"{tongue.prefix}/dataset/edit/{name}", "amina")
    page.check("#field-sensitivity-high")
    page.click(RAISED)
    page.wait_for_url(f"**/dataset/{name}")
    expect(page.locator(".flash-messages")).to_contain_text(tongue.no_recall)
    expect(page.locator(".flash-messages")).to_contain_text(f"/dataset/{name}/sensitivity/before")
    page.goto(f"{tongue.prefix}/dataset/{name}/files")
    page.get_by_role("link", name=tongue.title).click()
    expect(page.get_by_role("heading", name=tongue.title, level=1)).to_be_visible()
    return page


@both
def test_she_sees_who_had_it_and_puts_on_record_what_she_looked_after(
    visit: Visit, act: Act, tongue: Tongue
) -> None:
    page = raised(visit, act, tongue, "recalled")
    expect(page.locator(".isp-page")).to_contain_text(tongue.no_list)
    addresses = page.locator("#field-addresses").input_value().splitlines()
    assert any(
        address.endswith("/dataset/recalled" + tongue.prefix.replace("/", "-"))
        for address in addresses
    )
    assert barriers(page) == []

    plain = visit(page.url, "jean", width=360, js=False)
    people = plain.locator("#check-people")
    people.locator("input[name=note]").fill("Wrote to three of them")
    people.get_by_role("button", name=tongue.mark).click()
    expect(plain.locator("#check-people")).to_contain_text("Wrote to three of them")
    expect(plain.locator("#check-people")).to_contain_text("Jean Traoré")
    expect(plain.locator(".isp-checked")).to_have_count(1)
    people.get_by_role("button", name=tongue.not_done).click()
    expect(plain.locator(".isp-checked")).to_have_count(0)
    expect(plain.locator("#check-people .isp-meta")).to_contain_text(tongue.not_done)


def test_the_list_is_worked_through_with_the_keyboard_on_any_screen_by_nobody_else(
    visit: Visit, act: Act, read: Read
) -> None:
    page = raised(visit, act, TONGUES["en"], "recalled-by-keys")
    for width, check in ((PHONE, "products"), (DESK, "people")):
        assert fits(page, width)
        page.focus("#field-addresses")
        page.keyboard.press("Tab")
        for passed in ("caches", "mirrors"):
            expect(page.locator(f"#note-{passed}")).to_be_focused()
            page.keyboard.press("Tab")
            expect(page.locator(f"#check-{passed} button")).to_be_focused()
            page.keyboard.press("Tab")
        page.focus(f"#check-{check} button")
        page.keyboard.press("Enter")
        expect(page.locator(f"#check-{check}")).to_have_class("isp-checked")
        assert barriers(page) == []
    assert "isp-checks" in read(page.url, "amina")
    for who in (None, "fatima", "stranger"):
        assert "isp-checks" not in read(page.url, who)
