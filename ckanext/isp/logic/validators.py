"""Validators for schemas that carry the protocol's fields."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from .. import gate, wording
from ..policy.facts import FALSE, TRUE
from ..policy.scale import SLUGS, Level
from .fields import TRUTH


def isp_sensitivity(value: Any) -> Any:
    """One of the four slugs, exactly; anything near it is bad input."""
    if value and Level.parse(value) is None:
        raise tk.Invalid(wording.bad_level(SLUGS))
    return value


def isp_flag_text(value: Any) -> str:
    """A truth value as the text that is stored."""
    flag = TRUTH.get(str(value).strip().lower())
    if flag is None:
        raise tk.Invalid(wording.bad_flag())
    return TRUE if flag else FALSE


def isp_flag(value: Any) -> bool:
    """The stored text as a JSON boolean."""
    return value is True or value == TRUE


def isp_joined_text(value: Any) -> str:
    """A text, or a list joined with commas, as HDX accepts either."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def isp_dataset(value: Any) -> Any:
    """The id or name of a dataset.

    :raises ObjectNotFound: where there is none: pages and scripts do not find it, then
    """
    if model.Package.get(value) is None:
        raise tk.ObjectNotFound(wording.request.no_such_dataset())
    return value


def isp_text(value: Any) -> str:
    """A text, and nothing that only looks like one once it is written down."""
    if not _writable(value, "strict"):
        raise tk.Invalid(wording.not_a_text())
    return value


def isp_document(value: Any) -> str:
    """A text as it was read; bytes that are no UTF-8 are told as problems, with their line."""
    if not _writable(value, "surrogateescape"):
        raise tk.Invalid(wording.not_a_text())
    return value


def isp_id_of_kept(value: Any) -> int:
    """The number of something kept in the portal's own tables."""
    text = str(value)
    if isinstance(value, bool) or not text.isascii() or not text.isdigit() or len(text) > 18:
        raise tk.Invalid(wording.not_an_id())
    return int(text)


def isp_reference(value: Any) -> int | str:
    """The id of a protocol, or its key."""
    number = str(value).isascii() and str(value).isdigit()
    return isp_id_of_kept(value) if number else isp_text(value)


def isp_day(value: Any) -> dt.date | None:
    """A day, as YYYY-MM-DD; None for none."""
    if value == "":
        return None
    try:
        day = dt.date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        day = None
    if type(day) is not dt.date:
        raise tk.Invalid(wording.case.not_a_day())
    return day


def isp_day_to_come(value: Any) -> dt.date | None:
    """Today or a later day, as YYYY-MM-DD; None for none."""
    day = isp_day(value)
    if day is not None and day < gate.today():
        raise tk.Invalid(wording.case.past())
    return day


def isp_day_past(value: Any) -> dt.date | None:
    """Today or an earlier day, as YYYY-MM-DD; None for none."""
    day = isp_day(value)
    if day is not None and day > gate.today():
        raise tk.Invalid(wording.delivery.not_yet())
    return day


def isp_texts(value: Any) -> list[str]:
    """Texts: one, or a list; those that are empty are left out."""
    several = value if isinstance(value, list) else [value]
    return [isp_text(one) for one in several if one != ""]


def _writable(value: Any, errors: str) -> bool:
    try:
        return isinstance(value, str) and b"\0" not in value.encode(errors=errors)
    except UnicodeEncodeError:
        return False
