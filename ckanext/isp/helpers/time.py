"""Days and moments, as the reader says them."""

from __future__ import annotations

import datetime as dt

import ckan.plugins.toolkit as tk
from babel.dates import format_datetime, format_timedelta

from .. import gate
from ..wording import document as protocol_words


def isp_day(iso: str | None) -> str:
    """A day, or the day of a moment, in full; a month as it was written."""
    return protocol_words.day(iso[:10]) if iso and len(iso) >= len("2026-11-27") else iso or ""


def isp_in_days(iso: str) -> str:
    """How far a day is from today, in words."""
    days = (dt.date.fromisoformat(iso[:10]) - gate.today()).days
    if days == 0:
        return tk._("today")
    passed = dt.timedelta(days=days)
    return format_timedelta(passed, granularity="day", add_direction=True, locale=tk.h.lang())


def isp_time(at: str) -> dict[str, str]:
    """A moment of the record: how long ago, and in full."""
    moment = dt.datetime.fromisoformat(at)
    locale = tk.h.lang()
    ago = moment - dt.datetime.now(dt.timezone.utc)
    zone = tk.h.get_display_timezone()
    return {
        "iso": at,
        "ago": format_timedelta(ago, add_direction=True, locale=locale),
        "full": format_datetime(moment, "full", tzinfo=zone, locale=locale),
    }
