"""Restricted files that became resources again."""

from __future__ import annotations

from alembic import op

revision = "isp_005"
down_revision = "isp_004"
branch_labels = None
depends_on = None

STATES = {
    "isp_file_state_check": "state IN ('arriving', 'kept', 'destroyed', 'unsealed')",
    # an unsealed file keeps its key until its encrypted bytes are removed
    "isp_file_key": "state = 'unsealed' OR (state = 'destroyed') = (key IS NULL)",
}
BEFORE = {
    "isp_file_state_check": "state IN ('arriving', 'kept', 'destroyed')",
    "isp_file_key": "(state = 'destroyed') = (key IS NULL)",
}


def upgrade() -> None:
    _constrain(STATES)


def downgrade() -> None:
    op.execute("UPDATE isp_file SET state = 'destroyed', key = NULL WHERE state = 'unsealed'")
    _constrain(BEFORE)


def _constrain(rules: dict[str, str]) -> None:
    for name, rule in rules.items():
        op.execute(f"ALTER TABLE isp_file DROP CONSTRAINT IF EXISTS {name}")
        op.create_check_constraint(name, "isp_file", rule)
