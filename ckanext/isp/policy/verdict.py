"""What a verdict is made of: reasons, each with the exposures that it leaves."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from .propose import Finding
from .protocol import Behaviour, LevelRule, Method, Protocol, Row, Words
from .scale import Described, Enforcement, Exposure, Level, Onward, Storage


class Code(enum.Enum):
    """Why an exposure is allowed or not. Every code has a sentence in each language."""

    UNCLASSIFIED = "unclassified"
    NOT_PUBLISHED = "not_published"
    EXEMPT = "exempt"
    LEVEL = "level"
    HOLDS_RESOURCES = "holds_resources"
    NEEDS_OWNER = "needs_owner"
    ONWARD = "onward"


class Reason(NamedTuple):
    """One ground of a verdict.

    :param code: which rule speaks
    :param allows: the exposures that this rule leaves
    :param level: the level that it speaks of, if any
    :param protocol: the protocol that it cites; None where the portal's own floor speaks
    :param rule: what that protocol says of the level
    :param onward: how far the data may be shared further, where this rule speaks of that
    """

    code: Code
    allows: frozenset[Exposure]
    level: Level | None = None
    protocol: Protocol | None = None
    rule: LevelRule | None = None
    onward: Onward | None = None


@dataclass(frozen=True)
class Said:
    """Something that a protocol asks beyond level and exposure.

    :param row: the row that asks it; None where a level as a whole does
    :param every: all bodies of that kind are meant, not one of them
    """

    words: Words
    protocol: Protocol
    row: Row | None = None
    every: bool = False


@dataclass(frozen=True)
class Term:
    """How long data may be kept, and by which protocol."""

    days: int
    protocol: Protocol


@dataclass(frozen=True)
class Verdict:
    """The exposures that a dataset may have, and why. No reason means members only.

    :param findings: what each protocol says of the answers; empty where nobody was asked
    :param unsaid: facts that a protocol asks for beside its table
    :param protocols: those that apply
    """

    reasons: tuple[Reason, ...]
    findings: tuple[Finding, ...] = ()
    unsaid: frozenset[str] = frozenset()
    protocols: tuple[Protocol, ...] = ()

    @property
    def allowed(self) -> frozenset[Exposure]:
        if not self.reasons:
            return frozenset({Exposure.MEMBERS})
        return frozenset.intersection(*(reason.allows for reason in self.reasons))

    def allows(self, exposure: Exposure) -> bool:
        return exposure in self.allowed

    @property
    def found(self) -> bool:
        """Whether those who do not have the data may know of it, by its level and what those said
        who gave it; that it holds files for now, or is not classified yet, hides nothing."""
        said = [r.allows for r in self.reasons if r.code in (Code.LEVEL, Code.ONWARD)]
        return not said or any(one.public for one in frozenset.intersection(*said))

    def against(self, exposure: Exposure) -> tuple[Reason, ...]:
        """The reasons that stand against an exposure."""
        return tuple(reason for reason in self.reasons if exposure not in reason.allows)

    @property
    def default(self) -> Exposure:
        """The exposure of a dataset for which nobody asked for one: the narrowest default."""
        narrowest = min((rule.default for rule in self.rules), default=Exposure.MEMBERS)
        said = (max(reason.allows) for reason in self.reasons if reason.code is Code.ONWARD)
        return min((narrowest, *said))

    @property
    def rules(self) -> tuple[LevelRule, ...]:
        """What each protocol says of the level."""
        return tuple(reason.rule for reason in self.reasons if reason.rule)

    @property
    def storage(self) -> Storage:
        """Where files may lie: the strictest of what the protocols say."""
        return min((rule.storage for rule in self.rules), default=Storage.RESTRICTED)

    @property
    def describes(self) -> frozenset[Described]:
        """What is told of files to those who may not have them: what all of the protocols let."""
        said = [rule.describes for rule in self.rules]
        return frozenset.intersection(*said) if said else frozenset()

    @property
    def versions(self) -> int | None:
        """How many earlier versions of a file are kept; None where no protocol says."""
        return min((r.versions for r in self.rules if r.versions is not None), default=None)

    @property
    def open(self) -> frozenset[str]:
        """The facts that could still change the level that the answers give."""
        return self.unsaid.union(*(finding.open for finding in self.findings))

    @property
    def proposed(self) -> Level | None:
        """The level that the answers give; None where no protocol lists what they describe.

        The highest that is still possible, and never the public one while a fact is open, or where
        a table lists the type and nothing of what was answered (a finer detail than it speaks of).
        """
        found = [finding.rule.level for finding in self.findings if finding.rule]
        if self.open or any(finding.gap for finding in self.findings):
            found.append(Level.MODERATE)
        return max(found, default=None)

    @property
    def bound(self) -> Level | None:
        """The level below which the answers may not be classified; None where they bind to none."""
        below = [level for level in Level if self.binding(level) is Enforcement.BLOCK]
        return Level(max(below) + 1) if below else None

    @property
    def cited(self) -> Protocol | None:
        """The protocol to name first: the one that gives the level, else the strictest about it,
        else the first that applies."""
        level = next((reason.level for reason in self.reasons if reason.protocol), None)
        deciding = next(self.deciding(), None)
        if deciding and level in (None, self.proposed):
            return deciding.protocol
        spoken = [reason for reason in self.reasons if reason.protocol]
        strictest = min(spoken, key=lambda reason: len(reason.allows), default=None)
        return strictest.protocol if strictest else next(iter(self.protocols), None)

    def binding(self, level: Level) -> Enforcement | None:
        """How binding the answers are against a level; None where they do not ask for more."""
        asking = (
            finding.rule
            for finding in self.findings
            if finding.rule and (finding.rule.level > level or (finding.gap and level is Level.LOW))
        )
        strictest = max((rule.enforcement for rule in asking), default=None)
        if strictest is None and self.open and level is Level.LOW:
            return Enforcement.BLOCK
        return strictest

    def deciding(self) -> Iterator[Finding]:
        """The findings that give the proposed level, else those that keep it from being public."""
        giving = [f for f in self.findings if f.rule and f.rule.level is self.proposed]
        keeping = [f for f in self.findings if f.open or f.gap]
        return iter(giving or keeping or (self.findings if self.unsaid else ()))

    def methods(self) -> Iterator[tuple[Protocol, Method]]:
        """The dissemination methods that all protocols allow, as each of them words them."""
        spoken = [reason for reason in self.reasons if reason.rule and reason.rule.methods]
        forbidden = frozenset().union(*(row.without for _protocol, row in self._rows()))
        common = set(Behaviour)
        for reason in spoken:
            common &= {m.behaviour for m in (reason.rule.methods if reason.rule else ())}
        for reason in spoken:
            for method in reason.rule.methods if reason.rule else ():
                banned = {method.key, method.behaviour.value} & forbidden
                if method.behaviour in common and not banned and reason.protocol:
                    yield reason.protocol, method

    @property
    def audience(self) -> tuple[Said, ...]:
        """Who may receive the data: those who belong to each of these."""
        levels = self._of_levels("audience")
        rows = (Said(words, p, row) for p, row in self._rows() for words in row.audience)
        return _once((*levels, *rows))

    @property
    def deciders(self) -> tuple[Said, ...]:
        """Who decides about requests: each of these has to agree."""
        return _once(
            Said(decider.words, reason.protocol, every=decider.every)
            for reason in self.reasons
            if reason.rule and reason.protocol
            for decider in reason.rule.deciders
        )

    @property
    def needs(self) -> tuple[Said, ...]:
        """The steps and papers that have to be there before the data is shared."""
        return _once(Said(words, p, row) for p, row in self._rows() for words in row.needs)

    @property
    def treatments(self) -> tuple[Said, ...]:
        """What has to be done to the data before it is shared."""
        rows = (Said(row.treatment, p, row) for p, row in self._rows() if row.treatment)
        return _once((*self._of_levels("treatment"), *rows))

    @property
    def without(self) -> tuple[tuple[Protocol, Row], ...]:
        """The rows that forbid a method, which their ``without`` names."""
        return tuple((protocol, row) for protocol, row in self._rows() if row.without)

    @property
    def retention(self) -> Term | None:
        """How long the data may be kept: the shortest that is said."""
        terms = (
            Term(reason.rule.retention_days, reason.protocol)
            for reason in self.reasons
            if reason.rule and reason.protocol and reason.rule.retention_days
        )
        return min(terms, key=lambda term: term.days, default=None)

    @property
    def retention_days(self) -> int | None:
        return self.retention.days if self.retention else None

    @property
    def onward(self) -> Onward | None:
        """How far those who receive the data may share it further; None where nothing is said."""
        said = (reason.onward for reason in self.reasons if reason.onward is not None)
        return min(said, default=None)

    def _of_levels(self, name: str) -> Iterator[Said]:
        for reason in self.reasons:
            if reason.rule and reason.protocol and name in reason.rule.words:
                yield Said(reason.rule.words[name], reason.protocol)

    def _rows(self) -> Iterator[tuple[Protocol, Row]]:
        """The rows in play."""
        return ((f.protocol, row) for f in self.findings for row in f.rows)


def _once(said: Iterable[Said]) -> tuple[Said, ...]:
    """Each demand once, though its row stands for several types."""
    unique = {
        (id(s.protocol), s.row.number if s.row else 0, tuple(s.words.items()), s.every): s
        for s in said
    }
    return tuple(unique.values())
