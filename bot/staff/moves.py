"""One patient's course and a newer version of it: what would change from now on, and the move."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from bot import moving
from bot.moving import Outcome
from bot.staff.changes import rows_of, summary
from bot.staff.guard import login_required, staff_member
from bot.staff.trace import trace
from bot.web import db, now, runtime
from core.models import Enrolment, Role

blueprint = Blueprint("moves", __name__)
NO_NEWER = "Forløbet kører på den nyeste udgave, eller det er slut. Der er ikke noget at flytte."
CHANGED_MEANWHILE = "Intet er flyttet: Forløbet eller udgaven er ændret, siden siden blev vist. Se den igennem igen."
IS_OVER = "Intet er flyttet: Forløbet er slut, eller den sidste sms er sendt."


@blueprint.get("/patienter/<row:patient_id>/udgave")
@login_required()
def show(patient_id: int) -> ResponseReturnValue:
    content = runtime().content
    enrolment = _newest(patient_id)
    programme = moving.newer(content, enrolment)
    if programme is None:
        return _back(patient_id, NO_NEWER, "warning")
    outlook = moving.outlook(db(), content, enrolment, programme, now())
    rows = rows_of(outlook)
    trace("patient.view", "patient", patient_id)
    db().commit()
    return render_template(
        "staff/move.html",
        patient=enrolment.patient,
        enrolment=enrolment,
        programme=programme,
        rows=rows,
        summary=summary(rows),
        same=outlook.same,
        is_gone=moving.is_gone(content, enrolment),
    )


@blueprint.post("/patienter/<row:patient_id>/udgave")
@login_required(Role.CLINICIAN)
def move(patient_id: int) -> ResponseReturnValue:
    enrolment = _newest(patient_id)
    seen = request.form.get("version_from", 0, type=int), request.form.get("version_to", 0, type=int)
    outcome = moving.move(db(), runtime().content, enrolment, seen=seen, now=now(), staff_id=staff_member().id)
    if outcome is Outcome.OVER:
        return _back(patient_id, IS_OVER, "warning")
    if outcome is Outcome.OTHER:
        return _back(patient_id, CHANGED_MEANWHILE, "warning")
    db().commit()
    return _back(patient_id, f"Forløbet fortsætter i udgave {seen[1]}. De planlagte sms'er er lagt om.", "success")


def _newest(patient_id: int) -> Enrolment:
    """The newest course of the clinic's own patient; another clinic's does not exist here."""
    enrolment = db().scalar(
        select(Enrolment)
        .where(Enrolment.patient_id == patient_id, Enrolment.clinic_id == staff_member().clinic_id)
        .options(joinedload(Enrolment.patient))
        .order_by(Enrolment.id.desc())
        .limit(1)
    )
    if enrolment is None:
        abort(404)
    return enrolment


def _back(patient_id: int, told: str, kind: str) -> ResponseReturnValue:
    flash(told, kind)
    return redirect(url_for("patients.show", patient_id=patient_id), 303)
