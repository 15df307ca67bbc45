"""The five criteria of a request (R76-R80): written, purposeful, needed, bounded, coordinated."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

LONGEST_DAYS = 366
OTHER = "other"


class Field(enum.Enum):
    """What a request says."""

    DATA = "data"
    FILES = "files"
    FORMAT = "format"
    PURPOSE = "purpose"
    PURPOSE_WORDS = "purpose_words"
    WHY_NOT_LESS = "why_not_less"
    FROM = "from"
    UNTIL = "until"
    DESTROY_BY = "destroy_by"
    ORGANIZATION = "organization"
    ONWARD = "onward"
    AGREEMENT = "agreement"
    JOINT = "joint"


class Lack(enum.Enum):
    """What a request lacks."""

    MISSING = "missing"
    PAST = "past"
    TOO_LONG = "too_long"
    BEFORE_UNTIL = "before_until"
    AFTER_UNTIL = "after_until"


ASKED = (
    Field.DATA,
    Field.FORMAT,
    Field.PURPOSE,
    Field.PURPOSE_WORDS,
    Field.WHY_NOT_LESS,
    Field.UNTIL,
    Field.DESTROY_BY,
    Field.ORGANIZATION,
)
DAYS = (Field.FROM, Field.UNTIL, Field.DESTROY_BY)


def lacks(
    said: Mapping[str, Any], today: date, *, formal: bool, longest: int = LONGEST_DAYS
) -> dict[Field, Lack]:
    """What has to be said before a request can be sent; empty where it meets the criteria.

    :param said: by the names of ``Field``; days as dates
    :param formal: data that is Strictly Confidential is asked for under an agreement (R40)
    :param longest: days that a grant can last
    """
    asked = (*ASKED, Field.AGREEMENT) if formal else ASKED
    found = {field: Lack.MISSING for field in asked if not said.get(field.value)}
    until, destroy_by = said.get(Field.UNTIL.value), said.get(Field.DESTROY_BY.value)
    if until and until <= today:
        found[Field.UNTIL] = Lack.PAST
    elif until and until > today + timedelta(days=longest):
        found[Field.UNTIL] = Lack.TOO_LONG
    begins = said.get(Field.FROM.value)
    if until and begins and begins > until:
        found[Field.FROM] = Lack.AFTER_UNTIL
    if until and destroy_by and destroy_by < until:
        found[Field.DESTROY_BY] = Lack.BEFORE_UNTIL
    elif until and destroy_by and destroy_by > until + timedelta(days=longest):
        found[Field.DESTROY_BY] = Lack.TOO_LONG
    return found
