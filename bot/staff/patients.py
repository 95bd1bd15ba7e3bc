"""One patient's conversation and printed sheet, and pausing, resuming and stopping a course."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from bot import course, forms, grants, moving
from bot.course import RUNNING
from bot.places import region_for
from bot.programmes import programme_of
from bot.staff.adapted import exercises_of
from bot.staff.formatting import course_week, danish_date, parse_day
from bot.staff.guard import login_required, staff_member
from bot.staff.handout import sheet_for
from bot.staff.shell import wording
from bot.staff.thread import conversation
from bot.staff.trace import trace
from bot.staff.wishes import wishes_of
from bot.staff.words import STOP_REASONS
from bot.web import db, now, runtime
from core.models import Enrolment, Patient, Role, Staff
from scheduler.calendar import local

blueprint = Blueprint("patients", __name__)
NO_COURSE = "Der er ikke noget ark at udskrive, for patienten er ikke tilmeldt et forløb."
COURSE_GONE = "Der er ikke noget ark at udskrive, for patientens forløb findes ikke mere i systemet."
_REASONS = [(reason, reason) for reason in STOP_REASONS]


@blueprint.get("/patienter/<row:patient_id>")
@login_required()
def show(patient_id: int) -> ResponseReturnValue:
    staff = staff_member()
    patient = _patient(patient_id)
    content = runtime().content
    newest = patient.enrolments[0] if patient.enrolments else None
    programme = programme_of(content, newest)
    today = local(now()).date()
    is_running = newest is not None and newest.state in RUNNING
    week = course_week(newest.start_date, today, programme.weeks) if newest and programme and is_running else ""
    thread = conversation(db(), staff, patient.id, wording(), now())
    region = region_for(db(), content, staff.clinic_id, patient.region)
    trace("patient.view", "patient", patient.id)
    db().commit()
    return render_template(
        "staff/conversation.html",
        patient=patient,
        enrolment=newest,
        programme=programme,
        is_running=is_running,
        newer=moving.newer(content, newest) if newest else None,
        is_version_gone=newest is not None and moving.is_gone(content, newest),
        week=week,
        consent=_consent(newest) if newest else None,
        region=region,
        thread=thread,
        documents=runtime().content.sources,
        wishes=wishes_of(newest) if newest else (),
        exercises=exercises_of(db(), newest) if newest else (),
        here=url_for("patients.show", patient_id=patient.id),
    )


@blueprint.get("/patienter/<row:patient_id>/ark")
@login_required()
def handout(patient_id: int) -> ResponseReturnValue:
    """The sheet a patient takes home, one printed page."""
    staff = staff_member()
    patient = _patient(patient_id)
    content = runtime().content
    newest = patient.enrolments[0] if patient.enrolments else None
    programme = programme_of(content, newest)
    if newest is None or programme is None:
        flash(NO_COURSE if newest is None else COURSE_GONE, "warning")
        return _to(patient)
    today = local(now()).date()
    region = region_for(db(), content, staff.clinic_id, patient.region)
    sheet = sheet_for(content, programme, newest, patient, staff.clinic, region, today)
    trace("patient.view", "patient", patient.id)
    db().commit()
    return render_template(
        "staff/handout.html", patient=patient, sheet=sheet, region=region, is_stale=region.is_stale(today)
    )


@blueprint.post("/patienter/<row:patient_id>/pause")
@login_required(Role.CLINICIAN)
def pause(patient_id: int) -> ResponseReturnValue:
    patient = _patient(patient_id)
    running = _running(patient)
    typed = request.form.get("until", "").strip()
    until = parse_day(typed) if typed else None
    if running is None:
        flash("Forløbet er allerede slut. Der er ikke noget at sætte på pause.", "warning")
    elif typed and (until is None or until <= local(now()).date()):
        flash("Vælg en dato efter i dag, eller lad feltet stå tomt. Forløbet er ikke sat på pause.", "error")
    else:
        course.pause(db(), running, now=now(), until=until, staff_id=staff_member().id)
        db().commit()
        end = f"til {danish_date(until)}" if until else "indtil nogen genoptager det"
        flash(f"Forløbet er på pause {end}.", "success")
    return _to(patient)


@blueprint.post("/patienter/<row:patient_id>/genoptag")
@login_required(Role.CLINICIAN)
def resume(patient_id: int) -> ResponseReturnValue:
    patient = _patient(patient_id)
    running = _running(patient)
    if running is None:
        flash("Forløbet er slut og kan ikke genoptages. Tilmeld patienten igen.", "warning")
    else:
        course.resume(db(), running, now=now(), staff_id=staff_member().id)
        db().commit()
        flash("Forløbet er i gang igen.", "success")
    return _to(patient)


@blueprint.post("/patienter/<row:patient_id>/glem-oensker")
@login_required(Role.CLINICIAN)
def forget_wishes(patient_id: int) -> ResponseReturnValue:
    patient = _patient(patient_id)
    running = _running(patient)
    if running is None:
        flash("Forløbet er slut. Der er ikke noget at nulstille.", "warning")
    else:
        grants.forget_wishes(db(), runtime().content, running, now=now(), staff_id=staff_member().id)
        db().commit()
        flash("Ønskerne er nulstillet. Sms'erne kommer igen, som da patienten blev tilmeldt.", "success")
    return _to(patient)


@blueprint.post("/patienter/<row:patient_id>/saedvanlige-oevelser")
@login_required(Role.CLINICIAN)
def usual_exercises(patient_id: int) -> ResponseReturnValue:
    patient = _patient(patient_id)
    running = _running(patient)
    if running is None:
        flash("Forløbet er slut. Der er ingen øvelser at ændre.", "warning")
    else:
        staff_id, content = staff_member().id, runtime().content
        forms.set_form(db(), content, running, "usual", reason=forms.SET_BACK, now=now(), staff_id=staff_id)
        db().commit()
        flash("Patienten får igen de sædvanlige øvelser.", "success")
    return _to(patient)


@blueprint.get("/patienter/<row:patient_id>/stop")
@login_required(Role.CLINICIAN)
def ask_stop(patient_id: int) -> ResponseReturnValue:
    patient = _patient(patient_id)
    trace("patient.view", "patient", patient.id)
    db().commit()
    return render_template("staff/stop.html", patient=patient, reasons=_REASONS, error=None)


@blueprint.post("/patienter/<row:patient_id>/stop")
@login_required(Role.CLINICIAN)
def stop(patient_id: int) -> ResponseReturnValue:
    patient = _patient(patient_id)
    reason = request.form.get("reason", "")
    if reason not in STOP_REASONS:
        error = "Vælg, hvorfor forløbet stoppes."
        return render_template("staff/stop.html", patient=patient, reasons=_REASONS, error=error), 400
    running = _running(patient)
    if running is None:
        flash("Forløbet var allerede slut.", "warning")
    else:
        course.stop(db(), running, now=now(), reason=reason, staff_id=staff_member().id)
        db().commit()
        flash("Forløbet er stoppet. Patienten får ikke flere sms'er fra forløbet.", "success")
    return _to(patient)


def _patient(patient_id: int) -> Patient:
    """The clinic's own patient; another clinic's does not exist here."""
    patient = db().scalar(
        select(Patient)
        .where(Patient.id == patient_id, Patient.clinic_id == staff_member().clinic_id, Patient.erased_at.is_(None))
        .options(selectinload(Patient.enrolments))
    )
    if patient is None:
        abort(404)
    return patient


def _consent(enrolment: Enrolment) -> dict[str, str]:
    """The words the patient said yes to, and who wrote it down; empty what is not known."""
    taken_by = db().get(Staff, enrolment.enrolled_by) if enrolment.enrolled_by else None
    words = runtime().content.consent.words(enrolment.consent_version)
    return {"words": words or "", "taken_by": taken_by.name if taken_by else ""}


def _running(patient: Patient) -> Enrolment | None:
    return next((item for item in patient.enrolments if item.state in RUNNING), None)


def _to(patient: Patient) -> ResponseReturnValue:
    return redirect(url_for("patients.show", patient_id=patient.id), 303)
