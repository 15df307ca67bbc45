"""The guard and the record, in mode adopting."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from ckanext.isp.model import guard

revision = "isp_001"
down_revision = None
branch_labels = None
depends_on = None

NOW = sa.text("clock_timestamp()")
RECORDS = guard.RECORDS


def upgrade() -> None:
    _create_guard_tables()
    _create_record()
    _create_lowering()
    guard.install(op.get_bind())


def downgrade() -> None:
    guard.uninstall(op.get_bind())
    for table in (
        *reversed(RECORDS),
        "isp_person",
        "isp_outbox",
        "isp_exempt_type",
        "isp_guard",
    ):
        op.drop_table(table)


def _create_guard_tables() -> None:
    op.create_table(
        "isp_guard",
        sa.Column("id", sa.Boolean, sa.CheckConstraint("id"), primary_key=True),
        sa.Column("mode", sa.Text, sa.CheckConstraint("mode IN ('adopting', 'armed')")),
        sa.Column("armed_at", sa.DateTime(timezone=True)),
    )
    op.execute("INSERT INTO isp_guard (id, mode) VALUES (true, 'adopting')")
    op.create_table(
        "isp_exempt_type",
        sa.Column("type", sa.Text, sa.CheckConstraint("type <> 'dataset'"), primary_key=True),
    )
    op.create_table(
        "isp_outbox",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("package_id", sa.Text, nullable=False, index=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    )


def _create_record() -> None:
    op.create_table(
        "isp_person",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("user_id", sa.Text, nullable=False, unique=True),
        sa.Column("salt", sa.Text, nullable=False),
    )
    op.create_table(
        "isp_event",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("package_id", sa.Text, index=True),
        sa.Column("actor", sa.Text),
        sa.Column("subject", sa.Text),
        sa.Column("level_before", sa.Text),
        sa.Column("level_after", sa.Text),
        sa.Column("exposure_before", sa.Text),
        sa.Column("exposure_after", sa.Text),
        sa.Column("protocol", sa.Text),
        sa.Column("protocol_version", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("door", sa.Text, nullable=False),
        sa.Column("details", JSONB, nullable=False, server_default="{}"),
    )


def _create_lowering() -> None:
    op.create_table(
        "isp_lowering",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("package_id", sa.Text, nullable=False, index=True),
        sa.Column("from_level", sa.Text, nullable=False),
        sa.Column("to_level", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, sa.CheckConstraint("reason <> ''"), nullable=False),
        sa.Column("requested_by", sa.Text, sa.ForeignKey("user.id"), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("event_id", sa.BigInteger, sa.ForeignKey("isp_event.id"), nullable=False),
        sa.UniqueConstraint("id", "requested_by"),
        sa.CheckConstraint("from_level IN ('low', 'moderate', 'high', 'severe')"),
        sa.CheckConstraint("to_level IN ('', 'low', 'moderate', 'high')"),
    )
    op.create_table(
        "isp_lowering_decision",
        sa.Column("lowering_id", sa.BigInteger, primary_key=True),
        sa.Column("requested_by", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text, sa.ForeignKey("user.id"), nullable=False),
        sa.Column("approved", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.BigInteger, sa.ForeignKey("isp_event.id"), nullable=False),
        sa.ForeignKeyConstraint(
            ["lowering_id", "requested_by"], ["isp_lowering.id", "isp_lowering.requested_by"]
        ),
        sa.CheckConstraint("requested_by <> decided_by", name="isp_guard_second_person"),
        sa.CheckConstraint("expires_at <= decided_at + interval '30 days'"),
        sa.CheckConstraint("approved OR coalesce(reason, '') <> ''"),
    )
    op.create_table(
        "isp_lowering_use",
        sa.Column(
            "lowering_id",
            sa.BigInteger,
            sa.ForeignKey("isp_lowering_decision.lowering_id"),
            primary_key=True,
        ),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    )
