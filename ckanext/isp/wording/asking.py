"""Words for those who ask for data: what is wanted of them, and when they are answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ..policy.request import Command, State
from ..policy.scale import Onward

_ = tk._


def other_purpose() -> str:
    return _("Another purpose")


def onward(of: Onward) -> str:
    """With whom data would be shared further, as a form offers it."""
    return {
        Onward.NOBODY: _("Nobody"),
        Onward.SECTOR: _("Others in the same sector, on the same terms"),
        Onward.HUMANITARIAN: _("Humanitarian organizations, on the same terms"),
        Onward.PUBLIC: _("Everybody"),
    }[of]


def rung(of: State, *, sent: bool) -> str:
    """A station on the way of a request that goes well.

    :param sent: what came by HDX Connect and lacks something was not sent to anybody
    """
    if of is State.SUBMITTED and not sent:
        return _("Came by HDX Connect")
    return {
        State.SUBMITTED: _("Sent"),
        State.APPROVED: _("Approved"),
        State.GRANTED: _("Terms accepted"),
        State.DUE: _("Over"),
        State.ATTESTED: _("Destroyed"),
    }[of]


def wanted(told: Mapping[str, Any], day: Any) -> str:
    """What is wanted of somebody who asked, or what they wait for.

    :param told: a request, as ``isp_request_show`` answers
    :param day: words a day
    """
    grant = told.get("grant") or {}
    if told["state"] == State.GRANTED.value and grant.get("suspended_at"):
        return suspended(grant["suspended_why"])
    if told["late"]:
        return _(
            "An answer was due on {day}. Nothing is approved by time; whoever deputizes can answer "
            "now too."
        ).format(day=day(told["answer_by"]))
    if grant.get("overdue"):
        return _("Every copy was to be destroyed by {day}. Attest it today.").format(
            day=day(grant["destroy_by"])
        )
    if told["state"] == State.GRANTED.value and grant["over"]:
        return _("Your access has ended. Destroy every copy by {day}.").format(
            day=day(grant["destroy_by"])
        )
    days = {name: day(grant[name]) for name in ("from", "until", "destroy_by") if grant}
    days["answer_by"] = day(told["answer_by"])
    later = bool(grant) and not grant["begun"]
    return _wanted(State(told["state"]), later).format(**days)


def _wanted(state: State, later: bool) -> str:
    if later and state is State.APPROVED:
        return _("Read the terms and accept them. You can download from {from} until {until}.")
    if later and state is State.GRANTED:
        return _(
            "You can download from {from} until {until}, not before. Destroy every copy by "
            "{destroy_by}."
        )
    return {
        State.DRAFT: _("Not sent yet: nobody but you sees it. Finish it, then send it."),
        State.SUBMITTED: _("It is with those who decide. An answer is due by {answer_by}."),
        State.RETURNED: _(
            "Something is missing. Read what they write, complete it, send it again."
        ),
        State.APPROVED: _("Read the terms and accept them. From then on you can download."),
        State.GRANTED: _("You can download until {until}. Destroy every copy by {destroy_by}."),
        State.EXPIRED: _("Your access has ended. Nothing is wanted of you."),
        State.REVOKED: _("Your access was taken back."),
        State.DUE: _("Your access has ended. Destroy every copy by {destroy_by}, and attest it."),
        State.ATTESTED: _("It is on record that every copy is destroyed. Thank you."),
        State.DECLINED: _("It was declined. You can ask anew if what you need has changed."),
        State.WITHDRAWN: _("It is closed."),
    }[state]


def done_with_a_case() -> str:
    """What is said to whoever reported what their terms do not allow."""
    return _(
        "Thank you for saying so. The terms do not allow it, so it is in the register of breaches "
        "too, where you and those concerned look for what helps. Nobody is blamed for a report."
    )


def receiver(of: Onward) -> str:
    """What somebody is whom data reached."""
    return {
        Onward.SECTOR: _("An organization of the same sector"),
        Onward.HUMANITARIAN: _("Another humanitarian organization"),
        Onward.PUBLIC: _("Anybody else, or it is not known"),
    }[of]


def suspended(why: str | None) -> str:
    """Why nothing can be downloaded for the time being."""
    reason = {
        "raised": _("the data is more sensitive than it was"),
        "gone": _("the dataset is not there at present"),
        "moved": _("the data belongs to another organization now"),
    }.get(why or "", _("those who decide asked for it"))
    return _(
        "Your access is suspended: {reason}. Nothing can be downloaded until it is reconfirmed; "
        "use and pass on nothing of what you hold."
    ).format(reason=reason)


def did(of: Command) -> str:
    """What happened to a request, as a line of its history."""
    return {
        Command.WRITE: _("Written"),
        Command.SUBMIT: _("Sent"),
        Command.WITHDRAW: _("Withdrawn"),
        Command.SAY: _("Message"),
        Command.RETURN: _("Returned for more"),
        Command.CONSULT: _("Advice asked for"),
        Command.ADVISE: _("Advice given"),
        Command.STEP_ASIDE: _("Stepped aside"),
        Command.AGREE: _("Agreed"),
        Command.DECLINE: _("Declined"),
        Command.ACCEPT: _("Terms accepted"),
        Command.SUSPEND: _("Suspended"),
        Command.RECONFIRM: _("Reconfirmed"),
        Command.ASK_LONGER: _("Asked for longer"),
        Command.EXTEND: _("Extended"),
        Command.REFUSE_LONGER: _("Not extended"),
        Command.REVOKE: _("Revoked"),
        Command.EXPIRE: _("Ended by time"),
        Command.GIVE_BACK: _("Given back early"),
        Command.FALL_DUE: _("Destruction due"),
        Command.REPORT: _("Onward sharing reported"),
        Command.ATTEST: _("Destruction attested"),
        Command.CLOSE: _("Closed by the portal"),
    }[of]


def done(command: str, begins: str = "") -> str:
    """What is said once somebody did something with their request.

    :param begins: the day to come from which they can download, where there is one
    """
    if command == Command.ACCEPT.value and begins:
        return _("Accepted. You can download from {day} on.").format(day=begins)
    return {
        "say": _("Your message is with the request."),
        "withdraw": _("Withdrawn."),
        "accept": _("Accepted. The files are below."),
        "ask_longer": _("Asked. Until somebody decides, it ends as it would."),
        "give_back": _("Given back: nothing can be downloaded any more."),
        "report": _("Thank you. It is on record, and those who look after the data are told."),
        "attest": _("Thank you. It is on record."),
    }[command]
