"""Somebody asks for data, holds it for a time, and destroys it: in English and French."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from ckanext.isp.policy.request import OPEN, State
from tests.browser.conftest import Act, Visit
from tests.browser.fill import WELLS_FILES
from tests.browser.readers import PHONE, barriers, fits

WELLS = "sahelia-wells"
DATASET = f"/dataset/{WELLS}"
ASK = f"{DATASET}/request"
TODAY = dt.date.today()
SAID = {
    "data": "Wells of the North, with the households that use each",
    "format": "CSV",
    "purpose_words": "We plan where tanks of water go first.",
    "why_not_less": "A total says nothing of where people walk to.",
    "until": (TODAY + dt.timedelta(days=20)).isoformat(),
    "destroy_by": (TODAY + dt.timedelta(days=30)).isoformat(),
    "organization": "Sahelia Shelter",
}
PURPOSE = "Triangulation"
TICKED = {"checks": ["criteria", "own_policy"], "safeguards": ["transfer"]}
both = pytest.mark.parametrize("prefix", ["", "/fr"], ids=["en", "fr"])
STATE = ".isp-page .isp-box .isp-status"


def number(page: Page) -> int:
    return int(re.findall(r"/isp/request/(\d+)", page.url)[0])


def write(page: Page, **said: str) -> None:
    for name, value in said.items():
        page.fill(f"#field-{name}", value)


def ask(act: Act, who: str, about: str, **said: str) -> int:
    """The number of a request that somebody sent."""
    draft = act(who, "isp_request_draft", id=about)["request"]
    said = {**SAID, "purpose": PURPOSE, **said}
    return int(act(who, "isp_request_submit", request=draft, **said)["request"])


@pytest.fixture(autouse=True)
def nothing_open(act: Act) -> Iterator[None]:
    """Each journey begins without a request, and leaves none."""
    yield
    for who in ("stranger", "ines"):
        leave_nothing_open(act, who)


def leave_nothing_open(act: Act, who: str) -> None:
    for row in act(who, "isp_request_list", limit=50, sort="newest")["requests"]:
        if State(row["state"]) in OPEN:
            held = row["state"] == State.GRANTED.value
            act(
                who,
                f"isp_{'grant_give_back' if held else 'request_withdraw'}",
                request=row["request"],
            )


@both
def test_a_request_goes_all_its_way(visit: Visit, act: Act, prefix: str) -> None:
    """Refused for what is missing, sent, returned, sent again, granted, downloaded, revoked."""
    page = visit(prefix + DATASET, "ines")
    page.locator("#isp-ask a.btn").click()
    page.wait_for_url("**/request")
    missing = ("why_not_less", "until")
    write(page, **{name: value for name, value in SAID.items() if name not in missing})
    page.locator("[name=purpose]").first.check()
    page.click("button[value=check]")
    wrong = page.locator(".error-explanation")
    expect(wrong.locator("a")).to_have_count(len(missing))
    for name in missing:
        said = page.locator(f"#field-{name}-error").inner_text()
        expect(wrong.locator("li", has=page.locator(f"a[href='#field-{name}']"))).to_contain_text(
            said
        )
        wrong.locator(f"a[href='#field-{name}']").click()
        expect(page.locator(f"#field-{name}")).to_be_focused()
        page.fill(f"#field-{name}", SAID[name])
    expect(page.locator("#field-data")).to_have_value(SAID["data"])
    page.locator(".isp-option", has_text="wells.csv").locator("input").check()
    page.click("button[value=check]")
    page.wait_for_url("**/check")
    expect(page.locator(".isp-said")).to_contain_text(SAID["purpose_words"])
    expect(page.locator(".isp-said")).to_contain_text("wells.csv")
    page.locator(".isp-page form button[type=submit]").click()
    expect(page.locator(".isp-rung-here")).to_have_count(1)
    request = number(page)

    act("awa", "isp_request_return", request=request, note="Which districts exactly?")
    page.reload()
    expect(page.locator(".isp-box .isp-quote")).to_have_text("Which districts exactly?")
    page.locator(".isp-box a.btn").click()
    expect(page.locator(".isp-box-held")).to_contain_text("Which districts exactly?")
    page.fill("#field-data", "Wells of the district North only")
    page.click("button[value=check]")
    page.locator(".isp-page form button[type=submit]").click()
    expect(page.locator(STATE)).to_be_visible()

    told = act("awa", "isp_request_show", request=request)
    assert told["said"]["data"] == "Wells of the district North only"
    assert told["third_party"] is False
    act("awa", "isp_request_agree", request=request, seen=told["seen"], **TICKED)
    page.reload()
    expect(page.locator(".isp-terms")).to_contain_text(SAID["purpose_words"])
    page.locator("form[action$='/do/accept'] button").click()
    expect(page.locator(".error-explanation a")).to_have_attribute("href", "#accept-accept")
    page.check("#accept-accept")
    page.locator("form[action$='/do/accept'] button").click()

    files = page.locator(".isp-file")
    expect(files).to_have_count(1)
    link = files.get_by_role("link").first
    with page.expect_download() as arrived:
        link.click()
    got = hashlib.sha256(arrived.value.path().read_bytes()).hexdigest()
    assert got == hashlib.sha256(WELLS_FILES["wells.csv"]).hexdigest()
    address = link.get_attribute("href") or ""

    act("awa", "isp_grant_revoke", request=request, note="It was passed on.")
    assert page.request.get(address).status == 403
    page.reload()
    expect(page.locator(".isp-box .isp-quote")).to_have_text("It was passed on.")
    expect(page.locator(".isp-file")).to_have_count(0)
    page.locator("#do-attest button").click()
    expect(page.locator(".error-explanation a")).to_have_count(2)
    expect(page.locator("#do-attest .isp-error")).to_have_count(2)
    page.check("[name=method][value=clear]")
    page.fill("#attest-on", TODAY.isoformat())
    page.fill("#attest-copies", "None")
    page.locator("#do-attest button").click()
    expect(page.locator(".isp-rung-here")).to_have_count(1)
    expect(page.locator("#do-attest")).to_have_count(0)
    assert act("awa", "isp_request_show", request=request)["state"] == "attested"


def test_what_is_typed_is_saved_meanwhile_and_found_after_the_page_was_closed(
    visit: Visit,
) -> None:
    page = visit(ASK, "ines")
    page.fill("#field-data", "Wells of the East")
    expect(page.locator(".isp-kept")).to_have_text(re.compile(r"^Saved at \d"), timeout=8000)
    page.fill("#field-format", "A shapefile")
    page.locator("[name=purpose]").nth(1).check()
    # closed before the next save
    page.close(run_before_unload=True)
    again = visit(ASK, "ines")
    expect(again.locator(STATE)).to_be_visible()
    again.locator(".isp-box a.btn").click()
    expect(again.locator("#field-data")).to_have_value("Wells of the East")
    expect(again.locator("#field-format")).to_have_value("A shapefile")
    expect(again.locator("[name=purpose]").nth(1)).to_be_checked()


def test_a_save_that_fails_says_so_and_is_tried_again(visit: Visit, act: Act) -> None:
    page = visit(ASK, "ines")
    keeping = re.compile("/request/keep$")
    page.route(keeping, lambda route: route.abort("connectionreset"))
    page.fill("#field-data", "Wells of the West")
    expect(page.locator(".isp-kept")).to_contain_text("the connection broke", timeout=8000)
    expect(page.locator("#field-data")).to_have_value("Wells of the West")
    page.unroute(keeping)
    expect(page.locator(".isp-kept")).to_have_text(re.compile("^Saved at"), timeout=15_000)
    stale = "document.querySelector('form.isp-asking [name=_csrf_token]').value = 'of yesterday'"
    page.evaluate(stale)
    with page.expect_response(lambda answer: bool(keeping.search(answer.url)) and answer.ok):
        page.fill("#field-data", "Wells of the South")
    draft = act("ines", "isp_request_list", state="draft")["requests"][0]
    told = act("ines", "isp_request_show", request=draft["request"])
    assert told["said"]["data"] == "Wells of the South"


def test_a_request_is_written_and_sent_by_keyboard_and_without_a_script(visit: Visit) -> None:
    page = visit(ASK, "ines", js=False)
    page.focus("#field-data")
    page.keyboard.type("Wells")
    for _file in WELLS_FILES:
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("CSV")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for name in ("purpose_words", "why_not_less"):
        page.keyboard.press("Tab")
        expect(page.locator(f"#field-{name}")).to_be_focused()
        page.keyboard.type(SAID[name])
    for name in ("until", "destroy_by", "organization"):
        page.fill(f"#field-{name}", SAID[name])
    page.focus("button[value=check]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check")
    page.locator(".isp-page form button[type=submit]").press("Enter")
    expect(page.locator(STATE)).to_have_text("Waiting for an answer")


def test_messages_and_what_is_asked_meanwhile_stay_with_the_request(visit: Visit, act: Act) -> None:
    request = ask(act, "ines", WELLS)
    page = visit(f"/isp/request/{request}", "ines")
    page.fill("#say-note", "We can come to Dakar to explain it.")
    page.locator("form[action$='/do/say'] button").click()
    expect(page.locator(".isp-timeline")).to_contain_text("We can come to Dakar")
    act("awa", "isp_request_agree", request=request, **TICKED)
    act("ines", "isp_grant_accept", request=request, accept=True)
    page.reload()
    page.locator("#do-ask_longer summary").click()
    page.fill("#ask_longer-until", (TODAY + dt.timedelta(days=60)).isoformat())
    page.fill("#ask_longer-note", "")
    page.locator("#do-ask_longer button").click()
    expect(page.locator(".error-explanation a")).to_have_attribute("href", "#ask_longer-note")
    expect(page.locator("#ask_longer-until")).to_have_value(
        (TODAY + dt.timedelta(days=60)).isoformat()
    )
    page.fill("#ask_longer-note", "The rains came late.")
    page.locator("#do-ask_longer button").click()
    expect(page.locator(".isp-box").first).to_contain_text("You asked for longer")
    access = visit("/isp/access", "ines")
    expect(access.locator(".isp-page")).to_contain_text("What you hold")
    expect(access.locator(".isp-page")).to_contain_text("wells, and how many households")


def test_a_visitor_logs_in_and_comes_to_the_form(visit: Visit) -> None:
    page = visit(DATASET)
    page.locator("#isp-ask a.btn").click()
    assert "/user/login" in page.url
    assert "came_from=" in page.url


def test_everybody_can_read_the_pages(visit: Visit, act: Act) -> None:
    page = visit(ASK, "ines", width=PHONE)
    can_be_read(page, ASK)
    can_be_read(page, DATASET, "#isp-ask")
    request = ask(act, "ines", WELLS)
    act("awa", "isp_request_agree", request=request, **TICKED)
    can_be_read(page, "/isp/access")
    can_be_read(page, f"/isp/request/{request}")
    act("ines", "isp_grant_accept", request=request, accept=True)
    can_be_read(page, f"/isp/request/{request}")


def can_be_read(page: Page, path: str, part: str = ".isp-page") -> None:
    for language in ("", "/fr"):
        page.goto(language + path)
        assert fits(page, PHONE), page.url
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert fits(page, PHONE), page.url
    assert barriers(page, part) == [], page.url
