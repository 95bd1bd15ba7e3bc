"""Acts on a patient's running course: pause, resume, stop, and taking back what the patient wished for."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from bot import course, forms, grants
from bot.staff.formatting import danish_date, parse_day
from bot.staff.guard import login_required, staff_member
from bot.staff.patient_desk import back_to, own_patient, running_of, seen
from bot.staff.words import STOP_REASONS
from bot.web import db, now, runtime
from core.models import Enrolment, Patient, Role
from scheduler.calendar import local

blueprint = Blueprint("course_acts", __name__)
_REASONS = [(reason, reason) for reason in STOP_REASONS]


def _act(patient: Patient, over: str, act: Callable[[Enrolment], None], done: str) -> ResponseReturnValue:
    """Do something with the course that runs, commit, and say so; `over`: what is said when none runs."""
    running = running_of(patient)
    if running is None:
        return back_to(patient.id, over, "warning")
    act(running)
    db().commit()
    return back_to(patient.id, done)


@blueprint.post("/patienter/<row:patient_id>/pause")
@login_required(Role.CLINICIAN)
def pause(patient_id: int) -> ResponseReturnValue:
    patient = own_patient(patient_id)
    typed = request.form.get("until", "").strip()
    until = parse_day(typed, local(now()).date()) if typed else None
    is_wrong = typed and (until is None or until <= local(now()).date())
    if is_wrong and running_of(patient) is not None:
        sentence = "Vælg en dato efter i dag, eller lad feltet stå tomt. Forløbet er ikke sat på pause."
        return back_to(patient.id, sentence, "error")
    end = f"til {danish_date(until)}" if until else "indtil nogen genoptager det"
    return _act(
        patient,
        "Forløbet er allerede slut. Der er ikke noget at sætte på pause.",
        lambda running: course.pause(db(), running, now=now(), until=until, staff_id=staff_member().id),
        f"Forløbet er på pause {end}.",
    )


@blueprint.post("/patienter/<row:patient_id>/genoptag")
@login_required(Role.CLINICIAN)
def resume(patient_id: int) -> ResponseReturnValue:
    return _act(
        own_patient(patient_id),
        "Forløbet er slut og kan ikke genoptages. Tilmeld patienten igen.",
        lambda running: course.resume(db(), running, now=now(), staff_id=staff_member().id),
        "Forløbet er i gang igen.",
    )


@blueprint.post("/patienter/<row:patient_id>/glem-oensker")
@login_required(Role.CLINICIAN)
def forget_wishes(patient_id: int) -> ResponseReturnValue:
    content = runtime().content
    return _act(
        own_patient(patient_id),
        "Forløbet er slut. Der er ikke noget at nulstille.",
        lambda running: grants.forget_wishes(db(), content, running, now=now(), staff_id=staff_member().id),
        "Ønskerne er nulstillet. Sms'erne kommer igen, som da patienten blev tilmeldt.",
    )


@blueprint.post("/patienter/<row:patient_id>/saedvanlige-oevelser")
@login_required(Role.CLINICIAN)
def usual_exercises(patient_id: int) -> ResponseReturnValue:
    def act(running: Enrolment) -> None:
        content, staff_id = runtime().content, staff_member().id
        forms.set_form(db(), content, running, "usual", reason=forms.SET_BACK, now=now(), staff_id=staff_id)

    over = "Forløbet er slut. Der er ingen øvelser at ændre."
    return _act(own_patient(patient_id), over, act, "Patienten får igen de sædvanlige øvelser.")


@blueprint.get("/patienter/<row:patient_id>/stop")
@login_required(Role.CLINICIAN)
def ask_stop(patient_id: int) -> ResponseReturnValue:
    patient = own_patient(patient_id)
    seen(patient)
    return render_template("staff/stop.html", patient=patient, reasons=_REASONS, error=None)


@blueprint.post("/patienter/<row:patient_id>/stop")
@login_required(Role.CLINICIAN)
def stop(patient_id: int) -> ResponseReturnValue:
    patient = own_patient(patient_id)
    reason = request.form.get("reason", "")
    if reason not in STOP_REASONS:
        error = "Vælg, hvorfor forløbet stoppes."
        return render_template("staff/stop.html", patient=patient, reasons=_REASONS, error=error), 400
    return _act(
        patient,
        "Forløbet var allerede slut.",
        lambda running: course.stop(db(), running, now=now(), reason=reason, staff_id=staff_member().id),
        "Forløbet er stoppet. Patienten får ikke flere sms'er fra forløbet.",
    )
