"""A case can be about data that went further than its terms allow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ckanext.isp.model import guard

ACTIVITIES = """
    UPDATE activity SET permission_labels = ARRAY(
      SELECT CASE WHEN label LIKE 'isp-grant-%' THEN isp_grant_label(substr(label, 11))
             ELSE label END
        FROM unnest(permission_labels) AS label)
     WHERE array_to_string(permission_labels, ' ') LIKE '%isp-grant-%'"""

revision = "isp_010"
down_revision = "isp_009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    request = sa.ForeignKey("isp_request.id")
    op.add_column("isp_case", sa.Column("request_id", sa.BigInteger, request))
    op.create_index(
        "isp_case_of_request",
        "isp_case",
        ["request_id"],
        postgresql_where=sa.text("request_id IS NOT NULL"),
    )
    # what is granted is asked otherwise since
    guard.install(op.get_bind())
    inspected = sa.inspect(op.get_bind())
    columns = inspected.get_columns("activity") if inspected.has_table("activity") else []
    if any(column["name"] == "permission_labels" for column in columns):
        op.execute(sa.text(ACTIVITIES))


def downgrade() -> None:
    op.drop_column("isp_case", "request_id")
