"""The enrolment form: half a minute at the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import time

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from bot.course import running_enrolment
from bot.enrolment import Enrolled, check, enrol, find_patient
from bot.programmes import programme_of
from bot.staff.enrol_form import BAD_DATE, CHOICES, FIRST_WEEK, Coming, Form, Week, first_week, suggestions, typed
from bot.staff.formatting import clock
from bot.staff.guard import login_required, staff_member
from bot.staff.trace import trace
from bot.web import db, now, runtime
from core import phone
from core.models import Enrolment, Message, Role
from scheduler.calendar import at, local
from scheduler.planning import TIMES_OF_DAY

blueprint = Blueprint("enrol", __name__)


@blueprint.get("/tilmeld")
@login_required(Role.CLINICIAN)
def new() -> ResponseReturnValue:
    return _page(Form(region=staff_member().clinic.region), is_new=True)


@blueprint.post("/tilmeld")
@login_required(Role.CLINICIAN)
def create() -> ResponseReturnValue:
    form = typed(request.form)
    staff = staff_member()
    if form.has_bad_date(now()):
        errors = check(runtime().content, form.application(now()), now())
        return _page(replace(form, errors=errors | _in_a_list(errors) | {"start_date": BAD_DATE})), 400
    result = enrol(db(), runtime().content, staff.clinic, form.application(now()), now=now(), staff_id=staff.id)
    if not isinstance(result, Enrolled):
        return _page(replace(form, errors=result.errors | _in_a_list(result.errors))), 400
    enrolment_id = result.enrolment.id
    db().commit()
    return redirect(url_for("enrol.done", enrolment_id=enrolment_id), 303)


@blueprint.post("/tilmeld/uge")
@login_required(Role.CLINICIAN)
def preview() -> ResponseReturnValue:
    """The first week of what is chosen so far: a fragment, or the whole page again for a browser without scripts."""
    form = typed(request.form)
    if not request.headers.get("HX-Request"):
        return _page(form)
    week = first_week(runtime().content, staff_member().clinic, form, now())
    return render_template("staff/_first_week.html", week=week)


@blueprint.post("/tilmeld/telefon")
@login_required(Role.CLINICIAN)
def check_phone() -> ResponseReturnValue:
    """A fragment that says whether a number can be used, while it is being typed."""
    is_doctor = "doctor_phone" in request.form
    number_typed = request.form.get("doctor_phone" if is_doctor else "phone", "").strip()
    number = phone.parse(number_typed)
    followed = None
    if number is not None and not is_doctor:
        patient = find_patient(db(), number, staff_member().clinic_id)
        followed = patient if patient and running_enrolment(db(), patient.id) else None
    digits = sum(character.isdecimal() for character in number_typed)
    return render_template("staff/_phone.html", typed=number_typed, number=number, followed=followed, digits=digits)


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
    trace("patient.view", "patient", enrolment.patient_id)
    db().commit()
    return render_template(
        "staff/enrolled.html",
        enrolment=enrolment,
        programme=programme_of(runtime().content, enrolment),
        week=_stored_week(enrolment),
    )


def _stored_week(enrolment: Enrolment) -> Week:
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
    shown = (Coming(text.due_at, text.question, text.body) for text in texts if text.due_at < end)
    return Week(tuple(shown), len(texts))


def _in_a_list(errors: Mapping[str, str]) -> dict[str, str]:
    return {name: sentence for name, sentence in CHOICES.items() if name in errors}


def _page(form: Form, *, is_new: bool = False) -> str:
    content, staff = runtime().content, staff_member()
    known = suggestions(db(), staff, content, now())
    if is_new:
        form = replace(form, programme=known.programme)
    return render_template(
        "staff/enrol.html",
        form=form,
        week=first_week(content, staff.clinic, form, now()),
        is_suggested=is_new and bool(known.programme),
        doctors=known.doctors,
        programmes=[(item.id, item.name) for item in content.programmes.values()],
        regions=[(item.id, item.name) for item in content.regions.values()],
        times=[(key, f"{key.capitalize()} (kl. {clock(wall)})") for key, wall in TIMES_OF_DAY.items()],
        today=local(now()).date(),
        consent=content.consent.newest,
    )
