"""What actions about reviews share: whose are listed, how one is told, and confirming one."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import fresh_context
from ckan.types import Context

from .. import config, gate, wording
from ..policy.review import Outcome
from ..policy.scale import Level
from ..services import datasets, review
from ..services.review import Change, Now, Review, Scope
from ..wording import review as words
from . import answers, protocols, save
from .mine import organizations

MOST = 500


def now() -> Now:
    """What answers are read by today."""
    return Now(gate.protocols(), gate.today(), config.places())


def scope(context: Context, data_dict: dict[str, Any]) -> Scope:
    """The reviews of those datasets that a user may edit; of all for focal points."""
    mine = None if protocols.may_load(context) else organizations(context, "update_dataset")
    owners = None if mine is None else [*mine]
    return Scope(owners, data_dict.get("organization"), data_dict.get("protocol"))


def told(of: Review, mine: set[str] | None, editable: set[str] | None) -> dict[str, Any]:
    """A review as scripts and pages read it.

    :param mine: organisations whose closed datasets the reader finds; None for all
    :param editable: organisations whose datasets the reader may edit; None for all
    """
    row, proposed = of.row, of.verdict.proposed
    found = mine is None or row.exposure != "members" or row.owner_org in mine
    named = {"id": row.id, "name": row.name, "title": row.title or row.name}
    return {
        **(named if found else dict.fromkeys(named)),
        "editable": editable is None or row.owner_org in editable,
        "organization": row.organization,
        "private": row.private,
        "exposure": row.exposure,
        "level": row.level,
        "when": of.when.value,
        "review_on": row.review_on.isoformat() if row.review_on else None,
        "classified_at": row.at.isoformat(),
        "proposed_before": row.proposed,
        "proposed": proposed.slug if proposed else None,
        "outcome": of.outcome.value,
        "says": _says(of),
        "changes": [_change(change) for change in of.changes],
    }


def confirm(context: Context, package_id: Any) -> dict[str, Any]:
    """Confirm one dataset; it commits, or leaves nothing behind."""
    try:
        return _confirm(context, package_id)
    except tk.ValidationError as error:
        model.Session.rollback()
        return {"id": package_id, "errors": error.error_dict}
    except (tk.NotAuthorized, tk.ObjectNotFound):
        model.Session.rollback()
        return {"id": package_id, "errors": {"id": [wording.answers.not_yours()]}}


def _confirm(context: Context, package_id: Any) -> dict[str, Any]:
    package = datasets.lock(model.Session, package_id) if isinstance(package_id, str) else None
    if package is None:
        raise tk.ObjectNotFound()
    tk.check_access("package_update", fresh_context(context), {"id": package.id})
    found = review.find(model.Session, package.id, now())
    if found is None:
        raise tk.ValidationError({"id": [words.never_answered()]})
    if found.outcome is Outcome.ASK:
        by = wording.protocol(gate.cited(found.verdict))
        raise tk.ValidationError({"answers": [words.answer_first(by)]})
    act = save.door(context, "isp_review_confirm", found.verdict)
    if found.outcome is Outcome.RAISE:
        review.reviewed(model.Session, act, found)
        patch = {"id": package.id, answers.FIELD: found.row.given}
        saved = tk.get_action("package_patch")(fresh_context(context), patch)
        return {**_done(found), "level": saved.get("sensitivity")}
    review.confirm(model.Session, act, found, gate.review_on(found.verdict))
    model.Session.commit()
    return _done(found)


def _done(of: Review) -> dict[str, Any]:
    """What came of it; a lower level is offered, never taken."""
    lower = of.verdict.proposed if of.outcome is Outcome.LOWER else None
    return {
        "id": of.row.id,
        "name": of.row.name,
        "title": of.row.title or of.row.name,
        "level": of.row.level,
        "outcome": of.outcome.value,
        "lower": lower.slug if lower else None,
    }


def _says(of: Review) -> str:
    level = wording.level_and_class(Level.parse(of.row.level))
    return words.outcome(of.outcome, level, wording.level_and_class(of.verdict.proposed))


def _change(of: Change) -> dict[str, Any]:
    titles = {protocol.key: wording.title(protocol) for protocol in gate.protocols()}
    return {
        "protocol": of.key,
        "title": titles.get(of.key, of.key),
        "version_before": of.version_before,
        "version": of.version,
        "gone": [wording.pick(row) for row in of.gone],
        "new": [wording.pick(row) for row in of.new],
    }
