"""Writing to a patient: counted and judged while one types, seen before it goes, sent once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from bot.ready_texts import all_of
from bot.staff.formatting import soon
from bot.staff.guard import login_required, staff_member
from bot.staff.patient_desk import back_to, own_patient, seen
from bot.web import db, now, runtime
from bot.writing import Refusal, Written, circumstances, opening, write
from core.models import Message, Patient, Role
from messages.free_text import ROOM, Judgement, judge, opened
from messages.loader import Content

blueprint = Blueprint("write", __name__)
LONGEST = 1000
LONGEST_TOKEN = 64
_TOLD = {
    Refusal.ALREADY: ("Sms'en var allerede sendt. Den er kun sendt én gang.", "info"),
    Refusal.OPTED_OUT: ("Patienten har afmeldt sms. Ring op i stedet.", "error"),
}


@dataclass(frozen=True)
class Desk:
    """What the form needs. `token`: makes the form good for one text. `opens`: when a text goes if not at once, in
    Danish; empty in the clinic's hours. `ready`: key, title and finished words of the texts to choose.
    """

    token: str
    name: str
    opens: str
    ready: tuple[tuple[str, str, str], ...]


def desk_of(session: Session, content: Content, patient: Patient, at: datetime) -> Desk:
    given = circumstances(session, patient)
    opens = opening(patient.clinic, at)
    ready = [text for text in all_of(session, content, patient.clinic) if not text.is_hidden]
    return Desk(
        token=secrets.token_urlsafe(16),
        name=opened("", given.clinic).strip(),
        opens=soon(opens, at) if opens > at else "",
        ready=tuple((text.key, text.title, text.filled(given)) for text in ready),
    )


@blueprint.post("/patienter/<row:patient_id>/skriv/maal")
@login_required(Role.CLINICIAN)
def measure(patient_id: int) -> ResponseReturnValue:
    """A fragment that shows the text as it would be sent, while it is being typed."""
    patient, text = own_patient(patient_id), _typed()
    judged = judge(text, circumstances(db(), patient))
    return render_template("staff/_write_check.html", text=text, judged=judged, room=ROOM, is_live=True)


@blueprint.post("/patienter/<row:patient_id>/skriv")
@login_required(Role.CLINICIAN)
def send(patient_id: int) -> ResponseReturnValue:
    patient, text = own_patient(patient_id), _typed()
    if patient.opted_out_at is not None:
        return back_to(patient.id, *_TOLD[Refusal.OPTED_OUT])
    if "insert" in request.form:
        return _page(patient, _with_ready(patient, text), None)
    judged = judge(text, circumstances(db(), patient))
    if "shown" not in request.form or "look" in request.form:
        return _page(patient, text, judged)
    written = Written(text, _token(), request.form.get("when", "now"), sure="sure" in request.form)
    done = write(db(), patient, written, now=now(), staff_id=staff_member().id)
    if isinstance(done, Message):
        due_at = done.due_at
        db().commit()
        told = f"Sms'en bliver sendt {soon(due_at, now())}." if due_at > now() else "Sms'en er på vej til patienten."
        return back_to(patient.id, told, anchor="seneste")
    db().rollback()
    if done in _TOLD:
        return back_to(patient_id, *_TOLD[done], anchor="seneste")
    return _page(own_patient(patient_id), text, judged, asked=done is Refusal.ASK), 400


def _with_ready(patient: Patient, text: str) -> str:
    """What stands in the field, and the ready-made text after it."""
    ready = {key: body for key, _, body in desk_of(db(), runtime().content, patient, now()).ready}
    return f"{text.strip()} {ready.get(request.form.get('ready', ''), '')}".strip()


def _page(patient: Patient, text: str, judged: Judgement | None, *, asked: bool = False) -> str:
    """The form on a page of its own, with the text as it would be sent; nothing that was typed is lost."""
    seen(patient)
    desk = desk_of(db(), runtime().content, patient, now())
    return render_template(
        "staff/write.html", patient=patient, desk=desk, text=text, judged=judged, room=ROOM, asked=asked, token=_token()
    )


def _token() -> str:
    """The form's own token, so that a form that comes back with a question is still the same form."""
    return request.form.get("token", "")[:LONGEST_TOKEN] or secrets.token_urlsafe(16)


def _typed() -> str:
    return request.form.get("text", "").replace("\0", "").replace("\r\n", "\n")[:LONGEST]
