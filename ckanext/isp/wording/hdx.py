"""Words for those who ask and answer by HDX Connect's names."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

from ..policy.protocol import Protocol
from ..policy.request import State
from ..policy.scale import Level

_ = tk._


def pending() -> str:
    """As HDX says it: scripts look for it."""
    return _("You already have a pending request. Please wait for the reply.")


def not_on_request() -> str:
    """As HDX says it: scripts look for it."""
    return _("Dataset is not metadata only type")


def no_access() -> str:
    """As HDX says it."""
    return _("You don't have access to this request data.")


def no_state() -> str:
    """As HDX says it."""
    return _("The state parameter must be new, open or archive.")


def no_flag() -> str:
    """As HDX says it."""
    return _("The flag parameter must be request, replied, declined, or shared")


def no_such_organization() -> str:
    """As HDX says it."""
    return _("Organization not found.")


def missing() -> str:
    return _("Missing value")


def with_you(link: str) -> str:
    return _("It was not sent yet: it waits for you to complete it, at {link}").format(link=link)


def returned(by: Protocol, level: Level | None, lacks: list[str], link: str) -> str:
    """Why a request went back to whoever asked before anybody read it, and what to do."""
    from . import level_and_class, protocol

    said = (
        _(
            "Nobody has read this request yet: it came without what {protocol} asks of each "
            "request for data that is {level}. Complete and send it at {link}"
        )
        if lacks
        else _(
            "Nobody has read this request yet: parts of it come from a draft of yours for data "
            "that is {level} under {protocol}. Read it through and send it at {link}"
        )
    )
    told = said.format(protocol=protocol(by), level=level_and_class(level), link=link)
    return "\n".join([told, *(f"- {lack}" for lack in lacks)])


def sent(day: str, link: str) -> str:
    return _("The request was sent, and is answered by {day}: {link}").format(day=day, link=link)


def only_replied(link: str) -> str:
    return _(
        "Your message is with whoever asked. It approves nothing: that is done where everything "
        "that it needs is ticked, at {link}"
    ).format(link=link)


def not_approved(link: str) -> str:
    return _(
        "Nothing was changed. A request is approved where everything that it needs is ticked, at "
        "{link}"
    ).format(link=link)


def told_shared() -> str:
    return _(
        "That the data was shared is on record. It opens no file here: whoever asked downloads "
        "what was approved once they have accepted its terms."
    )


def was_shared() -> str:
    return _("The data was shared.")


def now_open() -> str:
    return _("The dataset is open now: no request is needed any more.")


def approve_first(by: Protocol, level: Level | None, link: str) -> str:
    from . import level_and_class, protocol

    return _(
        "This request is not approved, and {protocol} does not let data that is {level} be shared "
        "without. Approve it first, with everything that it needs ticked, at {link}"
    ).format(protocol=protocol(by), level=level_and_class(level), link=link)


def unclear(now: State, link: str) -> str:
    from .request import state

    return _(
        'This request is "{state}" now, and HDX\'s words do not say what should become of it. '
        "Answer it at {link}"
    ).format(state=state(now), link=link)


def say_why() -> str:
    return _("Say why: whoever asked reads it.")


def closed_with_the_dataset() -> str:
    return _("Those who look after this dataset closed all of its requests.")


def closed(many: int) -> str:
    return tk.ungettext(
        "{number} request was closed. Requests stay on record, and none was deleted.",
        "{number} requests were closed. Requests stay on record, and none was deleted.",
        many,
    ).format(number=many)


def not_open(by: Protocol, level: Level | None, link: str) -> str:
    from . import level_and_class, protocol

    return _(
        "This dataset is {level} under {protocol} and not open to everybody, so those who asked "
        "for it do not have it. Answer each request at {link}"
    ).format(protocol=protocol(by), level=level_and_class(level), link=link)


def counts_itself() -> str:
    return _("The portal counts requests itself: nothing was added.")
