"""A grant may begin later than its terms are accepted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ckanext.isp.model import guard

revision = "isp_009"
down_revision = "isp_008"
branch_labels = None
depends_on = None

LIVE = sa.text(
    "SELECT pg_get_functiondef(oid) FROM pg_proc "
    "WHERE proname = 'isp_live_grants' AND pronamespace = current_schema()::regnamespace"
)
BEGUN = "       AND (g.begins_at IS NULL OR g.begins_at <= clock_timestamp())\n"


def upgrade() -> None:
    op.add_column("isp_grant", sa.Column("from_day", sa.Date))
    op.add_column("isp_grant", sa.Column("begins_at", sa.DateTime(timezone=True)))
    op.create_check_constraint(
        "isp_grant_begins",
        "isp_grant",
        "(from_day IS NULL) = (begins_at IS NULL) AND from_day <= until AND begins_at < ends_at",
    )
    guard.install(op.get_bind())


def downgrade() -> None:
    """Grants that have not begun are suspended: without their day they would give at once."""
    op.execute(
        "UPDATE isp_grant SET suspended_at = clock_timestamp(), suspended_why = 'person' "
        "WHERE begins_at > clock_timestamp() AND suspended_at IS NULL AND ended_at IS NULL"
    )
    _ask_for_no_first_day()
    op.drop_column("isp_grant", "begins_at")
    op.drop_column("isp_grant", "from_day")


def _ask_for_no_first_day() -> None:
    """What is granted now is asked as before: a question about a column that is gone fails."""
    connection = op.get_bind()
    asked = connection.execute(LIVE).scalar_one()
    if BEGUN not in asked:
        raise RuntimeError("isp_live_grants is not the guard's: run `ckan isp doctor` first.")
    connection.exec_driver_sql(asked.replace(BEGUN, "").replace("%", "%%"))
