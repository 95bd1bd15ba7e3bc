"""The courses as patients live them: a calendar of every text for a start date, with what each answer leads to."""

from __future__ import annotations

from datetime import date, datetime, time
from itertools import groupby

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from bot.advice import CallPlace
from bot.places import region_for
from bot.preview import ADAPTING, Preview, Sender, preview
from bot.staff.formatting import danish_date, parse_day
from bot.staff.guard import login_required, staff_member
from bot.web import db, now, runtime
from core.models import Clinic
from scheduler.calendar import TZ, Window, local
from scheduler.planning import DEFAULT_TIME_OF_DAY, TIMES_OF_DAY, Course

blueprint = Blueprint("courses", __name__)
YEARS = (2020, 2090)
"""The years whose Danish holidays are known well enough to show a calendar."""
ORDINARY, NEUTRAL = "almindelig", "neutral"
FORMS = {ORDINARY: "Almindelige sms'er", NEUTRAL: "Neutrale sms'er"}
_NOON = time(12)


@blueprint.get("/forloeb")
@login_required()
def index() -> ResponseReturnValue:
    """A calendar for what was chosen; what cannot be read falls back on the first course and today."""
    content = runtime().content
    chosen = request.args.get("forloeb", "")
    programme = chosen if chosen in content.programmes else next(iter(content.programmes))
    today = local(now()).date()
    wanted = parse_day(request.args.get("start", ""), today)
    start = wanted if wanted and YEARS[0] <= wanted.year <= YEARS[1] else today
    asked_time = request.args.get("tidspunkt", "")
    time_of_day = asked_time if asked_time in TIMES_OF_DAY else DEFAULT_TIME_OF_DAY
    asked_form = request.args.get("ordvalg", "")
    form = asked_form if asked_form in FORMS else _own_form()
    shown = _preview(programme, start, time_of_day, neutral=form == NEUTRAL)
    return render_template(
        "staff/courses.html",
        programme=programme,
        programmes=[(key, item.name) for key, item in content.programmes.items()],
        start=danish_date(start),
        time_of_day=time_of_day,
        times=[(key, f"{key.capitalize()}, {wall:%H.%M}") for key, wall in TIMES_OF_DAY.items()],
        form=form,
        forms=list(FORMS.items()),
        shown=shown,
        adapting=ADAPTING,
        weeks=[(week, list(texts)) for week, texts in groupby(shown.texts, key=lambda text: text.week)],
    )


def _own_form() -> str:
    return NEUTRAL if staff_member().clinic.neutral else ORDINARY


def _preview(programme: str, start: date, time_of_day: str, *, neutral: bool) -> Preview:
    clinic: Clinic = staff_member().clinic
    content = runtime().content
    course = Course(
        programme=content.programmes[programme],
        enrolled_at=datetime.combine(start, _NOON, tzinfo=TZ),
        start_date=start,
        time_of_day=time_of_day,
        instructed=True,
        window=Window(clinic.window_opens, clinic.window_closes),
    )
    place = CallPlace(region_for(db(), content, clinic.id, clinic.region))
    sender = Sender(clinic.name, clinic.phone, place, neutral=neutral)
    return preview(content, runtime().checker, course, sender)
