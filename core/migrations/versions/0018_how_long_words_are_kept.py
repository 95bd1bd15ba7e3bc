"""How long a patient's name, numbers and words are kept, and when they were taken away."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.models.base import UtcDateTime

revision = "0018"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clinic", sa.Column("keep_months", sa.Integer(), nullable=False, server_default="12"))
    op.add_column("patient", sa.Column("erased_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("patient", "erased_at")
    op.drop_column("clinic", "keep_months")
