"""When a text that nobody sent in time got its new place."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.models.base import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("paced_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("message", "paced_at")
