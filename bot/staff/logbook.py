"""Log: who saw or changed what, for administrators; filtered, paged, and fetched as a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from bot.staff import acts
from bot.staff.filters import LONGEST_WORDS
from bot.staff.formatting import danish_date, parse_day
from bot.staff.guard import login_required, staff_member
from bot.staff.log_rows import HEADER, Filter, page_of, people, table
from bot.staff.roster import search
from bot.staff.trace import trace
from bot.tables import csv_file
from bot.tables.writing import CSV_TYPE
from bot.web import db, now
from core.models import Patient, Role
from scheduler.calendar import local

blueprint = Blueprint("logbook", __name__)
MOST_FOUND = 20
LARGEST_ID = 2**63 - 1


@blueprint.get("/log")
@login_required(Role.ADMIN)
def index() -> ResponseReturnValue:
    staff = staff_member()
    wanted, typed = _filter(request.args)
    page = page_of(db(), staff.clinic_id, wanted, request.args.get("side", 1, type=int))
    trace("log.view", "clinic", staff.clinic_id)
    db().commit()
    patient = _patient(wanted.patient_id)
    return render_template(
        "staff/log.html",
        page=page,
        typed=typed,
        kinds=[(acts.SORTS[sort], words.items(), str(sort)) for sort, words in acts.BY_SORT.items()],
        people=people(db(), staff.clinic_id),
        patient=patient,
        is_filtered=any(typed.values()),
    )


@blueprint.post("/log/patient")
@login_required(Role.ADMIN)
def find_patient() -> ResponseReturnValue:
    """Search by name or number, posted so that neither stands in an address that others write down."""
    query = request.form.get("q", "").replace("\0", "").strip()[:LONGEST_WORDS]
    found = search(db(), staff_member().clinic_id, query, local(now()).date())
    trace("patient.list", "clinic", staff_member().clinic_id)
    db().commit()
    if len(found) == 1:
        return redirect(url_for("logbook.index", patient=found[0]), 303)
    if not found:
        flash("Ingen patient passer til det, du skrev.", "warning")
        return redirect(url_for("logbook.index"), 303)
    shown = {patient.id: patient for patient in db().scalars(select(Patient).where(Patient.id.in_(found[:MOST_FOUND])))}
    in_order = [shown[patient_id] for patient_id in found if patient_id in shown]
    return render_template("staff/log_patients.html", found=in_order, left_out=len(found) - MOST_FOUND)


@blueprint.post("/log/hent")
@login_required(Role.ADMIN)
def export() -> ResponseReturnValue:
    """The rows of the filter as CSV. Fetching them is itself written down, with how many they were."""
    staff = staff_member()
    wanted, _ = _filter(request.form)
    rows = list(table(db(), staff.clinic_id, wanted))
    trace("log.export", "clinic", staff.clinic_id, f"{len(rows)} {'linje' if len(rows) == 1 else 'linjer'}")
    db().commit()
    name = f"log-{staff.clinic_id}-{local(now()):%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(csv_file([HEADER, *rows]), content_type=CSV_TYPE, headers=headers)


def _filter(fields: Mapping[str, Any]) -> tuple[Filter, dict[str, str]]:
    """What was asked for, and the same as it stands in the form. What makes no sense is left out."""
    typed = {
        name: str(fields.get(name, "")).replace("\0", "").strip() for name in ("person", "patient", "art", "fra", "til")
    }
    if not _is_id(typed["person"]):
        typed["person"] = ""
    if not _is_id(typed["patient"]):
        typed["patient"] = ""
    if not acts.actions_of(typed["art"]):
        typed["art"] = ""
    today = local(now()).date()
    first, last = parse_day(typed["fra"], today), parse_day(typed["til"], today)
    typed["fra"], typed["til"] = (danish_date(day) if day else "" for day in (first, last))
    patient_id = int(typed["patient"]) if typed["patient"] else None
    return Filter(typed["person"], patient_id, typed["art"], first, last), typed


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text) <= LARGEST_ID


def _patient(patient_id: int | None) -> Patient | None:
    """The clinic's own patient that the log is filtered by."""
    if patient_id is None:
        return None
    return db().scalar(select(Patient).where(Patient.id == patient_id, Patient.clinic_id == staff_member().clinic_id))
