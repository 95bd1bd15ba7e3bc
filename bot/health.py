"""Is this installation fit to run: one finding per thing that can be wrong, each with what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.heartbeat import FRESH, last_beat, stuck_ticks
from bot.late_texts import late_texts
from bot.moving import behind
from bot.receive import count_unprocessed
from bot.runtime import Runtime, utc_now
from bot.spooling import spool_of
from core import db
from core.crypto import DecryptionError
from core.models import Clinic, Patient
from core.spool import SET_ASIDE
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
        checks: tuple[Callable[[Session, datetime], Finding], ...] = (
            _keys,
            _clock,
            worker,
            ticks,
            _clinics,
            _waiting,
            _late,
        )
        with runtime.sessions() as session:
            result += [one(session, utc_now()) for one in checks]
            result.append(_courses(session, runtime.content))
    result.append(spool(runtime))
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
    """Whether some worker came to the end of its sending within the last minute. `now`: true time."""
    last = last_beat(session)
    if last is None or now - last > FRESH:
        return bad("worker", "no worker has reported within a minute; start `rygbot worker`")
    return good("worker", "alive")


def ticks(session: Session, now: datetime) -> Finding:
    """Whether what the worker does besides sending still comes to its end. `now`: true time."""
    stuck = stuck_ticks(session, now)
    if stuck:
        return bad("ticks", f"not finished for minutes: {', '.join(stuck)}; read the worker's log")
    return good("ticks", "all come to their end")


def spool(runtime: Runtime) -> Finding:
    """Whether anything of this machine's spool needs somebody to look at it."""
    kept = spool_of(runtime)
    if broken := kept.set_aside():
        folder = runtime.settings.spool_dir / SET_ASIDE
        return bad("spool", f"{broken} texts in {folder} cannot be read; docs/delivery.md says what to do")
    if waiting := kept.waiting():
        return bad("spool", f"{waiting} texts wait on disk; is the database away, is a worker running?")
    return good("spool", "empty")


def running(runtime: Runtime, session: Session, now: datetime) -> list[Finding]:
    """Whether texts can come in and go out. `now`: true time."""
    schema = database(runtime)
    return [schema, worker(session, now), ticks(session, now)] if schema.is_good else [schema]


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


def _late(session: Session, now: datetime) -> Finding:
    """An installation is fit to run after a downtime too: this tells of it, and is never wrong."""
    found = late_texts(session, now)
    if found is None:
        return good("late texts", "none in the last day")
    since = f"{local(found.since):%d-%m-%Y %H:%M}"
    return good("late texts", f"{found.late} late and {found.unsent} expired in the last day, due since {since}")


def _courses(session: Session, content: Content) -> Finding:
    """Courses on a version that is gone go on with what stands in the outbox, and staff can move them."""
    groups = behind(session, content)
    gone = [group for group in groups if content.programme(group.programme_id, group.version) is None]
    if gone:
        told = ", ".join(f"{group.programme_id} version {group.version} ({group.count})" for group in gone)
        return bad("courses", f"running on versions that are gone: {told}; put their files back, or move the courses")
    waiting = sum(group.count for group in groups)
    return good("courses", f"{waiting} on an older version" if waiting else "all on the newest version")
