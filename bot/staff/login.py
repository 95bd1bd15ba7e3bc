"""Logging in, in one step or two, by passkey, by a link for a new password; and out."""

from __future__ import annotations

import structlog
from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from bot.staff import access, passkeys, recovery, resets, sessions, tokens, totp, unsaved
from bot.staff.access import How, LoggedIn, Refused
from bot.staff.browsers import short_name
from bot.staff.guard import COOKIE, keep_session, login_page, resend_page, safe_next, session_token
from bot.staff.new_password import problems
from bot.staff.tokens import Kind
from bot.staff.trace import trace_of
from bot.staff.unsaved import Unsaved
from bot.web import db, now, runtime, wall_now
from core.models import Staff

blueprint = Blueprint("login", __name__)
log = structlog.get_logger(__name__)

STEP_COOKIE = "rygbot_step"
QUESTION = "passkey_log_in"
"""Where the signed form cookie keeps the token of a passkey's challenge."""
WAIT = "Efter fem forkerte forsøg skal du vente lidt mellem hvert forsøg."
WRONG = f"E-mail og adgangskode passer ikke sammen. Prøv igen. {WAIT}"
WRONG_CODE = f"Koden passer ikke. Prøv med den næste, appen viser. {WAIT}"
TOO_LATE = "Der er gået for lang tid. Begynd forfra med e-mail og adgangskode."
NO_PASSKEY = "Adgangsnøglen kunne ikke bruges. Log ind med e-mail og adgangskode."
BAD_LINK = "Linket virker ikke længere. Det kan bruges én gang inden for et døgn. Bed om et nyt."


@blueprint.get("/login")
def log_in() -> ResponseReturnValue:
    if sessions.find_session(db(), session_token(), wall_now()):
        return redirect(safe_next(request.args.get("next"), url_for("inbox.open_alerts")))
    return login_page(wanted=request.args.get("next", ""))


@blueprint.post("/login")
def check_log_in() -> ResponseReturnValue:
    email = request.form.get("email", "")
    result = access.log_in(db(), email, request.form.get("password", ""), wall_now(), _browser())
    if isinstance(result, Refused):
        _refuse(result)
        return login_page(email=email, error=WRONG, wanted=_wanted(), kept=_kept()), 401
    if isinstance(result, LoggedIn):
        return _welcome(result)
    db().commit()
    response = make_response(_code_page(result.staff)) if _kept() else make_response(_to_code_page())
    response.set_cookie(
        STEP_COOKIE,
        result.token,
        max_age=int(tokens.LIFETIMES[Kind.SECOND_STEP].total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=runtime().settings.is_secure,
    )
    return response


@blueprint.get("/login/kode")
def ask_code() -> ResponseReturnValue:
    pending = tokens.find(db(), Kind.SECOND_STEP, request.cookies.get(STEP_COOKIE, ""), wall_now())
    if pending is None or pending.staff is None:
        return _begin_again()
    return _code_page(pending.staff)


@blueprint.post("/login/kode")
def check_code() -> ResponseReturnValue:
    token = request.cookies.get(STEP_COOKIE, "")
    result = access.take_second_step(db(), token, request.form.get("code", ""), wall_now(), _browser())
    if isinstance(result, LoggedIn):
        return _welcome(result)
    if result is None:
        return _begin_again()
    _refuse(result)
    pending = tokens.find(db(), Kind.SECOND_STEP, token, wall_now())
    if pending is None or pending.staff is None:
        return _begin_again()
    return _code_page(pending.staff, WRONG_CODE), 401


@blueprint.post("/login/noegle/start")
def ask_passkey() -> ResponseReturnValue:
    """What the browser asks the person's device; the script of the log-in page fetches it."""
    site = passkeys.site_of(runtime().settings.public_url)
    if site is None:
        return {"error": NO_PASSKEY}, 404
    question = passkeys.ask_log_in(db(), site, wall_now())
    db().commit()
    session[QUESTION] = question.token
    return question.options


@blueprint.post("/login/noegle")
def check_passkey() -> ResponseReturnValue:
    site = passkeys.site_of(runtime().settings.public_url)
    question = session.pop(QUESTION, "")
    found = passkeys.answered(db(), site, question, request.form.get("credential", ""), wall_now()) if site else None
    if found is None or found.staff.deactivated_at is not None:
        db().commit()
        log.info("log-in refused", reason="passkey")
        return login_page(error=NO_PASSKEY, wanted=_wanted(), kept=_kept()), 401
    return _welcome(access.log_in_by_passkey(db(), found, wall_now(), _browser()))


@blueprint.post("/logout")
def log_out() -> ResponseReturnValue:
    ended = sessions.log_out(db(), session_token(), wall_now())
    if ended is not None:
        trace_of(ended.staff, "staff.log_out", "staff", ended.staff_id)
    db().commit()
    session.clear()
    response = make_response(redirect(url_for("login.log_in"), 303))
    response.delete_cookie(COOKIE)
    return response


@blueprint.get(f"{resets.PATH}<token>")
def choose_password(token: str) -> ResponseReturnValue:
    staff = resets.find(db(), token, wall_now())
    if staff is None:
        return _bad_link()
    return render_template("staff/new_password.html", email=staff.email, errors={})


@blueprint.post(f"{resets.PATH}<token>")
def save_password(token: str) -> ResponseReturnValue:
    staff = resets.find(db(), token, wall_now())
    if staff is None:
        return _bad_link()
    password = request.form.get("password", "")
    errors = problems(staff, password, request.form.get("again", ""))
    if errors:
        return render_template("staff/new_password.html", email=staff.email, errors=errors), 400
    if resets.use_link(db(), token, password, now=now(), wall_now=wall_now()) is None:
        return _bad_link()
    db().commit()
    flash("Din nye adgangskode er gemt. Log ind med den.", "success")
    response = make_response(redirect(url_for("login.log_in"), 303))
    response.delete_cookie(COOKIE)
    return response


def _welcome(result: LoggedIn) -> Response:
    """Write it down, and lead on; a form that waited is shown with a button that sends it again."""
    trace_of(result.staff, "staff.log_in", "staff", result.staff.id, result.how)
    db().commit()
    kept, wanted = _kept(), safe_next(_wanted(), url_for("inbox.open_alerts"))
    session.clear()  # what was signed for the visitor before does not follow the staff member
    if result.how is How.RECOVERY:
        left = recovery.left(db(), result.staff.id)
        flash(f"Du brugte en nødkode. Der er {left} tilbage. Du kan lave nye under Min adgang.", "warning")
    response = make_response(resend_page(kept) if kept else redirect(wanted, 303))
    response.delete_cookie(STEP_COOKIE)
    keep_session(response, result.token)
    return response


def _refuse(result: Refused) -> None:
    if result.lock_begun is not None:
        trace_of(result.lock_begun, "staff.lock", "staff", result.lock_begun.id)
    db().commit()
    log.info("log-in refused", reason="locked" if result.locked else "wrong")


def _code_page(staff: Staff, error: str | None = None) -> str:
    site = passkeys.site_of(runtime().settings.public_url)
    return render_template(
        "staff/login_code.html",
        error=error,
        next=_wanted(),
        kept=_kept(),
        has_code=totp.is_on(staff),
        has_passkeys=site is not None and access.has_passkey(db(), staff.id),
    )


def _to_code_page() -> ResponseReturnValue:
    return redirect(url_for("login.ask_code", next=_wanted() or None), 303)


def _begin_again() -> ResponseReturnValue:
    flash(TOO_LATE, "warning")
    if kept := _kept():
        return login_page(kept=kept), 401
    return redirect(url_for("login.log_in", next=_wanted() or None), 303)


def _bad_link() -> ResponseReturnValue:
    flash(BAD_LINK, "error")
    return redirect(url_for("login.log_in"), 303)


def _wanted() -> str:
    return request.values.get("next", "")


def _kept() -> Unsaved | None:
    return unsaved.unpack(request.form.get(unsaved.CARRIER, ""))


def _browser() -> str:
    return short_name(request.headers.get("User-Agent", ""))
