"""Staff's marks on readings they hold to be wrong."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "triage_mark",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("clinic_id", sa.String(length=200), nullable=False),
        sa.Column("reply_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=200), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("level", sa.String(length=200), nullable=False),
        sa.Column("rule_version", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_triage_mark_clinic_id")),
        sa.ForeignKeyConstraint(["reply_id"], ["reply.id"], name=op.f("fk_triage_mark_reply_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_triage_mark_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_triage_mark")),
        sa.UniqueConstraint("reply_id", "staff_id", name=op.f("uq_triage_mark_reply_id_staff_id")),
    )
    op.create_index("ix_triage_mark_clinic_created", "triage_mark", ["clinic_id", "created_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_triage_mark_clinic_created", table_name="triage_mark")

    op.drop_table("triage_mark")
