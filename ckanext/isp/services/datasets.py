"""Reading datasets as the protocol sees them, and giving those without an owner one."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.orm import Session

from ..policy import facts
from ..policy.facts import Stored

_STANDING = sa.text(
    "SELECT (SELECT mode FROM isp_guard), isp_holds_resources(:id), "
    "ARRAY(SELECT type FROM isp_exempt_type)"
)


def lock(session: Session, reference: str) -> model.Package | None:
    """The dataset of that id or name, fresh from the database and locked until the commit."""
    for column in (model.Package.id, model.Package.name):
        found = session.execute(
            sa.select(model.Package)
            .where(column == reference)
            .with_for_update(of=model.Package)
            .execution_options(populate_existing=True)
        ).scalar_one_or_none()
        if found is not None:
            return found
    return None


def read(session: Session, package: model.Package) -> tuple[Stored, bool]:
    """What is stored of a dataset, and whether the guard is still adopting."""
    mode, resources, exempt = session.execute(_STANDING, {"id": package.id}).one()
    row: dict[str, Any] = {
        "type": package.type,
        "state": package.state,
        "private": package.private,
        "owner_org": package.owner_org,
        "extras": package.extras,
    }
    return facts.read(row, resources=resources, exempt_types=set(exempt)), mode == "adopting"


def exempt_types(session: Session) -> set[str]:
    """Dataset types that hold neither a sensitivity nor resources."""
    return set(session.scalars(sa.text("SELECT type FROM isp_exempt_type")))


def holding_organisation(session: Session, name: str, title: str) -> model.Group:
    """The organisation that keeps what nobody owns; made when first needed.

    :param name: its name, from the configuration
    :param title: shown until somebody changes it
    """
    found = session.execute(
        sa.select(model.Group).where(model.Group.name == name)
    ).scalar_one_or_none()
    if found is None:
        found = model.Group(name=name, title=title, type="organization", is_organization=True)
        session.add(found)
        session.flush()
    return found
