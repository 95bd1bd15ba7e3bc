"""What the person logged in does, written down in the audit log."""

from __future__ import annotations

from collections.abc import Sequence

from bot import audit
from bot.staff.guard import staff_member
from bot.web import db, now
from core.models import Staff


def trace(action: str, object_type: str, object_id: object, detail: str = "") -> None:
    """An act of whoever is asking, in this request's transaction; the view commits. See audit.record."""
    trace_of(staff_member(), action, object_type, object_id, detail)


def trace_views(action: str, object_type: str, object_ids: Sequence[int]) -> None:
    """The sight of many objects on one page, a line each."""
    staff = staff_member()
    audit.record_views(
        db(),
        clinic_id=staff.clinic_id,
        staff_id=staff.id,
        action=action,
        object_type=object_type,
        object_ids=object_ids,
        now=now(),
    )


def trace_of(staff: Staff, action: str, object_type: str, object_id: object, detail: str = "") -> None:
    """The same for somebody who is not logged in yet, or no longer."""
    audit.record(
        db(),
        clinic_id=staff.clinic_id,
        staff_id=staff.id,
        action=action,
        object_type=object_type,
        object_id=object_id,
        now=now(),
        detail=detail,
    )
