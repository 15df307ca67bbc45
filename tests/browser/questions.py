"""The questions of a dataset's form, one after the other as the portal asks them."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

ASKED, ADVICE = ".isp-question:visible", "**/isp/advice?*"
LEAVE_OPEN = f"{ASKED}:not(:has(input:checked)) input[value='']"
MOST = 20


def question(page: Page, fact: str) -> Locator:
    return page.locator(f".isp-question[data-fact='{fact}']")


def pass_until(page: Page, fact: str) -> None:
    """Leave open what comes before a question, each once it is asked."""
    asked, leave_open = question(page, fact), page.locator(LEAVE_OPEN)
    for _ in range(MOST):
        expect(asked.or_(leave_open).locator("visible=true").first).to_be_visible()
        if asked.is_visible():
            return
        with page.expect_response(ADVICE):
            leave_open.last.check()
