"""Min adgang: adding and removing passkeys."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from bot.staff import access, passkeys, recovery
from bot.staff.account import changed, confirm_password
from bot.staff.guard import login_required, staff_member
from bot.staff.trace import trace
from bot.web import db, runtime, wall_now
from core.models import Passkey

blueprint = Blueprint("account_passkeys", __name__)
QUESTION = "passkey_new"
NOT_ADDED = "Adgangsnøglen blev ikke tilføjet. Prøv igen."
NOT_HERE = "Adgangsnøgler virker kun, når Rygbot har et domænenavn og https."
GONE = "Den adgangsnøgle findes ikke mere."


@blueprint.get("/konto/noegler/ny")
@login_required(before_set_up=True)
def ask_new() -> ResponseReturnValue:
    if passkeys.site_of(runtime().settings.public_url) is None:
        return _back(NOT_HERE, "warning")
    return render_template("staff/account_passkey.html", most=passkeys.LONGEST_NAME)


@blueprint.post("/konto/noegler/start")
@login_required(before_set_up=True)
def start_new() -> ResponseReturnValue:
    """What the browser asks the person's device, once the password is right; the page's script fetches it."""
    site = passkeys.site_of(runtime().settings.public_url)
    if site is None:
        return {"error": NOT_HERE}, 400
    staff = staff_member()
    if errors := confirm_password():
        return {"error": errors["current"]}, 400
    if len(passkeys.of_staff(db(), staff.id)) >= passkeys.MOST_PASSKEYS:
        return {"error": f"Du har {passkeys.MOST_PASSKEYS} adgangsnøgler. Fjern en, før du tilføjer en ny."}, 400
    question = passkeys.ask_new(db(), site, staff, wall_now())
    db().commit()
    session[QUESTION] = question.token
    return question.options


@blueprint.post("/konto/noegler/ny")
@login_required(before_set_up=True)
def add() -> ResponseReturnValue:
    staff, site = staff_member(), passkeys.site_of(runtime().settings.public_url)
    name = request.form.get("name", "").replace("\0", "").strip() or "Adgangsnøgle"
    question, answer = session.pop(QUESTION, ""), request.form.get("credential", "")
    if site is None or not passkeys.add(db(), site, staff, question, answer, name, wall_now()):
        db().commit()
        return _back(NOT_ADDED, "error")
    trace("staff.passkey_add", "staff", staff.id)
    needs_codes = access.second_step_needed(db(), staff) and not recovery.left(db(), staff.id)
    codes = recovery.make(db(), staff.id) if needs_codes else []
    db().commit()
    flash("Adgangsnøglen er tilføjet. Næste gang kan du logge ind med den.", "success")
    if codes:
        return render_template("staff/account_recovery.html", codes=codes, errors={})
    return redirect(url_for("account.index"), 303)


@blueprint.get("/konto/noegler/fjern")
@login_required(before_set_up=True)
def ask_remove() -> ResponseReturnValue:
    passkey = _own(request.args.get("noegle", 0, type=int))
    if passkey is None:
        return _back(GONE, "warning")
    return render_template("staff/account_passkey_remove.html", passkey=passkey, errors={})


@blueprint.post("/konto/noegler/fjern")
@login_required(before_set_up=True)
def remove() -> ResponseReturnValue:
    passkey = _own(request.form.get("passkey", 0, type=int))
    if passkey is None:
        return _back(GONE, "warning")
    if errors := confirm_password():
        return render_template("staff/account_passkey_remove.html", passkey=passkey, errors=errors), 400
    db().delete(passkey)
    db().flush()
    if not access.second_step_needed(db(), staff_member()):
        recovery.clear(db(), staff_member().id)
    return changed("staff.passkey_remove", "Adgangsnøglen er fjernet.")


def _own(passkey_id: int) -> Passkey | None:
    return next((item for item in passkeys.of_staff(db(), staff_member().id) if item.id == passkey_id), None)


def _back(told: str, kind: str) -> ResponseReturnValue:
    flash(told, kind)
    return redirect(url_for("account.index"), 303)
