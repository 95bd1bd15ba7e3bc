"""The inbox: what waits, worst first, and the two acts that handle it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import alerts
from bot.alerts import Act
from bot.staff.cards import OPEN_STATES, Card, alerts_of, cards, count, version
from bot.staff.cards import open_alerts as waiting
from bot.staff.formatting import date_time
from bot.staff.guard import login_required, safe_next, staff_member
from bot.staff.shell import nobody_to_alarm, stale_regions, wording
from bot.staff.timeline import taken_by
from bot.staff.trace import trace
from bot.web import db, now
from core.models import Alert, AlertState, Role

blueprint = Blueprint("inbox", __name__)
SHOWN_OPEN = 100
SHOWN_RESOLVED = 50


@blueprint.get("/")
@login_required()
def open_alerts() -> ResponseReturnValue:
    shown, left_out = _waiting()
    _record_views(shown)
    stale = stale_regions()
    db().commit()
    return render_template(
        "staff/inbox.html", cards=shown, left_out=left_out, version=_version(shown), stale=stale, here="/"
    )


@blueprint.get("/indbakke/kort")
@login_required(polling=True)
def poll() -> ResponseReturnValue:
    """The inbox's cards for a page that already shows version `v`; 204 when that is still what there is to see."""
    shown, left_out = _waiting()
    seen = request.args.get("v", "")
    if seen == _version(shown):
        return "", 204
    _record_views(shown)
    db().commit()
    return render_template("staff/_inbox_cards.html", cards=shown, left_out=left_out, version=_version(shown), here="/")


@blueprint.get("/afsluttede")
@login_required()
def resolved() -> ResponseReturnValue:
    statement = (
        alerts_of(staff_member().clinic_id)
        .where(Alert.state == AlertState.RESOLVED)
        .order_by(Alert.resolved_at.desc(), Alert.id.desc())
        .limit(SHOWN_RESOLVED)
    )
    shown = cards(db(), db().scalars(statement).all(), wording(), now())
    _record_views(shown)
    db().commit()
    return render_template("staff/resolved.html", cards=shown, limit=SHOWN_RESOLVED)


@blueprint.post("/alarmer/<row:alert_id>/kvitter")
@login_required(Role.CLINICIAN)
def acknowledge(alert_id: int) -> ResponseReturnValue:
    staff = staff_member()
    note = request.form.get("note", "")
    act = alerts.acknowledge(db(), alert_id, clinic_id=staff.clinic_id, staff_id=staff.id, now=now(), note=note)
    return _answer(act, alert_id, "Kvitteret. Afslut, når der er gjort noget ved det.")


@blueprint.post("/alarmer/<row:alert_id>/afslut")
@login_required(Role.CLINICIAN)
def resolve(alert_id: int) -> ResponseReturnValue:
    staff = staff_member()
    act = alerts.resolve(
        db(),
        alert_id,
        clinic_id=staff.clinic_id,
        staff_id=staff.id,
        now=now(),
        outcome=request.form.get("outcome", ""),
        note=request.form.get("note", ""),
        texts_again="texts_again" in request.form,
    )
    return _answer(act, alert_id, "Afsluttet. Du finder den under Afsluttede.")


def _answer(act: Act, alert_id: int, done: str) -> ResponseReturnValue:
    """Commit and tell the person what came of the act, back where it was made."""
    db().commit()
    if act is Act.NOT_FOUND:
        abort(404)
    if act is Act.DONE:
        flash(done, "success")
    elif act is Act.ALREADY:
        flash(_who_was_first(alert_id), "warning")
    else:
        flash("Vælg et udfald, før du afslutter.", "error")
    return redirect(safe_next(request.form.get("next"), url_for("inbox.open_alerts")), 303)


def _who_was_first(alert_id: int) -> str:
    alert = db().scalar(alerts_of(staff_member().clinic_id).where(Alert.id == alert_id))
    if alert is None:
        abort(404)
    who, when, what = taken_by(alert), alert.acknowledged_at, "kvitteret"
    if alert.state == AlertState.RESOLVED:
        who, when, what = alert.resolver.name if alert.resolver else "", alert.resolved_at, "afsluttet"
    at = f" {date_time(when)}" if when else ""
    return f"En anden kom først: {what} af {who or 'en anden'}{at}. Din handling er ikke gemt."


def _waiting() -> tuple[list[Card], int]:
    """The cards to show, and how many more wait than are shown."""
    clinic_id = staff_member().clinic_id
    rows = db().scalars(waiting(clinic_id).limit(SHOWN_OPEN)).all()
    left_out = count(db(), clinic_id, *OPEN_STATES) - SHOWN_OPEN if len(rows) == SHOWN_OPEN else 0
    return cards(db(), rows, wording(), now()), left_out


def _version(shown: list[Card]) -> str:
    """The newest alert a screen holds and a name for how it looks: "1042.9f3c…"; "!" while nobody can be alarmed."""
    return f"{max((card.id for card in shown), default=0)}.{version(shown)}{'!' if nobody_to_alarm() else ''}"


def _record_views(shown: list[Card]) -> None:
    for card in shown:
        trace("alert.view", "alert", card.id)
