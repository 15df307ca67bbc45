"""What leaves by hand is put on record."""

from __future__ import annotations

import hashlib
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.readers import DESK, PHONE, barriers, fits

DATASET = "/dataset/sahelia-survey"
TITLE, DEVICE = "Remis par une autre voie", "Appareil ou support, de la main à la main"


def test_a_file_that_leaves_by_hand_is_on_record_and_never_sent(
    visit: Visit, tmp_path: Path
) -> None:
    file = tmp_path / "survey.csv"
    file.write_bytes(b"name,age\nAmina,34\n")
    page = visit(f"/fr{DATASET}/files", "amina")
    page.get_by_role("link", name=TITLE).click()
    expect(page.locator("h1")).to_have_text(TITLE)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    page.set_input_files(".isp-manifest input[type=file]", file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    expect(page.locator("[name=file_sha256]").first).to_have_value(digest)
    page.select_option("#field-channel", label=DEVICE)
    page.click("form.isp-form button[type=submit]")
    wrong = page.locator(".error-explanation")
    expect(wrong.locator("a")).to_have_count(2)
    expect(page.locator("[name=file_sha256]").first).to_have_value(digest)
    page.fill("#field-to", "Awa Ba")
    page.fill("#field-organization", "Sahelia Water")
    page.click("form.isp-form button[type=submit]")
    kept = page.locator(".isp-delivery").first
    expect(kept).to_contain_text("Awa Ba, Sahelia Water")
    expect(kept).to_contain_text(DEVICE)
    expect(kept.locator("code")).to_have_text(digest)
    assert not any("Amina" in body for body in sent)


def test_the_page_can_be_read_on_any_screen_and_by_any_reader(visit: Visit) -> None:
    page = visit(f"{DATASET}/deliveries", "amina", width=PHONE)
    for width in (PHONE, DESK):
        assert fits(page, width)
        assert barriers(page) == []


def test_nobody_else_finds_it(visit: Visit) -> None:
    page = visit(f"{DATASET}/deliveries")
    assert "/user/login" in page.url or page.get_by_role("heading", name="404").count()
