"""Turning a restricted file into a resource again: what is written of it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.orm import Session

from ..model.tables import RestrictedFile as File
from ..policy.event import Event
from . import record
from .act import Act
from .files import Fault, State

CLEAR = "clear"

_LAST = sa.select(sa.func.max(model.Resource.position))


def settle_on(session: Session, file: File) -> str:
    """The id that the resource of a file will have: its former one where that is free, or a new
    one.

    It is kept beside the file before any byte lies in the clear, so that what an interruption
    leaves can be found.
    """
    if file.resource_id is None or session.get(model.Resource, file.resource_id) is not None:
        file.resource_id = str(uuid.uuid4())
        session.flush()
    return file.resource_id


def unseal(
    session: Session, act: Act, file: File, package: model.Package, url: str, approval: int | None
) -> model.Resource:
    """Let the resource appear, and the restricted file be gone. Its key and its encrypted bytes are
    for the caller, after the commit.

    :param file: locked, as is its dataset
    :param url: the name under which the portal keeps the bytes, which lie there already
    :param approval: of the lowering that it rests on; None where none is known
    """
    now = dt.datetime.now(dt.timezone.utc).replace(tzinfo=None)
    resource = model.Resource(
        package_id=package.id,
        url=url,
        url_type="upload",
        name=file.name,
        description=file.description or "",
        format=file.format,
        mimetype=file.media_type,
        size=file.size,
        created=now,
        last_modified=now,
        metadata_modified=now,
    )
    resource.id = str(file.resource_id)
    last = session.scalar(_LAST.where(model.Resource.package_id == package.id))
    resource.position = 0 if last is None else last + 1
    session.add(resource)
    package.metadata_modified = now
    file.state = State.UNSEALED.value
    told: dict[str, Any] = {"file": file.id, "resource": resource.id, "size": file.size}
    if approval is not None:
        told["lowering"] = approval
    record.add(session, Event.FILE_UNSEALED, act, package_id=package.id, details=told)
    return resource


def without_resource(session: Session) -> list[tuple[Fault, str]]:
    """Restricted files that were or are to be a resource, and are none, destroyed ones included:
    each as the fault that it is where something of it lies in the clear, with the resource's id."""
    query = (
        sa.select(File.id, File.package_id, File.resource_id)
        .outerjoin(model.Resource, model.Resource.id == File.resource_id)
        .where(
            File.state != State.ARRIVING.value,
            File.resource_id.is_not(None),
            model.Resource.id.is_(None),
        )
    )
    rows = session.execute(query.order_by(File.id))
    return [(Fault(CLEAR, row.id, row.package_id), row.resource_id) for row in rows]
