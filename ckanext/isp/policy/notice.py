"""What people are told, what it asks of them, how much of it a mail may say, and when a mail that
nobody has taken is tried again."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from .request import State
from .scale import Exposure, Level


class Need(enum.Enum):
    """What a notice needs of its reader."""

    ACT = "act"
    KNOW = "know"


class Place(enum.Enum):
    """Where a notice leads: to one request, or to what its reader holds."""

    REQUEST = "request"
    ACCESS = "access"


class Notice(enum.Enum):
    """Kinds of notices. To a decider: that a request waits; to a requester: what became of it."""

    REQUEST_SUBMITTED = "request_submitted"
    REQUEST_RETURNED = "request_returned"
    REQUEST_ANSWERED = "request_answered"
    REQUEST_SAID = "request_said"
    REQUEST_CONSULTED = "request_consulted"
    REQUEST_ADVISED = "request_advised"
    REQUEST_APPROVED = "request_approved"
    REQUEST_DECLINED = "request_declined"
    REQUEST_WITHDRAWN = "request_withdrawn"
    REQUEST_OVERDUE = "request_overdue"
    REQUEST_DEPUTY = "request_deputy"

    GRANT_BEGUN = "grant_begun"
    GRANT_ENDING = "grant_ending"
    GRANT_ENDED = "grant_ended"
    GRANT_REVOKED = "grant_revoked"
    GRANT_SUSPENDED = "grant_suspended"
    GRANT_RECONFIRMED = "grant_reconfirmed"
    GRANT_TO_RECONFIRM = "grant_to_reconfirm"
    EXTENSION_ASKED = "extension_asked"
    GRANT_EXTENDED = "grant_extended"
    GRANT_NOT_EXTENDED = "grant_not_extended"

    DESTRUCTION_DUE = "destruction_due"
    DESTRUCTION_OVERDUE = "destruction_overdue"
    DESTRUCTION_ATTESTED = "destruction_attested"
    ONWARD_REPORTED = "onward_reported"

    @property
    def need(self) -> Need:
        """To act, unless it is known to ask for nothing: these are always mailed."""
        return Need.KNOW if self in _TO_KNOW else Need.ACT

    @property
    def place(self) -> Place:
        return Place.ACCESS if self in _OF_HOLDERS else Place.REQUEST


_TO_KNOW = frozenset(
    {
        Notice.REQUEST_DECLINED,
        Notice.REQUEST_WITHDRAWN,
        Notice.GRANT_BEGUN,
        Notice.GRANT_ENDING,
        Notice.GRANT_ENDED,
        Notice.GRANT_SUSPENDED,
        Notice.GRANT_RECONFIRMED,
        Notice.GRANT_EXTENDED,
        Notice.GRANT_NOT_EXTENDED,
        Notice.DESTRUCTION_ATTESTED,
    }
)
_OF_HOLDERS = frozenset(
    {
        Notice.GRANT_BEGUN,
        Notice.GRANT_ENDING,
        Notice.GRANT_ENDED,
        Notice.GRANT_REVOKED,
        Notice.GRANT_SUSPENDED,
        Notice.GRANT_RECONFIRMED,
        Notice.GRANT_EXTENDED,
        Notice.GRANT_NOT_EXTENDED,
        Notice.DESTRUCTION_DUE,
    }
)

# the states of a request in which a notice asks for what it says; what is not here stands always
_ASKS_IN: Mapping[Notice, frozenset[State]] = {
    **dict.fromkeys(
        (
            Notice.REQUEST_SUBMITTED,
            Notice.REQUEST_ANSWERED,
            Notice.REQUEST_CONSULTED,
            Notice.REQUEST_ADVISED,
            Notice.REQUEST_OVERDUE,
            Notice.REQUEST_DEPUTY,
        ),
        frozenset({State.SUBMITTED}),
    ),
    Notice.REQUEST_RETURNED: frozenset({State.RETURNED}),
    Notice.REQUEST_APPROVED: frozenset({State.APPROVED}),
    Notice.GRANT_ENDING: frozenset({State.GRANTED}),
    Notice.GRANT_TO_RECONFIRM: frozenset({State.GRANTED}),
    Notice.DESTRUCTION_DUE: frozenset({State.DUE}),
    Notice.DESTRUCTION_OVERDUE: frozenset({State.DUE}),
}


def asks(kind: Notice, state: State | None) -> bool:
    """Whether a notice still says what is; what was done meanwhile asks for nothing any more.

    :param state: of its request now, where it is known
    """
    return state is None or state in _ASKS_IN.get(kind, State)


# what can be kept beside a notice: numbers and days, never words
FACTS: Mapping[str, type] = {"request": int, "grant": int, "event": int, "on": date}


def unfit(kind: Notice, about: Mapping[str, Any]) -> str | None:
    """The fact that a notice of this kind misses or may not keep; None where all fit."""
    for name, value in about.items():
        if name not in FACTS or type(value) is not FACTS[name]:
            return name
    missing = kind.place is Place.REQUEST and "request" not in about
    return "request" if missing else None


class Mails(enum.Enum):
    """How somebody wants to be told by mail. What they have to do is always mailed at once."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    NEVER = "never"


def mailed(need: Need, wanted: Mails, *, address: bool) -> Mails:
    """How a reader is told of a notice by mail.

    :param address: whether there is one
    """
    if not address:
        return Mails.NEVER
    return Mails.AT_ONCE if need is Need.ACT else wanted


class Post(enum.Enum):
    """How far the mail about a notice has come.

    ``LEAVING`` is written before it leaves. What stays so was taken by a process that died, and
    ``UNSURE`` is what the server was given without an answer: nobody knows whether they arrived.
    """

    WAITING = "waiting"
    LEAVING = "leaving"
    SENT = "sent"
    UNSURE = "unsure"
    FAILED = "failed"
    NONE = "none"


WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
    *[timedelta(days=1)] * 4,
)


def wait(attempts: int) -> timedelta | None:
    """How long a mail waits that nobody has taken; None once it is given up, after five days.

    :param attempts: how often it was tried
    """
    return WAITS[attempts - 1] if attempts <= len(WAITS) else None


class Named(enum.Enum):
    """How a mail may name a dataset."""

    TITLE = "title"
    ORGANIZATION = "organization"
    NOTHING = "nothing"


def named(level: Level | None, exposure: Exposure, *, active: bool) -> Named:
    """A title that everybody may read, or less; nothing at all of what is or may be Severe.

    :param active: neither a draft nor deleted
    """
    if level is None or level >= Level.SEVERE or not active:
        return Named.NOTHING
    return Named.TITLE if level < Level.HIGH and exposure.public else Named.ORGANIZATION
