"""Reads `requests.yaml`: who asks for which data, what becomes of it, and who answers for whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DOWNLOAD = "download"
LAST = "last"


@dataclass(frozen=True)
class Step:
    """What a persona does with a request: an action's name, or ``DOWNLOAD``."""

    by: str
    do: str
    send: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """A request for data.

    :param key: what it is about, of this request only
    :param begins: the action by which it begins
    :param say: what is sent with it
    :param state: the state that it is left in
    """

    key: str
    by: str
    dataset: str
    state: str
    say: dict[str, Any]
    begins: str = "isp_request_draft"
    then: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Access:
    requests: tuple[Asked, ...]
    stand_ins: tuple[Step, ...]

    @property
    def size(self) -> int:
        return len(self.requests) + len(self.stand_ins)


@cache
def load() -> Access:
    text = Path(__file__).with_name("requests.yaml").read_text(encoding="utf-8")
    written = yaml.safe_load(text)
    return Access(tuple(map(_asked, written["requests"])), tuple(map(_named, written["stand_ins"])))


def dated(sent: dict[str, Any], today: date) -> dict[str, Any]:
    """What is sent on that day: ``{days: 30}`` is the day in thirty days."""
    return {
        key: (today + timedelta(days=value["days"])).isoformat() if _is_day(value) else value
        for key, value in sent.items()
    }


def _is_day(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"days"}


def _asked(written: dict[str, Any]) -> Asked:
    return Asked(then=tuple(Step(**each) for each in written.pop("then", ())), **written)


def _named(written: dict[str, Any]) -> Step:
    return Step(written.pop("by"), "isp_stand_in_name", written)
