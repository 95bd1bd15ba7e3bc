"""Opening hours by weekday, and the days on which the clinic is closed besides the holidays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from bot import contacts
from bot.deadlines import hours_of
from bot.staff.formatting import WEEKDAYS, minute_clock, parse_clock, parse_day
from bot.staff.guard import login_required, staff_member
from bot.web import db, now
from core.models import ClosedDays, Role
from scheduler.calendar import local
from scheduler.opening import Span, is_open, next_opening

blueprint = Blueprint("hours", __name__)
LONGEST_REASON = 60


@dataclass(frozen=True)
class Day:
    """A weekday of the form, as it is or as it was typed."""

    number: int
    name: str
    opens: str
    closes: str
    error: str = ""


@blueprint.get("/indstillinger/aabningstider")
@login_required()
def index() -> ResponseReturnValue:
    return _page()


@blueprint.post("/indstillinger/aabningstider")
@login_required(Role.ADMIN)
def save() -> ResponseReturnValue:
    typed = [
        check(number, request.form.get(f"opens-{number}", ""), request.form.get(f"closes-{number}", ""))
        for number in range(7)
    ]
    days = [day for day, _ in typed]
    spans = [span for _, span in typed]
    if not any(spans) and not any(day.error for day in days):
        flash("Skriv, hvornår I har åbent mindst én dag om ugen.", "error")
        return _page(days), 400
    if any(day.error for day in days):
        return _page(days), 400
    contacts.set_hours(db(), spans, by=staff_member(), now=now())
    db().commit()
    flash("Åbningstiderne er gemt.", "success")
    return redirect(url_for("hours.index"), 303)


@blueprint.post("/indstillinger/aabningstider/lukket")
@login_required(Role.ADMIN)
def close() -> ResponseReturnValue:
    today = local(now()).date()
    first = parse_day(request.form.get("first", ""), today)
    last_typed = request.form.get("last", "").strip()
    last = parse_day(last_typed, today) if last_typed else first
    error = check_closed(first, last, today)
    if error or first is None or last is None:
        return _page(errors={"first": error}, typed=request.form), 400
    reason = request.form.get("reason", "").replace("\0", "").strip()[:LONGEST_REASON]
    contacts.add_closed_days(db(), first, last, reason, by=staff_member(), now=now())
    db().commit()
    flash("Lukkedagene er gemt.", "success")
    return redirect(url_for("hours.index"), 303)


@blueprint.post("/indstillinger/aabningstider/lukket/<row:row_id>/fjern")
@login_required(Role.ADMIN)
def open_again(row_id: int) -> ResponseReturnValue:
    staff = staff_member()
    row = db().scalar(select(ClosedDays).where(ClosedDays.id == row_id, ClosedDays.clinic_id == staff.clinic_id))
    if row is None:
        abort(404)
    contacts.remove(db(), row, by=staff, now=now())
    db().commit()
    flash("Lukkedagene er fjernet.", "success")
    return redirect(url_for("hours.index"), 303)


def check(number: int, opens: str, closes: str) -> tuple[Day, Span | None]:
    """A weekday as it was typed, with what is wrong with it, and its hours; both fields empty: closed."""
    opens, closes = opens.strip()[:10], closes.strip()[:10]
    if not opens and not closes:
        return Day(number, WEEKDAYS[number], "", ""), None
    begins, ends = parse_clock(opens), parse_clock(closes)
    error = ""
    if begins is None or ends is None:
        error = "Skriv begge klokkeslæt, for eksempel 08.00 og 16.00."
    elif begins >= ends:
        error = "Klinikken skal lukke senere, end den åbner."
    day = Day(number, WEEKDAYS[number], opens, closes, error)
    return day, (begins, ends) if not error and begins is not None and ends is not None else None


def check_closed(first: date | None, last: date | None, today: date) -> str:
    """What is wrong with days on which the clinic is to be closed; empty when nothing is."""
    if first is None or last is None:
        return "Vælg den første dag, og den sidste, hvis der er flere."
    if last < first:
        return "Den sidste dag kan ikke ligge før den første."
    if last < today:
        return "Dagene er gået."
    if (last - first).days > 60:
        return "Vælg højst 60 dage ad gangen."
    return ""


def _page(
    days: list[Day] | None = None, errors: Mapping[str, str] | None = None, typed: Mapping[str, str] | None = None
) -> str:
    clinic_id, today = staff_member().clinic_id, local(now()).date()
    hours = hours_of(db(), clinic_id)
    stored = [
        Day(number, WEEKDAYS[number], minute_clock(span[0]) if span else "", minute_clock(span[1]) if span else "")
        for number, span in enumerate(hours.weekly)
    ]
    closed = select(ClosedDays).where(ClosedDays.clinic_id == clinic_id, ClosedDays.last_day >= today)
    return render_template(
        "staff/hours.html",
        days=days or stored,
        closed=db().scalars(closed.order_by(ClosedDays.first_day)).all(),
        is_open=is_open(hours, now()),
        opens_at=next_opening(hours, now()),
        errors=errors or {},
        typed=typed or {},
    )
