"""What a save says about the data: reading answers as they are sent, and refusing what is none."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import ckan.plugins.toolkit as tk

from .. import gate, wording
from ..documents.check import close
from ..documents.together import choices
from ..documents.vocabulary import NONE, Vocabulary, fold
from ..policy.answers import ORGANISATION, PLACE, TYPE, Answers
from ..policy.facts import SENSITIVITY, TRUE
from .fields import EXPOSURE

FIELD, REASON, PROPOSE = "isp_answers", "isp_reason", "isp_propose"
PREFIX = "isp_answer-"
# a form that was shown without JavaScript sends every question, answered or not
SKIPPED = ""
_PLACE = re.compile(r"[A-Z]{3}(-[A-Z0-9]{1,12})*")
_APART = re.compile(r"[,;]")


class Said(NamedTuple):
    """What a save says beside the dataset itself.

    :param given: the answers; None where none were sent
    :param reason: why the level is what it is
    :param propose: a level that a second person has to approve is to be proposed to one
    """

    given: Answers | None
    reason: str | None
    propose: bool = False


def take(data_dict: dict[str, Any]) -> Said:
    """Take answers and reason out of a dataset dict.

    :raises ValidationError: where something was sent that is no answer
    """
    sent: Any = data_dict.pop(FIELD, None)
    reason = _text(data_dict.pop(REASON, None))
    propose = str(data_dict.pop(PROPOSE, "")).lower() == TRUE
    given = typed(data_dict)
    for key in [key for key in data_dict if key.startswith(PREFIX)]:
        del data_dict[key]
    if sent in (None, "", tk.missing):
        sent = given if given and counts(given) else None
    return Said(None if sent is None else parse(sent), reason, propose)


def typed(form: Mapping[str, Any]) -> dict[str, list[str]] | None:
    """What a form holds as answers; None for one without questions."""
    fields = {
        key.removeprefix(PREFIX): value for key, value in form.items() if key.startswith(PREFIX)
    }
    if not fields:
        return None
    listed = {
        fact: [str(v) for v in (value if isinstance(value, list) else [value])]
        for fact, value in fields.items()
    }
    if PLACE in listed:
        listed[PLACE] = [place for text in listed[PLACE] for place in _places(text)]
    kept = {fact: [v for v in values if v != SKIPPED] for fact, values in listed.items()}
    return {fact: values for fact, values in kept.items() if values}


def as_patch(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What ``isp_classify`` takes, as a patch of the dataset.

    :raises ValidationError: where it says nothing
    """
    if not asked.get("answers") and not asked.get(SENSITIVITY):
        raise tk.ValidationError({"answers": [wording.answers.answer_or_choose()]})
    sent = {
        FIELD: asked.get("answers"),
        REASON: asked.get("reason"),
        PROPOSE: asked.get("lower"),
        EXPOSURE: asked.get("exposure"),
        SENSITIVITY: asked.get(SENSITIVITY),
    }
    return {"id": asked["id"], **{key: value for key, value in sent.items() if value}}


def counts(given: Mapping[str, Any]) -> bool:
    """Whether answers say something of the data: a place alone is what the form filled in."""
    return bool(given.keys() - {PLACE})


def _places(text: str) -> Iterator[str]:
    """Places as they are typed: names of countries in the reader's language, or codes."""
    countries = wording.places.countries(wording.language())
    named = {fold(name): code for code, name in countries.items()}
    for part in _APART.split(text):
        known = named.get(fold(part.strip()))
        yield from [known] if known else part.upper().split()


@contextlib.contextmanager
def kept_on_refusal(data_dict: dict[str, Any]) -> Iterator[None]:
    """What was typed stays in a dict that a form is drawn from again."""
    said = {
        key: value
        for key, value in data_dict.items()
        if key in (FIELD, REASON, PROPOSE) or key.startswith(PREFIX)
    }
    try:
        yield
    except tk.ValidationError:
        data_dict.update(said)
        raise


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
    if NONE in values and fact != TYPE:
        errors.append(wording.answers.none_and_more(vocabulary.questions[fact]))
        return frozenset()
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
