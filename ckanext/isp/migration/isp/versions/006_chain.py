"""The chain of hashes over the record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ckanext.isp.model import guard

revision = "isp_006"
down_revision = "isp_005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "isp_event_link",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("event_id", sa.BigInteger, nullable=False, unique=True),
        sa.Column("event_hash", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False, unique=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0"),
    )
    # what is said beside an event is found by it
    op.execute(
        "CREATE INDEX isp_event_note ON isp_event ((details->>'event')) WHERE kind = 'annotated'"
    )
    guard.install(op.get_bind())


def downgrade() -> None:
    op.drop_index("isp_event_note", "isp_event")
    op.drop_table("isp_event_link")
