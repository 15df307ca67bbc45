"""What actions about changes of protocols share."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context

from .. import portal, wording
from ..documents import sheet
from ..policy.change import Effect
from ..policy.protocol import Protocol
from ..services import impact, outbox, protocol_change, protocol_plan
from ..services import protocols as kept_protocols
from ..services.act import Act
from ..services.impact import Counts, Step
from ..services.protocol_plan import UNDO, UNDO_DAYS, Stopped
from ..services.protocols import Kept
from ..wording import change as words
from . import people, protocols
from .mine import organizations

COLUMNS = ("organization", "name", "title", "effect", "level", "proposed", "exposure", "becomes")
LISTED = (Effect.TIGHTEN, Effect.LOOSEN)
CARRIED_OUT = ("approved", "undone")


def meant(context: Context, data_dict: dict[str, Any]) -> Kept:
    """The version to simulate: one that is kept, or a text that is not."""
    if data_dict.get("source") is None:
        return _loaded(protocols.find(context, data_dict)[1])
    document, found = protocols.read(data_dict["source"])
    if document is None:
        raise protocols.refusal(found)
    protocol = document.protocol
    return Kept(0, protocol.key, protocol.version, "", portal.world().now, None, document)


@dataclass(frozen=True)
class Listed:
    """Which datasets are listed beside the counts, those that tighten first.

    :param organization: the name of one; None for all
    :param limit: how many at most; None for all
    """

    effects: tuple[Effect, ...] = LISTED
    organization: str | None = None
    limit: int | None = None
    offset: int = 0

    @classmethod
    def asked(cls, data_dict: dict[str, Any], limit: int | None = None, offset: int = 0) -> Listed:
        """What somebody asked to see."""
        effect = data_dict.get("effect")
        effects = (Effect(effect),) if effect else LISTED
        return cls(effects, data_dict.get("organization"), limit, offset)

    def page(self, found: dict[Effect, list[Any]]) -> list[Any]:
        """A page of what was found."""
        every = [one for effect in self.effects for one in found[effect]]
        return every[self.offset : None if self.limit is None else self.offset + self.limit]

    def wants(self, row: Any, effect: Effect, so_far: int) -> bool:
        """Whether a dataset can be on the page."""
        enough = self.limit is not None and so_far >= self.limit + self.offset
        here = self.organization in (None, row.organization)
        return effect in self.effects and here and not enough


def step(context: Context, data_dict: dict[str, Any]) -> Step:
    """The change to simulate."""
    kept = meant(context, data_dict)
    return protocol_plan.simulated(model.Session, kept, data_dict["act"], portal.world())


def simulated(context: Context, step: Step, listed: Listed) -> dict[str, Any]:
    """Counts, and a page of the datasets that would tighten or loosen, those that tighten first.

    Names and titles are told of what the user may find. ``matching`` is how many the filter finds.
    """
    counts, matching = Counts(), 0
    found: dict[Effect, list[Any]] = {effect: [] for effect in LISTED}
    for row, change in impact.changes(model.Session, step):
        counts.add(row.organization, change.effect)
        matching += listed.wants(row, change.effect, -1)
        if listed.wants(row, change.effect, len(found.get(change.effect, ()))):
            found[change.effect].append((row, change))
    mine = organizations(context, "read")
    told = counts.told()
    titles = dict(_titles(one["organization"] for one in told["by_organization"]))
    for one in told["by_organization"]:
        one["title"] = titles.get(one["organization"])
    page = [
        {**_shown(row, change, mine), "organization_title": titles.get(row.organization)}
        for row, change in listed.page(found)
    ]
    return {**told, "matching": matching, "datasets": page}


def as_csv(datasets: list[dict[str, Any]]) -> dict[str, Any]:
    """A list of datasets that would change, as a table."""
    columns = (
        "organization",
        "name",
        "title",
        "effect",
        "level",
        "proposed",
        "exposure",
        "becomes",
    )
    rows = [[str(one[column] or "") for column in columns] for one in datasets]
    text = sheet.to_csv([columns, *rows]).decode("utf-8-sig")
    return {"name": "isp-what-would-change.csv", "type": "text/csv", "text": text}


def _titles(names: Iterable[str | None]) -> Iterable[tuple[str, str]]:
    group = model.Group
    wanted = group.name.in_([name for name in names if name])
    return model.Session.query(group.name, group.title).filter(wanted)


def about(context: Context, data_dict: dict[str, Any]) -> tuple[Kept, int | None]:
    """The version that a proposal is about, and the proposal that it undoes."""
    if data_dict["act"] != UNDO:
        return _loaded(protocols.find(context, data_dict)[1]), None
    rows = protocol_change.listed(model.Session, data_dict.get("proposal"))
    done = [p for p, decision in rows if decision and decision.approved and p.act != UNDO]
    if data_dict.get("id"):
        done = [proposal for proposal in done if proposal.protocol_id == data_dict["id"]]
    if not done or not (data_dict.get("id") or data_dict.get("proposal")):
        raise tk.ValidationError({"proposal": [wording.nothing_to_undo()]})
    return _loaded(kept_protocols.find(model.Session, done[0].protocol_id)), done[0].id


def waiting(context: Context, proposal_id: int) -> tuple[Any, Protocol]:
    """A proposal, and the protocol that it is about."""
    rows = protocol_change.listed(model.Session, proposal_id)
    if not rows:
        raise tk.ObjectNotFound(wording.no_such_proposal())
    proposal = rows[0][0]
    return proposal, _loaded(
        kept_protocols.find(model.Session, proposal.protocol_id)
    ).document.protocol


def decide(act: Act, proposal_id: int, *, approve: bool) -> dict[str, Any] | None:
    """Carry a decision out; the caller commits.

    :returns: what changed; None where nothing does
    """
    if not approve:
        if not act.reason:
            raise tk.ValidationError({"reason": [wording.say_why()]})
        protocol_change.refuse(model.Session, act, proposal_id, portal.world())
        return None
    _decision, changed = protocol_change.approve(
        model.Session, act, proposal_id, portal.world(), portal.holding
    )
    return changed


@contextlib.contextmanager
def in_words(of: Protocol) -> Iterator[None]:
    """A change that cannot be made is an answer, and leaves nothing behind."""
    try:
        yield
    except Stopped as stopped:
        model.Session.rollback()
        message = words.stopped(stopped.why, people.name(stopped.by) if stopped.by else None, of)
        raise tk.ValidationError({words.FIELD_OF[stopped.why]: [message]}) from None


def told(proposal_id: int) -> dict[str, Any]:
    """A proposal as scripts and pages read it."""
    return listed(proposal_id)[0]


def listed(proposal_id: int | None = None) -> list[dict[str, Any]]:
    """Proposals as scripts and pages read them; the state follows from the rows. Of one that is
    asked for, how far the index is with what it changed."""
    undone = protocol_plan.undone(model.Session)
    rows = protocol_change.listed(model.Session, proposal_id)
    found = [_told(proposal, decision, proposal.id in undone) for proposal, decision in rows]
    return found if proposal_id is None else [{**one, "indexed": _indexed(one)} for one in found]


def unheard(proposals: list[dict[str, Any]]) -> bool:
    """Whether the index still has to hear of what one of them changed."""
    return any(one["done"] < one["of"] for one in (p.get("indexed") for p in proposals) if one)


def _indexed(proposal: dict[str, Any]) -> dict[str, int] | None:
    if proposal["state"] not in CARRIED_OUT:
        return None
    acts = [one for one in (proposal["id"], proposal["undoes"]) if one is not None]
    return outbox.heard(model.Session, acts)


def _told(proposal: Any, decision: Any, undone: bool) -> dict[str, Any]:
    kept = _loaded(kept_protocols.find(model.Session, proposal.protocol_id))
    approved = bool(decision and decision.approved)
    last = decision.decided_at + dt.timedelta(days=UNDO_DAYS) if approved else None
    can_undo = bool(last and not undone and proposal.act != UNDO and last >= portal.world().now)
    return {
        "id": proposal.id,
        "act": proposal.act,
        "protocol": protocols.told(kept.document, kept),
        "undoes": proposal.undoes,
        "reason": proposal.reason,
        "impact": proposal.impact,
        "requested_by": proposal.requested_by,
        "requested_at": proposal.requested_at.isoformat(),
        "state": _state(decision, undone),
        "decided_by": decision.decided_by if decision else None,
        "decided_at": decision.decided_at.isoformat() if decision else None,
        "decision_reason": decision.reason if decision else None,
        "undo_until": last.isoformat() if last and can_undo else None,
    }


def _state(decision: Any, undone: bool) -> str:
    if decision is None:
        return "pending"
    if not decision.approved:
        return "refused"
    return "undone" if undone else "approved"


def _shown(row: Any, change: Any, mine: set[str] | None) -> dict[str, Any]:
    shown = impact.told(row, change)
    if mine is None or row.exposure != "members" or row.owner_org in mine:
        return shown
    return {**shown, "id": None, "name": None, "title": None}


def _loaded(kept: Kept | None) -> Kept:
    if kept is None:
        raise tk.ValidationError({"id": [wording.shipped_stays()]})
    return kept
