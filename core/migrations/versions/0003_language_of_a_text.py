"""A text may be in English or German; the Danish form stands beside it for the staff."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("language", sa.String(length=200), nullable=False, server_default="da"))
    op.add_column("message", sa.Column("body_in_danish", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("message", "body_in_danish")
    op.drop_column("message", "language")
