"""Notes about a patient: written, corrected by their author, removed by an administrator."""

from __future__ import annotations

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from bot import notes
from bot.notes import Outcome
from bot.staff.guard import login_required, staff_member
from bot.staff.patient_desk import back_to, own_patient
from bot.web import db, now
from core.models import Note, Role

blueprint = Blueprint("notes", __name__)
EMPTY = "Noten er tom. Der er ikke gemt noget."


@blueprint.post("/patienter/<row:patient_id>/noter")
@login_required(Role.CLINICIAN)
def add(patient_id: int) -> ResponseReturnValue:
    patient, staff = own_patient(patient_id), staff_member()
    done = notes.add(
        db(), clinic_id=staff.clinic_id, patient_id=patient.id, body=_typed(), staff_id=staff.id, now=now()
    )
    db().commit()
    if done is Outcome.EMPTY:
        return back_to(patient.id, EMPTY, "warning")
    return back_to(patient.id, "Noten er gemt. Den bliver ikke sendt til patienten.", anchor="seneste")


@blueprint.post("/noter/<row:note_id>/ret")
@login_required(Role.CLINICIAN)
def correct(note_id: int) -> ResponseReturnValue:
    note = _own(note_id)
    done = notes.correct(db(), note, body=_typed(), staff_id=staff_member().id, now=now())
    db().commit()
    sentence, kind = {
        Outcome.DONE: ("Noten er rettet. Man kan se, hvordan den lød før.", "success"),
        Outcome.EMPTY: (EMPTY, "warning"),
        Outcome.REFUSED: ("Kun den, der har skrevet noten, kan rette den, og kun det første døgn.", "warning"),
        Outcome.GONE: ("Noten er fjernet imens. Din rettelse er ikke gemt.", "warning"),
    }[done]
    return back_to(note.patient_id, sentence, kind, anchor=f"note-{note.id}")


@blueprint.post("/noter/<row:note_id>/fjern")
@login_required(Role.ADMIN)
def remove(note_id: int) -> ResponseReturnValue:
    note = _own(note_id)
    done = notes.remove(db(), note, staff_id=staff_member().id, now=now())
    db().commit()
    if done is Outcome.GONE:
        return back_to(note.patient_id, "Noten var allerede fjernet.", "warning")
    return back_to(note.patient_id, "Noten er fjernet. Samtalen viser, at der stod en.", anchor=f"note-{note.id}")


def _own(note_id: int) -> Note:
    note = notes.find(db(), staff_member().clinic_id, note_id)
    if note is None:
        abort(404)
    own_patient(note.patient_id)  # a patient who was erased does not exist
    return note


def _typed() -> str:
    return request.form.get("body", "").replace("\0", "").replace("\r\n", "\n")
