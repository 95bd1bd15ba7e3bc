"""How long a text of unknown fate is left alone, looked for, and when staff are told. Argued in docs/delivery.md."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, literal

from core.models import Message, MessageKind
from core.models.base import UtcDateTime

URGENT = (MessageKind.ADVICE, MessageKind.CONTACT_CHECK, MessageKind.ALARM)
"""Somebody with a red flag waits for it: twice is harmless, late is not."""
SETTLES_IN = timedelta(minutes=2)
URGENT_SETTLES_IN = timedelta(seconds=30)
"""After our side has given up: what the provider took by then stands in its list."""
TOLD_AFTER = timedelta(minutes=15)
URGENT_TOLD_AFTER = timedelta(minutes=5)
"""Staff hear of a text that could not be settled by then, counted from when it became unknown."""
LOOK_AGAIN = timedelta(seconds=30)
LOOK_SELDOM = timedelta(minutes=10)
"""Once staff have been told."""
LOOKED_FOR = timedelta(days=2)
"""Since its last try; longer than any text lives."""


def unsettled(now: datetime) -> dict[str, Any]:
    """What a row gets when its fate becomes unknown: when it is looked for, and when staff are told if it stays so."""
    return {
        "next_attempt_at": _by_urgency(now + URGENT_SETTLES_IN, now + SETTLES_IN),
        "lease_until": _by_urgency(now + URGENT_TOLD_AFTER, now + TOLD_AFTER),
    }


def _by_urgency(urgent: datetime, other: datetime) -> Any:
    return case((Message.kind.in_(URGENT), literal(urgent, UtcDateTime)), else_=literal(other, UtcDateTime))
