"""Words for changes of protocols: why one cannot be made, and where a proposal stands."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

from ..policy.protocol import Protocol
from ..services.protocol_plan import UNDO_DAYS, Why
from . import protocol

_ = tk._

FIELD_OF = {
    **dict.fromkeys(Why, "id"),
    **dict.fromkeys((Why.DECIDED, Why.OVERTAKEN, Why.BUSY), "proposal"),
}


def stopped(why: Why, by: str | None, of: Protocol) -> str:
    """Why a change of protocols cannot be made, and the one thing to do next.

    :param by: the name of the person who made it so; None where nobody is known
    """
    somebody = by or _("Somebody else")
    return _STOPPED[why]().format(protocol=protocol(of), by=somebody, days=UNDO_DAYS)


def state(of: str) -> str:
    """Where a proposal to change the protocols stands."""
    return {
        "pending": _("Waits for a second person"),
        "approved": _("Approved"),
        "refused": _("Refused: nothing changes"),
        "undone": _("Approved, and undone since"),
    }[of]


def act(of: str) -> str:
    """What a proposal asks for."""
    return {
        "activate": _("Activate"),
        "retire": _("Retire"),
        "undo": _("Undo"),
    }[of]


def effect(of: str, number: int) -> str:
    """What a change of protocols does to so many datasets."""
    return {
        "tighten": tk.ungettext("Becomes stricter", "Become stricter", number),
        "loosen": tk.ungettext("Could become looser", "Could become looser", number),
        "same": tk.ungettext("Stays as it is", "Stay as they are", number),
        "unclassified": tk.ungettext("Is not classified", "Are not classified", number),
    }[of]


def bad_act() -> str:
    return _("Choose one of: {slugs}.").format(slugs="activate, retire, undo")


_STOPPED = {
    Why.DRAFT: lambda: _(
        "{protocol} is a draft and binds nobody. Once it is endorsed, load it with the status "
        "“endorsed”, then propose that version."
    ),
    Why.LISTED: lambda: _(
        "{protocol} is listed: it is shown to everybody and never enforced, so there is nothing "
        "to activate."
    ),
    Why.SUPERSEDED: lambda: _(
        "{protocol} says of itself that another version has taken its place. Activate that one."
    ),
    Why.IN_FORCE: lambda: _("{protocol} is in force already; {by} approved it."),
    Why.NOT_IN_FORCE: lambda: _("{protocol} is not in force, so there is nothing to retire."),
    Why.SAME_VERSION: lambda: _(
        "{protocol} was in force already, with another text. Give this text a version of its own, "
        "so that everybody knows which one is cited."
    ),
    Why.WAITING: lambda: _(
        "{by} has proposed this already: it waits for a second person to decide."
    ),
    Why.DECIDED: lambda: _("{by} has decided this already."),
    Why.OVERTAKEN: lambda: _(
        "{by} has changed which version of {protocol} is in force since this was proposed. Look "
        "at what it would change now, and propose it anew."
    ),
    Why.NOT_DONE: lambda: _("This was never carried out, so there is nothing to undo."),
    Why.UNDONE: lambda: _("{by} has undone this already."),
    Why.TOO_LATE: lambda: _(
        "This can be undone for {days} days only. Propose to lower the level of each dataset that "
        "needs it, or activate another version."
    ),
    Why.BUSY: lambda: _(
        "Somebody else is changing the protocols, or saving much data, at this moment. Nothing "
        "was changed. Try again in a minute."
    ),
}
