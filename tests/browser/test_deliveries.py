"""What leaves by hand is put on record, in English and French."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Visit

DATASET = "/dataset/sahelia-survey"
NAMES = {
    "": ("Given by another way", "Device or storage medium, by hand"),
    "/fr": (
        "Remis par une autre voie",
        "Appareil ou support, de la main à la main",
    ),
}


@pytest.mark.parametrize("prefix", NAMES)
def test_a_file_that_leaves_by_hand_is_on_record_and_never_sent(
    visit: Visit, prefix: str, tmp_path: Path
) -> None:
    title, device = NAMES[prefix]
    file = tmp_path / f"survey{prefix.replace('/', '-')}.csv"
    file.write_bytes(b"name,age\nAmina,34\n" + prefix.encode())
    page = visit(f"{prefix}{DATASET}/files", "amina")
    page.get_by_role("link", name=title).click()
    expect(page.locator("h1")).to_have_text(title)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    page.set_input_files(".isp-manifest input[type=file]", file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    expect(page.locator("[name=file_sha256]").first).to_have_value(digest)
    page.select_option("#field-channel", label=device)
    page.click("form.isp-form button[type=submit]")
    wrong = page.locator(".error-explanation")
    expect(wrong.locator("a")).to_have_count(2)
    expect(page.locator("[name=file_sha256]").first).to_have_value(digest)
    page.fill("#field-to", "Awa Ba")
    page.fill("#field-organization", "Sahelia Water")
    page.click("form.isp-form button[type=submit]")
    kept = page.locator(".isp-delivery").first
    expect(kept).to_contain_text("Awa Ba, Sahelia Water")
    expect(kept).to_contain_text(device)
    expect(kept.locator("code")).to_have_text(digest)
    assert not any("Amina" in body for body in sent)


@pytest.mark.parametrize("width", [360, 1200])
def test_the_page_can_be_read_on_any_screen_and_by_any_reader(visit: Visit, width: int) -> None:
    page = visit(f"{DATASET}/deliveries", "amina", width=width)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
    found = Axe().run(page, context=".isp-page")
    assert not found.response["violations"], found.generate_report()


def test_nobody_else_finds_it(visit: Visit) -> None:
    page = visit(f"{DATASET}/deliveries")
    assert "/user/login" in page.url or page.get_by_role("heading", name="404").count()
