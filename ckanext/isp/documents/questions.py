"""What a document asks beside the shared questions, or adds to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..policy import answers as facts
from ..policy.protocol import Words
from .reading import Reading
from .vocabulary import Question, shared


def questions(reading: Reading) -> dict[str, Question]:
    """The document's own questions, by fact."""
    asked = {}
    for key, entry in reading.told.get("questions", {}).items():
        fact = key if key in facts.SHARED else f"{reading.key}.{key}"
        asked[fact] = _question(reading, fact, entry)
    exercises = reading.told["scope"].get("exercises", {})
    own = {key: reading.words(name) for key, name in exercises.items()}
    named = {
        f"{reading.key}.{name}": reading.words(entry["name"])
        for name, entry in _geography(reading).items()
        if isinstance(entry, dict) and "is" not in entry
    }
    for fact, answers in ((facts.EXERCISE, own), (facts.GRANULARITY, named)):
        if answers:
            asked[fact] = _with(asked.get(fact) or shared().questions[fact], answers)
    return asked


def places(reading: Reading) -> dict[str, tuple[str, ...]]:
    """What places are called here: steps of granularity by local name; none for one of its own."""
    return {name: _steps(of) for name, of in _geography(reading).items()}


def _question(reading: Reading, fact: str, entry: dict[str, Any]) -> Question:
    usual = shared().questions.get(fact)
    answers = {key: reading.words(value) for key, value in entry.get("answers", {}).items()}
    if not answers and not usual:
        answers = dict(shared().questions[facts.HOUSEHOLD].answers)
    return Question(
        fact,
        reading.words(entry["ask"]),
        {**(usual.answers if usual else {}), **answers},
        usual.none if usual else None,
        entry.get("many", usual.many if usual else False),
        reading.words(entry["hint"]) if "hint" in entry else None,
    )


def _with(question: Question, answers: Mapping[str, Words]) -> Question:
    return replace(question, answers={**question.answers, **answers})


def _geography(reading: Reading) -> dict[str, Any]:
    return reading.told.get("geography", {})


def _steps(of: Any) -> tuple[str, ...]:
    if isinstance(of, dict):
        of = of.get("is", [])
    return tuple(of) if isinstance(of, list) else (of,)
