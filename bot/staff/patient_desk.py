"""What the pages about one patient share: the clinic's own patient, the way back, and the line in the audit log."""

from __future__ import annotations

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from bot.course import RUNNING
from bot.staff.guard import staff_member
from bot.staff.trace import trace
from bot.web import db
from core.models import Enrolment, Patient


def own_patient(patient_id: int) -> Patient:
    """The clinic's own patient with all courses, newest first; another clinic's does not exist here."""
    patient = db().scalar(
        select(Patient)
        .where(Patient.id == patient_id, Patient.clinic_id == staff_member().clinic_id, Patient.erased_at.is_(None))
        .options(selectinload(Patient.enrolments))
    )
    if patient is None:
        abort(404)
    return patient


def running_of(patient: Patient) -> Enrolment | None:
    return next((item for item in patient.enrolments if item.state in RUNNING), None)


def back_to(patient_id: int, told: str, kind: str = "success", *, anchor: str | None = None) -> ResponseReturnValue:
    """To the conversation, with what came of the act."""
    flash(told, kind)
    return redirect(url_for("patients.show", patient_id=patient_id, _anchor=anchor), 303)


def seen(patient: Patient) -> None:
    """A staff member has looked at the patient: one line in the audit log, committed."""
    trace("patient.view", "patient", patient.id)
    db().commit()
