"""The audit log: who saw or changed which patient data. Ids only; a patient's words never stand here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.models import Audit


def record(
    session: Session,
    *,
    clinic_id: str,
    staff_id: int | None,
    action: str,
    object_type: str,
    object_id: object,
    now: datetime,
    detail: str = "",
) -> None:
    """Add a line in the caller's transaction, so that an act and its trace stand or fall together.

    `action`: noun and verb, such as `patient.view`; bot/staff/acts.py has the Danish words for each. `staff_id` None:
    done by the system or at the command line. `detail`: a number or a choice that belongs to the act, at most 200
    characters and never a patient's words, name or number.
    """
    session.add(
        Audit(
            at=now,
            clinic_id=clinic_id,
            staff_id=staff_id,
            action=action,
            object_type=object_type,
            object_id=str(object_id),
            detail=detail,
        )
    )


def record_views(
    session: Session,
    *,
    clinic_id: str,
    staff_id: int,
    action: str,
    object_type: str,
    object_ids: Sequence[int],
    now: datetime,
) -> None:
    """A line for each of many objects that a page shows, in one statement."""
    common = {"at": now, "clinic_id": clinic_id, "staff_id": staff_id, "action": action, "object_type": object_type}
    if object_ids:
        session.execute(insert(Audit), [{**common, "object_id": str(object_id)} for object_id in object_ids])
