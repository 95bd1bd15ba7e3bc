"""Whether this clinic's texts name what the patient suffers from."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.neutral import switch, telling_name, waiting
from bot.rewording import left_to_reword
from bot.staff.guard import login_required, staff_member
from bot.web import db, now, runtime
from core.models import Role

blueprint = Blueprint("neutral", __name__)
_WANTED = {"til": True, "fra": False}


@blueprint.get("/indstillinger/neutral")
@login_required()
def index() -> ResponseReturnValue:
    clinic = staff_member().clinic
    return render_template(
        "staff/neutral.html",
        is_on=clinic.neutral,
        telling_word=telling_name(clinic.name),
        waiting=waiting(db(), clinic.id),
        rewording=left_to_reword(db(), clinic),
    )


@blueprint.post("/indstillinger/neutral")
@login_required(Role.ADMIN)
def save() -> ResponseReturnValue:
    wanted = _WANTED.get(request.form.get("neutral", ""))
    if wanted is None:
        abort(400)
    staff = staff_member()
    rewritten = switch(db(), runtime().content, staff.clinic_id, neutral=wanted, staff_id=staff.id, now=now())
    db().commit()
    noun = "sms, der ventede, er" if rewritten == 1 else "sms'er, der ventede, er"
    more = ", resten følger nu" if staff.clinic.rewording else ""
    flash(f"Neutrale sms'er er slået {'til' if wanted else 'fra'}. {rewritten} {noun} skrevet om{more}.", "success")
    return redirect(url_for("neutral.index"), 303)
