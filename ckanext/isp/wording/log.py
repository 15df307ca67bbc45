"""Words about the record as a whole: its readers, its chain, and who is erased from it."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

from ..policy.event import Event

_ = tk._


def erased() -> str:
    """In the place of a name."""
    return _("someone whose data was erased")


def kinds() -> dict[str, str]:
    """What a kind of event is called, by its slug, in the order of the words."""
    from . import event_kind

    named = {kind.value: event_kind(kind) for kind in Event}
    return dict(sorted(named.items(), key=lambda entry: entry[1].casefold()))


def no_event() -> str:
    return _("There is no such event on record.")


def nobody(person: str) -> str:
    return _("The record names nobody called {person}.").format(person=person)


def still_owes() -> str:
    return _(
        "This person has a request that is not over, or data that is to be destroyed. "
        "End that first."
    )
