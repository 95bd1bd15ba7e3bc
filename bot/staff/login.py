"""Logging in and out."""

from __future__ import annotations

import structlog
from flask import Blueprint, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from bot.staff import access
from bot.staff.guard import COOKIE, safe_next
from bot.web import db, runtime, wall_now

blueprint = Blueprint("login", __name__)
log = structlog.get_logger(__name__)

WRONG = (
    "E-mail og adgangskode passer ikke sammen. Prøv igen. Efter fem forkerte forsøg skal du vente lidt "
    "mellem hvert forsøg."
)


@blueprint.get("/login")
def log_in() -> ResponseReturnValue:
    token = request.cookies.get(COOKIE)
    if token and access.find_session(db(), token, wall_now()):
        return redirect(safe_next(request.args.get("next"), url_for("inbox.open_alerts")))
    return render_template("staff/login.html", email="", error=None, next=request.args.get("next", ""))


@blueprint.post("/login")
def check_log_in() -> ResponseReturnValue:
    email = request.form.get("email", "")
    wanted = request.form.get("next", "")
    result = access.log_in(db(), email, request.form.get("password", ""), wall_now())
    db().commit()
    if isinstance(result, access.Refused):
        log.info("log-in refused", reason="locked" if result.locked else "wrong")
        page = render_template("staff/login.html", email=email, error=WRONG, next=wanted)
        return page, 401
    session.clear()  # what was signed for the visitor before does not follow the staff member
    response = make_response(redirect(safe_next(wanted, url_for("inbox.open_alerts")), 303))
    response.set_cookie(
        COOKIE,
        result.token,
        max_age=int(access.ABSOLUTE_LIMIT.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=runtime().settings.is_secure,
    )
    return response


@blueprint.post("/logout")
def log_out() -> ResponseReturnValue:
    token = request.cookies.get(COOKIE)
    if token:
        access.log_out(db(), token, wall_now())
        db().commit()
    session.clear()
    response = make_response(redirect(url_for("login.log_in"), 303))
    response.delete_cookie(COOKIE)
    return response
