"""What a reviewer wants of requests (requirements, 4.2: 4, 6, 7): all have to agree, access ends on
its day, and everything stands in the record; in English and French."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from tests.browser.conftest import Act, Visit
from tests.browser.fill import CLINICS as CLINICS_FILES
from tests.browser.fill import SURVIVORS, SURVIVORS_FILES
from tests.browser.test_requests_mine import PURPOSE, SAID, TODAY
from tests.browser.test_requests_mine import nothing_open as nothing_open
from tests.browser.test_requests_review import CLINICS, asked, opened, ticks

OF_THE_DAY = "/tests/of-the-day"
both = pytest.mark.parametrize("prefix", ["", "/fr"], ids=["en", "fr"])


def sha256(of: bytes) -> str:
    return hashlib.sha256(of).hexdigest()


def fetched(page: Page, name: str) -> tuple[str, str]:
    """The address of a file on a page, and the hash of what comes from it."""
    link = page.locator(".isp-file", has_text=name).get_by_role("link").first
    with page.expect_download() as arrived:
        link.click()
    return link.get_attribute("href") or "", sha256(arrived.value.path().read_bytes())


def days_pass(number: int, **days: int) -> None:
    """Days of a grant are so many days ago."""
    named = {
        "from_day": "from_day = current_date - :from_day, begins_at = current_date - :from_day",
        "until": "until = current_date - :until, ends_at = clock_timestamp()",
    }
    said = [named.get(day, f"{day} = current_date - :{day}") for day in days]
    moved = f"UPDATE isp_grant SET {', '.join(said)} WHERE request_id = :number"
    engine = sa.create_engine(os.environ["CKAN_SQLALCHEMY_URL"])
    with engine.begin() as connection:
        connection.execute(sa.text(moved), {"number": number, **days})
    engine.dispose()


def accept(page: Page) -> None:
    page.check("#accept-accept")
    page.locator("form[action$='/do/accept'] button").click()
    expect(page.locator(".flash-messages .alert-success")).to_be_visible()


def written_by_mail(**said: Any) -> dict[str, Any]:
    """What is typed in of a request that came by mail."""
    received = {"received_on": TODAY.isoformat(), "received_by": "By e-mail"}
    return {**SAID, "purpose": PURPOSE, **received, **said}


@both
def test_what_several_gathered_is_given_once_each_of_them_agreed(
    visit: Visit, act: Act, prefix: str
) -> None:
    said = written_by_mail(requester="ines", organization="shelter")
    number = act("nadia", "isp_request_type_in", id=SURVIVORS["name"], **said)["request"]
    file = act("nadia", "isp_file_list", id=SURVIVORS["name"])["files"][0]
    page = visit(f"{prefix}/isp/request/{number}", "ines")
    expect(page.locator("#accept-accept")).to_have_count(0)
    for agreed, who in enumerate(("rosa", "jean", "awa")):
        assert page.request.get(f"/isp/file/{file['id']}").status == 404
        theirs = visit(f"{prefix}/isp/request/{number}", who)
        for whose in ("Rosa Camara", "Sahelia Relief", "Sahelia Water"):
            expect(theirs.locator(".isp-agreements")).to_contain_text(whose)
        expect(theirs.locator(".isp-agreed")).to_have_count(agreed)
        for kind in ("checks", "safeguards"):
            for tick in ticks(theirs, kind).all():
                tick.check()
        if who == "rosa":
            theirs.fill("#field-agree-treatment", "Totals under ten were left out.")
        theirs.locator("#isp-agree [type=submit]").click()
        expect(theirs.locator(".flash-messages .alert-success")).to_be_visible()
        expect(theirs.locator(".isp-agreed")).to_have_count(agreed + 1)
    page.reload()
    accept(page)
    address, got = fetched(page, "totals.csv")
    assert got == sha256(SURVIVORS_FILES["totals.csv"])
    act("rosa", "isp_grant_revoke", request=number, note="Ask us anew.")
    assert page.request.get(address).status == 404
    told = {"method": "clear", "on": TODAY.isoformat()}
    act("ines", "isp_grant_attest", request=number, **told)


@both
def test_access_lasts_from_its_first_day_to_its_last_and_silence_about_destruction_is_listed(
    visit: Visit, act: Act, prefix: str
) -> None:
    number = asked(act)
    awa = visit(f"{prefix}/isp/request/{number}", "awa")
    for name in ("checks-criteria", "checks-own_policy", "safeguards-transfer"):
        awa.locator(f"#field-agree-{name}").check()
    awa.fill("#field-agree-from", (TODAY + dt.timedelta(days=3)).isoformat())
    awa.locator("#isp-agree [type=submit]").click()
    expect(awa.locator(".flash-messages .alert-success")).to_be_visible()
    page = visit(f"{prefix}/isp/request/{number}", "ines")
    accept(page)
    expect(page.locator(".isp-file")).to_have_count(0)
    file = act("ines", "isp_file_list", id=CLINICS)["files"][0]
    assert page.request.get(f"/isp/file/{file['id']}").status == 403

    days_pass(number, from_day=1)
    page.reload()
    address, got = fetched(page, "clinics.csv")
    assert got == sha256(CLINICS_FILES["clinics.csv"])
    days_pass(number, until=1)
    assert page.request.get(address).status == 403
    assert page.request.get(OF_THE_DAY).ok
    page.goto(f"{prefix}/isp/notices")
    page.locator(".isp-notices a.btn").first.click()
    row = page.locator(".isp-file", has=page.locator(f"a[href$='/isp/request/{number}']"))
    expect(row.locator(".isp-late")).to_have_count(0)

    days_pass(number, destroy_by=9)
    assert page.request.get(OF_THE_DAY).ok
    page.reload()
    expect(row.locator(".isp-late")).to_be_visible()
    awa.goto(f"{prefix}/isp/requests?state=due")
    listed = awa.locator(".isp-queue tr", has=awa.locator(f"a[href$='/isp/request/{number}']"))
    expect(listed.locator(".isp-late")).to_be_visible()
    awa.goto(f"{prefix}/dataset/{CLINICS}/holders")
    expect(awa.locator(".isp-holders .isp-late").first).to_be_visible()
    row.locator("a").first.click()
    page.check("[name=method][value=clear]")
    page.fill("#attest-on", TODAY.isoformat())
    page.locator("#do-attest button").click()
    expect(page.locator(".isp-rung-here")).to_have_count(1)
    awa.reload()
    expect(awa.locator(".isp-holders .isp-late")).to_have_count(0)


@both
def test_each_request_decision_and_withdrawal_stands_once_in_the_record_and_is_annotated_there(
    visit: Visit, act: Act, prefix: str
) -> None:
    page = visit(f"{prefix}/isp/requests/type-in/{CLINICS}", "nadia")
    typed = written_by_mail(requester_words=f"Ms Sy {prefix}", organization="Ministry of Plans")
    for name, value in typed.items():
        page.fill(f"#field-{name}", value)
    page.locator(".isp-form button").click()
    page.wait_for_url("**/isp/request/*")
    by_mail, reason = int(page.url.rsplit("/", 1)[1]), f"Totals would do {prefix}."
    awa = visit(f"{prefix}/isp/request/{by_mail}", "awa")
    form = opened(awa, "decline")
    form.locator("textarea").fill(reason)
    form.locator("button").click()
    expect(awa.locator(".flash-messages .alert-success")).to_be_visible()
    own = asked(act)
    page = visit(f"{prefix}/isp/request/{own}", "ines")
    page.locator("#do-withdraw > summary").click()
    page.fill("#withdraw-note", "We found it elsewhere.")
    page.locator("#do-withdraw button").click()
    expect(page.locator(".flash-messages .alert-success")).to_be_visible()

    timeline = f"{prefix}/dataset/{CLINICS}/sensitivity/timeline"
    awa.goto(timeline)
    rows = [row for row in taken_along(awa) if row["details"].get("request") in (by_mail, own)]
    assert [(row["kind"], row["actor_name"], row["reason"]) for row in rows] == [
        ("request_submitted", "Nadia Haddad", None),
        ("request_declined", "Awa Ba", reason),
        ("request_submitted", "Inès Kaboré", None),
        ("request_withdrawn", "Inès Kaboré", "We found it elsewhere."),
    ]
    for row in rows:
        assert row["at"].startswith(dt.datetime.now(dt.timezone.utc).date().isoformat()[:8])
        assert row["level_after"] == "moderate"
        assert row["protocol"]
        assert row["protocol_version"]
    declined = rows[1]
    awa.locator(f"a[href$='/isp/log/{declined['id']}']").click()
    expect(awa.locator(".isp-timeline")).to_contain_text(reason)
    expect(awa.locator(".isp-page form")).to_have_count(1)
    awa.fill("#field-reason", f"She asked for the totals {prefix}.")
    awa.locator(".isp-page form button").click()
    expect(awa.locator(".isp-note")).to_contain_text("She asked for the totals")
    awa.goto(timeline)
    after = next(row for row in taken_along(awa) if row["id"] == declined["id"])
    kept = ("at", "actor", "level_after", "protocol_version", "reason", "details")
    assert {key: after[key] for key in kept} == {key: declined[key] for key in kept}


def taken_along(page: Page) -> list[dict[str, Any]]:
    """The rows of a timeline as its page gives them for scripts."""
    with page.expect_download() as arrived:
        page.locator("a[href$='timeline.json']").click()
    lines = arrived.value.path().read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]
