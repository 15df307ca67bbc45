"""What reminders say: what is needed in the subject, one screen, one link; no names, no titles of
datasets."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import ckan.plugins.toolkit as tk
from babel.dates import format_date

from ..policy.protocol import Protocol
from ..policy.review import SOON_DAYS
from . import language, protocol

_ = tk._


class Mail(NamedTuple):
    """A mail before it has a reader.

    :param path: where its one link leads, on this portal
    """

    subject: str
    lines: tuple[str, ...]
    link: str
    path: str


def day(of: dt.date) -> str:
    """A day with its weekday, as people write it."""
    return format_date(of, "full", locale=language())


def classifications(overdue: int, soon: int) -> Mail:
    """Datasets whose classification somebody is to look at again (R33)."""
    told = _("Overdue: {overdue}. Due within {days} days: {soon}.")
    return Mail(
        _("Datasets to look at again: {count}").format(count=overdue + soon),
        (
            _("What harm data can do changes with the situation, so its level is looked at again."),
            told.format(overdue=overdue, soon=soon, days=SOON_DAYS),
            _("Where nothing has changed, tick and confirm: it takes a minute."),
        ),
        _("Open the list"),
        "/isp/reviews",
    )


def review(of: Protocol, on: dt.date, today: dt.date) -> Mail:
    """A protocol that is to be reviewed (R15)."""
    subject = _("Review {protocol}: overdue since {day}")
    if on >= today:
        subject = _("Review {protocol} by {day}")
    return Mail(
        subject.format(protocol=protocol(of), day=day(on)),
        (
            _("The protocol says that it is reviewed by then. It stays in force until it is."),
            _(
                "If nothing has to change, load it again with a new date and version; otherwise "
                "load what was agreed. Two focal points then put it into force."
            ),
        ),
        _("Open the protocol"),
        f"/protocol/{of.key}",
    )


def end(of: Protocol, on: dt.date, today: dt.date) -> Mail:
    """A protocol whose last day is near, or past."""
    subject = _("Renew {protocol}: it ended on {day}")
    if on >= today:
        subject = _("Renew {protocol}: it ends on {day}")
    return Mail(
        subject.format(protocol=protocol(of), day=day(on)),
        (
            _("It stays in force until another version is activated, and is shown as overdue."),
            _("Load the version that was agreed; two focal points then put it into force."),
        ),
        _("Open the protocol"),
        f"/protocol/{of.key}",
    )


def overdue(of: Protocol, on: dt.date, ended: bool) -> str:
    """What a page tells of a protocol whose day has passed."""
    words = (
        _("{protocol} was to be replaced after {day}. It stays in force until it is.")
        if ended
        else _("{protocol} was to be reviewed by {day}. It stays in force until it is.")
    )
    return words.format(protocol=protocol(of), day=day(on))
