"""Opening hours, deadlines, who is on call, the alarms they are sent, and the e-mails that carry some of them."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0015"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_WORD = sa.String(length=200)
_SECRET = sa.LargeBinary()


def upgrade() -> None:
    _hours()
    _contacts()
    _alarms()
    with op.batch_alter_table("alert") as alert:
        alert.add_column(sa.Column("acknowledged_contact_id", _BIG, nullable=True))
        alert.add_column(sa.Column("alarmed_at", _TIME, nullable=True))
        alert.create_foreign_key(
            "fk_alert_acknowledged_contact_id", "on_call_contact", ["acknowledged_contact_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("alert") as alert:
        alert.drop_constraint("fk_alert_acknowledged_contact_id", type_="foreignkey")
        alert.drop_column("alarmed_at")
        alert.drop_column("acknowledged_contact_id")
    for table in (
        "alarm_alert", "alarm", "mail", "roster_change", "roster_shift", "on_call_contact", "deadline", "closed_days",
        "opening_day",
    ):  # fmt: skip
        op.drop_table(table)


def _hours() -> None:
    op.create_table(
        "opening_day",
        _clinic("opening_day"),
        sa.Column("weekday", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "weekday", name="pk_opening_day"),
    )
    op.create_table(
        "closed_days",
        sa.Column("id", sa.Integer(), nullable=False),
        _clinic("closed_days"),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", _WORD, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_closed_days"),
    )
    op.create_index("ix_closed_days_clinic_id", "closed_days", ["clinic_id"])
    op.create_table(
        "deadline",
        _clinic("deadline"),
        sa.Column("colour", _WORD, nullable=False),
        sa.Column("open_minutes", sa.Integer(), nullable=False),
        sa.Column("closed_minutes", sa.Integer(), nullable=True),
        sa.Column("every_minutes", sa.Integer(), nullable=False),
        sa.Column("has_alarm", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "colour", name="pk_deadline"),
    )


def _contacts() -> None:
    op.create_table(
        "on_call_contact",
        sa.Column("id", _BIG, nullable=False),
        _clinic("on_call_contact"),
        _to("on_call_contact", "staff_id", sa.Integer(), "staff", nullable=True),
        sa.Column("name", _SECRET, nullable=False),
        sa.Column("phone", _SECRET, nullable=True),
        sa.Column("phone_hash", _WORD, nullable=True),
        sa.Column("email", _SECRET, nullable=True),
        sa.Column("standby", sa.Integer(), nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("removed_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_on_call_contact"),
    )
    op.create_index("ix_on_call_contact_clinic_id", "on_call_contact", ["clinic_id"])
    op.create_index("ix_on_call_contact_phone_hash", "on_call_contact", ["phone_hash"])
    op.create_table(
        "roster_shift",
        sa.Column("id", sa.Integer(), nullable=False),
        _clinic("roster_shift"),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("contacts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_roster_shift"),
    )
    op.create_index("ix_roster_shift_clinic_id", "roster_shift", ["clinic_id"])
    op.create_table(
        "roster_change",
        sa.Column("id", sa.Integer(), nullable=False),
        _clinic("roster_change"),
        sa.Column("starts_at", _TIME, nullable=False),
        sa.Column("ends_at", _TIME, nullable=False),
        sa.Column("contacts", sa.JSON(), nullable=False),
        sa.Column("reason", _SECRET, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_roster_change"),
    )
    op.create_index("ix_roster_change_clinic_id", "roster_change", ["clinic_id"])


def _alarms() -> None:
    op.create_table(
        "mail",
        sa.Column("id", _BIG, nullable=False),
        _clinic("mail"),
        sa.Column("to_address", _SECRET, nullable=False),
        sa.Column("subject", _SECRET, nullable=False),
        sa.Column("body", _SECRET, nullable=False),
        sa.Column("state", _WORD, nullable=False),
        sa.Column("error_code", _WORD, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("lease_until", _TIME, nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("sent_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_mail"),
    )
    op.create_index("ix_mail_state_next", "mail", ["state", "next_attempt_at"])
    op.create_table(
        "alarm",
        sa.Column("id", _BIG, nullable=False),
        _clinic("alarm"),
        _to("alarm", "contact_id", _BIG, "on_call_contact"),
        _to("alarm", "staff_id", sa.Integer(), "staff", nullable=True),
        sa.Column("colour", _WORD, nullable=True),
        _to("alarm", "message_id", _BIG, "message", nullable=True),
        _to("alarm", "mail_id", _BIG, "mail", nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("answered_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_alarm"),
        sa.UniqueConstraint("mail_id", name="uq_alarm_mail_id"),
        sa.UniqueConstraint("message_id", name="uq_alarm_message_id"),
    )
    op.create_index("ix_alarm_clinic_created", "alarm", ["clinic_id", "created_at"])
    op.create_index("ix_alarm_contact_created", "alarm", ["contact_id", "created_at"])
    op.create_table(
        "alarm_alert",
        _to("alarm_alert", "alarm_id", _BIG, "alarm", autoincrement=False),
        _to("alarm_alert", "alert_id", _BIG, "alert", autoincrement=False),
        sa.PrimaryKeyConstraint("alarm_id", "alert_id", name="pk_alarm_alert"),
    )
    op.create_index("ix_alarm_alert_alert_id", "alarm_alert", ["alert_id"])


def _clinic(table: str) -> sa.Column[Any]:
    return _to(table, "clinic_id", _WORD, "clinic")


def _to(
    table: str, name: str, kind: sa.types.TypeEngine[Any], target: str, *, nullable: bool = False,
    autoincrement: Literal["auto", False] = "auto",
) -> sa.Column[Any]:  # fmt: skip
    key = sa.ForeignKey(f"{target}.id", name=f"fk_{table}_{name}")
    return sa.Column(name, kind, key, nullable=nullable, autoincrement=autoincrement)
