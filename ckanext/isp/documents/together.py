"""What the protocols of a portal ask together: one list of types, one of questions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..policy.answers import TYPE, UNLISTED
from .compile import Document
from .vocabulary import DataType, Question, Vocabulary, shared


def together(documents: Iterable[Document]) -> Vocabulary:
    """The shared vocabulary with what these protocols add to it, or word themselves."""
    usual = shared()
    types, questions = dict(usual.types), dict(usual.questions)
    for document in documents:
        for key, of in document.types.items():
            types[key] = _joined(types.get(key), of)
        for fact, question in document.questions.items():
            before = questions.get(fact)
            answers = {**(before.answers if before else {}), **question.answers}
            questions[fact] = replace(before or question, answers=answers)
    return Vocabulary(types, questions, usual.methods, usual.minimums)


def choices(vocabulary: Vocabulary, fact: str) -> list[str]:
    """What can be answered to a question; empty where anything can."""
    if fact == TYPE:
        return [*vocabulary.types, UNLISTED]
    question = vocabulary.questions.get(fact)
    return list(question.answers) if question else []


def _joined(before: DataType | None, of: DataType) -> DataType:
    if before is None:
        return of
    also = tuple(dict.fromkeys((*before.also, *of.also)))
    examples = tuple({repr(e): e for e in (*before.examples, *of.examples)}.values())
    return DataType(of.key, {**of.name, **before.name}, also, examples)


__all__ = ["Question", "choices", "together"]
