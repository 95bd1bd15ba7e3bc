"""The demo's page beside the staff's: telephones to write on, and the hands of the clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from flask import Blueprint, Flask, Response, current_app, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue

from bot.demo import script
from bot.demo.screens import short_span, state
from bot.demo.stage import Demo
from bot.staff import access, sessions
from bot.staff.guard import keep_session, session_token
from bot.web import db, wall_now
from core.models import Patient

LONGEST_TEXT = 1600
SUGGESTIONS = ("JA", "NEJ", "4", "STOP", "kan ikke mærke mig selv i skridtet")
MACHINES = frozenset({"inbound", "probes"})
_EXTENSION = "rygbot_demo"

blueprint = Blueprint(
    "demo", __name__, url_prefix="/demo", template_folder="templates", static_folder="static", static_url_path="/static"
)


def register(app: Flask, demo: Demo) -> None:
    """Put the demo's page on an application that is otherwise the product's own."""
    app.config["DEMO"] = True
    app.extensions[_EXTENSION] = demo
    app.register_blueprint(blueprint)
    app.before_request(_watch)


def _demo() -> Demo:
    return cast("Demo", current_app.extensions[_EXTENSION])


def _watch() -> None:
    """Time goes on while somebody looks at any page."""
    if request.blueprint not in MACHINES:
        _demo().clock.attend()


@blueprint.get("")
def page() -> ResponseReturnValue:
    """The page itself. Whoever opens it is logged in as the demo's staff member, so that the inbox is open at once."""
    demo = _demo()
    speeds = [(f"{seconds:g}", short_span(seconds)) for seconds in demo.speeds]
    response = make_response(
        render_template("demo/demo.html", run=demo.run, speeds=speeds, suggestions=SUGGESTIONS, longest=LONGEST_TEXT)
    )
    if not _is_logged_in():
        _log_in(demo, response)
    return response


@blueprint.get("/state")
def current_state() -> ResponseReturnValue:
    return jsonify(_state())


@blueprint.post("/reply")
def reply() -> ResponseReturnValue:
    """A text written on a telephone: posted to our own webhook, signed, as the provider would."""
    demo = _demo()
    sent = _json()
    body = sent.get("text")
    if not isinstance(body, str) or not body.strip():
        return _refuse("Skriv en sms først.")
    if len(body) > LONGEST_TEXT:
        return _refuse(f"Sms'en er for lang. Skriv højst {LONGEST_TEXT} tegn.")
    patient = _patient(sent.get("patient"))
    if patient is None:
        return _refuse("Telefonen findes ikke. Genindlæs siden.")
    number = patient.phone
    db().rollback()  # the webhook's own transaction must not wait for this one
    demo.clock.slow_down()
    bubble_id = demo.phones.written(number, body, demo.clock.now())
    if not demo.carrier.text(number, script.CLINIC_SENDER, body):
        demo.phones.failed(number, bubble_id)
        return _refuse("Sms'en kom ikke frem. Prøv igen.", 502)
    return jsonify(_state())


@blueprint.post("/clock")
def set_clock() -> ResponseReturnValue:
    """Pause, resume, choose a speed, or go on to the next text."""
    demo = _demo()
    sent = _json()
    match sent.get("do"):
        case "pause":
            demo.clock.pause()
        case "resume":
            demo.clock.resume()
        case "speed":
            if sent.get("daySeconds") not in demo.speeds:
                return _refuse("Vælg en af hastighederne på siden.")
            demo.clock.set_day_seconds(float(sent["daySeconds"]))
        case "next":
            patient = _patient(sent.get("patient"))
            patient_id = patient.id if patient else None
            db().rollback()  # what goes out on the way must not wait for this request's own transaction
            if not demo.pace.go_to_next(patient_id):
                return _refuse("Der er ikke flere planlagte sms'er.", 409)
        case _:
            return _refuse("Det kan uret ikke.")
    return jsonify(_state())


def _state() -> dict[str, Any]:
    return state(_demo(), db(), request.args.get("v", ""))


def _json() -> Mapping[str, Any]:
    sent = request.get_json(silent=True)
    return sent if isinstance(sent, dict) else {}


def _patient(patient_id: object) -> Patient | None:
    if not isinstance(patient_id, int) or not 0 < patient_id < 2**63:
        return None
    return db().get(Patient, patient_id)


def _refuse(sentence: str, status: int = 400) -> ResponseReturnValue:
    return jsonify(error=sentence), status


def _is_logged_in() -> bool:
    return sessions.find_session(db(), session_token(), wall_now()) is not None


def _log_in(demo: Demo, response: Response) -> None:
    """By password alone: whoever has tried a second factor, or wrong guesses, logs in beside the telephones."""
    result = access.log_in(db(), script.STAFF_EMAIL, demo.password, wall_now(), "Demoen")
    db().commit()
    if isinstance(result, access.LoggedIn):
        keep_session(response, result.token)
