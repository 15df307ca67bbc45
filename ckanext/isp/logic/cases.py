"""What actions about breaches and disputes share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import fresh_context
from ckan.types import Context

from .. import gate, wording
from ..policy import case
from ..policy.case import By, Stage
from ..services import cases
from ..services.act import Act
from ..services.cases import Found
from . import protocols, save
from .mine import organizations


def act(context: Context, door: str, note: str) -> Act:
    """The act of the user of a context, in words of their own."""
    return replace(save.door(context, door), reason=note)


def dataset(reference: str | None) -> model.Package | None:
    return model.Package.get(reference) if reference else None


def parties(sent: Any, package: model.Package | None) -> list[str]:
    """The ids of the organisations concerned, that of the dataset among them.

    :raises ValidationError: where one does not exist, or none is named
    """
    names = sent if isinstance(sent, list) else [sent] if sent else []
    found = [_organization(name) for name in names]
    if package is not None and package.owner_org:
        found.append(package.owner_org)
    if not found:
        raise tk.ValidationError({"organizations": [wording.case.name_the_parties()]})
    return found


def find(context: Context, case_id: int) -> Found:
    """A case that the user has to do with.

    :raises ObjectNotFound: where there is none, or it is not theirs to know
    """
    found = cases.find(model.Session, case_id)
    if found is None or _role(context, found) is None:
        raise tk.ObjectNotFound()
    return found


def mine(context: Context) -> list[Found]:
    """Cases that the user has to do with; all for focal points."""
    user_id = save.user_id(context) or ""
    everything = protocols.may_load(context)
    return cases.listed(model.Session, user_id, _spoken_for(context), all_of_them=everything)


def onward(context: Context, found: Found) -> tuple[Stage, ...]:
    """Where the user may take a case."""
    role = _role(context, found)
    return case.onward(found.kind, found.stage, role) if role else ()


def told(context: Context, found: Found, *, steps: bool = False) -> dict[str, Any]:
    """A case as scripts and pages read it."""
    of, last = found
    return {
        "case": of.id,
        "kind": of.kind,
        "title": of.title,
        "organizations": [_titled(one) for one in of.parties],
        "dataset": _dataset(context, of.package_id) if of.package_id else None,
        "stage": last.stage,
        "since": last.at.isoformat(),
        "due": last.due.isoformat() if last.due else None,
        "overdue": last.due is not None and last.due < gate.today(),
        "opened_by": of.opened_by,
        "opened_at": of.opened_at.isoformat(),
        "onward": [stage.value for stage in onward(context, found)],
        **({"steps": _steps(of.id)} if steps else {}),
    }


def person(user_id: str) -> str:
    user = model.User.get(user_id)
    return user.display_name if user else user_id


def _dataset(context: Context, package_id: str) -> dict[str, Any]:
    """The dataset that a case is about; its name only for those who see it."""
    told: dict[str, Any] = {"id": package_id, "name": None, "title": None}
    try:
        tk.check_access("package_show", fresh_context(context), {"id": package_id})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return told
    package = model.Package.get(package_id)
    return {**told, "name": package.name, "title": package.title or package.name}


def _steps(case_id: int) -> list[dict[str, Any]]:
    return [
        {
            "stage": step.stage,
            "note": step.note,
            "due": step.due.isoformat() if step.due else None,
            "taken_by": step.taken_by,
            "at": step.at.isoformat(),
        }
        for step in cases.steps(model.Session, case_id)
    ]


def _role(context: Context, found: Found) -> By | None:
    """Focal points speak for the mechanism; administrators of a party, and who registered the
    case, for those concerned."""
    if protocols.may_load(context):
        return By.MECHANISM
    own = found.case.opened_by == save.user_id(context)
    concerned = own or not _spoken_for(context).isdisjoint(found.case.parties)
    return By.PARTY if concerned else None


def _spoken_for(context: Context) -> set[str]:
    """Ids of the organisations that the user is an administrator of."""
    return organizations(context, "admin") or set()


def _organization(name: Any) -> str:
    group = model.Group.get(name) if isinstance(name, str) else None
    if group is None or not group.is_organization or group.state != "active":
        raise tk.ValidationError({"organizations": [wording.case.no_such_organization(str(name))]})
    return group.id


def _titled(group_id: str) -> dict[str, Any]:
    group = model.Group.get(group_id)
    if group is None:
        return {"id": group_id, "name": None, "title": None}
    return {"id": group.id, "name": group.name, "title": group.display_name}
