"""What workers share about sending: how much each sender may still send, and which gateways are left alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from core.models.base import Base


class SenderLevel(Base):
    """How many segments a sender had left at an instant (UTC); below nothing when advice took more than there was.

    `sender`: the number, or the messaging service, that texts go from.
    """

    __tablename__ = "sender_level"

    sender: Mapped[str] = mapped_column(primary_key=True)
    segments: Mapped[float]
    at: Mapped[datetime]


class Circuit(Base):
    """A gateway that is left alone because it failed again and again; one without a row is in use.

    `opened_at`: since when, `probe_at`: when one text may try it again (UTC). `failed_probes`: how many did in vain.
    `code`: the last error.
    """

    __tablename__ = "circuit"

    gateway: Mapped[str] = mapped_column(primary_key=True)
    opened_at: Mapped[datetime]
    probe_at: Mapped[datetime]
    failed_probes: Mapped[int] = mapped_column(default=0)
    code: Mapped[str]
