"""Are we connected: the addresses the provider must know, whether they are reached, and a text to try it with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from bot.public_address import INBOUND, STATUS, Reached, reach
from bot.staff import words
from bot.staff.formatting import date_time
from bot.staff.guard import login_required, staff_member
from bot.staff.trace import trace
from bot.trial_text import SHOWN_FOR, last_receipt, send_trial, trials
from bot.web import db, now, runtime
from core import phone
from core.models import Message, Reply, Role
from scheduler.circuits import left_alone

blueprint = Blueprint("connections", __name__)
LOOKED_BACK = timedelta(days=90)
SAID: dict[Reached, tuple[str, str]] = {
    Reached.YES: ("success", "Adressen virker: Rygbot blev nået udefra, og signaturen passede."),
    Reached.REFUSED: (
        "error",
        "Adressen svarer, men afviste signaturen. Peger den på en anden Rygbot, eller er TWILIO_AUTH_TOKEN forkert?",
    ),
    Reached.STRANGER: (
        "error",
        "Der svarer noget andet end Rygbot på adressen. Ret PUBLIC_URL eller det, der står foran Rygbot.",
    ),
    Reached.NOBODY: ("error", "Ingen svarer på adressen. Er den rigtig, og er der åbent udefra?"),
    Reached.UNKNOWN: ("warning", "Det kan ikke prøves, før TWILIO_AUTH_TOKEN er sat."),
}


@blueprint.get("/indstillinger/forbindelser")
@login_required(Role.ADMIN)
def index() -> ResponseReturnValue:
    return _page()


@blueprint.post("/indstillinger/forbindelser/proev")
@login_required(Role.ADMIN)
def try_address() -> ResponseReturnValue:
    """Nothing is held while we wait for ourselves: the request that comes back needs the database too."""
    settings = runtime().settings
    trace("connection.try", "clinic", staff_member().clinic_id)
    db().commit()
    kind, sentence = SAID[reach(settings.public_url, settings.twilio_auth_token)]
    flash(sentence, kind)
    return redirect(url_for("connections.index"), 303)


@blueprint.post("/indstillinger/forbindelser/proeve-sms")
@login_required(Role.ADMIN)
def send() -> ResponseReturnValue:
    staff = staff_member()
    typed, is_own = request.form.get("phone", "").replace("\0", ""), "own" in request.form
    content = runtime().content
    errors = send_trial(db(), content, staff.clinic_id, typed=typed, is_own=is_own, staff_id=staff.id, now=now())
    if errors:
        db().rollback()
        return _page(typed=typed, is_own=is_own, errors=errors), 400
    db().commit()
    flash("Prøve-sms'en er på vej. Se nedenfor, om den når frem.", "success")
    return redirect(f"{url_for('connections.index')}#proever", 303)


def _page(typed: str = "", *, is_own: bool = False, errors: dict[str, str] | None = None) -> str:
    clinic, settings = staff_member().clinic, runtime().settings
    away = left_alone(db(), settings.gateway_names)
    last_reply = db().scalar(select(func.max(Reply.received_at)).where(Reply.clinic_id == clinic.id))
    return render_template(
        "staff/connections.html",
        addresses=(
            ("Når en patient svarer", settings.public_url + INBOUND),
            ("Status på sms'er", settings.public_url + STATUS),
        ),
        is_simulated=settings.gateway == "simulator",
        away_since=away[0].opened_at if away else None,
        others_left=len(settings.gateway_names) - len(away),
        last_reply=last_reply,
        last_receipt=last_receipt(db(), clinic.id, now() - LOOKED_BACK),
        trials=[_shown(message) for message in trials(db(), clinic.id, now() - SHOWN_FOR)],
        typed=typed,
        is_own=is_own,
        errors=errors or {},
    )


def _shown(message: Message) -> dict[str, Any]:
    return {
        "to": phone.display(message.to_phone),
        "at": date_time(message.created_at),
        "state": words.say(words.MESSAGE_STATES, message.state),
        "failed": message.state in words.NOT_ARRIVED,
    }
