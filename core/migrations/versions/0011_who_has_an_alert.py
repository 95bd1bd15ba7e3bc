"""Who has an alert, since when it waits, what became of it act by act, and what an act may be taken back to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("alert") as alert:
        alert.add_column(sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True))
        alert.add_column(sa.Column("holder_id", sa.Integer(), nullable=True))
        alert.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="0"))
        alert.create_foreign_key(op.f("fk_alert_holder_id"), "staff", ["holder_id"], ["id"])
    op.execute("UPDATE alert SET waiting_since = opened_at")
    op.execute("UPDATE alert SET holder_id = acknowledged_by WHERE state = 'acknowledged'")
    with op.batch_alter_table("alert") as alert:
        alert.alter_column("waiting_since", existing_type=sa.DateTime(timezone=True), nullable=False)
    with op.batch_alter_table("alert_event") as event:
        event.add_column(sa.Column("receiver_id", sa.Integer(), nullable=True))
        event.add_column(sa.Column("outcome", sa.String(length=200), nullable=True))
        event.add_column(sa.Column("version", sa.Integer(), nullable=True))
        event.add_column(sa.Column("before", sa.JSON(), nullable=True))
        event.add_column(sa.Column("undo_until", sa.DateTime(timezone=True), nullable=True))
        event.create_foreign_key(op.f("fk_alert_event_receiver_id"), "staff", ["receiver_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("alert_event") as event:
        event.drop_constraint(op.f("fk_alert_event_receiver_id"), type_="foreignkey")
        for column in ("undo_until", "before", "version", "outcome", "receiver_id"):
            event.drop_column(column)
    with op.batch_alter_table("alert") as alert:
        alert.drop_constraint(op.f("fk_alert_holder_id"), type_="foreignkey")
        for column in ("version", "holder_id", "waiting_since"):
            alert.drop_column(column)
