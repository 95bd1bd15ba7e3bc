"""Each clinic's waiting texts in their order, for a claim to take the first of each; and the ends of what waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_PLANNED = sa.text("state = 'planned'")
_WAITS = sa.text("state IN ('planned', 'held')")


def upgrade() -> None:
    columns = ["priority", "clinic_id", "next_attempt_at", "id"]
    op.create_index("ix_message_turn", "message", columns, postgresql_where=_PLANNED, sqlite_where=_PLANNED)
    op.create_index("ix_message_ends", "message", ["expires_at"], postgresql_where=_WAITS, sqlite_where=_WAITS)


def downgrade() -> None:
    op.drop_index("ix_message_ends", table_name="message")
    op.drop_index("ix_message_turn", table_name="message")
