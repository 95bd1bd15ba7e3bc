"""A patient's follow-up as plain text that staff copy into the clinic's own record."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from bot.course import RUNNING
from bot.programmes import programme_of
from bot.staff import words
from bot.staff.formatting import course_week, danish_date, date_time, parse_day
from bot.staff.guard import login_required, staff_member
from bot.staff.journal_text import Course, Head, journal_text
from bot.staff.patient_desk import own_patient
from bot.staff.shell import wording
from bot.staff.thread import conversation
from bot.staff.trace import trace
from bot.web import db, now, runtime
from core.models import Audit, Enrolment, Patient, Staff
from core.phone import display
from scheduler.calendar import local

blueprint = Blueprint("journal", __name__)
FETCHED = "patient.journal"
BAD_DAY = "Skriv dagen som 21-11-2026. Teksten her er hele forløbet."


@blueprint.get("/patienter/<row:patient_id>/journal")
@login_required()
def show(patient_id: int) -> ResponseReturnValue:
    """The text, from the day asked for (`fra`) or all of it. Who fetched it stands in the log."""
    staff = staff_member()
    patient = own_patient(patient_id)
    today, typed = local(now()).date(), request.args.get("fra", "").strip()
    since = parse_day(typed, today)
    errors = {"fra": BAD_DAY} if typed and since is None else {}
    thread = conversation(db(), staff, patient.id, wording(), now())
    entries = [entry for day in (*thread.older, *thread.days) for entry in day.entries]
    head = Head(staff.clinic.name, patient.name, display(patient.phone), staff.name, now())
    courses = [_course(enrolment, today) for enrolment in reversed(patient.enrolments)]
    text = journal_text(head, courses, entries, thread.chart, since)
    before = _fetched_before(patient)
    trace("patient.journal", "patient", patient.id, f"fra {danish_date(since)}" if since else "")
    db().commit()
    return render_template("staff/journal.html", patient=patient, text=text, typed=typed, errors=errors, before=before)


def _course(enrolment: Enrolment, today: date) -> Course:
    programme = programme_of(runtime().content, enrolment)
    standing = words.say(words.ENROLMENT_STATES, enrolment.state).lower()
    if enrolment.state in RUNNING and programme:
        standing += f", {course_week(enrolment.start_date, today, programme.weeks)}"
    if enrolment.ended_at:
        standing += f" {danish_date(enrolment.ended_at)}"
        standing += f" ({enrolment.state_reason})" if enrolment.state_reason else ""
    return Course(
        name=programme.name if programme else enrolment.programme_id,
        version=enrolment.programme_version,
        start=enrolment.start_date,
        standing=standing,
        consent_at=enrolment.consent_at,
    )


def _fetched_before(patient: Patient) -> str:
    """When somebody last had this text, and who; empty when nobody has."""
    row = (
        db()
        .execute(
            select(Audit.at, Staff.name)
            .join(Staff, Staff.id == Audit.staff_id)
            .where(
                Audit.clinic_id == patient.clinic_id,
                Audit.action == FETCHED,
                Audit.object_type == "patient",
                Audit.object_id == str(patient.id),
            )
            .order_by(Audit.id.desc())
            .limit(1)
        )
        .first()
    )
    return f"{date_time(row.at)} af {row.name}" if row else ""
