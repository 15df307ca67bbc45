"""What people are told, how its mail fares, and how each wants to be told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "isp_007"
down_revision = "isp_006"
branch_labels = None
depends_on = None

NOW = sa.text("clock_timestamp()")
MOMENT = sa.DateTime(timezone=True)
POST = "mail IN ('waiting', 'leaving', 'sent', 'unsure', 'failed', 'none')"


def upgrade() -> None:
    op.create_table(
        "isp_notice",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("package_id", sa.Text),
        sa.Column("about", JSONB, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False, server_default=NOW),
        sa.Column("read_at", MOMENT),
        sa.Column("mail", sa.Text, sa.CheckConstraint(POST), nullable=False),
        sa.Column("daily", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_try_at", MOMENT, nullable=False, server_default=NOW),
        sa.Column("tried_at", MOMENT),
        sa.Column("last_error", sa.Text),
        sa.Column("sent_at", MOMENT),
    )
    op.create_index("isp_notice_of_user", "isp_notice", ["user_id", "id"])
    of = {
        "unread": (["user_id"], "read_at IS NULL"),
        "waiting": (["next_try_at"], "mail = 'waiting'"),
        "stuck": (["id"], "mail IN ('leaving', 'unsure', 'failed')"),
    }
    for name, (columns, rows) in of.items():
        where = sa.text(rows)
        op.create_index(f"isp_notice_{name}", "isp_notice", columns, postgresql_where=where)
    op.create_table(
        "isp_reader",
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("language", sa.Text),
        sa.Column(
            "mails",
            sa.Text,
            sa.CheckConstraint("mails IN ('at_once', 'daily', 'never')"),
            nullable=False,
            server_default="at_once",
        ),
    )


def downgrade() -> None:
    op.drop_table("isp_reader")
    op.drop_table("isp_notice")
