"""Keys for scripts, staff who have left, and indexes for the overview."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("clinic_id", sa.String(200), sa.ForeignKey("clinic.id", name="fk_api_key_clinic_id"), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("prefix", sa.String(200), nullable=False),
        sa.Column("key_hash", sa.String(200), nullable=False),
        sa.Column("scope", sa.String(200), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.Integer(), sa.ForeignKey("staff.id", name="fk_api_key_created_by"), nullable=False),
        sa.Column("last_used_at", INSTANT, nullable=True),
        sa.Column("minute_from", INSTANT, nullable=True),
        sa.Column("minute_count", sa.Integer(), nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.UniqueConstraint("key_hash", name="uq_api_key_key_hash"),
    )
    op.create_index("ix_api_key_clinic_id", "api_key", ["clinic_id"])
    op.create_table(
        "api_enrolment",
        sa.Column("id", BIG, primary_key=True),
        sa.Column(
            "clinic_id", sa.String(200), sa.ForeignKey("clinic.id", name="fk_api_enrolment_clinic_id"), nullable=False
        ),
        sa.Column("api_key_id", BIG, sa.ForeignKey("api_key.id", name="fk_api_enrolment_api_key_id"), nullable=False),
        sa.Column("idempotency_key", sa.String(200), nullable=False),
        sa.Column("request_hash", sa.String(200), nullable=False),
        sa.Column(
            "enrolment_id", BIG, sa.ForeignKey("enrolment.id", name="fk_api_enrolment_enrolment_id"), nullable=False
        ),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.UniqueConstraint("clinic_id", "idempotency_key", name="uq_api_enrolment_clinic_id_idempotency_key"),
    )
    op.add_column("staff", sa.Column("deactivated_at", INSTANT, nullable=True))
    op.create_index("ix_message_clinic_due", "message", ["clinic_id", "due_at"])
    op.drop_index("ix_message_clinic_id", table_name="message")
    op.create_index("ix_reply_clinic_received", "reply", ["clinic_id", "received_at"])
    op.drop_index("ix_reply_clinic_id", table_name="reply")


def downgrade() -> None:
    op.create_index("ix_reply_clinic_id", "reply", ["clinic_id"])
    op.drop_index("ix_reply_clinic_received", table_name="reply")
    op.create_index("ix_message_clinic_id", "message", ["clinic_id"])
    op.drop_index("ix_message_clinic_due", table_name="message")
    op.drop_column("staff", "deactivated_at")
    op.drop_table("api_enrolment")
    op.drop_table("api_key")
