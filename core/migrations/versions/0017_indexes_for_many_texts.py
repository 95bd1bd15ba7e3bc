"""Indexes for tables of a million texts: the claim in its order, the answers to a reply, the alerts that wait."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0014"
branch_labels = None
depends_on = None

_PLANNED = sa.text("state = 'planned'")
_ANSWERS = sa.text("reply_id IS NOT NULL")
_WAITING = sa.text("state <> 'resolved'")


def upgrade() -> None:
    op.drop_index("ix_message_due", table_name="message")
    _partial("ix_message_due", "message", ["priority", "next_attempt_at", "id"], _PLANNED)
    _partial("ix_message_answers", "message", ["reply_id"], _ANSWERS)
    _partial("ix_alert_waiting", "alert", ["patient_id"], _WAITING)
    op.create_index("ix_alert_clinic_resolved", "alert", ["clinic_id", "resolved_at"])
    op.create_index("ix_reply_enrolment_id", "reply", ["enrolment_id"])


def downgrade() -> None:
    op.drop_index("ix_reply_enrolment_id", table_name="reply")
    op.drop_index("ix_alert_clinic_resolved", table_name="alert")
    op.drop_index("ix_alert_waiting", table_name="alert")
    op.drop_index("ix_message_answers", table_name="message")
    op.drop_index("ix_message_due", table_name="message")
    _partial("ix_message_due", "message", ["priority", "next_attempt_at"], _PLANNED)


def _partial(name: str, table: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, table, columns, postgresql_where=where, sqlite_where=where)
