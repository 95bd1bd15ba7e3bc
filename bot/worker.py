"""The worker: which ticks run how often, and what a drain does."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from time import sleep

from sqlalchemy.orm import Session

from bot import health
from bot.alarms import alarm_failed
from bot.course import complete_finished, resume_due
from bot.delivery import on_failure, take_found
from bot.escalation import escalate
from bot.heartbeat import TICK, beat, ping
from bot.lists.enrolling import go_on_with_lists
from bot.missed import make_up_missed
from bot.readback import read_back
from bot.receive import process_left_behind
from bot.retention import erase_due
from bot.rewording import go_on_rewording
from bot.runtime import Runtime, utc_now
from bot.sealing import seal_new
from bot.silence import raise_silences
from bot.spooling import drain_spool
from bot.unsettled import raise_unsettled
from core.gateway import Book
from core.gateway.mail import SmtpMailer
from core.gateway.several import SeveralBooks
from core.gateway.simulator import SimulatorGateway
from core.gateway.twilio import TwilioGateway
from core.models import Alarm
from core.settings import Settings
from scheduler.backlog import LATE
from scheduler.clock import Job, Ticker
from scheduler.dispatch import Dispatcher, GatewayFactory
from scheduler.exchange import Senders
from scheduler.line import Line
from scheduler.mailing import MailDispatcher
from scheduler.presence import Presence
from scheduler.reconciling import reconcile
from scheduler.recording import Tally
from scheduler.turns import take_turn
from scheduler.upkeep import sweep
from scheduler.ways import Ways

SEND_EVERY = 0.5
MAIL_EVERY = 2
HOUSEKEEPING_EVERY = 10
SPOOL_EVERY = 5
LISTS_EVERY = 2
WORDING_EVERY = 2
SELDOM_EVERY = 3600
SEAL_EVERY = 2
PING_EVERY = 60
OF_ITS_TIME = 0.9
"""A turn is over a little before the ticks' own distance is: workers' clocks are not in step, and nobody shall wait for
two rounds."""
READ_BACK_EVERY = 180

Tick = Callable[[Session, datetime], object]
BookFactory = Callable[[], Book]


@dataclass(frozen=True)
class Books:
    """What the provider itself has on record of us, on a line of its own: nobody's advice waits for a long list."""

    runtime: Runtime
    line: Line[Book]

    def settle(self) -> int:
        """Look up the texts of unknown fate. Returns how many were settled."""
        return reconcile(self.runtime.sessions, self.line, take_found, self.runtime.now)

    def read_back(self) -> int:
        """Fetch the texts to us whose webhook never came. Returns how many those were."""
        return read_back(self.runtime, self.line, self.runtime.now())

    def close(self) -> None:
        self.line.close()


def gateway_factory(runtime: Runtime) -> GatewayFactory:
    settings = runtime.settings
    if _is_real(settings):
        return lambda: Ways([TwilioGateway(settings, name) for name in settings.gateway_names])
    return SimulatorGateway


def make_dispatcher(
    runtime: Runtime, open_gateway: GatewayFactory, senders: int, late_after: timedelta = LATE
) -> Dispatcher:
    """Simulated telephones take texts as fast as they come."""
    worker = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
    return Dispatcher(
        sessions=runtime.sessions,
        open_gateway=open_gateway,
        on_failure=on_failure,
        worker=worker,
        presence=Presence(runtime.engine, worker),
        senders=senders,
        senders_of=_senders_of(runtime.settings),
        late_after=late_after,
    )


def _senders_of(settings: Settings) -> Senders | None:
    return {account.name: account.sender for account in settings.twilio_accounts} if _is_real(settings) else None


def _is_real(settings: Settings) -> bool:
    return settings.gateway == "twilio"


def make_books(runtime: Runtime, open_book: BookFactory | None = None) -> Books | None:
    """None where the provider keeps no books: simulated telephones."""
    settings = runtime.settings
    if open_book is None:
        if not _is_real(settings):
            return None
        open_book = _open_books(settings)
    return Books(runtime, Line(open_book))


def _open_books(settings: Settings) -> BookFactory:
    return lambda: SeveralBooks([TwilioGateway(settings, name) for name in settings.gateway_names])


def make_mailer(runtime: Runtime) -> MailDispatcher:
    """Without a mail server nothing is ever due: no e-mail is made then."""

    def failed(session: Session, mail_id: int) -> None:
        alarm_failed(session, Alarm.mail_id == mail_id)

    return MailDispatcher(sessions=runtime.sessions, send=SmtpMailer(runtime.settings).send, on_failure=failed)


def housekeeping(runtime: Runtime) -> list[tuple[str, Tick]]:
    """Each in a transaction of its own, so that one that fails does not undo the others."""
    content, checker, means = runtime.content, runtime.checker, runtime.means
    return [
        ("sweep", sweep),
        ("left behind", lambda session, now: process_left_behind(session, content, checker, now, means)),
        ("unsettled", raise_unsettled),
        ("silence", lambda session, now: raise_silences(session, content, now)),
        ("escalate", lambda session, now: escalate(session, means, now)),
        ("resume", resume_due),
        ("missed", make_up_missed),
        ("complete", complete_finished),
    ]


def seldom() -> list[tuple[str, Tick]]:
    """What need not be done more often than once an hour."""
    return [("retention", erase_due)]


def jobs(runtime: Runtime, dispatcher: Dispatcher, books: Books | None = None) -> list[Job]:
    def send() -> None:
        dispatcher.run(runtime.now)
        with runtime.sessions() as session:
            beat(session, utc_now())
            session.commit()

    rhythms = (
        (HOUSEKEEPING_EVERY, housekeeping(runtime)),
        (SELDOM_EVERY, seldom()),
        (SEAL_EVERY, [("seal", seal_new)]),
    )
    ticks = [
        Job(name, every, partial(in_turn, runtime, name, every, partial(in_transaction, runtime, tick)))
        for every, named in rhythms
        for name, tick in named
    ]
    ticks.append(Job("mail", MAIL_EVERY, partial(make_mailer(runtime).run, runtime.now)))
    ticks.append(Job("spool", SPOOL_EVERY, partial(drain_spool, runtime)))
    lists = partial(go_on_with_lists, runtime.sessions, runtime.content, now=runtime.now, wall_now=utc_now)
    ticks.append(Job("lists", LISTS_EVERY, lists))
    ticks.append(Job("wording", WORDING_EVERY, partial(go_on_rewording, runtime.sessions, runtime.content)))
    if books is not None:
        ticks.append(Job("provider's books", HOUSEKEEPING_EVERY, partial(look_up, runtime, books)))
    if runtime.settings.heartbeat_url:
        ticks.append(Job("ping", PING_EVERY, partial(in_turn, runtime, "ping", PING_EVERY, partial(tell, runtime))))
    return [Job("send", SEND_EVERY, send), *ticks]


def tell(runtime: Runtime) -> bool:
    """Ping the heartbeat address when all is well; silence is the alarm."""
    with runtime.sessions() as session:
        is_well = all(finding.is_good for finding in health.running(runtime, session, utc_now()))
    return is_well and ping(runtime.settings.heartbeat_url)


def look_up(runtime: Runtime, books: Books) -> None:
    """What the provider's books are asked for, one after the other: the line is one thread's at a time."""
    in_turn(runtime, "settle", HOUSEKEEPING_EVERY, books.settle)
    in_turn(runtime, "read back", READ_BACK_EVERY, books.read_back)


def in_turn(runtime: Runtime, name: str, every: float, work: Callable[[], object]) -> None:
    """Do something every so many seconds, unless another worker has done it just now."""
    with runtime.sessions() as session:
        is_ours = take_turn(session, name, timedelta(seconds=every * OF_ITS_TIME), runtime.now())
        session.commit()
    if is_ours:
        work()
        with runtime.sessions() as session:
            beat(session, utc_now(), TICK + name)
            session.commit()


def in_transaction(runtime: Runtime, tick: Tick) -> None:
    with runtime.sessions() as session:
        tick(session, runtime.now())
        session.commit()


def drain(runtime: Runtime, dispatcher: Dispatcher, books: Books | None = None) -> Tally:
    """Do once what the ticks do again and again: settle, send all that is due, tidy up.

    Whoever drains may not come again soon: late texts are judged, as ever, but not spread over hours.
    """
    drain_spool(runtime)
    go_on_rewording(runtime.sessions, runtime.content)
    if books is not None:
        books.read_back()
    for name, tick in (*housekeeping(runtime), *seldom()):
        in_transaction(runtime, tick)
        if books is not None and name == "sweep":
            books.settle()
    tally = dispatcher.run(runtime.now, timedelta(0))
    make_mailer(runtime).run(runtime.now)
    in_transaction(runtime, complete_finished)
    in_transaction(runtime, seal_new)
    return tally


def drain_slowly(runtime: Runtime, dispatcher: Dispatcher) -> Tally:
    """Send what waits for its sender's speed alone, in true time; what waits for anything else is left."""
    tally = Tally()
    while dispatcher.wait > 0:
        sleep(dispatcher.wait)
        done = dispatcher.run(runtime.now)
        if done == Tally():
            break
        tally += done
    return tally


def start(runtime: Runtime, dispatcher: Dispatcher, books: Books | None = None) -> Ticker:
    """Start ticking in threads; the caller stops the dispatcher and the ticker, then closes the dispatcher."""
    ticker = Ticker(jobs(runtime, dispatcher, books))
    ticker.start()
    return ticker
