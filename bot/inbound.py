"""Twilio's two webhooks. The signature is checked first; what is signed is kept before anything reads it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import partial
from urllib.parse import parse_qsl

import structlog
from flask import Blueprint, Response, abort, request

from bot.receive import Inbound, keep, process
from bot.signature import Fields, is_signed
from bot.spooling import ON_THE_WAY, Receipt, drain_spool, spool_receipt, spool_text, write_receipt
from bot.web import runtime

EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
MAX_FIELDS = 200

blueprint = Blueprint("inbound", __name__, url_prefix="/sms")
log = structlog.get_logger()


@blueprint.post("/inbound")
def inbound() -> Response:
    """A patient's text. Answers at once with empty TwiML; what the patient is told goes through the outbox."""
    fields, _ = _signed_fields()
    now = runtime().now()
    text = _inbound(fields, now)
    _take_what_came_before()
    with runtime().sessions() as session:
        try:
            reply_id = keep(session, text, now)
        except Exception:
            session.rollback()
            log.exception("reply could not be stored, spooled")
            return _spooled(partial(spool_text, runtime(), text, now))
        try:
            process(session, runtime().content, runtime().checker, reply_id, now, runtime().means)
            session.commit()
        except Exception:
            session.rollback()
            log.exception("reply kept, processing failed", reply=reply_id)
    return Response(EMPTY_TWIML, mimetype="text/xml")


def _take_what_came_before() -> None:
    try:
        drain_spool(runtime(), ON_THE_WAY)
    except Exception:
        log.exception("the spool cannot be drained")


def _spooled(spool: Callable[[], None]) -> Response:
    """Kept is kept, be it on disk; when even that fails, 503 sends the provider to the fallback address."""
    try:
        spool()
    except OSError as error:
        log.critical("neither database nor disk takes it", error=type(error).__name__)
        return Response("not kept", 503, mimetype="text/plain")
    return Response(EMPTY_TWIML, mimetype="text/xml")


@blueprint.post("/status")
def status() -> Response:
    """A receipt for a text of ours, named by our own id in the address."""
    fields, account = _signed_fields()
    message = request.args.get("message", "")
    if not (message.isascii() and message.isdigit() and len(message) < 19):
        return Response("message: the number of a text of ours is missing", 400, mimetype="text/plain")
    receipt = Receipt(
        message_id=int(message),
        provider_id=_text(fields, "MessageSid", "SmsSid")[:64],
        status=_text(fields, "MessageStatus", "SmsStatus"),
        error_code=_text(fields, "ErrorCode")[:16] or None,
        gateway=account,
    )
    try:
        write_receipt(runtime(), receipt)
    except Exception:
        log.exception("receipt could not be stored, spooled")
        return _spooled(partial(spool_receipt, runtime(), receipt))
    return Response("", 204)


def _signed_fields() -> tuple[Fields, str]:
    """The form's fields as raw bytes, and the account whose token signed them; or 403."""
    body = request.get_data(cache=False, as_text=False, parse_form_data=False)
    fields = _fields(body) if request.mimetype == "application/x-www-form-urlencoded" else {}
    settings = runtime().settings
    signature = request.headers.get("X-Twilio-Signature", "")
    asked = (settings.public_url, request.path, request.query_string, fields, signature)
    signed = (account for account in settings.twilio_accounts if account.token and is_signed(account.token, *asked))
    account = next(signed, None)
    if account is None:
        log.warning("request without a valid signature", path=request.path)
        abort(403)
    return fields, account.name


def _fields(body: bytes) -> dict[str, list[bytes]]:
    """Form fields without guessing at an encoding: a name and its values, byte for byte."""
    fields: dict[str, list[bytes]] = {}
    try:
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=MAX_FIELDS)
    except ValueError:
        return {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value.encode("latin-1"))
    return fields


def _text(fields: Fields, *names: str) -> str:
    """The first of the named fields that is there; broken UTF-8 is shown as replacement characters."""
    return next((fields[name][0].decode("utf-8", "replace") for name in names if fields.get(name)), "")


def _inbound(fields: Fields, now: datetime) -> Inbound:
    body = _text(fields, "Body")
    media = _text(fields, "NumMedia")
    return Inbound(
        provider_id=_text(fields, "MessageSid", "SmsMessageSid", "SmsSid") or _stand_in_id(fields, now),
        sender=_text(fields, "From"),
        recipient=_text(fields, "To"),
        body=body,
        media_count=int(media) if media.isascii() and media.isdigit() and len(media) <= 2 else 0,
    )


def _stand_in_id(fields: Fields, now: datetime) -> str:
    """A text without an id is kept too; content and hour stand in, so that a retry is not a second text."""
    digest = hashlib.sha256()
    for name in sorted(fields):
        for value in fields[name]:
            digest.update(name.encode("utf-8", "replace") + b"\0" + value + b"\0")
    return f"none-{now:%Y%m%d%H}-{digest.hexdigest()[:32]}"
