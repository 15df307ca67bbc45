"""Requests for data, and what was granted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from ckanext.isp.model import guard

revision = "isp_008"
down_revision = "isp_007"
branch_labels = None
depends_on = None

NOW = sa.text("clock_timestamp()")
MOMENT = sa.DateTime(timezone=True)
STATES = (
    *("draft", "submitted", "returned", "approved", "declined", "withdrawn"),
    *("granted", "expired", "revoked", "due", "attested"),
)
OPEN = "state IN ('draft', 'submitted', 'returned', 'approved', 'granted')"
TABLES = (
    "isp_stand_in",
    "isp_grant",
    "isp_request_consultation",
    "isp_request_aside",
    "isp_request_agreement",
    "isp_request_note",
    "isp_request_step",
    "isp_request",
)


def upgrade() -> None:
    _requests()
    _steps()
    _agreements()
    _grants()
    guard.install(op.get_bind())


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def number(name: str = "id") -> sa.Column:
    return sa.Column(name, sa.BigInteger, sa.Identity(), primary_key=True)


def user(name: str, *, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.Text, sa.ForeignKey("user.id"), nullable=nullable)


def request() -> sa.Column:
    return sa.Column("request_id", sa.BigInteger, sa.ForeignKey("isp_request.id"), nullable=False)


def moment(name: str, *, now: bool = False) -> sa.Column:
    return sa.Column(name, MOMENT, nullable=not now, server_default=NOW if now else None)


def _requests() -> None:
    states = ", ".join(f"'{state}'" for state in STATES)
    op.create_table(
        "isp_request",
        number(),
        sa.Column("package_id", sa.Text, nullable=False),
        user("requester"),
        user("typed_in_by"),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("state", sa.Text, sa.CheckConstraint(f"state IN ({states})"), nullable=False),
        sa.Column("round", sa.Integer, nullable=False, server_default="0"),
        sa.Column("level", sa.Text),
        sa.Column("protocol", sa.Text),
        sa.Column("protocol_version", sa.Text),
        sa.Column("third_party", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("organization_id", sa.Text),
        sa.Column("said", JSONB),
        sa.Column("offer", JSONB),
        sa.Column("longer", JSONB),
        sa.Column("needed", ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("answer_by", sa.Date),
        sa.Column("consulting", sa.Boolean, nullable=False, server_default=sa.false()),
        moment("made_at", now=True),
        moment("submitted_at"),
        moment("changed_at", now=True),
        sa.CheckConstraint(
            "requester IS NOT NULL OR typed_in_by IS NOT NULL", name="isp_request_by_somebody"
        ),
        sa.UniqueConstraint("id", "requester", name="isp_request_of"),
    )
    op.create_index(
        "isp_request_one_open",
        "isp_request",
        ["package_id", "requester"],
        unique=True,
        postgresql_where=sa.text(OPEN),
    )
    op.create_index("isp_request_of_package", "isp_request", ["package_id", "state"])
    op.create_index("isp_request_of_requester", "isp_request", ["requester", "id"])
    op.create_index(
        "isp_request_waiting",
        "isp_request",
        ["answer_by", "id"],
        postgresql_where=sa.text("state = 'submitted'"),
    )


def _steps() -> None:
    op.create_table(
        "isp_request_step",
        number(),
        request(),
        sa.Column("command", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        user("by"),
        moment("at", now=True),
        sa.Column("event_id", sa.BigInteger, sa.ForeignKey("isp_event.id"), nullable=False),
    )
    op.create_index("isp_request_step_of", "isp_request_step", ["request_id", "id"])
    op.create_table(
        "isp_request_note",
        sa.Column("step_id", sa.BigInteger, sa.ForeignKey("isp_request_step.id"), primary_key=True),
        sa.Column("note", sa.Text),
        sa.Column("details", JSONB, nullable=False, server_default=sa.text("'{}'")),
    )


def _agreements() -> None:
    op.create_table(
        "isp_request_agreement",
        sa.Column("request_id", sa.BigInteger, sa.ForeignKey("isp_request.id"), primary_key=True),
        sa.Column("round", sa.Integer, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        user("by", nullable=False),
        sa.Column("way", sa.Text, nullable=False),
        moment("at", now=True),
    )
    op.create_index(
        "isp_request_agreement_of_two",
        "isp_request_agreement",
        ["request_id", "round", "by"],
        unique=True,
        postgresql_where=sa.text("key IN ('owner', 'second')"),
    )
    op.create_table(
        "isp_request_aside",
        sa.Column("request_id", sa.BigInteger, sa.ForeignKey("isp_request.id"), primary_key=True),
        sa.Column("user_id", sa.Text, sa.ForeignKey("user.id"), primary_key=True),
        moment("at", now=True),
    )
    op.create_table(
        "isp_request_consultation",
        number(),
        request(),
        sa.Column("body", sa.Text, nullable=False),
        user("user_id"),
        sa.Column("question", sa.Text, nullable=False),
        user("asked_by", nullable=False),
        moment("asked_at", now=True),
        sa.Column("advice", sa.Text),
        moment("advised_at"),
    )
    op.create_index("isp_request_consultation_of", "isp_request_consultation", ["request_id"])


def _grants() -> None:
    op.create_table(
        "isp_grant",
        number(),
        sa.Column(
            "request_id",
            sa.BigInteger,
            sa.ForeignKey("isp_request.id"),
            nullable=False,
            unique=True,
        ),
        sa.Column("package_id", sa.Text, nullable=False),
        user("user_id"),
        sa.Column("organization_id", sa.Text),
        sa.Column("files", ARRAY(sa.Text)),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("destroy_by", sa.Date, nullable=False),
        sa.Column("terms", sa.Text),
        moment("made_at", now=True),
        moment("accepted_at"),
        moment("suspended_at"),
        sa.Column("suspended_why", sa.Text),
        moment("ended_at"),
        sa.CheckConstraint("accepted_at IS NULL OR terms IS NOT NULL", name="isp_grant_terms"),
    )
    op.create_index("isp_grant_of_package", "isp_grant", ["package_id"])
    op.create_index(
        "isp_grant_of_user",
        "isp_grant",
        ["user_id"],
        postgresql_where=sa.text("ended_at IS NULL AND suspended_at IS NULL"),
    )
    op.create_index(
        "isp_grant_of_organization",
        "isp_grant",
        ["organization_id"],
        postgresql_where=sa.text("ended_at IS NULL AND suspended_at IS NULL"),
    )
    op.create_table(
        "isp_stand_in",
        number(),
        sa.Column("organization_id", sa.Text, nullable=False),
        user("user_id"),
        user("stands_in", nullable=False),
        sa.Column("from_day", sa.Date, nullable=False),
        sa.Column("until_day", sa.Date),
        user("made_by", nullable=False),
        moment("ended_at"),
    )
    op.create_index("isp_stand_in_of", "isp_stand_in", ["stands_in"])
