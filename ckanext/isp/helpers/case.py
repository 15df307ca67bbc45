"""Breaches and disputes."""

from __future__ import annotations

from typing import Any

from .. import wording
from ..policy.case import LADDERS, Kind, Stage


def isp_case_kinds() -> list[dict[str, str]]:
    """A breach and a dispute, in words."""
    words = wording.case
    return [
        {"value": kind.value, "label": words.kind(kind), "means": words.kind_means(kind)}
        for kind in Kind
    ]


def isp_case_kind(kind: str) -> str:
    """Whether it is a breach or a dispute."""
    return wording.case.kind(Kind(kind))


def isp_case_stage(stage: str) -> str:
    """Who deals with a case."""
    return wording.case.stage(Stage(stage))


def isp_case_move(to: str, now: str) -> str:
    """What it is called to take a case there."""
    return wording.case.move(Stage(to), Stage(now))


def isp_case_ladder(case: dict[str, Any]) -> list[dict[str, Any]]:
    """The rungs of a case's ladder, each with the day on which it came there."""
    came = {step["stage"]: step["at"] for step in reversed(case["steps"])}
    return [
        {
            "stage": rung.value,
            "label": wording.case.stage(rung),
            "here": rung.value == case["stage"],
            "day": came.get(rung.value),
        }
        for rung in (*LADDERS[Kind(case["kind"])], Stage.SETTLED)
    ]
