"""What a save asks for, and what it gets.

The table stands in docs/architecture.md under "What a save asks for and what it gets". A save is
settled before anything is written: it is refused whole, or written as settled.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from .answers import Answers
from .decide import decide
from .facts import Facts, Stored
from .protocol import Protocol
from .scale import Enforcement, Exposure, Level, lowers
from .verdict import Code, Verdict


class Notice(enum.Enum):
    """What was done beside what was asked. Every notice has a sentence in each language."""

    HELD = "held"
    NARROWED = "narrowed"
    RESOURCES_KEPT_CLOSED = "resources_kept_closed"
    CAME_BACK_CLOSED = "came_back_closed"
    MOVED_TO_HOLDING = "moved_to_holding"
    STILL_TO_CLASSIFY = "still_to_classify"
    BELOW_ANSWERS = "below_answers"
    ABOVE_ANSWERS = "above_answers"


class Refusal(enum.Enum):
    """Why a save is refused. Every refusal has a sentence in each language."""

    LOWERING = "lowering"
    BELOW_ANSWERS = "below_answers"
    UNLISTED = "unlisted"
    REASON = "reason"
    CLASSIFY_FIRST = "classify_first"
    TOO_OPEN = "too_open"
    RESOURCES_ON_REQUEST = "resources_on_request"
    UPLOAD_ON_REQUEST = "upload_on_request"
    NEEDS_ORGANISATION = "needs_organisation"


@dataclass(frozen=True)
class Asked:
    """A save, as far as it concerns exposure. None stands for a key that was not sent.

    :param level_sent: whether the sensitivity was sent at all (an empty one too)
    :param level: the level that was sent; None for an empty one
    :param owned: whether the dataset has an organisation once saved
    :param resources: whether it holds resources once saved, uploads to come included
    :param adds_resources: whether this save brings a resource that is not stored yet
    :param only_exposure: nothing but the two exposure fields differs from what is stored
    :param revives: brings a deleted dataset back
    :param lowering_approved: an unused approval for exactly this lowering exists
    :param known: what is known of the dataset: place and organisation, and its answers if any
    :param answered: somebody has answered, now or before
    :param answers_sent: this save brings answers
    :param reason: it says why
    """

    level_sent: bool = False
    level: Level | None = None
    private: bool | None = None
    on_request: bool | None = None
    owned: bool = True
    resources: bool = False
    adds_resources: bool = False
    only_exposure: bool = False
    revives: bool = False
    lowering_approved: bool = False
    known: Answers = field(default_factory=dict)
    answered: bool = False
    answers_sent: bool = False
    reason: bool = False


@dataclass(frozen=True)
class Settlement:
    """What a save gets: a refusal, or the state to write and what to tell about it."""

    level: Level | None
    private: bool
    on_request: bool | None
    to_holding: bool
    notices: tuple[Notice, ...]
    refusal: Refusal | None
    verdict: Verdict

    @property
    def exposure(self) -> Exposure:
        return Exposure.of(self.private, bool(self.on_request))


@dataclass(frozen=True)
class Case:
    """A save beside what is stored, with what follows from both."""

    stored: Stored | None
    asked: Asked
    facts: Facts
    verdict: Verdict

    @property
    def default(self) -> Exposure:
        return self.verdict.default

    @property
    def raised(self) -> bool:
        return self.stored is not None and lowers(self.facts.level, self.stored.facts.level)

    @property
    def private(self) -> bool | None:
        if self.asked.private is not None or self.stored is None:
            return self.asked.private
        return bool(self.stored.private)

    @property
    def on_request(self) -> bool | None:
        """A flag that was stored while the dataset was members only says nothing about now."""
        if self.asked.on_request is not None or self.stored is None:
            return self.asked.on_request
        if self.stored.on_request is False and self.stored.exposure is Exposure.MEMBERS:
            return None
        return self.stored.on_request

    @property
    def outright(self) -> bool:
        """Whether an exposure was named, rather than left to the protocol."""
        return self.private is not None and (bool(self.private) or self.on_request is not None)

    @property
    def wanted(self) -> Exposure:
        """What is asked for, once what was left open is filled by the protocol's default."""
        if self.private is None:
            return min(self.default, Exposure.of(False, bool(self.on_request)))
        wanted = Exposure.of(self.private, bool(self.on_request))
        left_open = wanted is Exposure.OPEN and self.on_request is None
        if left_open and not self.verdict.allows(wanted) and self.default.public:
            return self.default
        return wanted


def settle(
    stored: Stored | None,
    asked: Asked,
    protocols: Sequence[Protocol],
    today: date,
    *,
    adopting: bool = False,
) -> Settlement:
    """Settle a save.

    :param stored: the dataset as it stands in the database; None for a new one
    :param asked: what the save asks for
    :param protocols: those that apply
    :param adopting: the guard is not armed yet: what was open before it may stay so
    """
    level = asked.level if asked.level_sent else (stored.facts.level if stored else None)
    facts = Facts(
        level=level,
        owned=True,
        holds_resources=asked.resources,
        known=asked.known,
        asked=asked.answered,
    )
    verdict = decide(protocols, facts, today)
    if asked.answers_sent and not asked.level_sent and verdict.proposed:
        level = max(filter(None, (level, verdict.proposed)))
        facts = replace(facts, level=level)
        verdict = decide(protocols, facts, today)
    case = Case(stored, asked, facts, verdict)
    if stored and lowers(stored.facts.level, level) and not asked.lowering_approved:
        return _refused(case, Refusal.LOWERING)
    against = _against_answers(case)
    if against:
        return _refused(case, against)
    if adopting and _left_as_it_was(case):
        return _written(case, case.wanted, (Notice.STILL_TO_CLASSIFY,))
    settled = _with_owner(case, _exposed(case))
    return settled if settled.refusal else _beside_answers(case, settled)


def _exposed(case: Case) -> Settlement:
    """The exposure that a save gets, whoever owns the dataset."""
    wanted = case.wanted
    if case.asked.revives and wanted.public and case.facts.level is not Level.LOW:
        return _written(case, Exposure.MEMBERS, (Notice.CAME_BACK_CLOSED,))
    if case.verdict.allows(wanted):
        return _written(case, wanted)
    if case.facts.level is None:
        return _unclassified(case)
    if case.raised:
        return _narrowed(case)
    if wanted is Exposure.ON_REQUEST and case.facts.holds_resources:
        return _resources_on_request(case)
    return _refused(case, Refusal.TOO_OPEN)


def _unclassified(case: Case) -> Settlement:
    if case.asked.only_exposure:
        return _refused(case, Refusal.CLASSIFY_FIRST)
    return _written(case, Exposure.MEMBERS, (Notice.HELD,))


def _narrowed(case: Case) -> Settlement:
    """A raise is never refused for its exposure: refusing would leave the data open."""
    if case.verdict.allows(case.default):
        return _written(case, case.default, (Notice.NARROWED,))
    return _written(case, Exposure.MEMBERS, (Notice.RESOURCES_KEPT_CLOSED,))


def _resources_on_request(case: Case) -> Settlement:
    against = {reason.code for reason in case.verdict.against(Exposure.ON_REQUEST)}
    if against != {Code.HOLDS_RESOURCES}:
        return _refused(case, Refusal.TOO_OPEN)
    if case.stored and case.stored.exposure is Exposure.ON_REQUEST and case.asked.adds_resources:
        return _refused(case, Refusal.UPLOAD_ON_REQUEST)
    if not case.outright:
        return _written(case, Exposure.MEMBERS, (Notice.RESOURCES_KEPT_CLOSED,))
    return _refused(case, Refusal.RESOURCES_ON_REQUEST)


def _with_owner(case: Case, settled: Settlement) -> Settlement:
    """CKAN cannot keep a dataset private without an organisation."""
    if case.asked.owned or settled.refusal:
        return settled
    if case.stored is None:
        open_low = settled.level is Level.LOW and settled.exposure is Exposure.OPEN
        return settled if open_low else _refused(case, Refusal.NEEDS_ORGANISATION)
    if settled.exposure.public:
        return settled
    return replace(settled, to_holding=True, notices=(*settled.notices, Notice.MOVED_TO_HOLDING))


def _against_answers(case: Case) -> Refusal | None:
    """Why the level of a save does not go with the answers that it brings."""
    level = case.facts.level
    if not case.asked.answers_sent or case.asked.lowering_approved:
        return None
    if case.verdict.proposed is None:
        return None if level and case.asked.reason else Refusal.UNLISTED
    binding = case.verdict.binding(level) if level else None
    if binding is Enforcement.BLOCK:
        return Refusal.BELOW_ANSWERS
    return Refusal.REASON if binding is not None and not case.asked.reason else None


def _beside_answers(case: Case, settled: Settlement) -> Settlement:
    """Tell where a level differs from what the answers give."""
    level, proposed = case.facts.level, case.verdict.proposed
    if not case.asked.answers_sent or level is None or proposed in (None, level):
        return settled
    below = Notice.BELOW_ANSWERS if level < proposed else Notice.ABOVE_ANSWERS
    return replace(settled, notices=(*settled.notices, below))


def _left_as_it_was(case: Case) -> bool:
    stored = case.stored
    if stored is None or stored.facts.level is not case.facts.level or case.asked.revives:
        return False
    same = case.wanted is stored.exposure
    return same and not case.verdict.allows(case.wanted) and not case.asked.adds_resources


def _written(case: Case, exposure: Exposure, notices: tuple[Notice, ...] = ()) -> Settlement:
    flag = case.on_request if case.on_request is not None else _stored_flag(case)
    if exposure.public:
        flag = True if exposure is Exposure.ON_REQUEST else (None if flag is None else False)
    return Settlement(
        case.facts.level, not exposure.public, flag, False, notices, None, case.verdict
    )


def _stored_flag(case: Case) -> bool | None:
    return case.stored.on_request if case.stored else None


def _refused(case: Case, refusal: Refusal) -> Settlement:
    before = case.stored
    return Settlement(
        before.facts.level if before else case.facts.level,
        bool(before.private) if before else True,
        before.on_request if before else None,
        False,
        (),
        refusal,
        case.verdict,
    )
