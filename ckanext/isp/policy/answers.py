"""What people say of a dataset, and conditions upon it. What nobody said is unknown, not no."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# What was answered: the values given, by fact. A fact left out was not answered; an empty
# set answers "none of them".
Answers = Mapping[str, frozenset[str]]

# Facts that protocols share. A protocol's own are written "<key of the protocol>.<fact>".
TYPE = "type"
GRANULARITY = "granularity"
TREATMENT = "treatment"
FORM = "form"
NAMES = "organisation_names"
CONSENT = "consent"
ONWARD = "onward_sharing"
PRODUCER = "producer"
PLACE = "place"
SECTOR = "sector"
ORGANISATION = "organisation"
EXERCISE = "exercise"
# Declarations (R28): whose personal data, household level, unprocessed responses.
PERSONAL = "personal_data"
HOUSEHOLD = "household_level"
UNPROCESSED = "unprocessed_responses"

DECLARATIONS = (PERSONAL, HOUSEHOLD, UNPROCESSED)
SCOPE = (PLACE, SECTOR, ORGANISATION, EXERCISE)
SHARED = (
    *(TYPE, GRANULARITY, TREATMENT, FORM, NAMES, CONSENT, ONWARD, PRODUCER),
    *SCOPE,
    *DECLARATIONS,
)

UNLISTED = "unlisted"
# letters in the code of a country
COUNTRY = 3
YES, NO = "yes", "no"

# From the whole to the single person; protocols name places of their own on it.
GRANULARITIES = (
    "national",
    "adm1",
    "adm2",
    "adm3",
    "adm4",
    "site",
    "community",
    "household",
    "individual",
)


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that a row asks of the answers.

    :param fact: the fact that it looks at
    :param values: those that meet it, one of them or, with ``every``, all of them together
    :param negated: whether it is met by everything else
    """

    fact: str
    values: frozenset[str]
    every: bool = False
    negated: bool = False

    def met_by(self, given: frozenset[str]) -> bool | None:
        """Whether an answer meets it; None where the answer is too coarse to say."""
        met = self.values <= given if self.every else not self.values.isdisjoint(given)
        if not met and self.fact == PLACE:
            within = _within(given, self.values)
            return within if within is None else within is not self.negated
        return met is not self.negated


def _within(given: frozenset[str], places: frozenset[str]) -> bool | None:
    """Whether a place lies in one of those named; None where a named one lies in it."""
    if _part(given, places):
        return True
    return None if _part(places, given) else False


def _part(parts: frozenset[str], wholes: frozenset[str]) -> bool:
    for part in parts:
        # a country's own code lies in nothing
        if len(part) > COUNTRY and any(part.startswith(f"{whole}-") for whole in wholes):
            return True
    return False
