"""What the ticks look for is found without looking at all courses and texts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_MAYBE_ARRIVED = "state IN ('sending', 'sent', 'delivered', 'unknown')"
_INDEXES = (
    ("ix_enrolment_active", "enrolment", ["patient_id"], "state = 'active'"),
    ("ix_enrolment_paused", "enrolment", ["state", "paused_until"], "state = 'paused'"),
    (
        "ix_message_course_left",
        "message",
        ["enrolment_id"],
        "kind = 'step' AND state IN ('planned', 'held', 'sending')",
    ),
    (
        "ix_message_screening_asked",
        "message",
        ["purpose", "claimed_at", "patient_id", "enrolment_id"],
        f"purpose = 'screening' AND {_MAYBE_ARRIVED}",
    ),
    (
        "ix_message_contact_asked",
        "message",
        ["kind", "claimed_at", "patient_id"],
        f"kind = 'contact_check' AND {_MAYBE_ARRIVED}",
    ),
    ("ix_message_alarm_waits", "message", ["kind"], "kind = 'alarm' AND state = 'planned'"),
)


def upgrade() -> None:
    for name, table, columns, where in _INDEXES:
        op.create_index(name, table, columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))


def downgrade() -> None:
    for name, table, _, _ in reversed(_INDEXES):
        op.drop_index(name, table_name=table)
