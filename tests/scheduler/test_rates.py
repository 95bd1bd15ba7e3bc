"""How fast senders send, that clinics take turns, and that advice waits for neither."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.models import Clinic, Message, MessageKind, SenderLevel
from scheduler import picking
from scheduler.claims import Batch, Limits, take
from scheduler.outbox import Draft, enqueue
from scheduler.rates import BURST_SECONDS, NO_LIMIT
from tests.world import MONDAY, World, make_world

RATE = 10
FULL = RATE * BURST_SECONDS
OTHERS_SENDER = "+4552599999"


@pytest.fixture(autouse=True, params=["few are due", "a heap is due"])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """However rows are chosen, the promises are the same."""
    if request.param == "a heap is due":
        monkeypatch.setattr(picking, "are_few", lambda _due: False)


@pytest.fixture
def world(world: World) -> World:
    """A clinic whose sender has a limit."""
    set_rate(world, RATE)
    return world


@pytest.fixture
def clinics(world: World) -> World:
    """Two clinics, each with its number."""
    world.add_clinic("oest", OTHERS_SENDER, segments_per_second=RATE)
    return world


def set_rate(world: World, per_second: int, clinic_id: str = "vest") -> None:
    with world.session() as session, session.begin():
        session.execute(update(Clinic).where(Clinic.id == clinic_id).values(segments_per_second=per_second))


def write(world: World, count: int, clinic_id: str = "vest", kind: MessageKind = MessageKind.STAFF) -> None:
    """Texts of one segment to telephones that are no patients'."""
    with world.session() as session, session.begin():
        for number in range(count):
            phone = f"+4520{100000 + number}"
            enqueue(session, Draft(kind, f"Hej {number}"), clinic_id=clinic_id, to_phone=phone, now=world.clock())


def claimed(world: World, limit: int = 256, limits: Limits | None = None) -> Batch:
    with world.session() as session, session.begin():
        return take(session, "w", limit, world.clock(), None, limits if limits is not None else Limits())


def by_clinic(world: World, batch: Batch) -> Counter[str]:
    ids = [text.message_id for text in batch.texts]
    with world.session() as session:
        return Counter(session.scalars(select(Message.clinic_id).where(Message.id.in_(ids))))


def level(world: World, sender: str = "+4552512345") -> float:
    with world.session() as session:
        return session.get_one(SenderLevel, sender).segments


def test_a_sender_sends_what_it_has_saved_up_and_then_at_its_rate(world: World) -> None:
    write(world, FULL + 100)
    assert len(claimed(world).texts) == FULL
    assert claimed(world).texts == []
    world.clock.forward(seconds=1)
    assert len(claimed(world).texts) == RATE


def test_an_idle_sender_saves_up_no_more_than_a_few_seconds(world: World) -> None:
    write(world, FULL * 3)
    claimed(world)
    world.clock.forward(minutes=10)
    assert len(claimed(world).texts) == FULL


def test_segments_are_counted_and_not_texts(world: World) -> None:
    with world.session() as session, session.begin():
        for number in range(FULL):
            draft = Draft(MessageKind.STAFF, "x" * 200)
            enqueue(session, draft, clinic_id="vest", to_phone=f"+4520{100000 + number}", now=MONDAY)
    assert len(claimed(world).texts) == FULL // 2


def test_the_clinics_own_setting_is_what_counts(world: World) -> None:
    set_rate(world, 2)
    write(world, 100)
    assert len(claimed(world).texts) == 2 * BURST_SECONDS


def test_a_sender_without_a_limit_sends_all_that_is_due_beside_one_with(clinics: World) -> None:
    set_rate(clinics, NO_LIMIT, "oest")
    write(clinics, 100)
    write(clinics, 100, "oest")
    assert by_clinic(clinics, claimed(clinics)) == {"vest": FULL, "oest": 100}


def test_a_shared_sender_has_the_limit_of_the_clinics_that_set_one(clinics: World) -> None:
    set_rate(clinics, NO_LIMIT, "oest")
    write(clinics, 100, "oest")
    assert by_clinic(clinics, claimed(clinics, limits=Limits("MG1"))) == {"oest": FULL}


def test_a_limited_sender_does_not_hold_up_anothers_texts(clinics: World) -> None:
    write(clinics, 300)
    claimed(clinics)
    write(clinics, 20, "oest")
    assert by_clinic(clinics, claimed(clinics, 32)) == {"oest": 20}


def test_what_is_left_out_of_a_batch_makes_room_in_the_next_at_once(clinics: World) -> None:
    set_rate(clinics, 1)
    write(clinics, 300)
    write(clinics, 40, "oest")
    first = claimed(clinics, 32)
    assert by_clinic(clinics, first) == {"vest": BURST_SECONDS, "oest": 16}
    assert first.may_be_more
    assert by_clinic(clinics, claimed(clinics, 32)) == {"oest": 24}


def test_clinics_that_share_a_sender_share_its_level_at_the_fastest_setting(clinics: World) -> None:
    set_rate(clinics, 1, "oest")
    write(clinics, 200)
    write(clinics, 200, "oest")
    shares = by_clinic(clinics, claimed(clinics, limits=Limits("MG1")))
    assert shares == {"vest": FULL // 2, "oest": FULL // 2}


def test_advice_is_never_refused_and_everything_else_waits_for_what_it_took(world: World) -> None:
    write(world, FULL)
    claimed(world)
    write(world, 30, kind=MessageKind.ADVICE)
    write(world, 10)
    assert len(claimed(world).texts) == 30
    assert level(world) == -30
    world.clock.forward(seconds=3)
    assert claimed(world).texts == []
    world.clock.forward(seconds=0.5)
    assert len(claimed(world).texts) == 5


def test_how_long_there_is_to_wait_is_told(world: World) -> None:
    write(world, FULL + 10)
    claimed(world)
    assert claimed(world).wait == pytest.approx(0.1)


def test_a_clock_that_is_a_little_slow_takes_nothing_away(world: World) -> None:
    write(world, 200)
    claimed(world)
    world.clock.forward(seconds=-2)
    assert claimed(world).texts == []
    world.clock.forward(seconds=3)
    assert len(claimed(world).texts) <= 3 * RATE


def test_several_workers_together_send_no_faster(world: World) -> None:
    write(world, FULL * 4)
    counts: list[int] = []

    def work() -> None:
        batches = [claimed(world, 16) for _ in range(12)]
        counts.append(sum(len(batch.texts) for batch in batches))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == FULL


def test_a_level_that_another_worker_holds_stops_all_but_advice(postgres_url: str) -> None:
    world = make_world(postgres_url)
    world.add_clinic(segments_per_second=RATE)
    write(world, 10)
    claimed(world, 1)
    write(world, 2, kind=MessageKind.ADVICE)
    limits = Limits()
    with world.session() as asleep:
        asleep.execute(select(SenderLevel).with_for_update())
        batch = claimed(world, limits=limits)
        assert len(batch.texts) == 2
        assert batch.held_up
    assert sum(limits.owed.values()) == 2
    assert len(claimed(world, limits=limits).texts) == 9
    assert level(world) == FULL - 12
    world.close()


def test_clinics_take_turns_among_texts_of_the_same_urgency(clinics: World) -> None:
    """An import of a thousand texts fell due before the other clinic's ten."""
    write(clinics, 300)
    clinics.clock.forward(minutes=5)
    write(clinics, 10, "oest")
    assert by_clinic(clinics, claimed(clinics, 32, Limits("MG1"))) == {"vest": 22, "oest": 10}


def test_one_clinics_import_does_not_delay_anothers_advice(clinics: World) -> None:
    write(clinics, 300)
    write(clinics, 1, "oest", MessageKind.ADVICE)
    claimed(clinics, 1)
    assert [message.kind for message in clinics.messages() if message.attempts] == ["advice"]


def test_with_more_clinics_than_places_none_is_left_out_for_good(world: World) -> None:
    for number in range(12):
        world.add_clinic(f"k{number:02}", f"+45525{10000 + number}")
        write(world, 40, f"k{number:02}")
    served: Counter[str] = Counter()
    for _ in range(60):
        served += by_clinic(world, claimed(world, 4))
    assert len(served) == 12
    assert min(served.values()) >= 6


@pytest.fixture
def limited(database_url: str) -> Iterator[World]:
    """The dispatcher itself, on an account with a limit."""
    made = make_world(database_url, gateway="twilio", twilio_account_sid="AC1", twilio_from="+4552512345")
    made.gateway.name = "twilio"
    made.add_clinic(segments_per_second=RATE)
    yield made
    made.close()


def test_the_dispatcher_keeps_to_the_rate_and_sends_the_rest_as_time_passes(limited: World) -> None:
    write(limited, FULL + 15)
    assert limited.dispatcher.run(limited.clock).sent == FULL
    assert limited.dispatcher.wait > 0
    limited.clock.now += timedelta(seconds=1)
    assert limited.dispatcher.run(limited.clock).sent == RATE
    limited.clock.now += timedelta(seconds=1)
    assert limited.dispatcher.run(limited.clock).sent == 5
    assert limited.dispatcher.wait == 0
