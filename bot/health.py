"""Is this installation fit to run: one finding per thing that can be wrong, each with what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.heartbeat import is_beating
from bot.moving import behind
from bot.receive import count_unprocessed
from bot.runtime import Runtime, utc_now
from core import db
from core.crypto import DecryptionError
from core.models import Clinic, Patient
from messages.loader import Content
from messages.releases import release_problems
from scheduler.calendar import local

CLOCK_SKEW = timedelta(seconds=5)


@dataclass(frozen=True)
class Finding:
    """`detail`: an English sentence for an operator; when not good, it says what to do."""

    what: str
    is_good: bool
    detail: str


def good(what: str, detail: str) -> Finding:
    return Finding(what, is_good=True, detail=detail)


def bad(what: str, detail: str) -> Finding:
    return Finding(what, is_good=False, detail=detail)


def findings(runtime: Runtime) -> list[Finding]:
    """Everything `rygbot check` prints. Settings and content have been read by then, or there is no runtime."""
    result = [good("settings", "complete"), _content(runtime), _gateway(runtime)]
    schema = database(runtime)
    result.append(schema)
    if schema.is_good:
        checks: tuple[Callable[[Session, datetime], Finding], ...] = (_keys, _clock, worker, _clinics, _waiting)
        with runtime.sessions() as session:
            result += [one(session, utc_now()) for one in checks]
            result.append(_courses(session, runtime.content))
    return result


def database(runtime: Runtime) -> Finding:
    """Reachable, and at the newest schema."""
    try:
        revision = db.current_revision(runtime.engine)
    except SQLAlchemyError:
        return bad("database", "cannot be reached; is it running, is DATABASE_URL right?")
    if revision != db.head_revision():
        return bad("database", "is not up to date; run `rygbot db upgrade`")
    return good("database", f"{runtime.engine.dialect.name} at revision {revision}")


def worker(session: Session, now: datetime) -> Finding:
    """Whether some worker ticked within the last minute. `now` in true time."""
    if not is_beating(session, now):
        return bad("worker", "no worker has reported within a minute; start `rygbot worker`")
    return good("worker", "alive")


def _content(runtime: Runtime) -> Finding:
    today = local(utc_now()).date()
    stale = [region.name for region in runtime.content.regions.values() if region.is_stale(today)]
    unreleased = sorted({problem for _, problem in release_problems(runtime.content)})
    if unreleased:
        return bad("content", "; ".join(unreleased))
    if stale:
        return bad("content", f"numbers to be checked anew under Indstillinger, Numre: {', '.join(stale)}")
    return good("content", f"{len(runtime.content.programmes)} programmes, numbers checked lately")


def _gateway(runtime: Runtime) -> Finding:
    settings = runtime.settings
    if settings.gateway == "simulator":
        return bad("gateway", "simulator: no text reaches a telephone; set GATEWAY=twilio")
    if not settings.is_secure:
        return bad("gateway", "PUBLIC_URL must be https: Twilio signs the address it calls")
    return good("gateway", f"twilio, webhooks at {settings.public_url}/sms/inbound and /sms/status")


def _keys(session: Session, _now: datetime) -> Finding:
    try:
        session.scalar(select(Patient.name).order_by(Patient.id).limit(1))
    except DecryptionError as error:
        return bad("encryption", str(error))
    return good("encryption", "keys open what is stored")


def _clock(session: Session, now: datetime) -> Finding:
    if session.get_bind().dialect.name != "postgresql":
        return good("clock", f"{local(now):%d-%m-%Y %H:%M} in Copenhagen")
    skew = abs(session.execute(text("SELECT now()")).scalar_one() - now)
    if skew > CLOCK_SKEW:
        return bad("clock", f"differs {skew.total_seconds():.0f} s from the database's; set up NTP")
    return good("clock", f"{local(now):%d-%m-%Y %H:%M} in Copenhagen, agrees with the database")


def _clinics(session: Session, _now: datetime) -> Finding:
    count = session.scalar(select(func.count()).select_from(Clinic)) or 0
    if not count:
        return bad("clinics", "none; add one with `rygbot clinic add`")
    return good("clinics", str(count))


def _waiting(session: Session, _now: datetime) -> Finding:
    count = count_unprocessed(session)
    if count:
        return bad("replies", f"{count} kept but not processed; is a worker running?")
    return good("replies", "all processed")


def _courses(session: Session, content: Content) -> Finding:
    """Courses on a version that is gone go on with what stands in the outbox, and staff can move them."""
    groups = behind(session, content)
    gone = [group for group in groups if content.programme(group.programme_id, group.version) is None]
    if gone:
        told = ", ".join(f"{group.programme_id} version {group.version} ({group.count})" for group in gone)
        return bad("courses", f"running on versions that are gone: {told}; put their files back, or move the courses")
    waiting = sum(group.count for group in groups)
    return good("courses", f"{waiting} on an older version" if waiting else "all on the newest version")
