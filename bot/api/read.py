"""What a script sent, read strictly: the fields by name and kind, and the name it gave its request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from bot.api.door import RefusedError
from bot.enrolment import Application
from scheduler.planning import DEFAULT_TIME_OF_DAY

LONGEST_KEY = 100
TEXTS = ("name", "phone", "programme", "region", "doctor_phone", "time_of_day")
REQUIRED_TEXTS = TEXTS[:-1]
TRUTHS = ("consent", "instructed")
NOT_TEXT = "Skal være tekst."
NOT_TRUTH = "Skal være true eller false."
NOT_DATE = "Skriv datoen som 2026-11-21."
UNKNOWN = "Feltet kendes ikke."


@dataclass(frozen=True)
class Read:
    """`errors`: field -> sentence in Danish; while there are any, `application` is not to be used."""

    application: Application
    errors: Mapping[str, str]


def body() -> dict[str, Any]:
    """The JSON object of a request; an empty one where nothing was sent."""
    if not request.get_data(cache=True):
        return {}
    try:
        sent = request.get_json()
    except UnsupportedMediaType:
        raise RefusedError(415) from None
    except (BadRequest, RecursionError):
        raise RefusedError(400, message="JSON kan ikke læses.") from None
    if not isinstance(sent, dict):
        raise RefusedError(400, message="Send et JSON-objekt.")
    return sent


def idempotency_key() -> str | None:
    """The name a script gave its request, so that sending it twice does nothing twice; None when it gave none."""
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return None
    if not 0 < len(given) <= LONGEST_KEY or not given.isascii() or not given.isprintable():
        raise RefusedError(400, message=f"Idempotency-Key skal være 1 til {LONGEST_KEY} almindelige tegn.")
    return given


def application(sent: Mapping[str, Any]) -> Read:
    """An enrolment as the form knows it; what stands in the fields is judged where the form's is."""
    errors = {name: UNKNOWN for name in sent if name not in {*TEXTS, *TRUTHS, "start_date"}}
    errors |= {name: NOT_TEXT for name in REQUIRED_TEXTS if not isinstance(sent.get(name), str)}
    if not isinstance(sent.get("time_of_day", DEFAULT_TIME_OF_DAY), str):
        errors["time_of_day"] = NOT_TEXT
    errors |= {name: NOT_TRUTH for name in TRUTHS if not isinstance(sent.get(name, False), bool)}
    start, is_date = _date(sent.get("start_date"))
    if not is_date:
        errors["start_date"] = NOT_DATE
    texts = {name: value.replace("\0", "") for name in TEXTS if isinstance(value := sent.get(name), str)}
    read = Application(
        **{**dict.fromkeys(REQUIRED_TEXTS, ""), **texts},
        consent=sent.get("consent") is True,
        start_date=start,
        instructed=sent.get("instructed") is True,
    )
    return Read(read, errors)


def _date(sent: object) -> tuple[date | None, bool]:
    """The date, and whether what was sent is one; no date is a good one too."""
    if sent is None:
        return None, True
    try:
        return (date.fromisoformat(sent), True) if isinstance(sent, str) and len(sent) == 10 else (None, False)
    except ValueError:
        return None, False
