"""What a reply said as an answer and which rule followed; how hard a course's exercises are, since when and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reply", sa.Column("answer_step", sa.String(length=200), nullable=True))
    op.add_column("reply", sa.Column("answer_value", sa.LargeBinary(), nullable=True))
    op.add_column("reply", sa.Column("adaptation", sa.LargeBinary(), nullable=True))
    op.add_column("enrolment", sa.Column("form", sa.String(length=200), nullable=False, server_default="usual"))
    op.add_column("enrolment", sa.Column("form_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("enrolment", sa.Column("form_reason", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("enrolment", "form_reason")
    op.drop_column("enrolment", "form_since")
    op.drop_column("enrolment", "form")
    op.drop_column("reply", "adaptation")
    op.drop_column("reply", "answer_value")
    op.drop_column("reply", "answer_step")
