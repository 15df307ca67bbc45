"""Two people lowered a dataset to Low: a file of it becomes a resource again, because she asks."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Act, Visit
from tests.browser.readers import DESK, PHONE, barriers, fits
from tests.browser.test_files import FILES, NOTES, PEOPLE, add, file_of

UNSEAL, OTHERS_STAY = "Lever l’accès limité d’un fichier", "Ce fichier seulement"
MAKE, DONE = "En faire une ressource", "Le fichier est maintenant une ressource"
DATASET = "/fr/dataset/unsealed"


def lower(visit: Visit, act: Act) -> None:
    """A dataset with two restricted files that amina proposed to lower, and jean did."""
    made = {"title": "Sahelia: totals by region", "owner_org": "relief", "sensitivity": "high"}
    act("amina", "package_create", name="unsealed", **made)
    add(visit(f"{DATASET}/files", "amina"), PEOPLE, NOTES)
    asked = {"to": "low", "reason": "Only totals remain"}
    proposal = act("amina", "isp_lowering_request", id="unsealed", **asked)
    act("jean", "isp_lowering_approve", id=proposal["id"])


def test_one_file_becomes_a_resource_and_the_other_stays(visit: Visit, act: Act) -> None:
    lower(visit, act)
    page = visit(f"{DATASET}/files", "amina", width=PHONE, js=False)
    expect(page.locator(FILES)).to_have_count(2)
    assert fits(page, PHONE)
    file_of(page, "people.csv").locator("a[href$='/unseal']").click()
    expect(page.get_by_role("heading", name=UNSEAL, level=1)).to_be_visible()
    expect(page.locator(".isp-page")).to_contain_text(OTHERS_STAY)
    page.get_by_role("button", name=MAKE).click()
    page.wait_for_url("**/resource/**")
    expect(page.locator(".flash-messages")).to_contain_text(DONE)
    page.goto(f"{DATASET}/files")
    expect(page.locator(FILES)).to_have_count(1)
    expect(visit(DATASET, "fatima").locator(".resource-list")).to_contain_text("people.csv")
    expect(visit(DATASET).locator(".resource-list")).to_have_count(0)


def test_what_follows_can_be_read_on_any_screen_and_by_any_reader(visit: Visit) -> None:
    page = visit("/dataset/sahelia-files/files", "amina")
    add(page, {**PEOPLE, "name": "sites.csv"})
    # a dataset that is not Low: the page says why the file stays
    address = file_of(page, "sites.csv").last.locator("a[href$='/destroy']").get_attribute("href")
    assert address
    page = visit(address.replace("/destroy", "/unseal"), "amina", width=PHONE)
    expect(page.locator(".isp-box")).to_contain_text("its files stay restricted")
    for width in (PHONE, DESK):
        assert fits(page, width)
        assert barriers(page) == []
