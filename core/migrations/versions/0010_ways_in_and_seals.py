"""A second factor, passkeys, what is used once, names of browsers, and seals over the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0018"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_UNSEALED = sa.text("number IS NULL")
_FIRST_SEAL = "0" * 64


def upgrade() -> None:
    op.add_column("clinic", sa.Column("require_second_factor", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("staff", sa.Column("totp_secret", sa.LargeBinary(), nullable=True))
    op.add_column("staff", sa.Column("totp_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("staff", sa.Column("totp_last_step", sa.Integer(), nullable=True))
    op.add_column("staff_session", sa.Column("browser", sa.String(length=200), nullable=False, server_default=""))
    _ways_in()
    op.add_column("audit", sa.Column("detail", sa.String(length=200), nullable=False, server_default=""))
    op.add_column("audit", sa.Column("number", _BIG, nullable=True))
    op.add_column("audit", sa.Column("seal", sa.String(length=200), nullable=True))
    op.create_index("ix_audit_object", "audit", ["clinic_id", "object_type", "object_id"])
    op.create_index("ix_audit_unsealed", "audit", ["id"], sqlite_where=_UNSEALED, postgresql_where=_UNSEALED)
    op.create_index("uq_audit_number", "audit", ["number"], unique=True)
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", _BIG, nullable=False),
        sa.Column("seal", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.bulk_insert(head, [{"id": 1, "number": 0, "seal": _FIRST_SEAL}])


def _ways_in() -> None:
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", _BIG, nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_passkey_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index("ix_passkey_staff_id", "passkey", ["staff_id"])
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=200), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_recovery_code_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    op.create_index("ix_recovery_code_staff_id", "recovery_code", ["staff_id"])
    op.create_table(
        "staff_token",
        sa.Column("token_hash", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_token_staff_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_token")),
    )
    op.create_index("ix_staff_token_staff_id", "staff_token", ["staff_id"])
    op.create_index("ix_staff_token_expires_at", "staff_token", ["expires_at"])


def downgrade() -> None:
    op.drop_table("audit_head")
    for index in ("uq_audit_number", "ix_audit_unsealed", "ix_audit_object"):
        op.drop_index(index, table_name="audit")
    for column in ("seal", "number", "detail"):
        op.drop_column("audit", column)
    for table in ("staff_token", "recovery_code", "passkey"):
        op.drop_table(table)
    op.drop_column("staff_session", "browser")
    for column in ("totp_last_step", "totp_since", "totp_secret"):
        op.drop_column("staff", column)
    op.drop_column("clinic", "require_second_factor")
