"""Saved views of the patients list, and lists of patients being read in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("filters", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_saved_view_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    op.create_index(op.f("ix_saved_view_staff_id"), "saved_view", ["staff_id"], unique=False)
    op.create_table(
        "import_list",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("clinic_id", sa.String(length=200), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=200), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.Column("choices", sa.LargeBinary(), nullable=False),
        sa.Column("chosen", sa.LargeBinary(), nullable=False),
        sa.Column("results", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_import_list_clinic_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_import_list_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_list")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_import_list_clinic_id"), "import_list", ["clinic_id"], unique=False)
    op.create_index("ix_import_list_state_created", "import_list", ["state", "created_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_import_list_state_created", table_name="import_list")
    op.drop_index(op.f("ix_import_list_clinic_id"), table_name="import_list")
    op.drop_table("import_list")
    op.drop_index(op.f("ix_saved_view_staff_id"), table_name="saved_view")
    op.drop_table("saved_view")
