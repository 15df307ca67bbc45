"""Reading datasets as the protocol sees them, and giving those without an owner one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import sqlalchemy as sa
from ckan import model
from sqlalchemy.orm import Session

from ..policy import facts
from ..policy.answers import ORGANISATION, PLACE, Answers
from ..policy.facts import Stored
from ..policy.propose import NO_FACTS

PLACES = """
    SELECT m.table_id AS package_id, array_agg(DISTINCT upper(g.name)) AS places
      FROM member m JOIN "group" g ON g.id = m.group_id
     WHERE m.table_name = 'package' AND m.state = 'active' AND g.state = 'active'
       AND NOT g.is_organization AND g.name ~ '^[A-Za-z]{3}$'"""
HOLDING = "SELECT DISTINCT package_id FROM resource WHERE coalesce(state, 'active') = 'active'"
NEWEST = """
    SELECT DISTINCT ON (c.package_id) c.package_id, c.answers
      FROM isp_classification c"""
_KNOWN = sa.text(
    f"""
    SELECT p.id, o.name AS organisation, w.places, a.answers
      FROM package p LEFT JOIN "group" o ON o.id = p.owner_org
      LEFT JOIN ({PLACES} AND m.table_id = ANY(:ids) GROUP BY 1) w ON w.package_id = p.id
      LEFT JOIN ({NEWEST} WHERE c.package_id = ANY(:ids) ORDER BY 1, c.id DESC) a
             ON a.package_id = p.id
     WHERE p.id = ANY(:ids)"""
)
_ORGANISATION = sa.text(
    'SELECT name FROM "group" WHERE :reference IN (id, name) ORDER BY id = :reference DESC LIMIT 1'
)
_STANDING = sa.text(
    "SELECT (SELECT mode FROM isp_guard), isp_holds_resources(:id), "
    "ARRAY(SELECT type FROM isp_exempt_type), "
    "(SELECT answers FROM isp_classification WHERE package_id = :id ORDER BY id DESC LIMIT 1)"
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


class Read(NamedTuple):
    """What is stored of a dataset.

    :param adopting: the guard is not armed yet
    :param answers: the newest; None where nobody answered
    """

    stored: Stored
    adopting: bool
    answers: dict[str, list[str]] | None


def read(session: Session, package: model.Package) -> Read:
    """What is stored of a dataset."""
    mode, resources, exempt, answers = session.execute(_STANDING, {"id": package.id}).one()
    row: dict[str, Any] = {
        "type": package.type,
        "state": package.state,
        "private": package.private,
        "owner_org": package.owner_org,
        "extras": package.extras,
    }
    stored = facts.read(row, resources=resources, exempt_types=set(exempt))
    return Read(stored, mode == "adopting", answers)


def whole(session: Session, package: model.Package, places: frozenset[str]) -> Stored:
    """A dataset with all that is known of it, as a verdict is asked for."""
    stored = read(session, package).stored
    about, asked = known(session, [package.id], places)[package.id]
    return replace(stored, facts=replace(stored.facts, known=about, asked=asked))


def known(
    session: Session, package_ids: Iterable[str], places: frozenset[str]
) -> dict[str, tuple[Answers, bool]]:
    """What is known of datasets beside their rows, and whether somebody answered for them.

    Where and whose they are, and the newest answers. One query.

    :param places: what a dataset is about that names no place itself; empty for unknown
    """
    rows = session.execute(_KNOWN, {"ids": list(package_ids)})
    return {
        row.id: (
            facts_of(row.organisation, row.places or (), row.answers or {}, places),
            bool(row.answers),
        )
        for row in rows
    }


def facts_of(
    organisation: str | None,
    groups: Iterable[str],
    answers: Mapping[str, Iterable[str]],
    places: frozenset[str],
) -> Answers:
    """Facts as the core reads them, from a dataset's organisation, countries and answers.

    :param organisation: its name; None for a dataset without one
    :param groups: countries whose groups it belongs to
    :param places: what it is about where neither answers nor groups say
    """
    said = {fact: frozenset(values) for fact, values in answers.items()}
    named = said.get(PLACE, NO_FACTS)
    wider = (place for place in groups if not any(near.startswith(f"{place}-") for near in named))
    where = named.union(wider) or places
    owner = {ORGANISATION: frozenset({organisation} if organisation else ())}
    return {**said, **owner, **({PLACE: where} if where else {})}


def organisation(session: Session, reference: Any) -> str | None:
    """The name of the organisation of that id or name, asked for in one query."""
    if not reference or not isinstance(reference, str):
        return None
    return session.scalar(_ORGANISATION, {"reference": reference})


def countries(groups: Iterable[str]) -> Iterator[str]:
    """The codes of countries among the names of a dataset's groups, as HDX has them."""
    return (name.upper() for name in groups if len(name) == 3 and name.isalpha())


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
