"""Looking at a classification again: what its answers give now, beside the level that it has."""

from __future__ import annotations

import enum
from datetime import date, timedelta

from .scale import Level, rank
from .verdict import Verdict

SOON_DAYS = 30


class When(enum.Enum):
    """Why a classification is to be looked at again (R33)."""

    OVERDUE = "overdue"
    SOON = "soon"
    CHANGED = "changed"


class Outcome(enum.Enum):
    """What comes of the same answers today. Only a raise changes anything by itself."""

    SAME = "same"
    RAISE = "raise"
    LOWER = "lower"
    ASK = "ask"


def when(review_on: date | None, today: date) -> When:
    """How a review stands on a day; one that is not near was called for by a new version."""
    if review_on is None or review_on > today + timedelta(days=SOON_DAYS):
        return When.CHANGED
    return When.OVERDUE if review_on < today else When.SOON


def reminder_day(due: date, today: date) -> date | None:
    """The last day that called for a reminder: 30 days before something is due, the day itself,
    and each 30 days from then on; None where none has come yet."""
    steps = (today - due).days // SOON_DAYS
    return due + timedelta(days=SOON_DAYS * steps) if steps >= -1 else None


def outcome(level: Level, before: Level | None, now: Verdict, *, lowered: bool = False) -> Outcome:
    """What comes of the same answers.

    :param level: the level that it has
    :param before: what the answers gave when they were given
    :param now: the verdict about the same answers today
    :param lowered: a second person lowered it to its level: more than before has to be asked for
    """
    enough = max(rank(before), rank(level)) if lowered else rank(level)
    if rank(now.bound) > enough:
        return Outcome.ASK if now.open else Outcome.RAISE
    if now.proposed and now.proposed < level:
        return Outcome.LOWER
    return Outcome.SAME
