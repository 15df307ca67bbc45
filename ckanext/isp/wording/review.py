"""Sentences about looking at classifications again."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

from ..policy.review import SOON_DAYS, Outcome, When

_ = tk._


def when(of: When) -> str:
    """Why a dataset stands in the list."""
    return {
        When.OVERDUE: _("Overdue"),
        When.SOON: _("Due within {days} days").format(days=SOON_DAYS),
        When.CHANGED: _("The protocol has changed"),
    }[of]


def outcome(of: Outcome, level: str, proposed: str) -> str:
    """What becomes of a dataset that is confirmed.

    :param level: the level that it has
    :param proposed: what the same answers give now
    """
    return {
        Outcome.SAME: _("The same answers give {level} again."),
        Outcome.RAISE: _("The same answers give {proposed} now: confirming raises it."),
        Outcome.LOWER: _(
            "The same answers give {proposed} now. It stays {level}; a lower level can be proposed."
        ),
        Outcome.ASK: _("There are new questions. Until they are answered it counts as {proposed}."),
    }[of].format(level=level, proposed=proposed)


def too_many(most: int) -> str:
    return _("Send at most {most} datasets at once.").format(most=most)


def never_answered() -> str:
    return _("Nobody has answered for this dataset yet. Answer the questions in its form first.")


def answer_first(protocol: str) -> str:
    return _(
        "{protocol} asks something that nobody has answered about this dataset. Answer it in the "
        "dataset's form; that counts as looking at it again."
    ).format(protocol=protocol)
