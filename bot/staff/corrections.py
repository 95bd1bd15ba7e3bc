"""A patient's name, numbers and region put right."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from bot.corrections import Details, correct
from bot.staff.guard import login_required, staff_member
from bot.staff.patient_desk import back_to, own_patient, seen
from bot.web import db, now, runtime
from core.models import Patient, Role
from core.phone import display

blueprint = Blueprint("corrections", __name__)


@blueprint.get("/patienter/<row:patient_id>/oplysninger")
@login_required(Role.CLINICIAN)
def show(patient_id: int) -> ResponseReturnValue:
    patient = own_patient(patient_id)
    details = Details(patient.name, display(patient.phone), patient.region, display(patient.doctor_phone))
    seen(patient)
    return _page(patient, details, {})


@blueprint.post("/patienter/<row:patient_id>/oplysninger")
@login_required(Role.CLINICIAN)
def save(patient_id: int) -> ResponseReturnValue:
    patient = own_patient(patient_id)
    details = Details(**{key: request.form.get(key, "").replace("\0", "") for key in Details.__annotations__})
    before = patient.phone
    errors = correct(db(), runtime().content, patient, details, now=now(), staff_id=staff_member().id)
    if errors:
        return _page(patient, details, errors), 400
    db().commit()
    if patient.phone != before:
        return back_to(patient.id, "Oplysningerne er rettet. Sms'er, der venter, bliver sendt til det nye nummer.")
    return back_to(patient.id, "Oplysningerne er rettet.")


def _page(patient: Patient, details: Details, errors: Mapping[str, str]) -> str:
    regions = [(item.id, item.name) for item in runtime().content.regions.values()]
    return render_template("staff/details.html", patient=patient, details=details, regions=regions, errors=errors)
