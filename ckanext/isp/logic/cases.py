"""What actions about breaches and disputes share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import fresh_context
from ckan.types import Context

from .. import gate, wording
from ..model.tables import Case
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


@dataclass(frozen=True)
class Reader:
    """Whoever asks about cases, and what they have to do with them."""

    context: Context

    @cached_property
    def mechanism(self) -> bool:
        """Focal points speak for it."""
        return protocols.may_load(self.context)

    @cached_property
    def user_id(self) -> str:
        return save.user_id(self.context) or ""

    @cached_property
    def speaks_for(self) -> set[str]:
        """Ids of the organisations that they are an administrator of."""
        return organizations(self.context, "admin") or set()

    def role(self, of: Case) -> By | None:
        """The mechanism's, or that of those concerned: a party's administrator, and whoever
        registered the case. Whoever reported what they hold themselves is nothing else in it."""
        if of.request_id is not None and of.opened_by == self.user_id:
            return By.HOLDER
        if self.mechanism:
            return By.MECHANISM
        concerned = of.opened_by == self.user_id or not self.speaks_for.isdisjoint(of.parties)
        return By.PARTY if concerned else None

    def find(self, case_id: int, *, lock: bool = False) -> Found:
        """A case that they have to do with.

        :raises ObjectNotFound: where there is none, or it is not theirs to know
        """
        found = cases.find(model.Session, case_id, lock=lock)
        if found is None or self.role(found.case) is None:
            raise tk.ObjectNotFound()
        return found

    def listed(self) -> list[Found]:
        """Cases that they have to do with; all for focal points."""
        everything = self.mechanism
        return cases.listed(model.Session, self.user_id, self.speaks_for, all_of_them=everything)

    def onward(self, found: Found) -> tuple[Stage, ...]:
        """Where they may take a case."""
        role = self.role(found.case)
        return case.onward(found.kind, found.stage, role) if role else ()

    def told(self, found: Found, *, steps: bool = False) -> dict[str, Any]:
        """A case as scripts and pages read it."""
        of, last = found
        return {
            "case": of.id,
            "kind": of.kind,
            "title": _title(of),
            "request": of.request_id,
            "organizations": [_titled(one) for one in of.parties],
            "dataset": _dataset(self.context, of.package_id) if of.package_id else None,
            "stage": last.stage,
            "since": last.at.isoformat(),
            "due": last.due.isoformat() if last.due else None,
            "overdue": last.due is not None and last.due < gate.today(),
            "opened_by": of.opened_by,
            "opened_at": of.opened_at.isoformat(),
            "onward": [stage.value for stage in self.onward(found)],
            **({"steps": _steps(of)} if steps else {}),
        }


def _dataset(context: Context, package_id: str) -> dict[str, Any]:
    """The dataset that a case is about; its name only for those who see it."""
    told: dict[str, Any] = {"id": package_id, "name": None, "title": None}
    try:
        tk.check_access("package_show", fresh_context(context), {"id": package_id})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return told
    package = model.Package.get(package_id)
    return {**told, "name": package.name, "title": package.title or package.name}


def _title(of: Case) -> str:
    return of.title if of.request_id is None else wording.case.passed_on(of.request_id)


def _steps(of: Case) -> list[dict[str, Any]]:
    reported = wording.case.reported()
    return [
        {
            "stage": step.stage,
            "note": reported if of.request_id and step.note == cases.REPORTED else step.note,
            "due": step.due.isoformat() if step.due else None,
            "taken_by": step.taken_by,
            "at": step.at.isoformat(),
        }
        for step in cases.steps(model.Session, of.id)
    ]


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
