"""A case can be about data that went further than its terms allow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ckanext.isp.model import guard

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


def downgrade() -> None:
    op.drop_column("isp_case", "request_id")
