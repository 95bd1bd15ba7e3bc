"""The web application: what stands on it, what every answer carries, and what goes wrong in plain Danish."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Map

from bot import api, probes, web
from bot.inbound import blueprint as inbound_blueprint
from bot.runtime import Clock, Runtime, utc_now
from bot.staff.guard import answer_stale_form
from bot.staff.pages import register_pages

log = structlog.get_logger(__name__)

LARGEST_REQUEST = 1024 * 1024
LARGEST_ROW_ID = 2**63 - 1
YEAR_SECONDS = 365 * 24 * 3600
MACHINE_BLUEPRINTS = frozenset({"inbound", "probes"})

ERRORS: dict[int, tuple[str, str]] = {
    400: ("Det kunne ikke læses", "Gå tilbage, og prøv igen."),
    403: (
        "Det har du ikke adgang til",
        "Din adgang rækker ikke til denne side eller handling. Spørg den, der er administrator hos jer.",
    ),
    404: (
        "Siden findes ikke",
        "Den er måske flyttet, eller adressen er skrevet forkert. Gå til indbakken, og find den derfra.",
    ),
    405: ("Det kan man ikke her", "Gå til indbakken, og prøv igen derfra."),
    413: ("Det er for meget på én gang", "Send mindre ad gangen. Grænsen er 1 MB."),
    429: ("For mange forsøg", "Vent et par minutter, og prøv så igen."),
    500: (
        "Noget gik galt hos os",
        (
            "Prøv igen om lidt. Bliver det ved, så ring til den, der driver systemet. "
            "Haster det for en patient, så ring til patienten."
        ),
    ),
}
STALE_FORM = (
    "Siden har stået åben for længe",
    "Intet er gemt. Gå tilbage, genindlæs siden, og prøv igen.",
)


class RowConverter(IntegerConverter):
    """The number of a row in an address; one no database can hold is a page that does not exist."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=LARGEST_ROW_ID)


class RygbotApp(Flask):
    """Flask, but an unexpected error is logged by type and place: its message may quote a patient's row."""

    def log_exception(self, exc_info: Any) -> None:
        route = request.url_rule.rule if request.url_rule else None
        log.error("request failed", method=request.method, route=route, exc_info=exc_info)


def create_app(runtime: Runtime, *, wall_clock: Clock = utc_now) -> Flask:
    """The application with everything it needs handed to it.

    `wall_clock` (true UTC time) rules log-ins and heartbeats; `runtime.now` rules courses and waiting times.
    """
    app = RygbotApp("bot", static_folder=None, template_folder=None)
    app.config.update(
        SECRET_KEY=runtime.settings.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,  # a pasted list is one long field
        SESSION_COOKIE_NAME="rygbot_form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=runtime.settings.is_secure,
        WTF_CSRF_TIME_LIMIT=None,
        DEMO=False,
    )
    app.url_map.converters["row"] = RowConverter
    web.attach(app, runtime, wall_clock)
    csrf = CSRFProtect(app)
    register_pages(app)
    app.register_blueprint(probes.blueprint)
    app.register_blueprint(inbound_blueprint)
    csrf.exempt(inbound_blueprint)
    app.register_blueprint(api.blueprint)
    csrf.exempt(api.blueprint)  # it hears no cookie: no other site's form can carry a key
    app.register_error_handler(HTTPException, _explain)
    app.after_request(_protect)
    return app


def _explain(error: HTTPException) -> ResponseReturnValue:
    """An error page that says what to do; a bare line for machines."""
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error
    if request.path.startswith("/api/"):
        return api.refusal(error)
    lost_machine = request.blueprint is None and request.path.startswith("/sms/")  # staff have pages there as well
    if request.blueprint in MACHINE_BLUEPRINTS or lost_machine:
        return Response(f"{error.name}\n", error.code, content_type="text/plain; charset=utf-8")
    if isinstance(error, CSRFError) and (answer := answer_stale_form()) is not None:
        return answer
    title, text = STALE_FORM if isinstance(error, CSRFError) else ERRORS.get(error.code, ERRORS[400])
    page = render_template("staff/error.html", code=error.code, title=title, text=text)
    headers = [(name, value) for name, value in error.get_headers() if name == "Allow"]
    return page, error.code, headers


def _protect(response: Response) -> Response:
    """Headers every answer carries; only the pages' own files may be kept by a browser."""
    headers = response.headers
    headers["Content-Security-Policy"] = _policy()
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.endpoint == "staff.static" and response.status_code == HTTPStatus.OK:
        headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    else:
        headers["Cache-Control"] = "no-store"
    if web.runtime().settings.is_secure:
        headers["Strict-Transport-Security"] = f"max-age={YEAR_SECONDS}"
    return response


def _policy() -> str:
    ancestors = "'self'" if current_app.config["DEMO"] else "'none'"
    return (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
        f"base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
    )
