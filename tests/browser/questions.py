"""The questions of a dataset's form, one after the other as the portal asks them."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

ASKED, ADVICE = ".isp-question:visible", "**/isp/advice?*"
MOST = 20


def question(page: Page, fact: str) -> Locator:
    return page.locator(f".isp-question[data-fact='{fact}']")


def pass_until(page: Page, fact: str) -> None:
    """Leave open what comes before a question, each once the portal has heard the one before."""
    for _ in range(MOST):
        if question(page, fact).is_visible():
            return
        with page.expect_response(ADVICE):
            page.locator(ASKED).last.locator("input[value='']").check()
