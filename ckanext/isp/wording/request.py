"""Words about requests for data, and what is granted (R75-R86)."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

from ..policy.criteria import Field, Lack
from ..policy.deciders import Agreement, Demand
from ..policy.destruction import Method
from ..policy.request import Check, Command, Consideration, Safeguard, State

_ = tk._


def state(of: State) -> str:
    return {
        State.DRAFT: _("Draft"),
        State.SUBMITTED: _("Waiting for an answer"),
        State.RETURNED: _("Returned for more"),
        State.APPROVED: _("Approved: terms to accept"),
        State.DECLINED: _("Declined"),
        State.WITHDRAWN: _("Withdrawn"),
        State.GRANTED: _("Granted"),
        State.EXPIRED: _("Ended"),
        State.REVOKED: _("Revoked"),
        State.DUE: _("To be destroyed"),
        State.ATTESTED: _("Destroyed"),
    }[of]


def command(of: Command) -> str:
    """What it is called to do it: a button, or a line of what happened."""
    return {
        Command.WRITE: _("Save"),
        Command.SUBMIT: _("Send the request"),
        Command.WITHDRAW: _("Withdraw"),
        Command.SAY: _("Write a message"),
        Command.RETURN: _("Return for more"),
        Command.CONSULT: _("Consult"),
        Command.ADVISE: _("Record advice"),
        Command.STEP_ASIDE: _("Step aside"),
        Command.AGREE: _("Approve"),
        Command.DECLINE: _("Decline"),
        Command.ACCEPT: _("Accept the terms"),
        Command.SUSPEND: _("Suspend"),
        Command.RECONFIRM: _("Reconfirm"),
        Command.ASK_LONGER: _("Ask for longer"),
        Command.EXTEND: _("Extend"),
        Command.REFUSE_LONGER: _("Do not extend"),
        Command.REVOKE: _("Revoke"),
        Command.EXPIRE: _("Ended by time"),
        Command.GIVE_BACK: _("End it early"),
        Command.FALL_DUE: _("Destruction due"),
        Command.REPORT: _("Report onward sharing"),
        Command.ATTEST: _("Attest destruction"),
        Command.CLOSE: _("Closed by the portal"),
    }[of]


def field(of: Field) -> str:
    return {
        Field.DATA: _("Which data"),
        Field.FILES: _("Files"),
        Field.FORMAT: _("Format"),
        Field.PURPOSE: _("Purpose"),
        Field.PURPOSE_WORDS: _("What exactly it is for"),
        Field.WHY_NOT_LESS: _("Why less would not do"),
        Field.FROM: _("Needed from"),
        Field.UNTIL: _("Needed until"),
        Field.DESTROY_BY: _("Destroyed by"),
        Field.ORGANIZATION: _("Your organization"),
        Field.ONWARD: _("Shared further with"),
        Field.AGREEMENT: _("Agreement that it rests on"),
        Field.JOINT: _("Joint exercise"),
    }[of]


def lack(of: Field, what: Lack, longest: int) -> str:
    """What has to be said before a request can be sent."""
    if what is Lack.PAST:
        return _("This day has passed. Name a later one.")
    if what is Lack.TOO_LONG:
        return _("At most {days} days. Name an earlier day.").format(days=longest)
    if what is Lack.BEFORE_UNTIL:
        return _("Data that is still needed is not destroyed yet: name that day or a later one.")
    if what is Lack.AFTER_UNTIL:
        return begins_after()
    return {
        Field.DATA: _("Say which data you need: tables, columns, places, time."),
        Field.FORMAT: _("Say in which format you need it."),
        Field.PURPOSE: _("Choose a purpose."),
        Field.PURPOSE_WORDS: _("Say in your own words what you will do with it."),
        Field.WHY_NOT_LESS: _(
            "Say why less would not do: a total, a coarser place, fewer columns."
        ),
        Field.UNTIL: _("Name the day until which you need it."),
        Field.DESTROY_BY: _("Name the day by which you will have destroyed it."),
        Field.ORGANIZATION: _("Name the organization that you ask for."),
        Field.AGREEMENT: _(
            "Strictly Confidential data is given under an agreement: name its reference."
        ),
    }[of]


def check(of: Check) -> str:
    return {
        Check.CRITERIA: _(
            "The request is written and specific, its purpose explicit, it asks for no more than "
            "it needs, and it ends."
        ),
        Check.OWN_POLICY: _("The policies of our own organization allow it."),
    }[of]


def consideration(of: Consideration) -> str:
    return {
        Consideration.SENSITIVITY: _("The sensitivity of the data was weighed."),
        Consideration.BURDEN: _("The burden on those who share it was weighed."),
        Consideration.CRITICALITY: _("How critical the need is was weighed."),
        Consideration.INTERFERENCE: _(
            "Long-term effects and interference with principled action were weighed."
        ),
    }[of]


def safeguard(of: Safeguard) -> str:
    return {
        Safeguard.TRANSFER: _("Secure transfer, as the classification asks for it."),
        Safeguard.ANONYMISATION: _(
            "Anonymisation: names and unique identifiers are removed, disclosure controlled."
        ),
        Safeguard.CONFIDENTIALITY: _(
            "Confidentiality: no onward sharing or publication beyond the terms, and notice of any."
        ),
    }[of]


def method(of: Method) -> str:
    return {
        Method.CLEAR: _("Overwritten (clear)"),
        Method.PURGE: _("Erased beyond recovery in a laboratory (purge)"),
        Method.DESTROY: _("The device or paper was destroyed (destroy)"),
        Method.CRYPTO_ERASE: _("Its key was destroyed (cryptographic erase)"),
        Method.NEVER_KEPT: _("It was read, and no copy was kept"),
    }[of]


def agreement(of: Agreement, called: str = "") -> str:
    """Whose agreement is needed.

    :param called: the title of the organisation whose it is, where it is one that a protocol names
    """
    from . import pick

    if of.words is not None:
        words = pick(of.words)
        return f"{words}: {called or of.of}" if of.demand is Demand.ORGANISATION else words
    return {
        Demand.OWNER: _("An administrator of the organization that the data belongs to"),
        Demand.SECOND: _("A second administrator of that organization"),
    }[of.demand]


def tick(what: str) -> str:
    """What has to be ticked before an approval."""
    words = {
        **{one.value: check(one) for one in Check},
        **{one.value: consideration(one) for one in Consideration},
        **{one.value: safeguard(one) for one in Safeguard},
    }
    return _("Not ticked yet: {what}").format(what=words[what])


def terms(begins: str, until: str, destroy_by: str, purpose: str, more: list[str]) -> str:
    """What somebody accepts who receives data.

    :param begins: the first day, where one was named
    """
    lasts = _("You can download it until {day}.")
    if begins:
        lasts = _("You can download it from {begins} until {day}.")
    lines = [
        _("You use the data for this purpose only: {purpose}").format(purpose=purpose),
        lasts.format(begins=begins, day=until),
        _("You destroy it, with every copy, by {day}, and attest that here.").format(
            day=destroy_by
        ),
        _(
            "You do not share it further or publish it beyond what was agreed, and you do not try "
            "to find out who somebody in it is."
        ),
        _("You report here at once if it reached anybody else, meant or not."),
        *more,
    ]
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))


def onward(slug: str) -> str:
    """How far data may be shared further, as one of the terms."""
    return {
        "nobody": _("It is shared with nobody else."),
        "sector": _("It may be shared within the sector, on the same terms."),
        "humanitarian": _("It may be shared with humanitarian organizations, on the same terms."),
    }.get(slug, _("It is shared with nobody else."))


def no_such_request() -> str:
    return _("There is no such request, or it is not yours to read.")


def no_such_dataset() -> str:
    return _("There is no such dataset.")


def no_such_file() -> str:
    return _("One of these files is not in the dataset any more. Choose again.")


def have_it() -> str:
    return _("You have this data already: its files are on the page of the dataset.")


def not_classified() -> str:
    return _("This dataset is not classified yet. Ask the organization that it belongs to.")


def is_open() -> str:
    return _("This dataset is open: download it, no request is needed.")


def not_now(now: State, by: str | None) -> str:
    """Why a request does not take a command: somebody was there before."""
    if by:
        return _('{name} was quicker: this request is "{state}" now.').format(
            name=by, state=state(now)
        )
    return _('This request is "{state}" now: that cannot be done any more.').format(
        state=state(now)
    )


def not_yours() -> str:
    return _("This is not yours to decide. The request names those who do.")


def conflict() -> str:
    return _(
        "You have an interest in this request: you asked, belong to the organization that asks, "
        "made the data, or stepped aside. Somebody else decides."
    )


def not_a_stand_ins() -> str:
    return _(
        "A third party asks: those whose office it is decide themselves, nobody in their place."
    )


def agreed_before() -> str:
    return _(
        "You have given your agreement. What is still missing is for others to give, or a body's "
        "agreement to record."
    )


def ask_anew() -> str:
    return _(
        "The dataset is more sensitive now, and more people have to agree: revoke this, and let it "
        "be asked for anew."
    )


def cannot_reconfirm() -> str:
    return _("The dataset is gone, open or not classified: there is nothing to reconfirm.")


def not_suspended() -> str:
    return _("Nothing is suspended.")


def nothing_asked() -> str:
    return _("Nobody asked for longer.")


def say_how() -> str:
    return _("Say how the data was anonymised.")


def past() -> str:
    return _("Name a day that is still to come.")


def longer_than_asked() -> str:
    return _("That is longer than was asked for, or than the portal allows. Name an earlier day.")


def earlier_than_asked() -> str:
    return _("That is earlier than was asked for. Name that day or a later one.")


def destroyed_before() -> str:
    return _("Data that can still be downloaded is not destroyed yet: name a later day.")


def begins_after() -> str:
    return _("It would end before it begins: name an earlier day.")


def not_asked_for() -> str:
    return _("One of these files was not asked for, or is gone.")


def accept_first() -> str:
    return _("Read the terms, and tick that you accept them.")


def no_longer() -> str:
    return _("You have it until then already: name a later day.")


def too_long(days: int) -> str:
    return _("At most {days} days. Name an earlier day.").format(days=days)


def no_such_user() -> str:
    return _("There is no such user.")


def name_who_asks() -> str:
    return _("Name who asks: a user of the portal, or in your own words.")


def has_one() -> str:
    return _("This person has a request for this dataset that is not over.")


def somebody_else() -> str:
    return _("Name somebody else than yourself.")


def until_when() -> str:
    return _("Name the last day on which they answer for you.")
