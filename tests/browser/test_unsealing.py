"""Two people lowered a dataset to Low: a file of it becomes a resource again, because she asks."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.test_files import FILES, NOTES, PEOPLE, add, file_of


class Tongue(NamedTuple):
    """How the portal speaks."""

    prefix: str
    unseal: str
    others_stay: str
    make: str
    done: str


TONGUES = {
    "en": Tongue(
        "",
        "Unseal a restricted file",
        "Only this file",
        "Make it a resource",
        "The file is a resource now",
    ),
    "fr": Tongue(
        "/fr",
        "Lever l’accès limité d’un fichier",
        "Ce fichier seulement",
        "En faire une ressource",
        "Le fichier est maintenant une ressource",
    ),
}
both = pytest.mark.parametrize("tongue", TONGUES.values(), ids=TONGUES)


def post(page: Page, action: str, **sent: object) -> dict[str, object]:
    """Call an action with the session of a page."""
    answer: dict[str, object] = page.evaluate(
        """async ([action, sent]) => {
            const head = document.querySelector('meta[name=csrf_field_name]');
            const token = document.querySelector(`meta[name=${head.content}]`).content;
            const headers = {'Content-Type': 'application/json', 'X-CSRFToken': token};
            const told = {method: 'POST', body: JSON.stringify(sent), headers};
            return await (await fetch(`/api/3/action/${action}`, told)).json();
        }""",
        [action, sent],
    )
    assert answer["success"], answer
    result: dict[str, object] = answer["result"]  # type: ignore[assignment]
    return result


def lowered(visit: Visit, tongue: Tongue) -> str:
    """A dataset with two restricted files that amina proposed to lower, and jean did."""
    name = f"unsealed{tongue.prefix.replace('/', '-')}"
    page = visit(f"{tongue.prefix}/", "amina")
    made = {"title": "Sahelia: totals by region", "owner_org": "relief", "sensitivity": "high"}
    post(page, "package_create", name=name, **made)
    page.goto(f"{tongue.prefix}/dataset/{name}/files")
    add(page, PEOPLE, NOTES)
    asked = {"to": "low", "reason": "Only totals remain"}
    proposal = post(page, "isp_lowering_request", id=name, **asked)
    post(visit("/", "jean"), "isp_lowering_approve", id=proposal["id"])
    return name


@both
def test_one_file_becomes_a_resource_and_the_other_stays(visit: Visit, tongue: Tongue) -> None:
    name = lowered(visit, tongue)
    page = visit(f"{tongue.prefix}/dataset/{name}/files", "amina", width=360, js=False)
    expect(page.locator(FILES)).to_have_count(2)
    assert readable(page)
    file_of(page, "people.csv").locator("a[href$='/unseal']").click()
    expect(page.get_by_role("heading", name=tongue.unseal, level=1)).to_be_visible()
    expect(page.locator(".isp-page")).to_contain_text(tongue.others_stay)
    page.get_by_role("button", name=tongue.make).click()
    page.wait_for_url("**/resource/**")
    expect(page.locator(".flash-messages")).to_contain_text(tongue.done)
    page.goto(f"{tongue.prefix}/dataset/{name}/files")
    expect(page.locator(FILES)).to_have_count(1)
    member = visit(f"{tongue.prefix}/dataset/{name}", "fatima")
    expect(member.locator(".resource-list")).to_contain_text("people.csv")
    visitor = visit(f"{tongue.prefix}/dataset/{name}")
    expect(visitor.locator(".resource-list")).to_have_count(0)


@pytest.mark.parametrize("width", [360, 1200])
def test_what_follows_can_be_read_on_any_screen_and_by_any_reader(visit: Visit, width: int) -> None:
    page = visit("/dataset/sahelia-files/files", "amina")
    add(page, {**PEOPLE, "name": "sites.csv"})
    # a dataset that is not Low: the page says why the file stays
    address = file_of(page, "sites.csv").last.locator("a[href$='/destroy']").get_attribute("href")
    assert address
    page = visit(address.replace("/destroy", "/unseal"), "amina", width=width)
    expect(page.locator(".isp-box")).to_contain_text("its files stay restricted")
    assert readable(page)
    found = Axe().run(page, context={"include": [[".isp-page"]]})
    assert found.violations_count == 0, found.generate_report()


def readable(page: Page) -> bool:
    """Whether nothing has to be scrolled to the side."""
    box = page.locator(".isp-page").bounding_box()
    view = page.viewport_size
    return bool(box and view and box["x"] + box["width"] <= view["width"])
