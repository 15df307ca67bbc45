"""What a portal under test would do again and again to the same end, done once."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from webassets import Bundle

UNCHANGING = ("/webassets/", "/base/", "/images/", "/api/i18n/")
# the second, of a cookie, would have them fetched anew after each change of it
REPLACED = {"cache-control", "vary"}
KEPT = "public, max-age=3600"
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def collect_seldom() -> None:
    """A portal is a hundred thousand objects that stay, and are looked through for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def look_for_assets_once() -> None:
    """Each page asks of each script whether its source has changed."""
    found: dict[tuple[int, str], list[str]] = {}
    urls = Bundle.urls

    @wraps(urls)
    def remembered(self: Bundle, *asked: Any, **named: Any) -> list[str]:
        key = id(self), repr((asked, named))
        if key not in found:
            found[key] = urls(self, *asked, **named)
        return found[key]

    Bundle.urls = remembered


def let_browsers_keep(application: Application) -> Application:
    """Scripts, words, styles and pictures, as a web server in front of the portal would."""

    def served(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            others = [header for header in headers if header[0].lower() not in REPLACED]
            return start_response(status, [*others, ("Cache-Control", KEPT)], *rest)

        unchanging = environ["PATH_INFO"].startswith(UNCHANGING)
        return application(environ, start if unchanging else start_response)

    return served
