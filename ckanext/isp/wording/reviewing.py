"""Words of the pages on which requests are looked after (R75-R86)."""

from __future__ import annotations

from collections.abc import Mapping

import ckan.plugins.toolkit as tk

from ..policy.criteria import Field
from ..policy.queue import Tray
from ..policy.request import Command, State

_ = tk._


def tray(of: Tray) -> str:
    return {
        Tray.NEW: _("New"),
        Tray.OVERDUE: _("Overdue"),
        Tray.WAITING: _("Waiting for others"),
        Tray.HELD: _("Held now"),
        Tray.DUE: _("To be destroyed"),
        Tray.ARCHIVE: _("Archive"),
    }[of]


def nothing_in(of: Tray | None) -> str:
    """What would be in a tray that is empty."""
    empty = {
        Tray.NEW: _("Nothing new. Requests lie here until somebody answers or asks for advice."),
        Tray.OVERDUE: _("Nothing is overdue. What nobody answered in time comes here."),
        Tray.WAITING: _(
            "Nothing waits for others. What was returned, what a body is asked about, and what was "
            "approved and not accepted yet lies here."
        ),
        Tray.HELD: _("Nobody holds data. What was granted lies here until it ends."),
        Tray.DUE: _("Nothing is to be destroyed. What ended lies here until that is attested."),
        Tray.ARCHIVE: _("The archive is empty. What is over lies here, with what came of it."),
    }
    if of is None:
        return _("There is no request yet. They come here once somebody asks for data.")
    return empty[of]


def sorts() -> dict[str, str]:
    """The orders that a list of requests can have."""
    return {
        "due": _("To be answered first"),
        "newest": _("Newest first"),
        "oldest": _("Oldest first"),
        "changed": _("Changed last"),
        "ends": _("Ending first"),
        "destroyed": _("To be destroyed first"),
    }


def columns() -> dict[str, str]:
    """The columns of a list of requests as a table, by the names that scripts use."""
    return {
        "request": _("Request"),
        "state_words": _("State"),
        "title": _("Dataset"),
        "level": _("Level"),
        "owner": _("Data of"),
        "requester": _("Who asks"),
        "organization": _("For which organization"),
        "third_party": _("Third party"),
        "purpose": _("Purpose"),
        "submitted_at": _("Sent"),
        "answer_by": _("Answer by"),
        "late": _("Overdue"),
        "agreed": _("Agreements given"),
        "needed": _("Agreements needed"),
        "consulting": _("Advice asked for"),
        "until": _("Until"),
        "destroy_by": _("Destroyed by"),
    }


def holder_columns() -> dict[str, str]:
    """The columns of a table of those who hold data, by the names that scripts use."""
    return {
        "kind": _("What"),
        "who": _("Who"),
        "organization": _("Organization"),
        "files": _("Files"),
        "right": _("By which right"),
        "state": _("State"),
        "from": _("From"),
        "until": _("Until"),
        "destroy_by": _("Destroyed by"),
        "attested": _("Destruction attested"),
        "times": _("Downloads"),
        "request": _("Request"),
    }


def holder_kind(of: str) -> str:
    return {
        "now": _("Holds it now"),
        "before": _("Held it, or was to"),
        "downloads": _("Downloaded it"),
    }[of]


def yes_or_no(what: object) -> str:
    return _("yes") if what else _("no")


def why_not_yours(
    person: Mapping[str, bool], roles: list[str], third_party: bool, answer_by: str
) -> str | None:
    """Why somebody who reads a request does not decide it; None where they do.

    :param person: as ``policy.request.Person``
    :param answer_by: the day, in words
    """
    from . import request

    if "decider" in roles:
        return None
    if person["conflict"] or person["requester"]:
        return request.conflict()
    if person["stands_in"] and third_party:
        return request.not_a_stand_ins()
    if person["deputy"] and not person["meets"] and not person["focal"]:
        return _(
            "You are a deputy: you decide once those whose office it is have not by {day}. Until "
            "then you can ask for more, consult, and write."
        ).format(day=answer_by)
    if person["focal"]:
        return _(
            "You look after the portal's protocols: you can ask for more, consult, and write. "
            "Those whose office it is decide."
        )
    return _("You read this as an administrator of the portal. Those whose office it is decide.")


def party(third: bool) -> str:
    """What it means whether the protocol binds whoever asks (R72-R75)."""
    if third:
        return _(
            "The protocol does not bind whoever asks. Share only on this specific request, where "
            "their responsibility is similar or equal to the protocol's, under an agreement where "
            "there is one: weigh the four considerations and choose all safeguards."
        )
    return _("The protocol binds them as it binds you.")


def standing(of: str, number: int) -> str:
    """One number of how whoever asked stands."""
    return {
        "asked": tk.ungettext("asked {number} time", "asked {number} times", number),
        "holds": _("holds data of {number}"),
        "owes": tk.ungettext(
            "{number} destruction still to attest", "{number} destructions still to attest", number
        ),
        "late": _("{number} of these overdue"),
        "attested": tk.ungettext(
            "{number} destruction attested", "{number} destructions attested", number
        ),
        "declined": _("{number} declined"),
    }[of].format(number=number)


def done(command: Command, state: State) -> str:
    """What a command did, told to whoever gave it."""
    if command is Command.AGREE and state is State.SUBMITTED:
        return _("Your agreement is on record. What is still missing is listed here.")
    return {
        Command.AGREE: _("Approved. Whoever asked reads the terms, and has the data on accepting."),
        Command.RETURN: _("Returned. It comes back once what is missing is there."),
        Command.DECLINE: _("Declined. Whoever asked reads your reason."),
        Command.CONSULT: _("The question is on record. Advice comes here."),
        Command.ADVISE: _("The advice is on record. Thank you."),
        Command.STEP_ASIDE: _("You stepped aside. Others decide, and you read it no more."),
        Command.SAY: _("Your message is with the request."),
        Command.SUSPEND: _("Suspended: nothing can be downloaded until it is reconfirmed."),
        Command.RECONFIRM: _("Reconfirmed: it can be downloaded again."),
        Command.EXTEND: _("Extended."),
        Command.REFUSE_LONGER: _("It ends as it would. Whoever asked reads your reason."),
        Command.REVOKE: _("Revoked. It cannot be downloaded any more."),
    }[command]


def field(of: str) -> str:
    """What a field of the reviewer's forms is called."""
    return {
        "note": _("Reason"),
        "files": _("Files that are given"),
        "from": _("From"),
        "until": _("Until"),
        "destroy_by": _("Destroyed by"),
        "checks": _("Before an approval"),
        "safeguards": _("Safeguards"),
        "treatment": _("How it was anonymised"),
        "conditions": _("Further terms"),
        "bodies": _("Who of the body agreed, and when"),
        "reason": _("A word to whoever asked"),
        "body": _("Whom you ask"),
        "user": _("Its user on the portal"),
        "question": _("Your question"),
        "advice": _("Advice"),
        "request": _("Request"),
        "consultation": _("Advice"),
    }.get(of, of)


def too_many_filters(most: int) -> str:
    return _("You keep {most} already. Remove one first.").format(most=most)


def no_file() -> str:
    return _("Tick at least one file, or decline.")


def asked(of: Field) -> str:
    """What a field of a request is called where somebody else's request is typed in."""
    from . import request

    return _("For which organization") if of is Field.ORGANIZATION else request.field(of)


def type_in_labels() -> dict[str, str]:
    """The fields of the form by which a request is typed in."""
    return {
        "requester": _("User of the portal"),
        "requester_words": _("Who asks"),
        "received_on": _("It came on"),
        "received_by": _("How it came"),
        "id": _("Dataset"),
        **{one.value: asked(one) for one in Field},
    }


def typed_in() -> str:
    return _("It is on record, and with those who decide. You typed it in, so others decide.")
