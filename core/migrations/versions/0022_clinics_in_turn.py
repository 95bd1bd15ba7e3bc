"""Each clinic's waiting texts in their order: a claim takes the first of each, however many wait."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_PLANNED = sa.text("state = 'planned'")


def upgrade() -> None:
    columns = ["priority", "clinic_id", "next_attempt_at", "id"]
    op.create_index("ix_message_turn", "message", columns, postgresql_where=_PLANNED, sqlite_where=_PLANNED)


def downgrade() -> None:
    op.drop_index("ix_message_turn", table_name="message")
