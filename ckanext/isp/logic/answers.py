"""What a save says about the data: reading answers as they are sent, and refusing what is none."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import ckan.plugins.toolkit as tk

from .. import gate, wording
from ..documents.check import close
from ..documents.together import choices
from ..documents.vocabulary import NONE, Vocabulary
from ..policy.answers import ORGANISATION, PLACE, TYPE, Answers

FIELD, REASON, CORPORATE = "isp_answers", "isp_reason", "isp_corporate"
PREFIX = "isp_answer-"
# a form that was shown without JavaScript sends every question, answered or not
SKIPPED = ""
_PLACE = re.compile(r"[A-Z]{3}(-[A-Z0-9]{1,12})*")


class Said(NamedTuple):
    """What a save says beside the dataset itself.

    :param given: the answers; None where none were sent
    :param reason: why the level is what it is
    """

    given: Answers | None
    reason: str | None


def take(data_dict: dict[str, Any]) -> Said:
    """Take answers and reason out of a dataset dict.

    :raises ValidationError: where something was sent that is no answer
    """
    sent: Any = data_dict.pop(FIELD, None)
    reason = data_dict.pop(REASON, None)
    fields = {key: data_dict.pop(key) for key in list(data_dict) if key.startswith(PREFIX)}
    given = {key.removeprefix(PREFIX): value for key, value in fields.items() if value != SKIPPED}
    if sent in (None, "", tk.missing):
        sent = given or None
    if sent is None:
        return Said(None, _text(reason))
    return Said(parse(sent), _text(reason))


def parse(sent: Any) -> Answers:
    """Answers as scripts and forms send them: an object, or its JSON, of texts and lists.

    :raises ValidationError: naming each fact that nobody asks for, and each answer that is none
    """
    if isinstance(sent, str):
        try:
            sent = json.loads(sent)
        except ValueError:
            raise tk.ValidationError({FIELD: [wording.answers.not_an_object()]}) from None
    if not isinstance(sent, Mapping):
        raise tk.ValidationError({FIELD: [wording.answers.not_an_object()]})
    vocabulary = gate.vocabulary()
    errors: list[str] = []
    found = {
        fact: _given(fact, value, vocabulary, errors)
        for fact, value in sent.items()
        if value not in (None, "")
    }
    if errors:
        raise tk.ValidationError({FIELD: errors})
    return found


def plain(of: Answers) -> dict[str, list[str]]:
    """Answers as they are stored and shown."""
    return {fact: sorted(values) for fact, values in sorted(of.items())}


def _given(fact: str, value: Any, vocabulary: Vocabulary, errors: list[str]) -> frozenset[str]:
    if fact not in vocabulary.questions or fact == ORGANISATION:
        known = [f for f in vocabulary.questions if f != ORGANISATION]
        errors.append(wording.answers.unknown_fact(fact, close(fact, known)))
        return frozenset()
    values = [_word(v) for v in (value if isinstance(value, list) else [value])]
    if values == [NONE] and (fact != TYPE):
        values = []
    allowed = choices(vocabulary, fact)
    for one in values:
        good = bool(_PLACE.fullmatch(one)) if fact == PLACE else not allowed or one in allowed
        if not good:
            errors.append(wording.answers.unknown_answer(fact, one, close(one, allowed), allowed))
    return frozenset(values)


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).strip()


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
