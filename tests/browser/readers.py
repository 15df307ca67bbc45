"""Whether everybody can read a page: on a screen of any width, by eye and by ear."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PHONE, DESK, HEIGHT = 360, 1200, 900


def fits(page: Page, width: int) -> bool:
    """Whether nothing has to be scrolled to the side, from now on at this width."""
    page.set_viewport_size({"width": width, "height": HEIGHT})
    return bool(page.evaluate("document.documentElement.scrollWidth") <= width)


def barriers(page: Page, *parts: str) -> list[tuple[str, list[str]]]:
    """What is hard to see or to hear in these parts, and where."""
    found = Axe().run(page, context={"include": [[part] for part in parts or (".isp-page",)]})
    violations = found.response["violations"]
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations]
