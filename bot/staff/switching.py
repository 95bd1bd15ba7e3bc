"""A patient goes over to another programme: chosen, seen in full, then done."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from bot import switching
from bot.programmes import programme_of
from bot.staff.formatting import date_time
from bot.staff.guard import login_required, staff_member
from bot.staff.patient_desk import back_to, own_patient, running_of, seen
from bot.switching import Refusal, Wanted, last_day, outlook
from bot.web import db, now, runtime
from core.models import Enrolment, Patient, Role
from messages.programme_schema import Programme
from scheduler.calendar import local

blueprint = Blueprint("switching", __name__)
NONE_RUNS = "Der er ikke et forløb i gang. Tilmeld patienten i stedet."
_REFUSED = {
    Refusal.OTHER: "Intet er ændret: Forløbet er ændret, siden siden blev vist. Se det igennem igen.",
    Refusal.OVER: "Intet er ændret: Forløbet er slut, eller den sidste sms er sendt.",
    Refusal.PAUSED: "Intet er ændret: Forløbet er på pause. Genoptag det først.",
    Refusal.SAME: "Patienten er allerede i det forløb.",
}


@blueprint.get("/patienter/<row:patient_id>/skift-forloeb")
@login_required(Role.CLINICIAN)
def show(patient_id: int) -> ResponseReturnValue:
    patient = own_patient(patient_id)
    running = running_of(patient)
    if running is None:
        return back_to(patient.id, NONE_RUNS, "warning")
    content = runtime().content
    wanted = _wanted(running, request.args)
    shown = outlook(db(), content, running, wanted, now()) if wanted else None
    seen(patient)
    if isinstance(shown, Refusal):
        return back_to(patient.id, _REFUSED[shown], "warning")
    day = (local(now()).date() - running.start_date).days
    return render_template(
        "staff/switch.html",
        patient=patient,
        enrolment=running,
        present=programme_of(content, running),
        programmes=[(key, item.name) for key, item in content.programmes.items() if key != running.programme_id],
        wanted=wanted,
        chosen=content.programmes[wanted.programme] if wanted else None,
        starts=_starts(day),
        instructed=wanted.instructed if wanted else running.instructed,
        shown=shown,
        texts=[(date_time(due_at), body) for due_at, body in shown.coming] if shown else [],
    )


@blueprint.post("/patienter/<row:patient_id>/skift-forloeb")
@login_required(Role.CLINICIAN)
def switch(patient_id: int) -> ResponseReturnValue:
    patient = own_patient(patient_id)
    running = running_of(patient)
    if running is None:
        return back_to(patient.id, NONE_RUNS, "warning")
    wanted = _wanted(running, request.form)
    if wanted is None:
        return back_to(patient.id, "Intet er ændret: Vælg et andet forløb.", "warning")
    done = switching.switch(db(), runtime().content, running, wanted, now=now(), staff_id=staff_member().id)
    if isinstance(done, Refusal):
        db().rollback()
        return back_to(patient_id, _REFUSED[done], "warning")
    db().commit()
    return _told(patient, runtime().content.programmes[wanted.programme])


def _told(patient: Patient, programme: Programme) -> ResponseReturnValue:
    told = f"Patienten er nu i forløbet »{programme.name}«. Giv patienten det nye ark, og sig, at sms'erne skifter."
    return back_to(patient.id, told)


def _wanted(running: Enrolment, typed: Mapping[str, str]) -> Wanted | None:
    """What was chosen; None while nothing is, or when it does not exist. A day past the programme's end is its last."""
    programme = runtime().content.programmes.get(typed.get("forloeb", ""))
    if programme is None:
        return None
    day = typed.get("fra", "0")
    from_day = min(int(day), last_day(programme)) if day.isdecimal() and len(day) < 5 else 0
    version = typed.get("plan", "")
    seen_version = int(version) if version.isdecimal() and len(version) < 9 else running.plan_version
    seen_id = typed.get("tilmelding", "")
    enrolment_id = int(seen_id) if seen_id.isdecimal() and len(seen_id) < 19 else running.id
    return Wanted(programme.id, from_day, "instrueret" in typed, (enrolment_id, seen_version))


def _starts(day: int) -> list[tuple[str, str]]:
    """Where a course may be begun: at its start, where the present one stands, or at the beginning of a week."""
    weeks = [(7 * week, f"Fra uge {week + 1} (dag {7 * week})") for week in range(1, 12)]
    here = [(day, f"Samme sted som nu (dag {day})")] if day > 0 else []
    return [(str(value), word) for value, word in [(0, "Fra begyndelsen"), *here, *weeks]]
