"""Who is told of what happens to a request. Nobody is told of what they did themselves."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date, timedelta

from .notice import Notice
from .request import Command, State

# how many days before a grant ends its holder is told, and after which silence goes further
ENDS_SOON_DAYS, ESCALATES_DAYS = 7, 7


class Audience(enum.Enum):
    """Whom a notice is for."""

    ASKER = "asker"
    DECIDERS = "deciders"
    DEPUTIES = "deputies"
    FOCAL_POINTS = "focal_points"


_A = Audience
TOLD: Mapping[Command, tuple[tuple[Audience, Notice], ...]] = {
    Command.SUBMIT: ((_A.DECIDERS, Notice.REQUEST_SUBMITTED),),
    Command.WITHDRAW: ((_A.DECIDERS, Notice.REQUEST_WITHDRAWN),),
    Command.CLOSE: ((_A.ASKER, Notice.REQUEST_WITHDRAWN),),
    Command.SAY: ((_A.ASKER, Notice.REQUEST_SAID), (_A.DECIDERS, Notice.REQUEST_SAID)),
    Command.RETURN: ((_A.ASKER, Notice.REQUEST_RETURNED),),
    Command.ADVISE: ((_A.DECIDERS, Notice.REQUEST_ADVISED),),
    Command.DECLINE: ((_A.ASKER, Notice.REQUEST_DECLINED),),
    Command.SUSPEND: (
        (_A.ASKER, Notice.GRANT_SUSPENDED),
        (_A.DECIDERS, Notice.GRANT_TO_RECONFIRM),
    ),
    Command.RECONFIRM: ((_A.ASKER, Notice.GRANT_RECONFIRMED),),
    Command.ASK_LONGER: ((_A.DECIDERS, Notice.EXTENSION_ASKED),),
    Command.EXTEND: ((_A.ASKER, Notice.GRANT_EXTENDED),),
    Command.REFUSE_LONGER: ((_A.ASKER, Notice.GRANT_NOT_EXTENDED),),
    Command.REVOKE: ((_A.ASKER, Notice.GRANT_REVOKED),),
    Command.EXPIRE: ((_A.ASKER, Notice.GRANT_ENDED),),
    Command.FALL_DUE: ((_A.ASKER, Notice.DESTRUCTION_DUE),),
    Command.REPORT: ((_A.DECIDERS, Notice.ONWARD_REPORTED),),
    Command.ATTEST: ((_A.DECIDERS, Notice.DESTRUCTION_ATTESTED),),
}


def of(command: Command, to: State, rounds: int) -> tuple[tuple[Audience, Notice], ...]:
    """Who is told of a command.

    :param rounds: how often the request was sent
    """
    if command is Command.AGREE:
        return ((_A.ASKER, Notice.REQUEST_APPROVED),) if to is State.APPROVED else ()
    if command is Command.SUBMIT and rounds > 1:
        return ((_A.DECIDERS, Notice.REQUEST_ANSWERED),)
    return TOLD.get(command, ())


def of_time(
    state: State,
    today: date,
    answer_by: date | None,
    begun: date | None,
    until: date | None,
    destroy_by: date | None,
) -> tuple[tuple[Audience, Notice, date], ...]:
    """Who is told that a day has come, each once for that day.

    :param begun: the day on which a grant has begun that was accepted before it

    What is overdue goes to those who decide and their deputies; destruction that nobody attests
    goes on to focal points.
    """
    if state is State.SUBMITTED and answer_by and answer_by < today:
        return (
            (_A.DECIDERS, Notice.REQUEST_OVERDUE, answer_by),
            (_A.DEPUTIES, Notice.REQUEST_DEPUTY, answer_by),
        )
    if state is State.GRANTED and until and today <= until:
        begins = ((_A.ASKER, Notice.GRANT_BEGUN, begun),) if begun else ()
        soon = until <= today + timedelta(ENDS_SOON_DAYS)
        return (*begins, *(((_A.ASKER, Notice.GRANT_ENDING, until),) if soon else ()))
    if state is State.DUE and destroy_by and destroy_by < today:
        told = (
            (_A.ASKER, Notice.DESTRUCTION_OVERDUE, destroy_by),
            (_A.DECIDERS, Notice.DESTRUCTION_OVERDUE, destroy_by),
        )
        if destroy_by + timedelta(ESCALATES_DAYS) < today:
            return (*told, (_A.FOCAL_POINTS, Notice.DESTRUCTION_OVERDUE, destroy_by))
        return told
    return ()
