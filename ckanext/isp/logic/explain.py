"""A verdict as scripts and pages read it: the level, why, and what is still to be answered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .. import gate, wording
from ..documents.together import choices
from ..documents.vocabulary import NONE, Vocabulary
from ..policy.answers import ONWARD, ORGANISATION, PLACE, TYPE, UNLISTED, Answers
from ..policy.propose import Finding
from ..policy.protocol import LevelRule, Protocol, Row
from ..policy.scale import Exposure, Level
from ..policy.verdict import Said, Verdict


def told(
    verdict: Verdict, level: Level | None, known: Answers, *, every: bool = False
) -> dict[str, Any]:
    """All that a verdict says.

    :param level: the level that it is about; None where only answers were given
    :param known: what was known, answers included
    :param every: also the questions that other answers would open
    """
    default = verdict.default if verdict.allows(verdict.default) else Exposure.MEMBERS
    in_play = [(finding, row) for finding in verdict.findings for row in finding.rows]
    binding = verdict.binding(level) if level else None
    return {
        "level": level.slug if level else None,
        "words": wording.level_and_class(level),
        "proposed": _proposed(verdict),
        "complete": not verdict.open,
        "binding": binding.name.lower() if binding is not None else None,
        "compared": _compared(level, verdict.proposed),
        "allowed": sorted(exposure.slug for exposure in verdict.allowed),
        "default": default.slug,
        "storage": verdict.storage.slug,
        "reasons": wording.reasons(verdict.reasons),
        "protocols": [_protocol(finding) for finding in verdict.findings],
        "rows": [_row(finding, row, known) for finding, row in in_play if row.number],
        "minimums": [_minimum(finding, row, known) for finding, row in in_play if not row.number],
        "methods": [_method(protocol, name) for protocol, name in _methods(verdict)],
        "audience": [_said(said) for said in verdict.audience],
        "treatments": [_said(said) for said in verdict.treatments],
        "questions": questions(verdict, known, gate.vocabulary(), every=every),
    }


def questions(
    verdict: Verdict, known: Answers, vocabulary: Vocabulary, *, every: bool = False
) -> list[dict[str, Any]]:
    """What was asked and what is still to be asked, in the order in which it is asked."""
    wanted = verdict.open | known.keys() | (_could_matter() if every else set())
    asked = verdict.open - {ORGANISATION}
    first = [fact for fact in vocabulary.questions if fact in wanted - {ORGANISATION}]
    return [_question(fact, vocabulary, known, required=fact in asked) for fact in first]


def _question(
    fact: str, vocabulary: Vocabulary, known: Answers, *, required: bool
) -> dict[str, Any]:
    question = vocabulary.questions[fact]
    given = known.get(fact)
    answers = {key: question.answers.get(key) for key in choices(vocabulary, fact)}
    if fact == PLACE:
        answers = {place: {"en": wording.places.name(place)} for place in sorted(_places(given))}
    if fact == TYPE:
        named = {key: of.name for key, of in vocabulary.types.items()}
        answers = {**named, UNLISTED: question.answers[UNLISTED]}
    offered = [
        {"value": key, "label": wording.pick(words) if words else key}
        for key, words in answers.items()
    ]
    if question.none:
        offered.append({"value": NONE, "label": wording.pick(question.none)})
    return {
        "fact": fact,
        "ask": wording.pick(question.ask),
        "hint": wording.pick(question.hint) if question.hint else None,
        "many": question.many,
        "free": fact == PLACE,
        "answers": offered,
        "given": None if given is None else (sorted(given) or [NONE]),
        "required": required,
    }


def _could_matter() -> set[str]:
    """The facts that some protocol looks at, whatever was answered."""
    found: set[str] = set()
    for protocol in gate.protocols():
        found |= {*protocol.facts, *protocol.scope.open({})}
        found |= {ONWARD} if protocol.sender_decides else set()
    return found


def _places(given: Iterable[str] | None) -> set[str]:
    """The places that protocols in force cover, and those that were answered."""
    return set(given or ()).union(*(protocol.scope.places for protocol in gate.protocols()))


def _compared(level: Level | None, proposed: Level | None) -> str | None:
    """How a stated level stands beside the one that the answers give."""
    if level is None or proposed is None:
        return None
    return "same" if level is proposed else ("higher" if level > proposed else "lower")


def _said(said: Said) -> dict[str, Any]:
    row = said.row.number if said.row else None
    return {**_cited(said.protocol), "row": row or None, "words": wording.pick(said.words)}


def _proposed(verdict: Verdict) -> dict[str, Any] | None:
    level = verdict.proposed
    if level is None:
        return None
    words = wording.level(level)
    said = {
        "level": level.slug,
        "words": wording.level_and_class(level),
        "name": words.name,
        "classification": words.classification,
        "audience": words.audience,
        "cited": wording.cited(verdict),
    }
    return said


def _protocol(finding: Finding) -> dict[str, Any]:
    protocol = finding.protocol
    return {
        "key": protocol.key,
        "title": wording.title(protocol),
        "version": protocol.version,
        "overdue": protocol.overdue(gate.today()),
        "level": _own(finding.rule) if finding.rule else None,
        "gap": finding.gap,
        "open": sorted(finding.open),
        "enforcement": finding.rule.enforcement.slug if finding.rule else None,
    }


def _own(rule: LevelRule) -> dict[str, Any]:
    """A level as the protocol itself names it, beside the one of the four that it stands for."""
    said = {name: wording.pick(words) for name, words in rule.words.items()}
    usual = wording.level(rule.level)
    return {
        "key": rule.key,
        "level": rule.level.slug,
        "name": said.get("name", usual.name),
        "classification": said.get("classification", usual.classification),
        "audience": said.get("audience", usual.audience),
        "treatment": said.get("treatment"),
    }


def _row(finding: Finding, row: Row, known: Answers) -> dict[str, Any]:
    return {
        **_cited(finding.protocol),
        "number": row.number,
        "words": wording.pick(row.words),
        "level": _own(finding.protocol.levels[row.rank]),
        "holds": row.stands(known) is True,
        "undecided": row.undecided,
        "treatment": wording.pick(row.treatment) if row.treatment else None,
        "needs": [wording.pick(words) for words in row.needs],
        "audience": [wording.pick(words) for words in row.audience],
        "note": wording.pick(row.note) if row.note else None,
    }


def _minimum(finding: Finding, row: Row, known: Answers) -> dict[str, Any]:
    return {
        **_cited(finding.protocol),
        "words": wording.pick(row.words),
        "level": _own(finding.protocol.levels[row.rank]),
        "holds": row.stands(known) is True,
    }


def _methods(verdict: Verdict) -> Iterable[tuple[Protocol, str]]:
    return ((protocol, wording.pick(method.name)) for protocol, method in verdict.methods())


def _method(protocol: Protocol, name: str) -> dict[str, Any]:
    return {**_cited(protocol), "name": name}


def _cited(protocol: Protocol) -> dict[str, Any]:
    return {"protocol": protocol.key, "version": protocol.version, "title": wording.title(protocol)}
