"""Indexes for what the worker asks again and again: texts due, late, lost, and unanswered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_UNSETTLED = sa.text("state IN ('sending', 'unknown')")


def upgrade() -> None:
    op.drop_index("ix_message_unsettled", table_name="message")
    op.create_index("ix_message_unsettled", "message", ["state", "lease_until"])
    op.create_index("ix_message_state_due", "message", ["state", "due_at"])


def downgrade() -> None:
    op.drop_index("ix_message_state_due", table_name="message")
    op.drop_index("ix_message_unsettled", table_name="message")
    op.create_index(
        "ix_message_unsettled",
        "message",
        ["state", "lease_until"],
        sqlite_where=_UNSETTLED,
        postgresql_where=_UNSETTLED,
    )
