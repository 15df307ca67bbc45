"""Requests are found in the queue, read and decided on one screen: in English and French."""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from tests.browser.conftest import Act, Visit
from tests.browser.readers import DESK, PHONE, barriers, fits
from tests.browser.test_requests_mine import PURPOSE, SAID, TICKED, TODAY, ask
from tests.browser.test_requests_mine import nothing_open as nothing_open

CLINICS, PROTECTION = "sahelia-clinics", "sahelia-protection"
DUE_BEFORE = sa.text("UPDATE isp_request SET answer_by = answer_by - 30 WHERE id = :id")
both = pytest.mark.parametrize("prefix", ["", "/fr"], ids=["en", "fr"])


def asked(act: Act, who: str = "ines", organization: str = "shelter") -> int:
    return ask(act, who, CLINICS, organization=organization)


def state(act: Act, number: int) -> str:
    return str(act("fatima", "isp_request_show", request=number)["state"])


def ticks(page: Page, kind: str) -> Any:
    return page.locator(f"#isp-agree input[name={kind}]")


def opened(page: Page, command: str) -> Any:
    """The form of a command, which stands behind its name."""
    page.locator(f"#do-{command} > summary").click()
    return page.locator(f"#do-{command}")


@both
def test_a_third_partys_request_is_opened_by_keys_and_approved_once_all_is_ticked(
    visit: Visit, act: Act, prefix: str
) -> None:
    number = asked(act, "stranger", "Ministry of Plans")
    page = visit(f"{prefix}/isp/requests?state=new&sort=newest", "awa")
    expect(page.locator(".isp-queue tbody tr").first.locator(".isp-sign-third")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/isp/request/{number}")
    expect(page.locator(".isp-sign-third").first).to_be_visible()
    approve = page.locator("#isp-agree [type=submit]")
    expect(approve).to_be_disabled()
    expect(page.locator("#isp-missing li")).to_have_count(2 + 4 + 3)
    for other in ("decline", "return"):
        expect(page.locator(f"#do-{other} > summary")).to_be_enabled()
    for kind in ("checks", "safeguards"):
        for tick in ticks(page, kind).all():
            tick.check()
    expect(approve).to_be_disabled()
    page.fill("#field-agree-treatment", "Names were left out.")
    expect(approve).to_be_enabled()
    ticks(page, "files").last.uncheck()
    page.fill("#field-agree-conditions", "Only in Darrel.")
    approve.click()
    expect(page.locator(".flash-messages .alert-success")).to_be_visible()
    offer = act("awa", "isp_request_show", request=number)["offer"]
    assert (len(offer["files"]), offer["conditions"]) == (1, "Only in Darrel.")
    assert state(act, number) == "approved"


@both
def test_without_a_script_an_approval_is_refused_in_words_and_what_was_typed_stays(
    visit: Visit, act: Act, prefix: str
) -> None:
    number = asked(act)
    page = visit(f"{prefix}/isp/request/{number}", "awa", js=False)
    page.fill("#field-agree-conditions", "Only in Darrel.")
    page.locator("#field-agree-checks-criteria").check()
    page.locator("#isp-agree [type=submit]").click()
    wrong = page.locator(".error-explanation")
    expect(wrong.locator("a").first).to_have_attribute("href", "#field-agree-checks")
    assert page.input_value("#field-agree-conditions") == "Only in Darrel."
    expect(page.locator("#field-agree-checks-criteria")).to_be_checked()
    for name in ("checks-own_policy", "safeguards-transfer"):
        page.locator(f"#field-agree-{name}").check()
    page.locator("#isp-agree [type=submit]").click()
    expect(page.locator(".flash-messages .alert-success")).to_be_visible()
    assert state(act, number) == "approved"


@both
def test_what_was_written_before_is_used_again_and_outcomes_stand_beside(
    visit: Visit, act: Act, prefix: str
) -> None:
    reason = f"Totals are public, see the portal {prefix}."
    first = asked(act)
    page = visit(f"{prefix}/isp/request/{first}", "awa")
    form = opened(page, "decline")
    form.locator("button").click()
    assert page.locator("#do-decline .isp-error").count() == 1
    form.locator("textarea").fill(reason)
    form.locator("button").click()
    expect(page.locator(".flash-messages .alert-success")).to_be_visible()
    second = asked(act)
    page.goto(f"{prefix}/isp/request/{second}")
    expect(page.locator(".isp-similar .isp-quote").first).to_have_text(reason)
    form = opened(page, "decline")
    form.locator("select").select_option(reason)
    assert form.locator("textarea").input_value() == reason
    form.locator("button").click()
    expect(page.locator(".flash-messages .alert-success")).to_be_visible()
    assert state(act, second) == "declined"


@both
def test_who_advises_reads_the_question_alone_and_answers_it(
    visit: Visit, act: Act, prefix: str
) -> None:
    number = asked(act, "stranger", "Ministry of Plans")
    page = visit(f"{prefix}/isp/request/{number}", "awa")
    page.locator(".isp-act > summary", has_text=re.compile("Consult")).click()
    page.fill("#field-consult-body", "ICCM")
    page.fill("#field-consult-user", "amina")
    page.locator("form[action$='/review/consult'] button").click()
    expect(page.locator(".error-explanation a")).to_have_attribute(
        "href", "#field-consult-question"
    )
    assert page.input_value("#field-consult-body") == "ICCM"
    page.fill("#field-consult-question", "May staff lists of clinics go to a ministry?")
    page.locator("form[action$='/review/consult'] button").click()
    expect(page.locator(".isp-consulted")).to_contain_text("ICCM")
    theirs = visit(f"{prefix}/isp/requests", "amina")
    theirs.locator(".isp-box a").last.click()
    expect(theirs.locator(".isp-quote")).to_contain_text("staff lists")
    for secret in ("Ada Mensah", "Ministry", "clinics, staff", PURPOSE):
        assert secret not in theirs.locator(".isp-page").inner_text()
    theirs.fill("#field-reason", "Without names, yes.")
    theirs.locator("form[action$='/review/advise'] button").click()
    expect(theirs.locator(".isp-page")).to_contain_text("Without names, yes.")
    page.reload()
    expect(page.locator(".isp-consulted")).to_contain_text("Without names, yes.")
    assert state(act, number) == "submitted"


@both
def test_a_formal_request_is_typed_in_and_two_agree_under_its_agreement(
    visit: Visit, act: Act, prefix: str
) -> None:
    page = visit(f"{prefix}/dataset/{PROTECTION}/files", "nadia")
    page.locator(f"a[href$='/isp/requests/type-in/{PROTECTION}']").click()
    for name, value in {**SAID, "purpose": PURPOSE, "requester_words": f"Ms Sy {prefix}"}.items():
        page.fill(f"#field-{name}", value)
    page.fill("#field-received_on", TODAY.isoformat())
    page.fill("#field-received_by", "By letter")
    page.locator(".isp-form button").click()
    expect(page.locator(".error-explanation a")).to_have_attribute("href", "#field-agreement")
    page.fill("#field-agreement", "DSA 12/2026")
    page.locator(".isp-form button").click()
    page.wait_for_url(re.compile(r"/isp/request/\d+$"))
    number = int(page.url.rsplit("/", 1)[1])
    for who, then in (("awa", "submitted"), ("kofi", "approved")):
        theirs = visit(f"{prefix}/isp/request/{number}", who)
        expect(theirs.locator(".isp-agreements li")).to_have_count(2)
        for kind in ("checks", "safeguards"):
            for tick in ticks(theirs, kind).all():
                tick.check()
        if who == "awa":
            theirs.fill("#field-agree-treatment", "Villages became districts.")
        theirs.locator("#isp-agree [type=submit]").click()
        expect(theirs.locator(".flash-messages .alert-success")).to_be_visible()
        assert state(act, number) == then
        expect(theirs.locator("#isp-agree")).to_have_count(0)


def test_of_two_who_decide_at_once_the_second_reads_who_was_quicker(visit: Visit, act: Act) -> None:
    number = asked(act)
    page = visit(f"/fr/isp/request/{number}", "awa")
    form = opened(page, "decline")
    form.locator("textarea").fill("No.")
    act("kofi", "isp_request_return", request=number, note="Which clinics?")
    form.locator("button").click()
    expect(page.locator(".flash-messages .alert-success")).to_be_visible()
    assert state(act, number) == "declined"
    again = asked(act)
    page.goto(f"/fr/isp/request/{again}")
    form = opened(page, "return")
    form.locator("textarea").fill("Which clinics?")
    act("kofi", "isp_request_decline", request=again, note="No.")
    form.locator("button").click()
    expect(page.locator(".error-explanation")).to_contain_text("Kofi Owusu")
    assert state(act, again) == "declined"


@both
def test_what_nobody_answered_in_time_is_overdue_and_approved_by_nobody(
    visit: Visit, act: Act, prefix: str
) -> None:
    number = asked(act)
    engine = sa.create_engine(os.environ["CKAN_SQLALCHEMY_URL"])
    with engine.begin() as connection:
        connection.execute(DUE_BEFORE, {"id": number})
    engine.dispose()
    page = visit(f"{prefix}/isp/requests", "awa")
    expect(page.locator("[aria-current=page].isp-tray-overdue")).to_be_visible()
    row = page.locator(".isp-row-late", has=page.locator(f"a[href$='/isp/request/{number}']"))
    expect(row.locator(".isp-late")).to_be_visible()
    expect(page.locator(".isp-waiting .badge")).to_be_visible()
    assert state(act, number) == "submitted"


def test_who_holds_data_is_seen_and_ended_on_the_datasets_page(visit: Visit, act: Act) -> None:
    number = asked(act)
    awa = visit(f"/dataset/{CLINICS}/files", "awa")
    act("awa", "isp_request_agree", request=number, **TICKED)
    act("ines", "isp_grant_accept", request=number, accept=True)
    awa.locator(f"a[href$='/dataset/{CLINICS}/holders']").click()
    row = awa.locator(".isp-holders tr", has_text="Inès Kaboré").first
    row.locator("summary").click()
    row.locator("textarea").fill("It was passed on.")
    row.locator("button").click()
    awa.wait_for_url("**/holders")
    assert act("awa", "isp_grant_list", id=CLINICS)["now"] == []
    with awa.expect_download() as arrived:
        awa.locator("a[href$='/holders.csv']").click()
    assert "Inès Kaboré" in Path(arrived.value.path()).read_text(encoding="utf-8-sig")


def test_a_stand_in_answers_until_they_are_ended(visit: Visit, act: Act) -> None:
    number = asked(act)
    awa = visit("/organization/water/stand-ins", "awa")
    awa.fill("#field-stands_in", "nadia")
    awa.fill("#field-until", (TODAY + dt.timedelta(days=2)).isoformat())
    awa.locator(".isp-form button").click()
    expect(awa.locator("table")).to_contain_text("Nadia Haddad")
    nadia = visit(f"/isp/request/{number}", "nadia")
    expect(nadia.locator(".isp-review-head")).to_contain_text("Awa Ba")
    expect(nadia.locator("#isp-agree")).to_be_visible()
    awa.locator("button[name=end]").first.click()
    nadia.reload()
    expect(nadia.locator(".isp-review")).to_have_count(0)


def test_a_filter_is_kept_and_its_address_is_the_view(visit: Visit) -> None:
    page = visit("/isp/requests?state=all&q=clinics&sort=newest", "awa")
    page.locator(".isp-filters-kept summary").click()
    page.fill("#field-name", "Clinics")
    page.locator(".isp-filters-kept .btn-secondary").click()
    page.goto("/isp/requests")
    page.locator(".isp-filters-kept summary").click()
    page.get_by_role("link", name="Clinics", exact=True).click()
    assert "q=clinics" in page.url
    assert "state=all" in page.url
    page.locator(".isp-filters-kept summary").click()
    page.locator("button[name=drop]").click()
    expect(page.locator("button[name=drop]")).to_have_count(0)


def test_the_keys_are_told_and_can_be_turned_off(visit: Visit, act: Act) -> None:
    asked(act)
    page = visit("/isp/requests?state=new", "awa")
    page.keyboard.press("?")
    expect(page.locator("#isp-keys")).to_be_visible()
    page.keyboard.press("x")
    expect(page.locator("#isp-keys")).to_be_hidden()
    page.fill("#field-q", "jjj?")
    expect(page.locator("#isp-keys")).to_be_hidden()
    page.locator("#field-q").blur()
    page.keyboard.press("?")
    page.locator("#isp-keys-on").uncheck()
    page.keyboard.press("x")
    page.keyboard.press("?")
    expect(page.locator("#isp-keys")).to_be_hidden()
    page.evaluate("localStorage.clear()")


def test_nobody_is_kept_out_by_these_pages(visit: Visit, act: Act) -> None:
    number = asked(act, "stranger", "Ministry of Plans")
    paths = {
        "/isp/requests?state=all": "awa",
        "/isp/requests?state=held&q=nothing": "awa",
        f"/isp/request/{number}": "awa",
        f"/dataset/{CLINICS}/holders": "awa",
        f"/isp/requests/type-in/{PROTECTION}": "nadia",
        "/organization/water/stand-ins": "awa",
    }
    for path, who in paths.items():
        page = visit(f"/fr{path}", who)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        for width in (DESK, PHONE):
            assert fits(page, width), path
            assert barriers(page) == [], path
