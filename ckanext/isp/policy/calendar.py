"""The portal's working days: by when somebody is to be answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST = 366


def answer_by(
    asked: date, working_days: int, weekend: Iterable[str], holidays: Iterable[date]
) -> date:
    """The last day on which an answer is in time: so many working days after the day of asking.

    :param weekend: days of the week on which nobody answers, as in ``DAYS``
    """
    off = {DAYS.index(day) for day in weekend if day in DAYS}
    closed = set(holidays)
    day, left = asked, working_days
    for _step in range(MOST):
        if left <= 0:
            break
        day += timedelta(days=1)
        if day.weekday() not in off and day not in closed:
            left -= 1
    return day
