"""Marks on readings: made and taken back in the conversation, listed, and fetched as lines for those who mend rules."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from bot import marks
from bot.marks import Marked
from bot.staff import words
from bot.staff.cards import Wording
from bot.staff.formatting import date_time
from bot.staff.guard import login_required, staff_member
from bot.staff.marking import Piece, pieces
from bot.staff.shell import wording
from bot.staff.trace import trace
from bot.standing import Act
from bot.web import db, now
from core.models import Patient, Reply, Role, TriageMark, Verdict
from messages.red_flag_schema import shipped_flags
from scheduler.calendar import local

blueprint = Blueprint("marks", __name__)
PER_PAGE = 50
NOTHING_SENT = "Patienten har ikke fået en sms af det: ring op."


@dataclass(frozen=True)
class Row:
    """A mark as the list shows it; `level` is what the reply was read as when it was marked."""

    id: int
    patient_id: int | None
    reply_id: int
    name: str
    pieces: tuple[Piece, ...]
    level: str
    rule_version: str
    verdict: str
    note: str
    who: str
    at: str


@dataclass(frozen=True)
class Page:
    """One page of the list; `number` counts from 1."""

    rows: tuple[Row, ...]
    number: int
    pages: int
    total: int


@blueprint.get("/maerkede-svar")
@login_required()
def index() -> ResponseReturnValue:
    clinic_id = staff_member().clinic_id
    shown = page_of(db(), clinic_id, wording(), number=request.args.get("side", 1, type=int))
    trace("mark.list", "clinic", clinic_id)
    db().commit()
    return render_template("staff/marks.html", page=shown)


@blueprint.post("/maerkede-svar/hent")
@login_required(Role.ADMIN)
def export() -> ResponseReturnValue:
    staff = staff_member()
    levels = {name: flag.level for name, flag in shipped_flags().items()}
    lines = marks.export(db(), staff.clinic_id, levels, staff_id=staff.id, now=now())
    db().commit()
    name = f"maerkede-svar-{staff.clinic_id}-{local(now()):%Y-%m-%d}.jsonl"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response("".join(f"{line}\n" for line in lines), mimetype="application/x-ndjson", headers=headers)


@blueprint.post("/svar/<row:reply_id>/maerk")
@login_required(Role.CLINICIAN)
def mark(reply_id: int) -> ResponseReturnValue:
    staff = staff_member()
    verdict = request.form.get("verdict", "")
    note = request.form.get("note", "")
    done = marks.mark(
        db(), reply_id, clinic_id=staff.clinic_id, staff_id=staff.id, verdict=verdict, note=note, now=now()
    )
    if done.act is Act.INVALID:
        return _to_reply(done, reply_id, "Vælg, hvad svaret burde være læst som. Intet er gemt.", "error")
    if done.alerted:
        return _to_reply(done, reply_id, f"Mærket er gemt, og der ligger nu en rød alarm i indbakken. {NOTHING_SENT}")
    if verdict == Verdict.SHOULD_BE_RED:
        return _to_reply(done, reply_id, f"Mærket er gemt. Den røde alarm ligger i indbakken. {NOTHING_SENT}")
    return _to_reply(done, reply_id, "Mærket er gemt.")


@blueprint.post("/svar/<row:reply_id>/fortryd")
@login_required(Role.CLINICIAN)
def take_back(reply_id: int) -> ResponseReturnValue:
    staff = staff_member()
    done = marks.take_back(db(), reply_id, clinic_id=staff.clinic_id, staff_id=staff.id, now=now())
    if done.act is Act.ALREADY:
        return _to_reply(done, reply_id, "Du har ikke mærket dette svar.", "warning")
    if done.red_open:
        return _to_reply(
            done, reply_id, "Dit mærke er fjernet. Svarets røde alarm står der stadig, indtil den afsluttes."
        )
    return _to_reply(done, reply_id, "Dit mærke er fjernet.")


def page_of(session: Session, clinic_id: str, wording: Wording, *, number: int) -> Page:
    """A clinic's marks, newest first."""
    shown = (
        TriageMark.clinic_id == clinic_id,
        TriageMark.reply.has(Reply.patient.has(Patient.erased_at.is_(None))),
    )
    total = session.scalar(select(func.count()).select_from(TriageMark).where(*shown)) or 0
    pages = max(1, -(-total // PER_PAGE))
    number = min(max(number, 1), pages)
    rows = session.scalars(
        select(TriageMark)
        .where(*shown)
        .options(
            joinedload(TriageMark.staff),
            joinedload(TriageMark.reply).joinedload(Reply.triage),
            joinedload(TriageMark.reply).joinedload(Reply.patient),
        )
        .order_by(TriageMark.created_at.desc(), TriageMark.id.desc())
        .offset((number - 1) * PER_PAGE)
        .limit(PER_PAGE)
    ).all()
    return Page(tuple(_row(row, wording) for row in rows), number, pages, total)


def _row(row: TriageMark, wording: Wording) -> Row:
    reply = row.reply
    return Row(
        id=row.id,
        patient_id=reply.patient_id,
        reply_id=reply.id,
        name=reply.patient.name if reply.patient else "",
        pieces=pieces(reply.body, reply.triage.evidence if reply.triage else (), wording.flags),
        level=row.level,
        rule_version=row.rule_version,
        verdict=words.say(words.VERDICTS, row.verdict),
        note=row.note,
        who=row.staff.name,
        at=date_time(row.created_at),
    )


def _to_reply(done: Marked, reply_id: int, told: str, kind: str = "success") -> ResponseReturnValue:
    """Commit, say what came of it, and lead back to the reply; another clinic's does not exist here."""
    if done.act is Act.NOT_FOUND:
        abort(404)
    db().commit()
    flash(told, kind)
    return redirect(f"{url_for('patients.show', patient_id=done.patient_id)}#svar-{reply_id}", 303)
