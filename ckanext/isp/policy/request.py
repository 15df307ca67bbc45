"""The life of a request for data: which state takes which command from whom (R75-R86).

Buttons, actions, tests and documents read ``TABLE``. What is not in it cannot be done. Whether
somebody has bytes is not decided here: a grant is read of the database each time.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass


class State(enum.Enum):
    """How far a request has come."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    GRANTED = "granted"
    EXPIRED = "expired"
    REVOKED = "revoked"
    DUE = "due"
    ATTESTED = "attested"


class Command(enum.Enum):
    """What somebody can do with a request."""

    WRITE = "write"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    SAY = "say"
    RETURN = "return"
    CONSULT = "consult"
    ADVISE = "advise"
    STEP_ASIDE = "step_aside"
    AGREE = "agree"
    DECLINE = "decline"
    ACCEPT = "accept"
    SUSPEND = "suspend"
    RECONFIRM = "reconfirm"
    ASK_LONGER = "ask_longer"
    EXTEND = "extend"
    REFUSE_LONGER = "refuse_longer"
    REVOKE = "revoke"
    EXPIRE = "expire"
    GIVE_BACK = "give_back"
    FALL_DUE = "fall_due"
    REPORT = "report"
    ATTEST = "attest"
    CLOSE = "close"


class Role(enum.Enum):
    """In what role somebody stands to a request."""

    REQUESTER = "requester"
    DECIDER = "decider"
    HELPER = "helper"
    CONSULTED = "consulted"
    PORTAL = "portal"


@dataclass(frozen=True)
class Move:
    """Who may give a command, and the states that it can lead to.

    A command that leads to two states leads to the second once nothing is missing any more.
    """

    roles: frozenset[Role]
    to: tuple[State, ...]


def _by(*roles: Role, to: State | tuple[State, ...]) -> Move:
    return Move(frozenset(roles), to if isinstance(to, tuple) else (to,))


_S, _C = State, Command
_ASKER, _DECIDER, _HELPER, _PORTAL = Role.REQUESTER, Role.DECIDER, Role.HELPER, Role.PORTAL
_ENDED: Mapping[Command, Move] = {
    _C.FALL_DUE: _by(_PORTAL, to=_S.DUE),
    _C.REPORT: _by(_ASKER, to=_S.DUE),
    _C.ATTEST: _by(_ASKER, to=_S.ATTESTED),
}

TABLE: Mapping[State, Mapping[Command, Move]] = {
    _S.DRAFT: {
        _C.WRITE: _by(_ASKER, to=_S.DRAFT),
        _C.SUBMIT: _by(_ASKER, to=_S.SUBMITTED),
        _C.RETURN: _by(_PORTAL, to=_S.RETURNED),
        _C.WITHDRAW: _by(_ASKER, to=_S.WITHDRAWN),
        _C.CLOSE: _by(_PORTAL, to=_S.WITHDRAWN),
    },
    _S.SUBMITTED: {
        _C.WITHDRAW: _by(_ASKER, to=_S.WITHDRAWN),
        _C.SAY: _by(_ASKER, _DECIDER, _HELPER, to=_S.SUBMITTED),
        _C.RETURN: _by(_DECIDER, _HELPER, to=_S.RETURNED),
        _C.CONSULT: _by(_DECIDER, _HELPER, to=_S.SUBMITTED),
        _C.ADVISE: _by(Role.CONSULTED, _DECIDER, _HELPER, to=_S.SUBMITTED),
        _C.STEP_ASIDE: _by(_DECIDER, _HELPER, to=_S.SUBMITTED),
        _C.AGREE: _by(_DECIDER, to=(_S.SUBMITTED, _S.APPROVED)),
        _C.DECLINE: _by(_DECIDER, to=_S.DECLINED),
        _C.CLOSE: _by(_PORTAL, to=_S.WITHDRAWN),
    },
    _S.RETURNED: {
        _C.WRITE: _by(_ASKER, to=_S.RETURNED),
        _C.SUBMIT: _by(_ASKER, to=_S.SUBMITTED),
        _C.WITHDRAW: _by(_ASKER, to=_S.WITHDRAWN),
        _C.SAY: _by(_ASKER, _DECIDER, _HELPER, to=_S.RETURNED),
        _C.DECLINE: _by(_DECIDER, to=_S.DECLINED),
        _C.CLOSE: _by(_PORTAL, to=_S.WITHDRAWN),
    },
    _S.APPROVED: {
        _C.ACCEPT: _by(_ASKER, to=_S.GRANTED),
        _C.WITHDRAW: _by(_ASKER, to=_S.WITHDRAWN),
        _C.SAY: _by(_ASKER, _DECIDER, _HELPER, to=_S.APPROVED),
        _C.REVOKE: _by(_DECIDER, _HELPER, to=_S.REVOKED),
        _C.CLOSE: _by(_PORTAL, to=_S.WITHDRAWN),
    },
    _S.GRANTED: {
        _C.SAY: _by(_ASKER, _DECIDER, _HELPER, to=_S.GRANTED),
        _C.SUSPEND: _by(_DECIDER, _HELPER, _PORTAL, to=_S.GRANTED),
        _C.RECONFIRM: _by(_DECIDER, to=_S.GRANTED),
        _C.ASK_LONGER: _by(_ASKER, to=_S.GRANTED),
        _C.EXTEND: _by(_DECIDER, to=_S.GRANTED),
        _C.REFUSE_LONGER: _by(_DECIDER, to=_S.GRANTED),
        _C.REPORT: _by(_ASKER, to=_S.GRANTED),
        _C.REVOKE: _by(_DECIDER, _HELPER, to=_S.REVOKED),
        _C.EXPIRE: _by(_PORTAL, to=_S.EXPIRED),
        _C.GIVE_BACK: _by(_ASKER, to=_S.EXPIRED),
    },
    _S.EXPIRED: _ENDED,
    _S.REVOKED: _ENDED,
    _S.DUE: {
        _C.SAY: _by(_ASKER, _DECIDER, _HELPER, to=_S.DUE),
        _C.REPORT: _by(_ASKER, to=_S.DUE),
        _C.ATTEST: _by(_ASKER, to=_S.ATTESTED),
    },
    _S.DECLINED: {},
    _S.WITHDRAWN: {},
    _S.ATTESTED: {_C.REPORT: _by(_ASKER, to=_S.ATTESTED)},
}

# one of these at a time per person and dataset
OPEN = frozenset({_S.DRAFT, _S.SUBMITTED, _S.RETURNED, _S.APPROVED, _S.GRANTED})
# nothing is owed any more
OVER = frozenset({_S.DECLINED, _S.WITHDRAWN, _S.EXPIRED, _S.REVOKED, _S.ATTESTED})


class Refused(Exception):
    """A command that a request does not take, or not from this person."""


@dataclass(frozen=True)
class Person:
    """How somebody stands to a request, as far as it decides what they may do.

    :param requester: asked, or typed in what somebody without an account asked
    :param meets: whether an agreement that is needed is theirs to give, by an office of their own
    :param stands_in: somebody whose office it is gave it to them for the time being
    :param deputy: is to answer where those whose office it is have not in time
    :param focal: looks after the portal's protocols
    :param conflict: asked, belongs to the organisation that asks, or stepped aside
    :param consulted: was asked for advice
    """

    requester: bool = False
    meets: bool = False
    stands_in: bool = False
    deputy: bool = False
    focal: bool = False
    conflict: bool = False
    consulted: bool = False


@dataclass(frozen=True)
class Case:
    """What of a request decides who may decide it.

    :param third_party: whoever asks is not subject to the protocol (R72)
    :param late: nobody answered within the time that the portal promises
    """

    third_party: bool = False
    late: bool = False


def roles(person: Person, case: Case) -> frozenset[Role]:
    """The roles of somebody.

    Nobody decides about what is their own, or in which they have an interest. What goes to a third
    party is decided by those whose office it is and their deputies, never by a stand-in (R72-R75).
    """
    found = set()
    if person.requester:
        found.add(Role.REQUESTER)
    if person.consulted and not person.requester:
        found.add(Role.CONSULTED)
    if person.conflict or person.requester:
        return frozenset(found)
    decides = (
        person.meets or (person.stands_in and not case.third_party) or (person.deputy and case.late)
    )
    if decides:
        found.add(Role.DECIDER)
    if decides or person.meets or person.stands_in or person.deputy or person.focal:
        found.add(Role.HELPER)
    return frozenset(found)


def moves(state: State, by: frozenset[Role]) -> dict[Command, Move]:
    """What somebody in these roles can do with a request in that state."""
    return {command: move for command, move in TABLE[state].items() if move.roles & by}


def move(state: State, command: Command, by: frozenset[Role], *, complete: bool = True) -> State:
    """The state that a command leads to.

    :param complete: nothing is missing any more, for a command that can leave something missing
    :raises Refused: where the state does not take it, or not from these roles
    """
    found = moves(state, by).get(command)
    if found is None:
        raise Refused
    return found.to[-1] if complete else found.to[0]


class Check(enum.Enum):
    """What is ticked before an approval; without all of them there is none (R82)."""

    CRITERIA = "criteria"
    OWN_POLICY = "own_policy"


class Consideration(enum.Enum):
    """What is weighed when a third party asks (R75)."""

    SENSITIVITY = "sensitivity"
    BURDEN = "burden"
    CRITICALITY = "criticality"
    INTERFERENCE = "interference"


class Safeguard(enum.Enum):
    """How data is given (R83-R85)."""

    TRANSFER = "transfer"
    ANONYMISATION = "anonymisation"
    CONFIDENTIALITY = "confidentiality"


def unticked(ticked: frozenset[str], safeguards: frozenset[str], third_party: bool) -> list[str]:
    """What of checks, considerations and safeguards is not ticked yet; at least one safeguard."""
    asked = [check.value for check in Check]
    if third_party:
        asked += [consideration.value for consideration in Consideration]
    left = [one for one in asked if one not in ticked]
    needed = {one.value for one in Safeguard} if third_party else {Safeguard.TRANSFER.value}
    return left + sorted(needed - safeguards)
