"""One planned text: put at another time, sent now, cancelled, brought back."""

from __future__ import annotations

from datetime import datetime, time

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from bot import planned
from bot.planned import CHANGEABLE, Outcome, Refusal
from bot.staff.formatting import clock, date_time, long_day, parse_day, parse_time
from bot.staff.guard import login_required, staff_member
from bot.staff.patient_desk import back_to, seen
from bot.staff.texts import state_text
from bot.web import db, now, runtime
from core.models import Message, MessageKind, MessageState, Patient, Role
from scheduler.calendar import at, local
from scheduler.shifting import ESSENTIAL, Objection

blueprint = Blueprint("planned", __name__)
HALF_HOUR = 30
WHY_CANCEL = ("Aftalt med patienten", "Passer ikke til patienten lige nu", "Patienten har fået det at vide", "Andet")
_REFUSED: dict[Refusal | Objection, str] = {
    Refusal.LATE: "En kollega kom først, eller sms'en er sendt. Se, hvordan den står nu.",
    Refusal.OVER: "Forløbet er slut. Sms'en kan ikke ændres.",
    Refusal.ESSENTIAL: (
        "Den kan ikke aflyses alene. Patienten skal spørges om alvorlige tegn hver uge og vide, hvor der er hjælp. "
        "Stop eller sæt hele forløbet på pause i stedet."
    ),
    Refusal.HELD: "Sms'en er holdt tilbage af en grund og kan ikke sendes nu.",
    Refusal.NOT_OF_A_COURSE: "Den sms kan ikke ændres.",
    Objection.PAST: "Det tidspunkt er forbi.",
    Objection.CLOSED: "Sms'er i forløbet sendes kun i klinikkens sendetid.",
    Objection.HOLIDAY: "Det er en helligdag. Der sendes ikke sms'er i forløbet.",
    Objection.TAKEN: "Patienten får allerede en sms fra forløbet den dag. Der sendes højst én.",
    Objection.BEFORE_WELCOME: "Velkomsten skal sendes først, og der skal gå to timer.",
    Objection.AFTER_CLOSING: "Forløbet slutter før eller på den dag.",
    Objection.NOT_LAST: "Afslutningen skal være den sidste sms. Der står andre efter den dag.",
    Objection.GAP: (
        "Så ville der gå mere end 8 dage, uden at patienten bliver spurgt om alvorlige tegn. Vælg en anden dag."
    ),
}


@blueprint.get("/sms/<row:message_id>")
@login_required(Role.CLINICIAN)
def show(message_id: int) -> ResponseReturnValue:
    row = _own(message_id)
    if row.patient is not None:
        seen(row.patient)
    return _page(row)


@blueprint.post("/sms/<row:message_id>/flyt")
@login_required(Role.CLINICIAN)
def move(message_id: int) -> ResponseReturnValue:
    row = _own(message_id)
    day, wall = parse_day(request.form.get("day", ""), local(now()).date()), parse_time(request.form.get("time", ""))
    if day is None or wall is None:
        return _page(row, {"time": "Skriv klokkeslættet som 9.30."} if wall is None else {"day": "Vælg en dag."}), 400
    outcome = planned.move(db(), row, seen_due_at=_seen(row), to=at(day, wall), now=now(), staff_id=staff_member().id)
    return _after(row, outcome, f"Sms'en er flyttet til {long_day(day)} kl. {wall:%H.%M}.")


@blueprint.post("/sms/<row:message_id>/send")
@login_required(Role.CLINICIAN)
def send(message_id: int) -> ResponseReturnValue:
    row = _own(message_id)
    outcome = planned.send_now(db(), row, seen_due_at=_seen(row), now=now(), staff_id=staff_member().id)
    return _after(row, outcome, "Sms'en bliver sendt nu.")


@blueprint.post("/sms/<row:message_id>/aflys")
@login_required(Role.CLINICIAN)
def cancel(message_id: int) -> ResponseReturnValue:
    row = _own(message_id)
    reason = request.form.get("reason", "")
    if reason not in WHY_CANCEL:
        return _page(row, {"reason": "Vælg, hvorfor sms'en aflyses."}), 400
    said = reason[0].lower() + reason[1:]
    outcome = planned.cancel(db(), row, reason=said, now=now(), staff_id=staff_member().id)
    return _after(row, outcome, "Sms'en er aflyst.")


@blueprint.post("/sms/<row:message_id>/genoptag")
@login_required(Role.CLINICIAN)
def restore(message_id: int) -> ResponseReturnValue:
    row = _own(message_id)
    outcome = planned.restore(db(), runtime().content, row, now=now(), staff_id=staff_member().id)
    return _after(row, outcome, f"Sms'en er sat ind igen og bliver sendt {date_time(row.due_at)}.")


def _own(message_id: int) -> Message:
    """A text of the clinic's that staff may change; any other does not exist here."""
    row = db().scalar(
        select(Message)
        .join(Patient, Message.patient_id == Patient.id)
        .where(
            Message.id == message_id,
            Message.clinic_id == staff_member().clinic_id,
            Message.kind.in_(CHANGEABLE),
            Patient.erased_at.is_(None),
        )
        .options(joinedload(Message.patient), joinedload(Message.enrolment))
    )
    if row is None:
        abort(404)
    return row


def _seen(row: Message) -> datetime:
    """Where the text stood on the page that was seen; where it cannot be read, nowhere it can stand now."""
    try:
        return datetime.fromisoformat(request.form.get("seen", "")).astimezone(row.due_at.tzinfo)
    except (ValueError, OverflowError):
        return datetime.min.replace(tzinfo=row.due_at.tzinfo)


def _after(row: Message, outcome: Outcome, done: str) -> ResponseReturnValue:
    patient_id, message_id = row.patient_id or 0, row.id
    if outcome is None:
        db().commit()
        return back_to(patient_id, done, anchor="planlagte")
    db().rollback()
    flash(f"Intet er ændret. {_REFUSED[outcome]}", "warning")
    return redirect(url_for("planned.show", message_id=message_id), 303)


def _page(row: Message, errors: dict[str, str] | None = None) -> str:
    is_step = row.kind == MessageKind.STEP
    is_waiting = planned.is_waiting(row)
    days = planned.free_days(db(), row, now()) if is_step and is_waiting else []
    today = local(row.due_at).date()
    return render_template(
        "staff/planned.html",
        row=row,
        patient=row.patient,
        state=state_text(row),
        when=date_time(row.due_at),
        seen=row.due_at.isoformat(),
        days=[(day.isoformat(), long_day(day)) for day in days],
        day=request.form.get("day", today.isoformat()),
        times=[(clock(wall), clock(wall)) for wall in _times(row)],
        time=request.form.get("time", clock(row.due_at)),
        is_step=is_step,
        is_waiting=is_waiting,
        is_held=row.state == MessageState.HELD,
        is_essential=is_step and row.purpose in ESSENTIAL,
        can_come_back=is_step and row.dropped_at is not None and row.due_at > now(),
        reasons=[(reason, reason) for reason in WHY_CANCEL],
        errors=errors or {},
    )


def _times(row: Message) -> list[time]:
    """Every half hour of the clinic's window, and the hour at which the text stands now."""
    clinic = staff_member().clinic
    halves = {time(minute // 60, minute % 60) for minute in range(clinic.window_opens, clinic.window_closes, HALF_HOUR)}
    return sorted(halves | {local(row.due_at).time().replace(second=0, microsecond=0)})
