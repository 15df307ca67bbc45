"""The classification step as a browser sends it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..logic import answers


def asked(form: Mapping[str, Any]) -> dict[str, Any]:
    """What ``isp_classify`` takes, without the dataset; empty where nothing was said."""
    given = answers.typed(form) or {}
    said = {
        "answers": given if answers.counts(given) else None,
        "sensitivity": form.get("sensitivity"),
        "reason": form.get("isp_reason"),
        "lower": form.get("isp_propose"),
        "exposure": form.get("isp_exposure"),
    }
    return {key: value for key, value in said.items() if value}
