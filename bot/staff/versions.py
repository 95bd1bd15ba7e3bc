"""All running courses of a clinic that are on an older version, and moving those that were shown."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import moving
from bot.course import texts_of
from bot.moving import Behind, Outcome
from bot.staff.changes import Row, rows_between, summary
from bot.staff.formatting import course_week
from bot.staff.guard import login_required, staff_member
from bot.staff.trace import trace
from bot.web import db, now, runtime
from core.models import Enrolment, Role
from messages.programme_schema import Programme
from messages.schema import Step
from messages.versions import difference
from scheduler.calendar import local

blueprint = Blueprint("versions", __name__)
AT_ONCE = 50
"""Courses that are shown, and moved, at a time: the page stays readable and the request short."""
LIST_CHANGED = "Intet er flyttet: Listen er ændret, siden siden blev vist. Se den igennem igen."


@dataclass(frozen=True)
class Course:
    patient_id: int
    name: str
    week: str


@dataclass(frozen=True)
class Group:
    """The courses of one programme on one older version. `courses`: the first of `count`. `last`: the id of the last
    one shown. `rows`: what differs between the versions, empty when the old one `is_gone`.
    """

    programme: Programme
    version: int
    count: int
    last: int
    courses: tuple[Course, ...]
    rows: tuple[Row, ...]
    summary: str
    is_gone: bool


@blueprint.get("/forloeb/udgaver")
@login_required()
def index() -> ResponseReturnValue:
    staff, content = staff_member(), runtime().content
    behind = moving.behind(db(), content, staff.clinic_id)
    groups = [
        _group(item, content.programmes[item.programme_id])
        for item in behind
        if item.programme_id in content.programmes
    ]
    lost = [item for item in behind if item.programme_id not in content.programmes]
    trace("patient.list", "clinic", staff.clinic_id)
    db().commit()
    return render_template("staff/versions.html", groups=groups, lost=lost)


@blueprint.post("/forloeb/udgaver/<programme_id>")
@login_required(Role.CLINICIAN)
def move(programme_id: str) -> ResponseReturnValue:
    """Move the courses that were shown, each in a transaction of its own, so that no patient waits for another."""
    staff, content = staff_member(), runtime().content
    if programme_id not in content.programmes:
        abort(404)
    version, target, last = (request.form.get(name, 0, type=int) for name in ("version_from", "version_to", "last"))
    if content.programmes[programme_id].version != target:
        flash(LIST_CHANGED, "warning")
        return redirect(url_for("versions.index"), 303)
    shown = [
        item for item in moving.courses_behind(db(), staff.clinic_id, programme_id, version, AT_ONCE) if item.id <= last
    ]
    staff_id, outcomes = staff.id, []
    for enrolment in shown:
        outcomes.append(moving.move(db(), content, enrolment, seen=(version, target), now=now(), staff_id=staff_id))
        db().commit()
    flash(*_told(outcomes, target))
    return redirect(url_for("versions.index"), 303)


def _told(outcomes: list[Outcome], target: int) -> tuple[str, str]:
    moved = outcomes.count(Outcome.MOVED)
    left = len(outcomes) - moved
    if not outcomes:
        return "Der var ingen forløb at flytte.", "warning"
    told = {0: "Ingen forløb er flyttet.", 1: f"1 forløb er flyttet til udgave {target}."}.get(
        moved, f"{moved} forløb er flyttet til udgave {target}."
    )
    if not left:
        return told, "success"
    return f"{told} {left} blev ikke flyttet: De er slut eller blev ændret imens.", "warning"


def _group(behind: Behind, programme: Programme) -> Group:
    courses = moving.courses_behind(db(), staff_member().clinic_id, behind.programme_id, behind.version, AT_ONCE)
    old = runtime().content.programme(behind.programme_id, behind.version)
    rows = _rows(old, programme, courses[0]) if old is not None and courses else ()
    today = local(now()).date()
    return Group(
        programme=programme,
        version=behind.version,
        count=behind.count,
        last=max((item.id for item in courses), default=0),
        courses=tuple(
            Course(item.patient_id, item.patient.name, course_week(item.start_date, today, (old or programme).weeks))
            for item in courses
        ),
        rows=rows,
        summary=summary(rows),
        is_gone=old is None,
    )


def _rows(old: Programme, new: Programme, example: Enrolment) -> tuple[Row, ...]:
    """What differs, in words as the first of the patients would read them."""
    changes = difference(old, new).steps
    steps: list[Step] = [step for change in changes for step in (change.before, change.after) if step is not None]
    bodies = dict(zip(steps, texts_of(db(), runtime().content, example, steps), strict=True))
    return rows_between(changes, bodies)
