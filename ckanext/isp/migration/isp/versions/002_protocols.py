"""Protocols as documents, and what people answered about datasets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from ckanext.isp.model import guard

revision = "isp_002"
down_revision = "isp_001"
branch_labels = None
depends_on = None

NOW = sa.text("clock_timestamp()")
RECORDS = (
    "isp_protocol",
    "isp_protocol_proposal",
    "isp_protocol_decision",
    "isp_tightened",
    "isp_classification",
)
OTHERS = ("isp_protocol_in_force", "isp_acknowledgement", "isp_reminder")


def upgrade() -> None:
    _create_protocol()
    _create_change()
    _create_classification()
    guard.install(op.get_bind())


def downgrade() -> None:
    for table in (*OTHERS, *reversed(RECORDS)):
        op.drop_table(table)


def _create_protocol() -> None:
    op.create_table(
        "isp_protocol",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("event_id", sa.BigInteger, sa.ForeignKey("isp_event.id"), nullable=False),
        sa.UniqueConstraint("key", "digest"),
        sa.UniqueConstraint("id", "key"),
    )
    op.create_table(
        "isp_protocol_in_force",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("protocol_id", sa.BigInteger, nullable=False),
        sa.Column("before_id", sa.BigInteger),
        sa.Column("begins", sa.Date),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.ForeignKeyConstraint(["protocol_id", "key"], ["isp_protocol.id", "isp_protocol.key"]),
        sa.ForeignKeyConstraint(["before_id", "key"], ["isp_protocol.id", "isp_protocol.key"]),
    )
    op.create_table(
        "isp_acknowledgement",
        sa.Column("protocol_id", sa.BigInteger, sa.ForeignKey("isp_protocol.id"), primary_key=True),
        sa.Column("user_id", sa.Text, sa.ForeignKey("user.id"), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    )
    op.create_table(
        "isp_reminder",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("due", sa.Date, primary_key=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    )


def _create_change() -> None:
    op.create_table(
        "isp_protocol_proposal",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("act", sa.Text, sa.CheckConstraint("act IN ('activate', 'retire', 'undo')")),
        sa.Column("protocol_id", sa.BigInteger, sa.ForeignKey("isp_protocol.id"), nullable=False),
        sa.Column("undoes", sa.BigInteger, sa.ForeignKey("isp_protocol_proposal.id")),
        sa.Column("reason", sa.Text, sa.CheckConstraint("reason <> ''"), nullable=False),
        sa.Column("impact", JSONB, nullable=False),
        sa.Column("requested_by", sa.Text, sa.ForeignKey("user.id"), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("event_id", sa.BigInteger, sa.ForeignKey("isp_event.id"), nullable=False),
        sa.UniqueConstraint("id", "requested_by"),
        sa.CheckConstraint("(act = 'undo') = (undoes IS NOT NULL)"),
    )
    op.create_table(
        "isp_protocol_decision",
        sa.Column("proposal_id", sa.BigInteger, primary_key=True),
        sa.Column("requested_by", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text, sa.ForeignKey("user.id"), nullable=False),
        sa.Column("approved", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("before_id", sa.BigInteger, sa.ForeignKey("isp_protocol.id")),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("event_id", sa.BigInteger, sa.ForeignKey("isp_event.id"), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id", "requested_by"],
            ["isp_protocol_proposal.id", "isp_protocol_proposal.requested_by"],
        ),
        sa.CheckConstraint("requested_by <> decided_by", name="isp_guard_second_person"),
        sa.CheckConstraint("approved OR coalesce(reason, '') <> ''"),
    )
    op.create_table(
        "isp_tightened",
        sa.Column("event_id", sa.BigInteger, primary_key=True),
        sa.Column("package_id", sa.Text, primary_key=True),
        sa.Column("proposal_id", sa.BigInteger, nullable=False, index=True),
        sa.Column("level_before", sa.Text),
        sa.Column("level_after", sa.Text),
        sa.Column("exposure_before", sa.Text, nullable=False),
        sa.Column("exposure_after", sa.Text, nullable=False),
        sa.Column("owner_before", sa.Text),
        sa.Column("bound_before", sa.Text),
        sa.Column("protocol", sa.Text),
    )


def _create_classification() -> None:
    op.create_table(
        "isp_classification",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("package_id", sa.Text, nullable=False),
        sa.Column("answers", JSONB, nullable=False),
        sa.Column("level", sa.Text),
        sa.Column("proposed", sa.Text),
        sa.Column("protocols", JSONB, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("corporate", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("review_on", sa.Date),
        sa.Column("actor", sa.Text),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.CheckConstraint("level IN ('low', 'moderate', 'high', 'severe')"),
        sa.CheckConstraint("level IS NOT NULL OR corporate"),
        sa.CheckConstraint("NOT corporate OR coalesce(reason, '') <> ''"),
    )
    op.create_index("isp_classification_newest", "isp_classification", ["package_id", "id"])
