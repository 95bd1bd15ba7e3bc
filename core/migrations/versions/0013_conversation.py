"""Notes of the staff, a clinic's ready-made texts, and single texts that staff write or cancel."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0016"
branch_labels = None
depends_on = None

_BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "note",
        sa.Column("id", _BIG_ID, nullable=False),
        sa.Column("clinic_id", sa.String(200), sa.ForeignKey("clinic.id", name="fk_note_clinic_id"), nullable=False),
        sa.Column("patient_id", _BIG_ID, sa.ForeignKey("patient.id", name="fk_note_patient_id"), nullable=False),
        sa.Column("staff_id", sa.Integer(), sa.ForeignKey("staff.id", name="fk_note_staff_id"), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _UTC, nullable=False),
        sa.Column("corrected_at", _UTC, nullable=True),
        sa.Column("removed_at", _UTC, nullable=True),
        sa.Column("removed_by", sa.Integer(), sa.ForeignKey("staff.id", name="fk_note_removed_by"), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_note"),
    )
    op.create_index("ix_note_patient_created", "note", ["patient_id", "created_at"])
    op.create_table(
        "note_version",
        sa.Column("id", _BIG_ID, nullable=False),
        sa.Column(
            "note_id",
            _BIG_ID,
            sa.ForeignKey("note.id", name="fk_note_version_note_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", _UTC, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_note_version"),
    )
    op.create_index("ix_note_version_note_id", "note_version", ["note_id"])
    op.create_table(
        "text_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "clinic_id", sa.String(200), sa.ForeignKey("clinic.id", name="fk_text_template_clinic_id"), nullable=False
        ),
        sa.Column("shipped_id", sa.String(200), nullable=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("is_hidden", sa.Boolean(), nullable=False),
        sa.Column("changed_at", _UTC, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_text_template"),
        sa.UniqueConstraint("clinic_id", "shipped_id", name="uq_text_template_clinic_id_shipped_id"),
    )
    op.create_index("ix_text_template_clinic_id", "text_template", ["clinic_id"])
    op.add_column("message", sa.Column("submit_token", sa.String(200), nullable=True))
    op.add_column("message", sa.Column("dropped_at", _UTC, nullable=True))
    op.create_index("uq_message_submit_token", "message", ["patient_id", "submit_token"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_message_submit_token", "message")
    op.drop_column("message", "dropped_at")
    op.drop_column("message", "submit_token")
    op.drop_table("text_template")
    op.drop_table("note_version")
    op.drop_table("note")
