"""How long patients' words are kept, and erasing one patient at once."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from bot.retention import LONGEST_MONTHS, SHORTEST_MONTHS, Erasure, count_due, erase, keep_for
from bot.staff.guard import login_required, staff_member
from bot.web import db, now
from core.models import Patient, Role

blueprint = Blueprint("keeping", __name__)
BAD_MONTHS = f"Skriv et helt antal måneder fra {SHORTEST_MONTHS} til {LONGEST_MONTHS}. Intet er ændret."
HINDRANCES = {
    Erasure.RUNNING: "Patienten er i et forløb. Stop forløbet først. Intet er slettet.",
    Erasure.ALERT_OPEN: "Patienten har en alarm, der ikke er afsluttet. Afslut den først. Intet er slettet.",
    Erasure.ON_ITS_WAY: "En sms til patienten er på vej. Prøv igen om lidt. Intet er slettet.",
}


@blueprint.get("/indstillinger/opbevaring")
@login_required()
def index() -> ResponseReturnValue:
    return _page(str(staff_member().clinic.keep_months), {})


@blueprint.post("/indstillinger/opbevaring")
@login_required(Role.ADMIN)
def save() -> ResponseReturnValue:
    typed = request.form.get("months", "").strip()
    staff = staff_member()
    months = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= len(str(LONGEST_MONTHS)) else 0
    if not SHORTEST_MONTHS <= months <= LONGEST_MONTHS:
        return _page(typed, {"months": BAD_MONTHS}), 400
    keep_for(db(), staff.clinic_id, months, staff_id=staff.id, now=now())
    db().commit()
    flash("Gemt. Det gælder fra næste gennemgang, som sker hver time.", "success")
    return redirect(url_for("keeping.index"), 303)


@blueprint.get("/patienter/<row:patient_id>/slet")
@login_required(Role.ADMIN)
def ask(patient_id: int) -> ResponseReturnValue:
    return render_template("staff/erase.html", patient=_patient(patient_id))


@blueprint.post("/patienter/<row:patient_id>/slet")
@login_required(Role.ADMIN)
def erase_patient(patient_id: int) -> ResponseReturnValue:
    patient = _patient(patient_id)
    outcome = erase(db(), patient.id, staff_id=staff_member().id, now=now())
    if hindrance := HINDRANCES.get(outcome):
        flash(hindrance, "warning")
        return redirect(url_for("patients.show", patient_id=patient.id), 303)
    db().commit()
    flash("Patientens navn, numre og ord er slettet.", "success")
    return redirect(url_for("people.index"), 303)


def _patient(patient_id: int) -> Patient:
    """The clinic's own, and not erased already."""
    own = (Patient.id == patient_id, Patient.clinic_id == staff_member().clinic_id, Patient.erased_at.is_(None))
    patient = db().scalar(select(Patient).where(*own))
    if patient is None:
        abort(404)
    return patient


def _page(months: str, errors: dict[str, str]) -> str:
    due, soon = count_due(db(), staff_member().clinic, now())
    return render_template("staff/keeping.html", months=months, errors=errors, due=due, soon=soon)
