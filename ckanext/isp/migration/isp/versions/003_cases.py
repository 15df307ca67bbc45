"""The register of breaches and disputes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from ckanext.isp.model import guard

revision = "isp_003"
down_revision = "isp_002"
branch_labels = None
depends_on = None

NOW = sa.text("clock_timestamp()")


def upgrade() -> None:
    op.create_table(
        "isp_case",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("kind", sa.Text, sa.CheckConstraint("kind IN ('breach', 'dispute')")),
        sa.Column("title", sa.Text, sa.CheckConstraint("title <> ''"), nullable=False),
        sa.Column("parties", ARRAY(sa.Text), nullable=False),
        sa.Column("package_id", sa.Text),
        sa.Column("opened_by", sa.Text, sa.ForeignKey("user.id"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("event_id", sa.BigInteger, sa.ForeignKey("isp_event.id"), nullable=False),
    )
    op.create_table(
        "isp_case_step",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("isp_case.id"), nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("note", sa.Text, sa.CheckConstraint("note <> ''"), nullable=False),
        sa.Column("due", sa.Date),
        sa.Column("taken_by", sa.Text, sa.ForeignKey("user.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("event_id", sa.BigInteger, sa.ForeignKey("isp_event.id"), nullable=False),
        sa.CheckConstraint("stage IN ('bilateral', 'meeting', 'mechanism', 'hct', 'settled')"),
    )
    op.create_index("isp_case_step_newest", "isp_case_step", ["case_id", "id"])
    guard.install(op.get_bind())


def downgrade() -> None:
    op.drop_table("isp_case_step")
    op.drop_table("isp_case")
