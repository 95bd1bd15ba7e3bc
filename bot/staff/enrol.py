"""The enrolment form: half a minute at the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time, timedelta

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from bot.consent import CONSENT_TEXT
from bot.course import running_enrolment
from bot.enrolment import Application, Enrolled, enrol, find_patient
from bot.programmes import programme_of
from bot.staff.formatting import clock, parse_day
from bot.staff.guard import login_required, staff_member
from bot.staff.trace import trace
from bot.web import db, now, runtime
from core import phone
from core.models import Enrolment, Message, Role
from scheduler.calendar import at, local
from scheduler.planning import DEFAULT_TIME_OF_DAY, TIMES_OF_DAY

blueprint = Blueprint("enrol", __name__)
CHOICES = {
    "programme": "Vælg et forløb.",
    "region": "Vælg en region.",
    "time_of_day": "Vælg et tidspunkt.",
}
FIRST_WEEK = timedelta(days=7)
BAD_DATE = "Skriv datoen som 21-11-2026, eller lad feltet stå tomt for at starte i dag."


@dataclass(frozen=True)
class Form:
    """What was typed, as it was typed, so that nothing is lost when something is wrong."""

    name: str = ""
    phone: str = ""
    programme: str = ""
    region: str = ""
    doctor_phone: str = ""
    time_of_day: str = DEFAULT_TIME_OF_DAY
    start_date: str = ""
    instructed: bool = False
    consent: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)


@blueprint.get("/tilmeld")
@login_required(Role.CLINICIAN)
def new() -> ResponseReturnValue:
    return _page(Form(region=staff_member().clinic.region))


@blueprint.post("/tilmeld")
@login_required(Role.CLINICIAN)
def create() -> ResponseReturnValue:
    form = _typed()
    day = parse_day(form.start_date) if form.start_date.strip() else None
    application = Application(
        name=form.name,
        phone=form.phone,
        programme=form.programme,
        region=form.region,
        doctor_phone=form.doctor_phone,
        consent=form.consent,
        time_of_day=form.time_of_day,
        start_date=day,
        instructed=form.instructed,
    )
    if form.start_date.strip() and day is None:
        return _page(replace(form, errors={"start_date": BAD_DATE})), 400
    staff = staff_member()
    result = enrol(db(), runtime().content, staff.clinic, application, now=now(), staff_id=staff.id)
    if not isinstance(result, Enrolled):
        return _page(replace(form, errors=result.errors | _in_a_list(result.errors))), 400
    enrolment_id = result.enrolment.id
    db().commit()
    return redirect(url_for("enrol.done", enrolment_id=enrolment_id), 303)


@blueprint.post("/tilmeld/telefon")
@login_required(Role.CLINICIAN)
def check_phone() -> ResponseReturnValue:
    """A fragment that says whether a number can be used, while it is being typed."""
    is_doctor = "doctor_phone" in request.form
    typed = request.form.get("doctor_phone" if is_doctor else "phone", "").strip()
    number = phone.parse(typed)
    followed = None
    if number is not None and not is_doctor:
        patient = find_patient(db(), number, staff_member().clinic_id)
        followed = patient if patient and running_enrolment(db(), patient.id) else None
    digits = sum(character.isdecimal() for character in typed)
    return render_template("staff/_phone.html", typed=typed, number=number, followed=followed, digits=digits)


@blueprint.get("/tilmeld/<row:enrolment_id>")
@login_required(Role.CLINICIAN)
def done(enrolment_id: int) -> ResponseReturnValue:
    """What was agreed to: the texts of the first week with their times."""
    staff = staff_member()
    enrolment = db().scalar(
        select(Enrolment)
        .where(Enrolment.id == enrolment_id, Enrolment.clinic_id == staff.clinic_id)
        .options(joinedload(Enrolment.patient))
    )
    if enrolment is None:
        abort(404)
    texts = (
        db()
        .scalars(
            select(Message)
            .where(Message.enrolment_id == enrolment.id, Message.step_id.is_not(None), Message.plan_version == 1)
            .order_by(Message.due_at, Message.id)
        )
        .all()
    )
    end = at(enrolment.start_date + FIRST_WEEK, time.min)
    trace("patient.view", "patient", enrolment.patient_id)
    db().commit()
    return render_template(
        "staff/enrolled.html",
        enrolment=enrolment,
        programme=programme_of(runtime().content, enrolment),
        first_week=[text for text in texts if text.due_at < end],
        total=len(texts),
    )


def _in_a_list(errors: Mapping[str, str]) -> dict[str, str]:
    """Here one chooses from a list: no need to name the ids a file must use."""
    return {name: sentence for name, sentence in CHOICES.items() if name in errors}


def _typed() -> Form:
    typed = {key: value.replace("\0", "") for key, value in request.form.items()}
    return Form(
        name=typed.get("name", ""),
        phone=typed.get("phone", ""),
        programme=typed.get("programme", ""),
        region=typed.get("region", ""),
        doctor_phone=typed.get("doctor_phone", ""),
        time_of_day=typed.get("time_of_day", DEFAULT_TIME_OF_DAY),
        start_date=typed.get("start_date", ""),
        instructed="instructed" in typed,
        consent="consent" in typed,
    )


def _page(form: Form) -> str:
    content = runtime().content
    return render_template(
        "staff/enrol.html",
        form=form,
        programmes=[(item.id, item.name) for item in content.programmes.values()],
        regions=[(item.id, item.name) for item in content.regions.values()],
        times=[(key, f"{key.capitalize()} (kl. {clock(wall)})") for key, wall in TIMES_OF_DAY.items()],
        today=local(now()).date(),
        consent_text=CONSENT_TEXT,
    )
