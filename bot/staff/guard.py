"""Who may see a page. One decorator stands before every staff view."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import ParamSpec, cast
from urllib.parse import urlsplit

from flask import Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.staff import access, passkeys, sessions, unsaved
from bot.staff.unsaved import Unsaved
from bot.web import db, runtime, wall_now
from core.models import Role, Staff

COOKIE = "rygbot_staff"
TIMED_OUT = "Du er logget ud, fordi der er gået for lang tid. Log ind igen for at se nye svar."
NOT_SAVED = "Du var logget ud, så det, du ville gemme, er ikke gemt endnu. Log ind. Så kan du gemme det med det samme."
LOST = "Du var logget ud, så det, du sendte, er ikke gemt. Log ind, og send det igen."
SET_UP = "Klinikken kræver mere end en adgangskode ved log ind. Slå kode fra telefonen eller en adgangsnøgle til først."
P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]


def login_required(
    role: Role = Role.READER, *, polling: bool = False, before_set_up: bool = False
) -> Callable[[View[P]], View[P]]:
    """Let only staff of at least `role` in.

    `polling`: the page asks by itself, which is no sign of a person. `before_set_up`: the page is open to somebody who
    still has to set up the second factor that the clinic requires.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            staff = _visitor(polling=polling)
            if staff is None:
                return _to_login()
            if not before_set_up and access.lacks_second_factor(db(), staff):
                flash(SET_UP, "warning")
                return _lead_to(url_for("account.index"))
            if not access.may(staff.role, role):
                abort(403)
            return view(*args, **kwargs)

        return guarded

    return decorate


def staff_member() -> Staff:
    """Who is asking; only inside a view that login_required stands before."""
    return cast("Staff", g.staff)


def visitor() -> Staff | None:
    """Who is asking, or None before log-in: for what every page shows."""
    return cast("Staff | None", g.get("staff"))


def session_token() -> str:
    """The token of the browser's session, empty when it has none."""
    return request.cookies.get(COOKIE, "")


def keep_session(response: Response, token: str) -> None:
    """Put a session's token into the browser, out of reach of scripts and other sites."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(sessions.ABSOLUTE_LIMIT.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=runtime().settings.is_secure,
    )


def login_page(*, email: str = "", error: str | None = None, wanted: str = "", kept: Unsaved | None = None) -> str:
    """`wanted`: the page to go on to. `kept`: a form that waits for the log-in."""
    return render_template(
        "staff/login.html",
        email=email,
        error=error,
        next=wanted,
        kept=kept,
        has_passkeys=passkeys.site_of(runtime().settings.public_url) is not None,
    )


def answer_stale_form() -> ResponseReturnValue | None:
    """A form of ours whose token is from before a log-in or a restart: shown again with a fresh one.

    None when a browser does not vouch for it that the form came from this site.
    """
    if request.headers.get("Sec-Fetch-Site") != "same-origin" or (kept := unsaved.of_request()) is None:
        return None
    if _visitor(polling=False) is None:
        return _to_login()
    return resend_page(kept), HTTPStatus.BAD_REQUEST


def resend_page(kept: Unsaved) -> str:
    return render_template("staff/resend.html", kept=kept, action=safe_next(kept.path, url_for("inbox.open_alerts")))


def safe_next(target: str | None, default: str) -> str:
    """`target` if it leads to a page of this site, else `default`: a link must not send staff elsewhere."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return default
    if any(ord(character) < ord(" ") or character == "\\" for character in target):
        return default
    try:
        parts = urlsplit(target)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else target


def _visitor(*, polling: bool) -> Staff | None:
    token = session_token()
    if not token:
        return None
    found = sessions.find_session(db(), token, wall_now())
    if found is None:
        return None
    if not polling and sessions.touch(found, wall_now()):
        db().commit()
    g.staff = found.staff
    return found.staff


def _to_login() -> ResponseReturnValue:
    if request.headers.get("HX-Request"):
        return _fragment_to_login()
    kept = unsaved.of_request()
    if kept is not None:
        flash(NOT_SAVED, "warning")
        return login_page(kept=kept), HTTPStatus.UNAUTHORIZED
    if request.method == "POST" and request.blueprint not in unsaved.PRIVATE:
        flash(LOST, "warning")
    else:
        _flash_timed_out()
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    if wanted in (None, "/"):
        return redirect(url_for("login.log_in"))
    return redirect(url_for("login.log_in", next=wanted))


def _fragment_to_login() -> ResponseReturnValue:
    """A page that only shows leads to the log-in; one with a form that is being filled in stays, and says so."""
    if request.method == "POST":
        return render_template("staff/_logged_out.html")
    _flash_timed_out()
    return _lead_to(url_for("login.log_in"))


def _flash_timed_out() -> None:
    if session_token():
        flash(TIMED_OUT, "warning")


def _lead_to(address: str) -> ResponseReturnValue:
    if request.headers.get("HX-Request"):
        return "", HTTPStatus.UNAUTHORIZED, {"HX-Redirect": address}
    return redirect(address)
