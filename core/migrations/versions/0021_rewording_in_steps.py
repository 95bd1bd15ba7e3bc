"""Which of a clinic's courses are still to be written anew after the clinic changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clinic", sa.Column("wording", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("clinic", sa.Column("rewording", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("enrolment", sa.Column("wording", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("enrolment", "wording")
    op.drop_column("clinic", "rewording")
    op.drop_column("clinic", "wording")
