"""What machines ask over HTTP: is the process alive, can it do its work, how much waits. No patient data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import structlog
from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot import health
from bot.heartbeat import last_beat, stuck_ticks
from bot.late_texts import late_texts
from bot.runtime import Clock, Runtime
from bot.spooling import spool_of
from bot.web import db, runtime, wall_now
from core.models import Alert, AlertState, Colour, Message, MessageState

blueprint = Blueprint("probes", __name__)
log = structlog.get_logger(__name__)


@blueprint.get("/healthz")
def alive() -> ResponseReturnValue:
    return jsonify(status="alive")


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """200 when texts can come in and go out; 503 with a sentence per thing that is wrong. `notes`: what an operator
    should know all the same.
    """
    found = health.running(runtime(), db(), wall_now())
    problems = [f"{finding.what}: {finding.detail}" for finding in found if not finding.is_good]
    if problems:
        return jsonify(status="not ready", problems=problems), 503
    notes = [f"{finding.what}: {finding.detail}" for finding in found if finding.is_notable]
    return jsonify(status="ready", notes=notes) if notes else jsonify(status="ready")


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Prometheus text; 503 when the database cannot be read."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(DatabaseCollector(runtime(), wall_now))
    try:
        text = generate_latest(registry)
    except SQLAlchemyError as error:
        log.warning("metrics cannot be read", error=type(error).__name__)
        return Response("the database cannot be read\n", 503, content_type="text/plain; charset=utf-8")
    return Response(text, content_type=CONTENT_TYPE_LATEST)


class DatabaseCollector(Collector):
    """Counts read from the database when somebody asks, so that all processes tell the same."""

    def __init__(self, runtime: Runtime, wall_now: Clock) -> None:
        self._runtime = runtime
        self._wall_now = wall_now

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        now = self._runtime.now()
        spool = spool_of(self._runtime)
        yield GaugeMetricFamily("rygbot_spool_waiting", "Texts on this machine's disk", value=spool.waiting())
        text = "Texts on this machine's disk that cannot be read"
        yield GaugeMetricFamily("rygbot_spool_set_aside", text, value=spool.set_aside())
        with self._runtime.sessions() as session:
            yield _messages(session)
            yield _alerts(session)
            yield from _lateness(session, now)
            yield from _signs_of_life(session, self._wall_now())
            yield _age(
                "rygbot_oldest_open_red_alert_age_seconds",
                "How long the oldest red alert has waited for somebody to acknowledge it; 0 when none waits",
                session.scalar(
                    select(func.min(Alert.waiting_since)).where(
                        Alert.state == AlertState.OPEN, Alert.colour == Colour.RED
                    )
                ),
                now,
            )
            yield _age(
                "rygbot_oldest_due_message_age_seconds",
                "How long the oldest text that is due has waited to be sent; 0 when none is due",
                session.scalar(
                    select(func.min(Message.next_attempt_at)).where(
                        Message.state == MessageState.PLANNED, Message.next_attempt_at <= now
                    )
                ),
                now,
            )


def _signs_of_life(session: Session, wall_now: datetime) -> Iterator[Metric]:
    """An age that is never is told as -1: 0 would look like a worker that lives."""
    last = last_beat(session)
    age = (wall_now - last).total_seconds() if last is not None else -1.0
    text = "How long ago a worker last came to the end of its sending; -1 when none ever did"
    yield GaugeMetricFamily("rygbot_worker_heartbeat_age_seconds", text, value=max(age, -1.0))
    text = "Ticks of the worker that have not come to their end for minutes"
    yield GaugeMetricFamily("rygbot_stuck_ticks", text, value=len(stuck_ticks(session, wall_now)))


def _lateness(session: Session, now: datetime) -> Iterator[Metric]:
    """A rise of these alone asks for nothing; with an old heartbeat it says what the downtime costs."""
    found = late_texts(session, now)
    text = "Timed texts of the last 24 hours that went late, or are to, because no worker sent them in time"
    yield GaugeMetricFamily("rygbot_late_texts", text, value=found.late if found else 0)
    text = "Timed texts of the last 24 hours that expired because no worker sent them in time"
    yield GaugeMetricFamily("rygbot_expired_texts", text, value=found.unsent if found else 0)


def _messages(session: Session) -> Metric:
    family = GaugeMetricFamily("rygbot_messages", "Texts in the outbox by state", labels=["state"])
    rows = session.execute(select(Message.state, func.count()).group_by(Message.state))
    counts = dict(rows.all())
    for state in MessageState:
        family.add_metric([state], counts.get(state, 0))
    return family


def _alerts(session: Session) -> Metric:
    text = "Alerts nobody has acknowledged, by colour"
    family = GaugeMetricFamily("rygbot_open_alerts", text, labels=["colour"])
    rows = session.execute(
        select(Alert.colour, func.count()).where(Alert.state == AlertState.OPEN).group_by(Alert.colour)
    )
    counts = dict(rows.all())
    for colour in Colour:
        family.add_metric([colour], counts.get(colour, 0))
    return family


def _age(name: str, text: str, since: datetime | None, now: datetime) -> Metric:
    age = max((now - since).total_seconds(), 0.0) if since else 0.0
    return GaugeMetricFamily(name, text, value=age)
