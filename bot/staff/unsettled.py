"""The two acts on an alert about a text of which nobody knows whether it was sent."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from bot import unsettled
from bot.staff.guard import login_required, safe_next, staff_member
from bot.standing import Act
from bot.web import db, now
from core.models import Role

blueprint = Blueprint("unsettled", __name__)


@blueprint.post("/alarmer/<row:alert_id>/send-igen")
@login_required(Role.CLINICIAN)
def send_again(alert_id: int) -> ResponseReturnValue:
    staff = staff_member()
    act = unsettled.send_again(db(), alert_id, clinic_id=staff.clinic_id, staff_id=staff.id, now=now())
    return _answer(act, "Sms'en bliver sendt igen. Alarmen er afsluttet.")


@blueprint.post("/alarmer/<row:alert_id>/er-sendt")
@login_required(Role.CLINICIAN)
def mark_sent(alert_id: int) -> ResponseReturnValue:
    staff = staff_member()
    act = unsettled.mark_sent(db(), alert_id, clinic_id=staff.clinic_id, staff_id=staff.id, now=now())
    return _answer(act, "Sms'en står nu som sendt. Alarmen er afsluttet.")


def _answer(act: Act, done: str) -> ResponseReturnValue:
    db().commit()
    if act is Act.NOT_FOUND:
        abort(404)
    if act is Act.DONE:
        flash(done, "success")
    else:
        flash("Det er allerede afklaret, om sms'en blev sendt. Din handling er ikke gemt.", "warning")
    return redirect(safe_next(request.form.get("next"), url_for("inbox.open_alerts")), 303)
