"""Taking every row out of a portal's database."""

from __future__ import annotations

from functools import cache

import sqlalchemy as sa
from ckan import model

from ckanext.isp.model import guard

KEPT = {"isp_guard", "isp_exempt_type"}
# what a test numbers begins with 1
NUMBERED = (
    "SELECT setval(pg_get_serial_sequence('{0}', 'id'), 1, false) FROM pg_attribute "
    "WHERE attrelid = '{0}'::regclass AND attname = 'id' AND attidentity <> ''"
)


def empty() -> None:
    """Remove every row. Records can only be emptied by their owner, with their triggers off."""
    with model.meta.engine.begin() as connection:
        found = filled(connection)
        records = [table for table in guard.RECORDS if table in found]
        connection.exec_driver_sql(
            "; ".join(
                (
                    *(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in records),
                    # deleting datasets fills it again
                    *(f'DELETE FROM "{table}"' for table in [*found, "isp_outbox"]),
                    *map(NUMBERED.format, guard.RECORDS),
                    "UPDATE isp_guard SET mode = 'armed'",
                    "DELETE FROM isp_exempt_type",
                )
            )
        )
        for table in records:
            guard.make_append_only(connection, table)


def filled(connection: sa.Connection) -> list[str]:
    """Tables that have rows, those that others refer to last. Truncating them all takes longer."""
    looks = [
        f"SELECT {place}, '{table}' WHERE EXISTS (SELECT FROM \"{table}\")"
        for place, table in enumerate(tables())
    ]
    found = connection.exec_driver_sql(" UNION ALL ".join(looks) + " ORDER BY 1 DESC")
    return [table for _place, table in found]


@cache
def tables() -> list[str]:
    """What tests fill, in the order of their references."""
    names = [name for name, _ in sa.inspect(model.meta.engine).get_sorted_table_and_fkc_names()]
    return [
        name for name in names if name and name not in KEPT and not name.endswith("alembic_version")
    ]
