"""What staff do with an alert: take it, hand it on, close it, open it again, and take an act back."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import alerts
from bot.staff.cards import alerts_of, cards
from bot.staff.guard import login_required, safe_next, staff_member
from bot.staff.shell import wording
from bot.staff.timeline import latest_act, who_was_first
from bot.staff.trace import trace
from bot.standing import Act, Deed
from bot.undoing import UNDO_WITHIN, undo
from bot.web import db, now, wall_now
from core.models import Alert, Colour, Role, Staff

blueprint = Blueprint("handling", __name__)


@blueprint.get("/alarmer/<row:alert_id>")
@login_required()
def show(alert_id: int) -> ResponseReturnValue:
    return _page(_alert(alert_id), here=url_for("handling.show", alert_id=alert_id))


@blueprint.post("/alarmer/<row:alert_id>/kvitter")
@login_required(Role.CLINICIAN)
def acknowledge(alert_id: int) -> ResponseReturnValue:
    act = alerts.acknowledge(db(), alert_id, **_deed())
    return _answer(act, alert_id, "Kvitteret. Afslut, når det er klaret.")


@blueprint.post("/alarmer/<row:alert_id>/afslut")
@login_required(Role.CLINICIAN)
def resolve(alert_id: int) -> ResponseReturnValue:
    texts_again = "texts_again" in request.form
    outcome = request.form.get("outcome", "")
    act = alerts.resolve(db(), alert_id, outcome=outcome, texts_again=texts_again, **_deed())
    done = "Afsluttet. Du finder den under Afsluttede."
    return _answer(act, alert_id, done, wrong="Vælg et udfald, før du afslutter.")


@blueprint.post("/alarmer/<row:alert_id>/giv-videre")
@login_required(Role.CLINICIAN)
def hand_over(alert_id: int) -> ResponseReturnValue:
    receiver = db().get(Staff, request.form.get("receiver", 0, type=int))
    act = alerts.hand_over(db(), alert_id, receiver_id=receiver.id if receiver else 0, **_deed())
    done = f"Givet videre til {receiver.name}. Sig det også til vedkommende." if receiver else ""
    return _answer(act, alert_id, done, wrong="Vælg, hvem du giver den videre til.")


@blueprint.post("/alarmer/<row:alert_id>/overtag")
@login_required(Role.CLINICIAN)
def take_over(alert_id: int) -> ResponseReturnValue:
    holder = _alert(alert_id).holder
    act = alerts.take_over(db(), alert_id, **_deed())
    return _answer(act, alert_id, f"Du har overtaget den{f' fra {holder.name}' if holder else ''}.")


@blueprint.post("/alarmer/<row:alert_id>/laeg-tilbage")
@login_required(Role.CLINICIAN)
def give_back(alert_id: int) -> ResponseReturnValue:
    act = alerts.give_back(db(), alert_id, **_deed())
    return _answer(act, alert_id, "Lagt tilbage. Nu er der ingen, der har den.")


@blueprint.post("/alarmer/<row:alert_id>/genaabn")
@login_required(Role.CLINICIAN)
def reopen(alert_id: int) -> ResponseReturnValue:
    act = alerts.reopen(db(), alert_id, **_deed())
    done = "Genåbnet. Den ligger i indbakken igen."
    if act is Act.DONE and _alert(alert_id).colour == Colour.RED:
        done += " Sms'er om øvelser og de beroligende holdes tilbage, til den er afsluttet."
    return _answer(act, alert_id, done, wrong="Skriv, hvorfor du genåbner den.")


@blueprint.post("/alarmer/<row:alert_id>/fortryd")
@login_required(Role.CLINICIAN)
def take_back(alert_id: int) -> ResponseReturnValue:
    staff, alert = staff_member(), _alert(alert_id)
    event_id = request.form.get("event", 0, type=int)
    act = undo(db(), alert_id, event_id, clinic_id=staff.clinic_id, staff_id=staff.id, now=now(), wall_now=wall_now())
    db().commit()
    if act is Act.DONE:
        flash("Fortrudt. Alarmen står, som den gjorde før.", "success")
    elif act is Act.ALREADY:
        flash(who_was_first(alert.events, staff.id), "warning")
    else:
        flash("Det kan ikke fortrydes. Man kan fortryde det, man selv har gjort, i 10 minutter.", "warning")
    return redirect(_next(alert_id), 303)


def _deed() -> Deed:
    staff = staff_member()
    return {
        "clinic_id": staff.clinic_id,
        "staff_id": staff.id,
        "now": now(),
        "note": request.form.get("note", ""),
        "seen": request.form.get("seen", type=int),
        "undo_until": wall_now() + UNDO_WITHIN,
    }


def _answer(act: Act, alert_id: int, done: str, *, wrong: str = "") -> ResponseReturnValue:
    """Commit and tell what came of the act, back where it was made; what was typed is not lost when it failed."""
    db().commit()
    alert, viewer = _alert(alert_id), staff_member()
    latest = latest_act(alert.events)
    if act is Act.DONE and latest is not None:
        flash({"text": done, "alert_id": alert_id, "event_id": latest.id}, "success")  # type: ignore[arg-type]
        return redirect(_next(alert_id), 303)
    here = safe_next(request.form.get("next"), url_for("inbox.open_alerts"))
    if act is Act.INVALID:
        return _page(alert, here=here, told=wrong, kind="error"), 400
    if act is Act.TOO_LATE:
        gone = "Patientens oplysninger er slettet. Alarmen kan ikke åbnes igen."
        return _page(alert, here=here, told=gone, kind="error"), 409
    return _page(alert, here=here, told=who_was_first(alert.events, viewer.id), kind="warning"), 409


def _next(alert_id: int) -> str:
    """Back to where the act was made, at the very alert."""
    target = safe_next(request.form.get("next"), url_for("inbox.open_alerts"))
    return target if "#" in target else f"{target}#alarm-{alert_id}"


def _alert(alert_id: int) -> Alert:
    """The clinic's own alert as it stands in the database now; another clinic's does not exist here."""
    query = alerts_of(staff_member().clinic_id).where(Alert.id == alert_id)
    alert = db().scalar(query.execution_options(populate_existing=True))
    if alert is None:
        abort(404)
    return alert


def _page(alert: Alert, *, here: str, told: str = "", kind: str = "") -> str:
    """One alert with its timeline and, after an act that was not carried out, why and what was typed."""
    (card,) = cards(db(), [alert], wording(), now())
    trace("alert.view", "alert", alert.id)
    db().commit()
    return render_template("staff/alert.html", card=card, here=here, told=told, kind=kind, typed=request.form)
