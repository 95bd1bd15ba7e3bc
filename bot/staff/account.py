"""Min adgang: a staff member's own password, second factor and sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from bot.staff import access, passkeys, recovery, sessions, tokens, totp
from bot.staff.browsers import UNKNOWN
from bot.staff.guard import login_required, session_token, staff_member
from bot.staff.new_password import problems
from bot.staff.tokens import Kind, hash_of
from bot.staff.trace import trace, trace_of
from bot.web import db, runtime, wall_now

blueprint = Blueprint("account", __name__)
WRONG_PASSWORD = "Adgangskoden passer ikke. Efter fem forkerte forsøg skal du vente lidt mellem hvert forsøg."  # noqa: S105
WRONG_CODE = "Koden passer ikke. Skriv den, appen viser lige nu."
QUESTION = "code_new"
"""Where the signed form cookie keeps that the password was given for a new code."""
OTHERS_ENDED = "Du er logget ud alle andre steder."


@dataclass(frozen=True)
class Place:
    """A browser where the person is logged in; `is_here`: the one that asks."""

    handle: str
    browser: str
    since: datetime
    seen: datetime
    is_here: bool


@blueprint.get("/konto")
@login_required(before_set_up=True)
def index() -> ResponseReturnValue:
    staff = staff_member()
    here = hash_of(session_token())
    return render_template(
        "staff/account.html",
        has_code=totp.is_on(staff),
        is_required=staff.clinic.require_second_factor,
        lacks=access.lacks_second_factor(db(), staff),
        uses_recovery=access.second_step_needed(db(), staff),
        recovery_left=recovery.left(db(), staff.id),
        passkeys=passkeys.of_staff(db(), staff.id),
        has_site=passkeys.site_of(runtime().settings.public_url) is not None,
        places=[
            Place(
                sessions.handle(item), item.browser or UNKNOWN, item.created_at, item.seen_at, item.token_hash == here
            )
            for item in sessions.living(db(), staff.id, wall_now())
        ],
    )


@blueprint.get("/konto/adgangskode")
@login_required(before_set_up=True)
def ask_password() -> ResponseReturnValue:
    return render_template("staff/account_password.html", errors={})


@blueprint.post("/konto/adgangskode")
@login_required(before_set_up=True)
def change_password() -> ResponseReturnValue:
    staff = staff_member()
    password = request.form.get("password", "")
    errors = problems(staff, password, request.form.get("again", "")) or confirm_password()
    if errors:
        return render_template("staff/account_password.html", errors=errors), 400
    access.set_password(staff, password)
    tokens.void(db(), Kind.PASSWORD_LINK, staff.id)
    return changed("staff.change_password", "Adgangskoden er skiftet.")


@blueprint.get("/konto/kode")
@login_required(before_set_up=True)
def ask_code() -> ResponseReturnValue:
    return render_template("staff/account_code.html", is_on=totp.is_on(staff_member()), errors={})


@blueprint.post("/konto/kode")
@login_required(before_set_up=True)
def begin_code() -> ResponseReturnValue:
    """The password is right: show the QR code. It counts once a code from the app has been typed."""
    staff = staff_member()
    errors = confirm_password()
    if errors:
        return render_template("staff/account_code.html", is_on=totp.is_on(staff), errors=errors), 400
    if totp.is_on(staff):
        return redirect(url_for("account.index"), 303)
    totp.begin(staff)
    session[QUESTION] = tokens.issue(db(), Kind.CODE_NEW, wall_now(), staff_id=staff.id)
    db().commit()
    return _code_to_scan({})


@blueprint.post("/konto/kode/til")
@login_required(before_set_up=True)
def turn_code_on() -> ResponseReturnValue:
    staff = staff_member()
    begun = tokens.find(db(), Kind.CODE_NEW, session.get(QUESTION, ""), wall_now())
    if begun is None or begun.staff_id != staff.id or staff.totp_secret is None or totp.is_on(staff):
        return redirect(url_for("account.ask_code"), 303)
    if not totp.turn_on(staff, request.form.get("code", ""), wall_now()):
        return _code_to_scan({"code": WRONG_CODE}), 400
    tokens.void(db(), Kind.CODE_NEW, staff.id)
    codes = recovery.make(db(), staff.id)
    changed("staff.code_on", "Koden er slået til.")
    return render_template("staff/account_recovery.html", codes=codes, errors={})


@blueprint.post("/konto/kode/fra")
@login_required(before_set_up=True)
def turn_code_off() -> ResponseReturnValue:
    staff = staff_member()
    errors = confirm_password()
    if errors:
        return render_template("staff/account_code.html", is_on=totp.is_on(staff), errors=errors), 400
    totp.turn_off(staff)
    if not access.second_step_needed(db(), staff):
        recovery.clear(db(), staff.id)
    return changed("staff.code_off", "Koden er slået fra.")


@blueprint.get("/konto/noedkoder")
@login_required(before_set_up=True)
def ask_recovery() -> ResponseReturnValue:
    return render_template("staff/account_recovery.html", codes=(), errors={})


@blueprint.post("/konto/noedkoder")
@login_required(before_set_up=True)
def make_recovery() -> ResponseReturnValue:
    staff = staff_member()
    if not access.second_step_needed(db(), staff):
        return redirect(url_for("account.index"), 303)
    errors = confirm_password()
    if errors:
        return render_template("staff/account_recovery.html", codes=(), errors=errors), 400
    codes = recovery.make(db(), staff.id)
    trace("staff.recovery_make", "staff", staff.id)
    db().commit()
    return render_template("staff/account_recovery.html", codes=codes, errors={})


@blueprint.post("/konto/log-ud")
@login_required(before_set_up=True)
def end_session() -> ResponseReturnValue:
    """One of the person's other sessions, or all of them when none is named."""
    staff, named = staff_member(), request.form.get("session", "")
    if named:
        was_there = sessions.end_one(db(), staff.id, named, wall_now())
        told = "Du er logget ud der." if was_there else "Der var du allerede logget ud."
    else:
        sessions.end_all(db(), staff.id, wall_now(), but=session_token())
        told = OTHERS_ENDED
    trace("staff.end_sessions", "staff", staff.id)
    db().commit()
    flash(told, "success")
    return redirect(url_for("account.index"), 303)


def confirm_password(name: str = "current") -> dict[str, str]:
    """Ask for the password the person has now; {} when it is right. A wrong one is counted at once."""
    refused = access.confirm(db(), staff_member().id, request.form.get(name, ""), wall_now())
    if refused is None:
        return {}
    if refused.lock_begun is not None:
        trace_of(refused.lock_begun, "staff.lock", "staff", refused.lock_begun.id)
    db().commit()
    return {name: WRONG_PASSWORD}


def changed(action: str, told: str) -> ResponseReturnValue:
    """The way in has changed: end the person's other sessions, write it down, and lead back."""
    staff = staff_member()
    ended = sessions.end_all(db(), staff.id, wall_now(), but=session_token())
    tokens.void(db(), Kind.SECOND_STEP, staff.id)
    trace(action, "staff", staff.id)
    db().commit()
    flash(f"{told} {OTHERS_ENDED}" if ended else told, "success")
    return redirect(url_for("account.index"), 303)


def _code_to_scan(errors: dict[str, str]) -> str:
    staff = staff_member()
    secret = staff.totp_secret or ""
    link = totp.address(secret, staff.email)
    return render_template(
        "staff/account_scan.html", svg=totp.qr_svg(link), link=link, secret=totp.grouped(secret), errors=errors
    )
