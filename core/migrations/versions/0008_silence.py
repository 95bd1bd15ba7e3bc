"""A reminder of an unanswered question, one for each; and since when a patient is silent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("enrolment", sa.Column("silent_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("message", sa.Column("reminds_id", sa.BigInteger(), nullable=True))
    op.create_index("uq_message_reminds", "message", ["reminds_id"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_message_reminds", "message")
    op.drop_column("message", "reminds_id")
    op.drop_column("enrolment", "silent_since")
