"""Enrolling for a script: the form's own rules, and a request sent twice that enrols once. The caller commits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.enrolment import Application, Rejected, enrol
from core.crypto import keyring_of
from core.models import ApiEnrolment, ApiKey, Clinic, Enrolment
from messages.loader import Content


@dataclass(frozen=True)
class Known:
    """The request came before: this is what it led to. `is_same`: it asked for the same."""

    enrolment: Enrolment | None
    is_same: bool


def known(session: Session, key: ApiKey, name: str | None, sent: Mapping[str, Any]) -> Known | None:
    """What a request of this name led to before; None when it is new, or has no name."""
    if name is None:
        return None
    found = session.scalar(
        select(ApiEnrolment).where(ApiEnrolment.clinic_id == key.clinic_id, ApiEnrolment.idempotency_key == name)
    )
    if found is None:
        return None
    hashes = keyring_of(session.get_bind().dialect).lookup_hashes(_canonical(sent))
    return Known(session.get(Enrolment, found.enrolment_id), found.request_hash in hashes)


def enrol_once(
    session: Session,
    content: Content,
    key: ApiKey,
    application: Application,
    *,
    name: str | None,
    sent: Mapping[str, Any],
    now: datetime,
) -> Enrolment | Rejected:
    """Raises sqlalchemy.exc.IntegrityError when another request of the same name has come first this moment."""
    clinic = session.get_one(Clinic, key.clinic_id)
    result = enrol(session, content, clinic, application, now=now, staff_id=None)
    if isinstance(result, Rejected):
        return result
    if name is not None:
        row = ApiEnrolment(
            clinic_id=key.clinic_id,
            api_key_id=key.id,
            idempotency_key=name,
            request_hash=keyring_of(session.get_bind().dialect).lookup_hash(_canonical(sent)),
            enrolment_id=result.enrolment.id,
            created_at=now,
        )
        session.add(row)
        session.flush()
    return result.enrolment


def _canonical(sent: Mapping[str, Any]) -> str:
    """The same text for the same request, however its fields were ordered. Only a keyed hash of it is kept."""
    return json.dumps(sent, sort_keys=True)
