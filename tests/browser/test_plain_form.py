"""CKAN's own dataset form, where no other schema is installed, asks the same."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.browser.conftest import log_in

SAVE = "#dataset-edit button.btn-primary[name=save]"


def test_what_was_typed_stays_until_it_is_saved(plain_portal: str, browser: Browser) -> None:
    context = browser.new_context(base_url=plain_portal, java_script_enabled=False)
    log_in(context, "amina")
    page = context.new_page()
    page.goto("/dataset/new")
    expect(page.locator("[name=private]")).to_have_count(0)
    page.fill("#field-title", "Plain")
    page.fill("#field-name", "plain")
    page.check("#field-sensitivity-high")
    page.check("#field-isp_exposure-open")
    page.click(SAVE)
    expect(page.locator(".error-explanation")).to_contain_text("High (Confidential)")
    assert page.is_checked("#field-isp_exposure-open")

    page.check("#field-isp_exposure-members")
    page.fill("#field-name", "sahelia-3w")  # taken already
    page.click(SAVE)
    expect(page.locator(".error-explanation")).to_be_visible()
    assert page.is_checked("#field-sensitivity-high")
    assert page.is_checked("#field-isp_exposure-members")

    page.fill("#field-name", "plain")
    page.click(SAVE)
    page.goto("/dataset/edit/plain")
    assert page.is_checked("#field-sensitivity-high")
    expect(page.locator("input[value=sensitivity]")).to_have_count(0)
    page.goto("/dataset/plain")
    expect(page.locator("h1 + .isp-badges")).to_contain_text("Confidential")
    expect(page.locator(".additional-info")).not_to_contain_text("is_requestdata_type")
    context.close()
