"""The worker: which ticks run how often, and what a drain does."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from bot.course import complete_finished, resume_due
from bot.delivery import on_failure
from bot.lists.enrolling import enrol_batch, running
from bot.lists.store import remove_old
from bot.receive import process_left_behind
from bot.retention import erase_due
from bot.runtime import Clock, Runtime, utc_now
from bot.sealing import seal_new
from bot.silence import raise_silences, raise_unsettled
from core.gateway.simulator import SimulatorGateway
from core.gateway.twilio import TwilioGateway
from core.models import Heartbeat
from scheduler.clock import Job, Ticker
from scheduler.dispatch import Dispatcher, GatewayFactory, Tally
from scheduler.upkeep import sweep

SEND_EVERY = 0.5
HOUSEKEEPING_EVERY = 10
LISTS_EVERY = 2
BATCHES_A_TICK = 10
"""Of a list that is read in: then other lists have their turn, and a worker that is to stop can stop."""
SELDOM_EVERY = 3600
SEAL_EVERY = 2
HEARTBEAT = "worker"

Tick = Callable[[Session, datetime], object]


def gateway_factory(runtime: Runtime) -> GatewayFactory:
    settings = runtime.settings
    if settings.gateway == "twilio":
        return lambda: TwilioGateway(settings)
    return SimulatorGateway


def make_dispatcher(runtime: Runtime, open_gateway: GatewayFactory, senders: int) -> Dispatcher:
    return Dispatcher(
        sessions=runtime.sessions,
        open_gateway=open_gateway,
        on_failure=on_failure,
        worker=f"{socket.gethostname()}-{os.getpid()}",
        senders=senders,
    )


def housekeeping(runtime: Runtime) -> list[tuple[str, Tick]]:
    """Each in a transaction of its own, so that one that fails does not undo the others."""
    content, checker = runtime.content, runtime.checker
    return [
        ("sweep", sweep),
        ("left behind", lambda session, now: process_left_behind(session, content, checker, now)),
        ("unsettled", raise_unsettled),
        ("silence", lambda session, now: raise_silences(session, content, now)),
        ("resume", resume_due),
        ("complete", complete_finished),
    ]


def seldom() -> list[tuple[str, Tick]]:
    """What need not be done more often than once an hour."""
    return [("retention", erase_due)]


def jobs(runtime: Runtime, dispatcher: Dispatcher) -> list[Job]:
    def send() -> None:
        dispatcher.run(runtime.now)
        with runtime.sessions() as session:
            beat(session, utc_now())
            session.commit()

    rhythms = ((HOUSEKEEPING_EVERY, housekeeping(runtime)), (SELDOM_EVERY, seldom()))
    ticks = [
        Job(name, every, partial(in_transaction, runtime, tick)) for every, named in rhythms for name, tick in named
    ]
    return [
        Job("send", SEND_EVERY, send),
        *ticks,
        Job("seal", SEAL_EVERY, partial(in_transaction, runtime, seal_new)),
        Job("lists", LISTS_EVERY, partial(enrol_lists, runtime, utc_now)),
    ]


def enrol_lists(runtime: Runtime, wall_clock: Clock) -> None:
    """Go on with the lists that are being enrolled, and delete those whose hour is over, in true time."""
    with runtime.sessions() as session:
        remove_old(session, wall_clock())
        session.commit()
        for list_id in running(session):
            for _ in range(BATCHES_A_TICK):
                has_more = enrol_batch(session, runtime.content, list_id, runtime.now())
                session.commit()
                if not has_more:
                    break


def in_transaction(runtime: Runtime, tick: Tick) -> None:
    with runtime.sessions() as session:
        tick(session, runtime.now())
        session.commit()


def beat(session: Session, now: datetime) -> None:
    """Say that a worker lives; /readyz and `rygbot check` read it. `now` is true time, in a fast demo too."""
    session.merge(Heartbeat(name=HEARTBEAT, at=now))


def drain(runtime: Runtime, dispatcher: Dispatcher) -> Tally:
    """Do once what the ticks do again and again: settle, send all that is due, tidy up."""
    for _, tick in (*housekeeping(runtime), *seldom()):
        in_transaction(runtime, tick)
    tally = dispatcher.run(runtime.now)
    in_transaction(runtime, complete_finished)
    in_transaction(runtime, seal_new)
    return tally


def start(runtime: Runtime, dispatcher: Dispatcher) -> Ticker:
    """Start ticking in threads; the caller stops the dispatcher and the ticker, then closes the dispatcher."""
    ticker = Ticker(jobs(runtime, dispatcher))
    ticker.start()
    return ticker
