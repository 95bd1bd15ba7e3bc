"""A clinic in use: patients a week into real courses, asked what the programmes ask, with the staff logged in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import cycle

from sqlalchemy import update

from benchmarks.checker import Reply, corpus
from benchmarks.processes import KEY, SECRET
from bot.enrolment import Application, Rejected, enrol
from bot.runtime import make_runtime
from core.models import Clinic, Message, MessageState
from core.settings import Settings

CLINIC = "vest"
SENDER = "+4552512345"
FOLLOWED = timedelta(days=8)
"""So long ago the patients were enrolled."""


def phone_of(number: int) -> str:
    return f"+45{20_100_000 + number}"


def settings(url: str) -> Settings:
    """The product's settings on a benchmark's database."""
    return Settings(_env_file=None, database_url=url, secret_key=SECRET, encryption_keys=KEY)


def open_clinic(url: str, patients: int, now: datetime) -> None:
    """A clinic with patients in all programmes by turns; what was due until `now` (UTC) has been delivered."""
    began = now - FOLLOWED
    runtime = make_runtime(settings(url))
    programmes = cycle(runtime.content.programmes)
    with runtime.sessions() as session, session.begin():
        clinic = Clinic(
            id=CLINIC, name="Rygklinik Vest", region="midtjylland", phone="+4587654321", sender=SENDER, created_at=began
        )
        session.add(clinic)
        for number in range(patients):
            application = Application(
                name=f"Karen Testsen {number}",
                phone=phone_of(number),
                programme=next(programmes),
                region="midtjylland",
                doctor_phone="+4586123456",
                consent=True,
            )
            result = enrol(session, runtime.content, clinic, application, now=began, staff_id=None)
            if isinstance(result, Rejected):
                raise TypeError(f"an invented patient was refused: {result.errors}")
        went = {"state": MessageState.DELIVERED, "reason": "", "next_attempt_at": Message.due_at, "attempts": 1}
        stamps = dict.fromkeys(("claimed_at", "sent_at", "settled_at"), Message.due_at)
        session.execute(update(Message).where(Message.due_at <= now).values(**went, **stamps))
    runtime.engine.dispose()


def texts(count: int, level: str | None = None) -> Iterator[str]:
    """Labelled replies, each once as long as there are enough, of one level if asked."""
    found: Sequence[Reply] = [reply for reply in corpus() if level in (None, reply["level"])]
    distinct = list(dict.fromkeys(reply["text"] for reply in found))
    rounds = cycle(distinct)
    for _ in range(count):
        yield next(rounds)
