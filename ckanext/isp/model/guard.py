"""The database guard: installing it, arming it, and seeing whether it still stands."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import sqlalchemy as sa
from sqlalchemy.engine import Connection

TRIGGERS = re.compile(r"CREATE OR REPLACE TRIGGER (\w+) [\w, ]+? ON (\w+)\n")
FUNCTIONS = re.compile(r"CREATE OR REPLACE FUNCTION (\w+)\(.*?AS \$\$(.*?)\$\$;", re.DOTALL)
RECORDS = (
    "isp_event",
    "isp_lowering",
    "isp_lowering_decision",
    "isp_lowering_use",
    "isp_protocol",
    "isp_protocol_proposal",
    "isp_protocol_decision",
    "isp_tightened",
    "isp_classification",
    "isp_case",
    "isp_case_step",
    "isp_request_step",
    "isp_request_agreement",
    "isp_request_aside",
    "isp_event_link",
)
FOREVER = {"ROW": "UPDATE OR DELETE", "STATEMENT": "TRUNCATE"}
EXEMPT = sa.text("INSERT INTO isp_exempt_type (type) VALUES (:type) ON CONFLICT DO NOTHING")
UNEXEMPT = sa.text("DELETE FROM isp_exempt_type WHERE type = :type")
CONSTRAINT_PREFIX = "isp_guard"


@cache
def source() -> str:
    """The guard as shipped: functions and triggers, in SQL."""
    return (files("ckanext.isp") / "migration/isp/guard.sql").read_text()


def install(connection: Connection) -> None:
    """Create or replace every function and trigger of the guard, each enabled for all writers."""
    connection.exec_driver_sql(_source_here(connection).replace("%", "%%"))
    for name, table in TRIGGERS.findall(source()):
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
    for table in filter(sa.inspect(connection).has_table, RECORDS):
        make_append_only(connection, table)


def make_append_only(connection: Connection, table: str) -> None:
    """Let rows be added to a table, never changed or removed."""
    for each, moment in FOREVER.items():
        name = _append_only(each)
        connection.exec_driver_sql(
            f"CREATE OR REPLACE TRIGGER {name} BEFORE {moment} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION isp_append_only()"
        )
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def uninstall(connection: Connection) -> None:
    """Remove triggers and functions; data stays as it is."""
    for name, table in TRIGGERS.findall(source()):
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON {table}")
    for name in dict(FUNCTIONS.findall(source())):
        connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name} CASCADE")


def faults(connection: Connection) -> list[str]:
    """What differs from the guard as shipped: names of triggers and functions; empty if nothing."""
    return [*_trigger_faults(connection), *_function_faults(connection)]


def mode(connection: Connection) -> str | None:
    """``adopting``, ``armed``, or None where the guard is not installed."""
    if connection.execute(sa.text("SELECT to_regclass('isp_guard')")).scalar() is None:
        return None
    return connection.execute(sa.text("SELECT mode FROM isp_guard")).scalar()


def _trigger_faults(connection: Connection) -> list[str]:
    found = connection.execute(
        sa.text("SELECT tgname, tgrelid::regclass::text, tgenabled FROM pg_trigger")
    )
    enabled = {(name, table.split(".")[-1]): state for name, table, state in found}
    kept = [(_append_only(each), table) for table in RECORDS for each in FOREVER]
    expected = [*TRIGGERS.findall(source()), *kept]
    return [f"{name} on {table}" for name, table in expected if enabled.get((name, table)) != "A"]


def _function_faults(connection: Connection) -> list[str]:
    found = connection.execute(
        sa.text(
            "SELECT proname, prosrc FROM pg_proc "
            "WHERE proname LIKE 'isp\\_%' AND pronamespace = current_schema()::regnamespace"
        )
    )
    bodies: dict[str, str] = {row.proname: row.prosrc for row in found}
    shipped = FUNCTIONS.findall(_source_here(connection))
    return [name for name, body in shipped if bodies.get(name) != body]


def _append_only(each: str) -> str:
    return f"isp_append_only_{each.lower()}"


def _source_here(connection: Connection) -> str:
    schema = connection.execute(sa.text("SELECT quote_ident(current_schema())")).scalar_one()
    return source().replace("{schema}", schema)
