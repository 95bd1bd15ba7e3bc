"""The addresses under /api/v1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot import audit, course
from bot.api import read
from bot.api.door import RefusedError, api_key, key_required
from bot.api.enrolling import Known, enrol_once, known
from bot.api.shapes import alert_shape, enrolment_shape, programme_shape
from bot.enrolment import Rejected
from bot.programmes import programme_of
from bot.web import db, now, runtime
from core.models import Alert, AlertState, ApiScope, Enrolment
from scheduler.calendar import local

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
STOP_REASONS: Mapping[str, str] = {
    "wish": "Patienten ønsker det",
    "well": "Patienten har det godt og er færdig",
    "referred": "Patienten er henvist videre",
    "mistake": "Tilmeldt ved en fejl",
    "other": "Andet",
}
MOST_ALERTS = 100


@blueprint.get("/programmes")
@key_required()
def programmes() -> ResponseReturnValue:
    return jsonify(programmes=[programme_shape(item) for item in runtime().content.programmes.values()])


@blueprint.post("/enrolments")
@key_required(ApiScope.ENROL)
def create() -> ResponseReturnValue:
    sent, name = read.body(), read.idempotency_key()
    if (before := known(db(), api_key(), name, sent)) is not None:
        return _again(before)
    asked = read.application(sent)
    if asked.errors:
        raise RefusedError(422, fields=asked.errors)
    try:
        result = enrol_once(db(), runtime().content, api_key(), asked.application, name=name, sent=sent, now=now())
    except IntegrityError:
        db().rollback()
        result = Rejected({})
    if isinstance(result, Rejected):
        # Of two requests of the same name that came at once, the other may have been let through meanwhile.
        if (before := known(db(), api_key(), name, sent)) is not None:
            return _again(before)
        raise RefusedError(422, fields=result.errors)
    trace("api.enrol", "enrolment", result.id)
    db().commit()
    location = url_for("api.show", enrolment_id=result.id)
    return jsonify(_shown(result)), 201, {"Location": location}


@blueprint.get("/enrolments/<row:enrolment_id>")
@key_required()
def show(enrolment_id: int) -> ResponseReturnValue:
    enrolment = _mine(enrolment_id)
    trace("api.enrolment_view", "enrolment", enrolment.id)
    db().commit()
    return jsonify(_shown(enrolment))


@blueprint.post("/enrolments/<row:enrolment_id>/stop")
@key_required(ApiScope.ENROL)
def stop(enrolment_id: int) -> ResponseReturnValue:
    """Stopping what is over already changes nothing and is no error: a script may ask twice."""
    sent = read.body()
    reason = sent.get("reason")
    if not isinstance(reason, str) or reason not in STOP_REASONS or set(sent) != {"reason"}:
        raise RefusedError(422, fields={"reason": f"Vælg en årsag: {', '.join(STOP_REASONS)}."})
    enrolment = _mine(enrolment_id)
    course.stop(db(), enrolment, now=now(), reason=STOP_REASONS[reason], staff_id=None)
    trace("api.stop", "enrolment", enrolment.id)
    db().commit()
    return jsonify(_shown(enrolment))


@blueprint.get("/alerts")
@key_required()
def alerts() -> ResponseReturnValue:
    """The oldest first, so that `after` leads on from the last one seen."""
    state = request.args.get("state", AlertState.OPEN.value)
    after = request.args.get("after", "0")
    if state not in set(AlertState):
        raise RefusedError(422, fields={"state": f"Vælg en tilstand: {', '.join(AlertState)}."})
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        raise RefusedError(422, fields={"after": "Skriv id'et på den sidste alarm, du har set."})
    found = (
        db()
        .scalars(
            select(Alert)
            .where(Alert.clinic_id == api_key().clinic_id, Alert.state == state, Alert.id > int(after))
            .order_by(Alert.id)
            .limit(MOST_ALERTS + 1)
        )
        .all()
    )
    trace("api.alerts_list", "clinic", api_key().clinic_id)
    db().commit()
    shown = [alert_shape(alert, runtime().settings.public_url) for alert in found[:MOST_ALERTS]]
    return jsonify(alerts=shown, more=len(found) > MOST_ALERTS)


def _again(before: Known) -> ResponseReturnValue:
    if not before.is_same or before.enrolment is None:
        raise RefusedError(409)
    return jsonify(_shown(before.enrolment)), 200, {"Idempotent-Replayed": "true"}


def _mine(enrolment_id: int) -> Enrolment:
    """The clinic's own enrolment; another clinic's does not exist here."""
    found = db().get(Enrolment, enrolment_id)
    if found is None or found.clinic_id != api_key().clinic_id:
        raise RefusedError(404)
    return found


def _shown(enrolment: Enrolment) -> dict[str, Any]:
    waiting = (Alert.patient_id == enrolment.patient_id, Alert.state != AlertState.RESOLVED)
    colours = set(db().scalars(select(Alert.colour).where(*waiting).distinct()))
    today = local(now()).date()
    programme = programme_of(runtime().content, enrolment)
    return enrolment_shape(enrolment, programme, colours, today, runtime().settings.public_url)


def trace(action: str, object_type: str, object_id: object) -> None:
    audit.record(
        db(),
        clinic_id=api_key().clinic_id,
        staff_id=None,
        action=action,
        object_type=object_type,
        object_id=object_id,
        now=now(),
        detail=api_key().prefix,
    )
