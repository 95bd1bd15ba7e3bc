"""How fast a sender may send, which gateway took a text, which is left alone, and what is ahead of a text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.models.base import UtcDateTime

revision = "0019"
down_revision = "0017"
branch_labels = None
depends_on = None

_PLANNED = sa.text("state = 'planned'")
_AHEAD = sa.text("state IN ('planned', 'sending', 'unknown')")


def upgrade() -> None:
    op.add_column("clinic", sa.Column("segments_per_second", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("message", sa.Column("gateway", sa.String(length=200), nullable=True))
    op.create_table(
        "sender_level",
        sa.Column("sender", sa.String(length=200), nullable=False),
        sa.Column("segments", sa.Float(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sender", name=op.f("pk_sender_level")),
    )
    op.create_table(
        "circuit",
        sa.Column("gateway", sa.String(length=200), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("probe_at", UtcDateTime(), nullable=False),
        sa.Column("failed_probes", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("gateway", name=op.f("pk_circuit")),
    )
    _partial("ix_message_ahead", ["patient_id", "due_at", "id"], _AHEAD)
    op.drop_index("ix_message_due", table_name="message")
    _partial("ix_message_due", ["next_attempt_at", "id"], _PLANNED)


def downgrade() -> None:
    op.drop_index("ix_message_due", table_name="message")
    _partial("ix_message_due", ["priority", "next_attempt_at", "id"], _PLANNED)
    op.drop_index("ix_message_ahead", table_name="message")
    op.drop_table("circuit")
    op.drop_table("sender_level")
    op.drop_column("message", "gateway")
    op.drop_column("clinic", "segments_per_second")


def _partial(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "message", columns, postgresql_where=where, sqlite_where=where)
