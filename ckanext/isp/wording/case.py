"""Words about breaches and disputes (R54-R57)."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

from ..policy.case import LADDERS, Kind, Stage

_ = tk._


def kind(of: Kind) -> str:
    return {
        Kind.BREACH: _("Breach of the protocol"),
        Kind.DISPUTE: _("Dispute"),
    }[of]


def kind_means(of: Kind) -> str:
    """What each kind is, so that nobody has to know the words."""
    return {
        Kind.BREACH: _(
            "Somebody did not keep to the protocol. Those concerned first try to resolve it "
            "between themselves; then the Chair calls a meeting about it."
        ),
        Kind.DISPUTE: _(
            "People read the protocol differently. The information management mechanism looks for "
            "a resolution; then the Chair refers it to the Humanitarian Country Team."
        ),
    }[of]


def stage(of: Stage) -> str:
    return {
        Stage.BILATERAL: _("Between those concerned"),
        Stage.MEETING: _("Dedicated meeting called by the Chair"),
        Stage.MECHANISM: _("With the information management mechanism"),
        Stage.HCT: _("Referred to the Humanitarian Country Team"),
        Stage.SETTLED: _("Settled"),
    }[of]


def move(to: Stage, now: Stage) -> str:
    """What it is called to take a case there."""
    if to is now:
        return _("It stays here: add a remark, or another day")
    return {
        Stage.MEETING: _("Not resolved: the Chair calls a dedicated meeting"),
        Stage.HCT: _("Not resolved: the Chair refers it to the Humanitarian Country Team"),
        Stage.SETTLED: _("Settled: write what was agreed"),
    }[to]


def cannot_go(of: Kind, now: Stage) -> str:
    """Why a case does not go where somebody wants it to."""
    if now is Stage.SETTLED:
        return _("This case is settled. Register a new one if it begins again.")
    ladder = ", ".join(stage(rung) for rung in LADDERS[of])
    return _("{kind}: the steps are {ladder}. It is here now: {stage}.").format(
        kind=kind(of), ladder=ladder, stage=stage(now)
    )


def overtaken(name: str, now: Stage) -> str:
    return _(
        "{name} has taken this case on while you wrote; it is here now: {stage}. Read what was "
        "added, then decide again."
    ).format(name=name, stage=stage(now))


def passed_on(request: int) -> str:
    """What a case is called that began with a report."""
    return _("Data went further than its terms allow (request No. {number})").format(number=request)


def reported() -> str:
    """What stands in the register for words that are kept with a request."""
    return _("Whoever holds the data reported it. What they wrote stands with the request.")


def name_the_parties() -> str:
    return _("Choose the organizations concerned.")


def no_such_organization(name: str) -> str:
    return _("There is no organization “{name}”.").format(name=name)


def not_a_day() -> str:
    return _("Write a day as YYYY-MM-DD.")


def past() -> str:
    return _("Choose today or a later day.")
