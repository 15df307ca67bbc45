"""Files in the restricted store."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from ckanext.isp.model import guard

revision = "isp_004"
down_revision = "isp_003"
branch_labels = None
depends_on = None

NOW = sa.text("clock_timestamp()")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "isp_file",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("package_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, sa.CheckConstraint("name <> ''"), nullable=False),
        sa.Column("name_withheld", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("description", sa.Text),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("columns", JSONB),
        sa.Column("rows", sa.BigInteger),
        sa.Column("size", sa.BigInteger),
        sa.Column("digest", sa.Text),
        sa.Column("segment", sa.BigInteger, nullable=False),
        sa.Column("segments", sa.BigInteger),
        sa.Column("storage", sa.Text, nullable=False),
        sa.Column("key", sa.Text),
        sa.Column("key_id", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("replaced_by", sa.Text),
        sa.Column("resource_id", sa.Text),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False, server_default=NOW),
        sa.Column("kept_at", MOMENT),
        sa.Column("destroyed_at", MOMENT),
        sa.CheckConstraint("state IN ('arriving', 'kept', 'destroyed')"),
        sa.CheckConstraint("(state = 'destroyed') = (key IS NULL)", name="isp_file_key"),
        sa.CheckConstraint(
            "state <> 'kept' OR (size IS NOT NULL AND digest IS NOT NULL AND segments > 0)",
            name="isp_file_whole",
        ),
    )
    op.create_index("isp_file_of_package", "isp_file", ["package_id"])
    guard.install(op.get_bind())


def downgrade() -> None:
    op.drop_table("isp_file")
