"""Texts to one patient leave in the order they were due; advice overtakes everything; nothing is lost for order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from bot.delivery import on_failure
from core.gateway import SendError, Verdict
from core.models import Base, Message, MessageKind, MessageState, Patient
from scheduler import picking
from scheduler.ahead import LAST_CHANCE
from scheduler.claims import claim
from scheduler.outbox import LONGEST_WAIT, Draft, enqueue
from scheduler.recording import Outcome, record, record_failure
from scheduler.settling import TOLD_AFTER
from scheduler.upkeep import expire_late, sweep
from tests.in_memory import clinic_in_memory
from tests.world import MONDAY, PHONE, World

THROTTLED = SendError(Verdict.NOT_SENT, "429", retry_after=60)
LOST = SendError(Verdict.UNKNOWN, "no answer")
ERRORS = {"429": SendError(Verdict.NOT_SENT, "429"), "refused": SendError(Verdict.REFUSED, "21211"), "lost": LOST}


@pytest.fixture(autouse=True, params=["few are due", "a heap is due"])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """However rows are chosen, the promises are the same."""
    if request.param == "a heap is due":
        monkeypatch.setattr(picking, "are_few", lambda _due: False)


@pytest.fixture
def patient(world: World) -> World:
    """A patient whose welcome has gone."""
    world.enrol()
    world.drain()
    world.gateway.sent.clear()
    return world


def write(world: World, *bodies: str, kind: MessageKind = MessageKind.STAFF) -> None:
    with world.session() as session, session.begin():
        patient_id = session.scalars(select(Patient.id)).one()
        for body in bodies:
            draft = Draft(kind, body)
            enqueue(session, draft, clinic_id="vest", to_phone=PHONE, now=world.clock(), patient_id=patient_id)


def test_two_that_are_due_at_once_leave_one_after_the_other_in_one_run(patient: World) -> None:
    write(patient, "en", "to", "tre")
    with patient.session() as session:
        assert [text.body for text in claim(session, "w", 50, patient.clock())] == ["en"]
    assert patient.drain().sent == 3
    assert patient.sent_bodies() == ["en", "to", "tre"]


def test_a_later_text_does_not_overtake_one_that_waits_for_its_next_try(patient: World) -> None:
    patient.gateway.errors = [THROTTLED]
    write(patient, "en")
    patient.drain()
    patient.clock.forward(seconds=5)
    write(patient, "to")
    assert patient.drain().sent == 0
    patient.clock.forward(seconds=60)
    patient.drain()
    assert patient.sent_bodies() == ["en", "to"]


def test_a_timed_text_waits_as_well(patient: World) -> None:
    patient.gateway.errors = [THROTTLED]
    write(patient, "en")
    patient.drain()
    with patient.session() as session, session.begin():
        step = session.scalars(
            select(Message.id).where(Message.state == MessageState.PLANNED, Message.kind == MessageKind.STEP).limit(1)
        ).one()
        soon = patient.clock() + timedelta(seconds=1)
        session.execute(update(Message).where(Message.id == step).values(due_at=soon, next_attempt_at=soon))
    patient.clock.forward(seconds=2)
    assert patient.drain().sent == 0
    patient.clock.forward(seconds=60)
    assert patient.drain().sent == 2
    assert patient.sent_bodies()[0] == "en"


@pytest.mark.parametrize("kind", [MessageKind.ADVICE, MessageKind.CONTACT_CHECK])
def test_what_is_urgent_overtakes_everything(patient: World, kind: MessageKind) -> None:
    patient.gateway.errors = [THROTTLED]
    write(patient, "en")
    patient.drain()
    write(patient, "haster", kind=kind)
    patient.drain()
    assert patient.sent_bodies() == ["haster"]


def test_other_patients_texts_are_not_held_up(patient: World) -> None:
    patient.gateway.errors = [THROTTLED]
    write(patient, "en")
    patient.drain()
    patient.enrol(phone="+4520999999")
    assert patient.drain().sent == 1


def test_one_of_unknown_fate_is_waited_for_until_staff_are_told(patient: World) -> None:
    patient.gateway.errors = [LOST]
    patient.book.unreadable = 999
    write(patient, "en", "to")
    patient.drain()
    patient.clock.forward(minutes=10)
    assert patient.drain().sent == 0
    patient.clock.now = MONDAY + TOLD_AFTER
    patient.drain()
    assert patient.sent_bodies() == ["to"]


def test_one_that_may_not_go_holds_up_nothing(patient: World) -> None:
    """A step beside an open red alert stays where it is, and staff's own text goes."""
    patient.write("kan ikke tisse")
    patient.drain()
    with patient.session() as session, session.begin():
        planned = {"state": MessageState.PLANNED, "next_attempt_at": MONDAY, "due_at": MONDAY, "purpose": "exercise"}
        session.execute(update(Message).where(Message.kind == "step", Message.sent_at.is_(None)).values(**planned))
    write(patient, "Ring til os")
    patient.drain()
    assert patient.sent_bodies()[-1] == "Ring til os"


def test_one_put_off_to_the_morning_holds_up_nothing(patient: World) -> None:
    write(patient, "en")
    with patient.session() as session, session.begin():
        put_off = MONDAY + LONGEST_WAIT + timedelta(minutes=1)
        session.execute(update(Message).where(Message.body == "en").values(next_attempt_at=put_off))
        staff = (Message.kind == MessageKind.STAFF,)
        session.execute(update(Message).where(*staff).values(next_attempt_at=put_off, attempts=1))
    write(patient, "to")
    patient.drain()
    assert patient.sent_bodies() == ["to"]


def test_a_text_near_its_end_waits_no_more(patient: World) -> None:
    patient.gateway.errors = [THROTTLED]
    write(patient, "en", "to")
    patient.drain()
    with patient.session() as session, session.begin():
        ids = session.scalars(select(Message.id).where(Message.kind == MessageKind.STAFF).order_by(Message.id)).all()
        session.execute(update(Message).where(Message.id == ids[1]).values(expires_at=MONDAY + LAST_CHANCE))
    patient.drain()
    assert patient.sent_bodies() == ["to"]


@pytest.fixture(scope="module")
def sessions() -> Iterator[sessionmaker[Session]]:
    with clinic_in_memory() as made:
        with made() as session, session.begin():
            for number in (1, 2):
                whose = {"name": "Karen", "phone": PHONE, "phone_hash": str(number), "region": "midtjylland"}
                session.add(Patient(id=number, clinic_id="vest", doctor_phone=PHONE, created_at=MONDAY, **whose))
        yield made


STEPS = st.lists(
    st.tuples(
        st.integers(1, 2),
        st.sampled_from([MessageKind.STAFF, MessageKind.ANSWER, MessageKind.ADVICE]),
        st.integers(0, 40),
        st.sampled_from(["taken", "taken", "429", "refused", "lost", "worker dies"]),
    ),
    max_size=14,
)


@settings(max_examples=120, deadline=None)
@given(STEPS)
def test_whatever_happens_to_each_they_are_taken_in_their_order(
    sessions: sessionmaker[Session], steps: list[tuple[int, MessageKind, int, str]]
) -> None:
    """Of two texts to one patient that were both there, neither urgent nor near its end, the later was never begun
    while the earlier waited to be tried again, was under way or was still looked for."""
    now = MONDAY
    with sessions() as session, session.begin():
        for table in reversed(Base.metadata.sorted_tables):
            if table.name not in {"clinic", "patient"}:
                session.execute(table.delete())
    for patient_id, kind, minutes, fate in steps:
        with sessions() as session, session.begin():
            draft = Draft(kind, "Hej")
            enqueue(session, draft, clinic_id="vest", to_phone=PHONE, now=now, patient_id=patient_id)
        _work(sessions, now, fate)
        now += timedelta(minutes=minutes)
        with sessions() as session, session.begin():
            sweep(session, now)
            expire_late(session, now, on_failure)
        _work(sessions, now, "taken")


def _work(sessions: sessionmaker[Session], now: datetime, fate: str) -> None:
    """Claim, check what was overtaken, and let everything claimed meet its fate."""
    with sessions() as session, session.begin():
        before = {row.id: row for row in session.scalars(select(Message))}
        session.expunge_all()
        batch = claim(session, "w", 3, now)
    for text, other in itertools.product(batch, before.values()):
        assert not _is_overtaken(before[text.message_id], other, now)
    if fate == "worker dies":
        return
    error = ERRORS.get(fate)
    for text in batch:
        provider_id = None if error else f"SM{text.message_id}-{text.attempt}"
        outcome = Outcome(text.message_id, text.attempt, provider_id, error)
        with sessions() as session, session.begin():
            if outcome.is_known_failure:
                record_failure(session, outcome, on_failure, now)
            else:
                record(session, [outcome], now)


def _is_overtaken(text: Message, other: Message, now: datetime) -> bool:
    """Whether `text` left before `other` that it should have waited for."""
    is_bound = text.kind != MessageKind.ADVICE and text.expires_at > now + LAST_CHANCE
    is_earlier = other.patient_id == text.patient_id and (other.due_at, other.id) < (text.due_at, text.id)
    match other.state:
        case MessageState.PLANNED:
            is_waited_for = other.next_attempt_at <= now + LONGEST_WAIT and other.expires_at > now
        case MessageState.UNKNOWN:
            is_waited_for = other.lease_until is not None and other.lease_until > now
        case state:
            is_waited_for = state == MessageState.SENDING
    return is_bound and is_earlier and is_waited_for
