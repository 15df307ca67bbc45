"""The database floor and the verdict say the same of every row that can be stored."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import json
from typing import Any

import ckan.plugins.toolkit as tk
import psycopg2
import pytest
import sqlalchemy as sa
from ckan import model

from ckanext.isp.policy import facts
from ckanext.isp.policy.decide import decide
from ckanext.isp.policy.scale import Level

TODAY = dt.date(2026, 11, 23)
EXEMPT = "showcase"
ABSENT = object()
LEVELS = (
    ABSENT,
    None,
    *[level.slug for level in Level],
    "",
    "High",
    " high",
    "unknown",
    ["high"],
    3,
)
FLAGS = (ABSENT, None, "true", "false", "True", "1", True, ["true"])
SHAPES = [
    {k: v for k, v in (("sensitivity", level), ("is_requestdata_type", flag)) if v is not ABSENT}
    for level, flag in itertools.product(LEVELS, FLAGS)
]
EXTRAS: list[Any] = [
    None,
    [],
    ["sensitivity"],
    "severe",
    7,
    *SHAPES,
    {"nested": {"sensitivity": "low"}},
]
STORED = [
    {"type": t, "state": s, "private": p, "owner_org": o, "extras": e, "resources": r}
    for t, s, p, o, e, r in itertools.product(
        ("dataset", None, EXEMPT, "other"),
        ("active", "draft", "deleted", None),
        (True, False, None),
        ("an-organisation", "", None),
        EXTRAS,
        (True, False),
    )
]
VIOLATIONS = sa.text(
    "SELECT isp_violation(r->>'type', r->>'state', (r->>'private')::boolean, r->>'owner_org', "
    "       CASE WHEN r->'extras' <> 'null' THEN r->'extras' END, (r->>'resources')::boolean) "
    "  FROM jsonb_array_elements(cast(:rows AS jsonb)) WITH ORDINALITY AS t(r, n) ORDER BY n"
)


def allowed(row: dict[str, Any]) -> bool:
    stored = facts.read(row, resources=row["resources"], exempt_types={EXEMPT})
    return decide((), stored.facts, TODAY).allows(stored.exposure)


def test_the_floor_and_the_verdict_agree_on_every_row() -> None:
    model.Session.execute(sa.text("INSERT INTO isp_exempt_type VALUES (:t)"), {"t": EXEMPT})
    refused = model.Session.scalars(VIOLATIONS, {"rows": json.dumps(STORED)}).all()
    differing = [
        (row, rule)
        for row, rule in zip(STORED, refused, strict=True)
        if allowed(row) != (rule is None)
    ]
    assert len(STORED) > 25_000
    assert not differing, differing[:5]


def insert(**columns: Any) -> str:
    values = {
        "id": f"row-{dt.datetime.now().timestamp()}",
        "type": "dataset",
        "state": "active",
        "private": True,
        "owner_org": "an-organisation",
        "extras": {},
        **columns,
    }
    values["extras"] = json.dumps(values["extras"])
    with model.meta.engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO package (id, name, type, state, private, owner_org, extras) VALUES "
                "(:id, :id, :type, :state, :private, :owner_org, cast(:extras AS jsonb))"
            ),
            values,
        )
    return values["id"]


def change(dataset: str, assignment: str, replica: bool = False) -> None:
    with model.meta.engine.begin() as connection:
        if replica:
            connection.exec_driver_sql("SET session_replication_role = replica")
        connection.execute(
            sa.text(f"UPDATE package SET {assignment} WHERE id = :id"), {"id": dataset}
        )


def refused(call: Any, *args: Any, **kwargs: Any) -> bool:
    """Refused by the guard itself: anything else that goes wrong is not its doing."""
    with pytest.raises(tk.ValidationError):
        call(*args, **kwargs)
    return True


@pytest.mark.parametrize("replica", [False, True])
@pytest.mark.parametrize("private", ["false", "NULL"])
@pytest.mark.parametrize("slug", ["high", "severe", "moderate", "unknown"])
def test_an_update_makes_nothing_sensitive_public(slug: str, private: str, replica: bool) -> None:
    dataset = insert(extras={"sensitivity": slug})
    assert refused(change, dataset, f"private = {private}", replica)


@pytest.mark.parametrize("slug", ["high", "severe", "moderate", "High", ""])
def test_an_insert_makes_nothing_sensitive_public(slug: str) -> None:
    assert refused(insert, private=False, extras={"sensitivity": slug})
    assert refused(insert, private=None, extras={"sensitivity": slug})


def test_a_copy_makes_nothing_sensitive_public() -> None:
    connection = model.meta.engine.raw_connection()
    line = 'copied\tcopied\tdataset\tactive\tf\t{"sensitivity": "high"}\n'
    with pytest.raises(psycopg2.errors.CheckViolation):
        connection.cursor().copy_expert(
            "COPY package (id, name, type, state, private, extras) FROM STDIN", io.StringIO(line)
        )
    connection.rollback()
    connection.close()


@pytest.mark.parametrize(
    "extras", ["'{}'", "NULL", '\'{"sensitivity": "low"}\'', '\'{"sensitivity": "High"}\'']
)
def test_no_statement_lowers_a_level_without_an_approval(extras: str) -> None:
    dataset = insert(extras={"sensitivity": "high"})
    assert refused(change, dataset, f"extras = {extras}::jsonb, private = false")
    assert refused(change, dataset, f"extras = {extras}::jsonb")


def test_severe_data_keeps_an_organisation() -> None:
    dataset = insert(extras={"sensitivity": "severe"})
    assert refused(change, dataset, "owner_org = NULL")
    assert refused(change, dataset, "owner_org = ''")


def test_a_dataset_cannot_hide_in_an_exempt_type() -> None:
    with model.meta.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO isp_exempt_type VALUES ('showcase')"))
    dataset = insert()
    assert refused(change, dataset, "type = 'showcase', private = false")
    assert refused(change, dataset, "type = 'showcase'")
    assert insert(type="showcase", private=False)
    assert refused(insert, type="showcase", private=False, extras={"sensitivity": "high"})


def test_a_draft_is_not_public_by_being_published() -> None:
    dataset = insert(state="draft", private=False)
    assert refused(change, dataset, "state = 'active'")


def test_while_adopting_what_was_public_can_be_edited_but_not_worsened() -> None:
    with model.meta.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE package DISABLE TRIGGER isp_guard")
    try:
        dataset = insert(private=False)
    finally:
        with model.meta.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE package ENABLE ALWAYS TRIGGER isp_guard")
            connection.exec_driver_sql("UPDATE isp_guard SET mode = 'adopting'")
    change(dataset, "title = 'A better title'")
    assert refused(change, dataset, """extras = '{"sensitivity": "high"}'::jsonb""")
    assert refused(insert, private=False)
    change(dataset, """extras = '{"sensitivity": "high"}'::jsonb, private = true""")
    assert refused(change, dataset, "private = false")


def test_a_change_of_exposure_is_seen_by_those_who_cache() -> None:
    dataset = insert(extras={"sensitivity": "low"})
    before = model.Session.scalar(sa.text("SELECT metadata_modified FROM package"))
    change(dataset, "private = false")
    model.Session.rollback()
    assert model.Session.scalar(sa.text("SELECT metadata_modified FROM package")) != before


def test_the_record_is_only_added_to() -> None:
    insert(extras={"sensitivity": "high"})
    for statement in (
        "UPDATE isp_event SET kind = 'x'",
        "DELETE FROM isp_event",
        "TRUNCATE isp_event CASCADE",
    ):
        with model.meta.engine.connect() as connection:
            assert refused(connection.execute, sa.text(statement))
