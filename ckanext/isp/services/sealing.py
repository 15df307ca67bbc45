"""Which resources belong into the restricted store, and taking them out of CKAN's tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.orm import Session

from ..policy.decide import decide
from ..policy.protocol import Protocol
from ..policy.scale import Storage
from . import datasets

_HOLDING = sa.text(
    f"""
    SELECT p.id FROM package p JOIN ({datasets.HOLDING}) r ON r.package_id = p.id
     WHERE isp_rank(p.extras->>'sensitivity') > 0 AND p.state <> 'deleted' ORDER BY p.id"""
)
# CKAN shows, and saves upon, what the index kept of a dataset that was not changed since
_CHANGED = sa.text(
    "UPDATE package SET metadata_modified = timezone('utc', clock_timestamp()) WHERE id = :id"
)
_VIEWS = sa.text("DELETE FROM resource_view WHERE resource_id = :id")
_RESOURCE = sa.text("DELETE FROM resource WHERE id = :id")
# what happened to a resource, or to a view of it
_HAPPENED = (
    "object_id = :id OR (object_id = :package AND activity_type LIKE '% resource view' "
    "AND data LIKE '%' || :id || '%')"
)
_TOLD_OF = sa.text(
    f"DELETE FROM activity_detail WHERE activity_id IN (SELECT id FROM activity WHERE {_HAPPENED})"
)
_ABOUT = sa.text(f"DELETE FROM activity WHERE {_HAPPENED}")
# what an activity copied of a dataset tells of its resources; its column is a text
_COPIES = sa.text(
    "UPDATE activity SET data = jsonb_set(data::jsonb, '{package,resources}', '[]')::text "
    "WHERE object_id = :id AND data LIKE '%\"resources\"%' "
    "AND data::jsonb #> '{package,resources}' <> '[]'"
)
_LOCK = sa.text("SELECT pg_try_advisory_xact_lock(hashtext('isp-seal'), hashtext(:id))")
_WRITING = sa.text("SELECT pg_advisory_xact_lock_shared(hashtext('isp-rows'), hashtext(:id))")
_WRITTEN = sa.text("SELECT pg_advisory_xact_lock(hashtext('isp-rows'), hashtext(:id))")
_TIGHTENED = sa.text(
    "SELECT DISTINCT package_id FROM isp_tightened t JOIN resource r USING (package_id) "
    "WHERE r.state = 'active'"
)


def tightened(session: Session) -> list[str]:
    """Ids of the datasets that a change of protocols made stricter, and that hold resources."""
    return list(session.scalars(_TIGHTENED))


def waiting(
    session: Session, protocols: tuple[Protocol, ...], day: date, places: frozenset[str]
) -> list[str]:
    """Ids of the datasets whose files may not be resources."""
    return [
        package_id
        for package_id in list(session.scalars(_HOLDING))
        if belongs(session, package_id, protocols, day, places)
    ]


def belongs(
    session: Session,
    package_id: str,
    protocols: tuple[Protocol, ...],
    day: date,
    places: frozenset[str],
) -> bool:
    """Whether what protocols say of a dataset, as it is now, keeps its files out of CKAN's
    resources."""
    package = session.get(model.Package, package_id, populate_existing=True)
    if package is None:
        return False
    facts = datasets.whole(session, package, places).facts
    if facts.level is None or not facts.holds_resources:
        return False
    return decide(protocols, facts, day).storage is not Storage.RESOURCE


def resources(session: Session, package_id: str) -> Iterator[model.Resource]:
    """The resources of a dataset, in their order."""
    query = sa.select(model.Resource).where(
        model.Resource.package_id == package_id, model.Resource.state == "active"
    )
    fresh = query.order_by(model.Resource.position).execution_options(populate_existing=True)
    yield from session.scalars(fresh).all()


def same(session: Session, before: dict[str, Any]) -> bool:
    """Whether a resource is still what it was when it was read; its row is locked then."""
    query = sa.select(model.Resource).where(model.Resource.id == before["id"]).with_for_update()
    row = session.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()
    return row is not None and mark(row) == before


def mark(resource: model.Resource) -> dict[str, Any]:
    """What tells one state of a resource from another."""
    names = ("id", "package_id", "url", "url_type", "state", "last_modified", "hash", "size")
    return {name: getattr(resource, name) for name in names}


def take_out(session: Session, package_id: str, resource_id: str) -> None:
    """Remove the row of a resource, its views, and what activities copied of it.

    The index hears of it through the outbox, and its copy of the dataset is old from now on; file
    and table are for the caller, after the commit.
    """
    session.execute(_CHANGED, {"id": package_id})
    session.execute(_VIEWS, {"id": resource_id})
    session.execute(_RESOURCE, {"id": resource_id})
    if sa.inspect(session.connection()).has_table("activity"):
        for statement in (_TOLD_OF, _ABOUT):
            session.execute(statement, {"id": resource_id, "package": package_id})
        session.execute(_COPIES, {"id": package_id})


def alone(connection: sa.Connection, package_id: str) -> bool:
    """Whether nobody else seals this dataset; holds until this connection's transaction ends."""
    return bool(connection.execute(_LOCK, {"id": package_id}).scalar_one())


def writing(connection: sa.Connection, package_id: str) -> None:
    """Rows of a dataset's tables are written until this connection's transaction ends."""
    connection.execute(_WRITING, {"id": package_id})


def written(connection: sa.Connection, package_id: str) -> None:
    """Wait until rows that are being written are there; who comes later is told that it is late."""
    connection.execute(_WRITTEN, {"id": package_id})
