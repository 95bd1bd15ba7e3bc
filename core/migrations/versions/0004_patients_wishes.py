"""What a patient wished for: a time of day, fewer texts, a pause; and why the patient stopped."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("enrolment", sa.Column("wished_time", sa.String(length=200), nullable=True))
    op.add_column("enrolment", sa.Column("wished_time_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("enrolment", sa.Column("fewer_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("enrolment", sa.Column("pause_wished_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("enrolment", sa.Column("stop_answer", sa.String(length=200), nullable=True))


def downgrade() -> None:
    op.drop_column("enrolment", "stop_answer")
    op.drop_column("enrolment", "pause_wished_at")
    op.drop_column("enrolment", "fewer_since")
    op.drop_column("enrolment", "wished_time_at")
    op.drop_column("enrolment", "wished_time")
