"""One patient's conversation, and the sheet to take home."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import moving
from bot.course import RUNNING
from bot.places import region_for
from bot.programmes import programme_of
from bot.staff.adapted import exercises_of
from bot.staff.cards import version
from bot.staff.formatting import course_week
from bot.staff.guard import login_required, staff_member
from bot.staff.handout import sheet_for
from bot.staff.patient_desk import back_to, own_patient, seen
from bot.staff.shell import is_sending, wording
from bot.staff.thread import Conversation, conversation
from bot.staff.wishes import wishes_of
from bot.staff.write import desk_of
from bot.web import db, now, runtime
from core.models import Enrolment, Patient, Staff
from scheduler.calendar import local

blueprint = Blueprint("patients", __name__)
NO_COURSE = "Der er ikke noget ark at udskrive, for patienten er ikke tilmeldt et forløb."
COURSE_GONE = "Der er ikke noget ark at udskrive, for patientens forløb findes ikke mere i systemet."


@blueprint.get("/patienter/<row:patient_id>")
@login_required()
def show(patient_id: int) -> ResponseReturnValue:
    patient = own_patient(patient_id)
    return _page(patient, conversation(db(), staff_member(), patient.id, wording(), now()))


@blueprint.get("/patienter/<row:patient_id>/samtale")
@login_required(polling=True)
def poll(patient_id: int) -> ResponseReturnValue:
    """The page anew for one that shows version `v` and takes the thread from it; 204 when there is nothing new."""
    patient = own_patient(patient_id)
    thread = conversation(db(), staff_member(), patient.id, wording(), now())
    if request.args.get("v", "") == _version(thread):
        return "", 204
    return _page(patient, thread)


def _version(thread: Conversation) -> str:
    return version((thread, is_sending()))


def _page(patient: Patient, thread: Conversation) -> str:
    staff = staff_member()
    content = runtime().content
    newest = patient.enrolments[0] if patient.enrolments else None
    programme = programme_of(content, newest)
    today = local(now()).date()
    is_running = newest is not None and newest.state in RUNNING
    week = course_week(newest.start_date, today, programme.weeks) if newest and programme and is_running else ""
    region = region_for(db(), content, staff.clinic_id, patient.region)
    desk = desk_of(db(), content, patient, now())
    seen(patient)
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
        desk=desk,
        documents=content.sources,
        wishes=wishes_of(newest) if newest else (),
        exercises=exercises_of(db(), newest) if newest else (),
        here=url_for("patients.show", patient_id=patient.id),
        poll_at=url_for("patients.poll", patient_id=patient.id, v=_version(thread)),
    )


@blueprint.get("/patienter/<row:patient_id>/ark")
@login_required()
def handout(patient_id: int) -> ResponseReturnValue:
    """The sheet a patient takes home, one printed page."""
    staff = staff_member()
    patient = own_patient(patient_id)
    content = runtime().content
    newest = patient.enrolments[0] if patient.enrolments else None
    programme = programme_of(content, newest)
    if newest is None or programme is None:
        return back_to(patient.id, NO_COURSE if newest is None else COURSE_GONE, "warning")
    today = local(now()).date()
    region = region_for(db(), content, staff.clinic_id, patient.region)
    sheet = sheet_for(content, programme, newest, patient, staff.clinic, region, today)
    seen(patient)
    return render_template(
        "staff/handout.html", patient=patient, sheet=sheet, region=region, is_stale=region.is_stale(today)
    )


def _consent(enrolment: Enrolment) -> dict[str, str]:
    """The words the patient said yes to, and who wrote it down; empty what is not known."""
    taken_by = db().get(Staff, enrolment.enrolled_by) if enrolment.enrolled_by else None
    words = runtime().content.consent.words(enrolment.consent_version)
    return {"words": words or "", "taken_by": taken_by.name if taken_by else ""}
