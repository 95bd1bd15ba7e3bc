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
from bot.on_call import AHEAD, duties_ahead
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
from scheduler.circuits import left_alone, nothing_leaves
from scheduler.rates import NO_LIMIT

CLOCK_SKEW = timedelta(seconds=5)


@dataclass(frozen=True)
class Finding:
    """`detail`: an English sentence for an operator; when not good, it says what to do. `is_notable`: worth telling
    though nothing is wrong with the installation itself.
    """

    what: str
    is_good: bool
    detail: str
    is_notable: bool = False


def good(what: str, detail: str) -> Finding:
    return Finding(what, is_good=True, detail=detail)


def bad(what: str, detail: str) -> Finding:
    return Finding(what, is_good=False, detail=detail)


def findings(runtime: Runtime) -> list[Finding]:
    """Everything `rygbot check` prints. Settings and content have been read by then, or there is no runtime."""
    result = [good("settings", "complete"), _content(runtime), _gateway(runtime), _fallback(runtime)]
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
            result.append(on_call(session, utc_now(), can_mail=runtime.means.can_mail))
            result.append(provider(runtime, session))
            if runtime.settings.gateway == "twilio":
                result.append(speed(session))
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


def on_call(session: Session, now: datetime, *, can_mail: bool) -> Finding:
    """Whether each clinic's red alerts would reach somebody, at any hour of the coming weeks. `now`: true time."""
    told = []
    for clinic_id in session.scalars(select(Clinic.id).order_by(Clinic.id)):
        ahead = duties_ahead(session, clinic_id, now, can_mail=can_mail)
        gaps = [duty for duty in ahead if not duty.contacts]
        if len(gaps) == len(ahead):
            told.append(f"{clinic_id} (at no time)")
        elif gaps:
            told.append(f"{clinic_id} (for a while from {local(gaps[0].starts_at):%d-%m-%Y %H:%M} on)")
    if told:
        gap = f"red alerts would reach nobody at {', '.join(told)}; see Indstillinger, Vagt"
        return Finding("on call", is_good=True, detail=gap, is_notable=True)
    return good("on call", f"somebody at every clinic for the next {AHEAD.days} days")


def speed(session: Session) -> Finding:
    """Whether each clinic's sender has its limit, see scheduler.rates."""
    without = session.scalars(select(Clinic.id).where(Clinic.segments_per_second == NO_LIMIT).order_by(Clinic.id)).all()
    if not without:
        return good("speed", "every clinic's sender has its limit")
    told = f"no limit for {', '.join(without)}: with many texts at once advice may wait in the provider's queue"
    return Finding("speed", is_good=True, detail=f"{told}; see Indstillinger, Klinik", is_notable=True)


def provider(runtime: Runtime, session: Session) -> Finding:
    """Whether texts have a gateway to go by, see scheduler.circuits."""
    names = runtime.settings.gateway_names
    away = left_alone(session, names)
    if not away:
        return good("provider", "answers")
    told = "; ".join(
        f"{row.gateway} is left alone since {local(row.opened_at):%d-%m %H:%M} ({row.code})" for row in away
    )
    if len(away) < len(names):
        used = next(name for name in names if name not in {row.gateway for row in away})
        return Finding("provider", is_good=True, detail=f"{told}; texts go by {used}", is_notable=True)
    if not nothing_leaves(session, names, runtime.now()):
        return good("provider", f"{told}; no text waits, the next one tries it")
    return bad("provider", f"{told}; texts wait and go by themselves once it answers; see the provider's status page")


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
    if not schema.is_good:
        return [schema]
    return [schema, worker(session, now), ticks(session, now), provider(runtime, session)]


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


def _fallback(runtime: Runtime) -> Finding:
    """Complete when it is given at all: the settings see to it."""
    spare = [account for account in runtime.settings.twilio_accounts if account.is_spare]
    if not spare:
        return good("second account", "none; texts wait while the first is away")
    told = f"{spare[0].sender}, for what the first did not take; give it the same webhooks as the first"
    return good("second account", told)


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
