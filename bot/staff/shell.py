"""What every staff template knows: formats, words, the visitor, and where the assets lie."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, g, request, url_for
from sqlalchemy import select

from bot import heartbeat
from bot.alerts import HANDLERS, OUTCOMES
from bot.escalation import overdue_red
from bot.on_call import people_on_call
from bot.places import regions_of
from bot.red_flags import UNCLEAR
from bot.staff import access, formatting, words
from bot.staff.cards import Wording, count
from bot.staff.guard import staff_member, visitor
from bot.staff.marking import UNNAMED_FLAG
from bot.web import db, now, runtime, wall_now
from core.models import AlertState, Role, Staff
from core.phone import display
from messages.red_flag_schema import shipped_flags
from messages.regions import Region
from scheduler.calendar import local

STYLES = "app.css"
PARTS = ("ground", "inbox", "forms", "patient", "settings", "screens")
"""The style sheets, by theme, in the order in which one gives way to the next."""
_STATIC = Path(__file__).parent / "static"
_WORTH_PACKING = 1000
"""Bytes; less than this fits into one network packet anyway."""
_NO_FLAG_NAMES: Mapping[str, str] = {UNCLEAR: UNNAMED_FLAG}


class _Assets(Blueprint):
    """The pages' own files. The style sheets go out as one: a page waits for a single answer before it is drawn."""

    def send_static_file(self, filename: str) -> Response:
        if filename != STYLES:
            return super().send_static_file(filename)
        response = Response(_content(STYLES), content_type="text/css; charset=utf-8")
        response.set_etag(_digest(STYLES))
        response.make_conditional(request)
        return response


assets = _Assets("staff", __name__, template_folder="templates", static_folder="static", static_url_path="/static")


def prepare(app: Flask) -> None:
    """Give the templates their filters and helpers."""
    app.jinja_env.filters.update(
        danish_date=formatting.danish_date,
        date_time=formatting.date_time,
        clock=formatting.clock,
        day_clock=formatting.day_clock,
        phone=display,
        role_word=lambda role: words.say(words.ROLES, role),
        enrolment_word=lambda state: words.say(words.ENROLMENT_STATES, state),
        level_word=lambda level: words.say(words.LEVELS, level),
        verdict_word=lambda verdict: words.say(words.VERDICTS, verdict),
        flag_name=lambda flag: _flag_names().get(flag, UNNAMED_FLAG),
    )
    app.context_processor(_helpers)


def wording() -> Wording:
    return Wording(flags=_flag_names(), outcomes=OUTCOMES)


def stale_regions() -> list[Region]:
    """The out-of-hours numbers somebody should look up again."""
    today = local(now()).date()
    known = regions_of(db(), runtime().content, staff_member().clinic_id)
    return [region for region in known.values() if region.is_stale(today)]


def nobody_to_alarm() -> bool:
    """Whether a red alert is past its deadline and nobody is on call to be alarmed about it; asked once a request."""
    if "nobody_to_alarm" not in g:
        clinic_id = staff_member().clinic_id
        g.nobody_to_alarm = overdue_red(db(), clinic_id, now()) and not people_on_call(
            db(), clinic_id, now(), can_mail=runtime().means.can_mail
        )
    return bool(g.nobody_to_alarm)


def is_sending() -> bool:
    """Whether texts go out; when not, staff must be told. Asked once a request."""
    if "is_sending" not in g:
        g.is_sending = not heartbeat.nobody_sends(db(), now(), wall_now(), runtime().settings.gateway_names)
    return bool(g.is_sending)


def _colleagues() -> list[tuple[int, str]]:
    """Whom the visitor may hand an alert to, by name."""
    viewer = staff_member()
    active = (Staff.clinic_id == viewer.clinic_id, Staff.role.in_(HANDLERS), Staff.deactivated_at.is_(None))
    rows = db().execute(select(Staff.id, Staff.name).where(*active, Staff.id != viewer.id)).all()
    return sorted(((row.id, row.name) for row in rows), key=lambda person: person[1].casefold())


def _helpers() -> dict[str, Any]:
    """What is asked of the database is looked up when a page first needs it, and once."""
    staff = visitor()
    return {
        "asset": _asset,
        "staff": staff,
        "may_act": staff is not None and access.may(staff.role, Role.CLINICIAN),
        "may_administer": staff is not None and access.may(staff.role, Role.ADMIN),
        "waiting_count": cache(lambda: count(db(), staff.clinic_id, AlertState.OPEN) if staff else 0),
        "is_sending": is_sending,
        "colleagues": cache(_colleagues),
        "poll_seconds": runtime().settings.inbox_poll_seconds,
        "outcomes": OUTCOMES,
        "nobody_to_alarm": nobody_to_alarm,
    }


def _asset(name: str) -> str:
    """The address of a file in static/, with its content's hash so that browsers may keep it for good."""
    return url_for("staff.static", filename=name, v=_digest(name))


@cache
def _digest(name: str) -> str:
    return hashlib.sha256(_content(name)).hexdigest()[:12]


def _content(name: str) -> bytes:
    if name != STYLES:
        return (_STATIC / name).read_bytes()
    return b"\n".join((_STATIC / "css" / f"{part}.css").read_bytes() for part in PARTS)


@assets.after_request
def _pack(response: Response) -> Response:
    """Send the pages' own files packed to browsers that can unpack them, as all do: 25 kB in place of 75.

    These alone: they hold no secret that the size of a packed page could give away.
    """
    name = (request.view_args or {}).get("filename", "")
    is_whole = response.status_code == HTTPStatus.OK and request.method == "GET"
    if not is_whole or (response.content_length or 0) < _WORTH_PACKING:
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings.quality("gzip") > 0:
        response.close()
        response.direct_passthrough = False
        response.set_data(_packed(name))
        response.content_encoding = "gzip"
    return response


@cache
def _packed(name: str) -> bytes:
    return gzip.compress(_content(name), mtime=0)


@cache
def _flag_names() -> Mapping[str, str]:
    return {**_NO_FLAG_NAMES, **{name: flag.name for name, flag in shipped_flags().items()}}
