"""Who may see a page. One decorator stands before every staff view."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, cast
from urllib.parse import urlsplit

from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from bot.staff import access
from bot.web import db, wall_now
from core.models import Role, Staff

COOKIE = "rygbot_staff"
P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]


def login_required(role: Role = Role.READER, *, polling: bool = False) -> Callable[[View[P]], View[P]]:
    """Let only staff of at least `role` in. `polling`: the page asks by itself, which is no sign of a person."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            staff = _visitor(polling=polling)
            if staff is None:
                return _to_login()
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
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    found = access.find_session(db(), token, wall_now())
    if found is None:
        return None
    if not polling and access.touch(found, wall_now()):
        db().commit()
    g.staff = found.staff
    return found.staff


def _to_login() -> ResponseReturnValue:
    if request.cookies.get(COOKIE):
        flash("Du er logget ud, fordi der er gået for lang tid. Log ind igen for at se nye svar.", "warning")
    if request.headers.get("HX-Request"):
        return "", 401, {"HX-Redirect": url_for("login.log_in")}
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    if wanted in (None, "/"):
        return redirect(url_for("login.log_in"))
    return redirect(url_for("login.log_in", next=wanted))
