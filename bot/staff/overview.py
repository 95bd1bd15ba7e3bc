"""How it goes in the clinic: courses, answers, alerts, pain, deliveries and cost, week by week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from bot.figures import period as periods
from bot.figures.counts import Scope
from bot.figures.period import USUAL_WEEKS, Period
from bot.figures.read import figures
from bot.staff.formatting import danish_date, parse_day
from bot.staff.guard import login_required, staff_member
from bot.staff.sheets import sheets
from bot.staff.tiles import tiles
from bot.staff.trace import trace
from bot.web import db, now, runtime
from scheduler.calendar import local

blueprint = Blueprint("overview", __name__)
QUICK = ((USUAL_WEEKS, "4 uger"), (12, "12 uger"), (52, "52 uger"))
BAD_DAYS = "Skriv dagene som 21-11-2026."


@dataclass(frozen=True)
class Asked:
    """What is wanted, as it was typed; `problem` in Danish when it cannot be had and the usual weeks are shown."""

    period: Period
    first: str
    last: str
    programme: str
    problem: str | None


@blueprint.get("/overblik")
@login_required()
def index() -> ResponseReturnValue:
    staff = staff_member()
    today = local(now()).date()
    programmes = [(item.id, item.name) for item in runtime().content.programmes.values()]
    asked = _asked(today, {programme for programme, _ in programmes})
    scope = Scope(staff.clinic_id, asked.period, asked.programme or None)
    shown = figures(db(), scope)
    trace("overview.view", "clinic", staff.clinic_id)
    db().commit()
    return render_template(
        "staff/overview.html",
        asked=asked,
        programmes=programmes,
        quick=[(weeks, words, periods.latest(weeks, today)) for weeks, words in QUICK],
        sheets=sheets(shown, dict(programmes)),
        tiles=tiles(shown),
        is_unfolded=request.args.get("tabeller") == "alle",
        printed_at=now(),
    )


def _asked(today: date, known: set[str]) -> Asked:
    usual = periods.latest(USUAL_WEEKS, today)
    first, last = (request.args.get(name, "").strip() for name in ("fra", "til"))
    programme = request.args.get("forloeb", "")
    programme = programme if programme in known else ""
    if not first and not last:
        return Asked(usual, danish_date(usual.first), danish_date(usual.last), programme, None)
    begins = parse_day(first, today) if first else usual.first
    ends = parse_day(last, today) if last else today
    if begins is None or ends is None:
        return Asked(usual, first, last, programme, BAD_DAYS)
    if (problem := periods.problem(begins, ends)) is not None:
        return Asked(usual, danish_date(begins), danish_date(ends), programme, problem)
    return Asked(Period(begins, ends), danish_date(begins), danish_date(ends), programme, None)
