"""A heap is taken clinic by clinic, at the same cost however much waits, and as fairly as a few are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, sessionmaker

from core.models import Clinic, Message, MessageKind, MessageState
from scheduler.claims import take
from scheduler.outbox import PRIORITY
from scheduler.picking import FEW, LAST, Wanted, choose, due_count
from tests.in_memory import clinic_in_memory
from tests.world import MONDAY, PHONE, World, make_world

HEAP = FEW + 200
STEPS_AT_ONCE = 100


def fill(session: Session, counts: dict[str, int], kind: MessageKind = MessageKind.STAFF, ago: float = 0) -> None:
    """Texts to telephones that are no patients', by clinic, due `ago` seconds before."""
    due = MONDAY - timedelta(seconds=ago)
    same = {"kind": kind, "purpose": kind, "to_phone": PHONE, "body": "Hej", "segments": 1, "priority": PRIORITY[kind]}
    times = {"due_at": due, "next_attempt_at": due, "created_at": due, "expires_at": MONDAY + timedelta(hours=6)}
    rows = [{"clinic_id": clinic} | same | times for clinic, count in counts.items() for _ in range(count)]
    session.execute(insert(Message).values(state=MessageState.PLANNED), rows)


def add_clinics(session: Session, names: list[str]) -> None:
    for number, name in enumerate(names):
        given = {"id": name, "name": name, "region": "midtjylland", "phone": PHONE, "sender": f"+45525{number:05}"}
        session.add(Clinic(**given, created_at=MONDAY))
    session.flush()


def chosen_from(session: Session, most: int, up_to: int = LAST) -> Counter[str]:
    due = due_count(session, MONDAY)
    assert due > FEW
    return Counter(choice.clinic_id for choice in choose(session, Wanted(most, MONDAY, up_to=up_to), due))


@pytest.fixture
def clinics(world: World) -> World:
    with world.session() as session, session.begin():
        add_clinics(session, ["nord", "syd", "oest"])
    return world


def test_what_some_clinics_have_too_few_of_the_others_have_more_of(clinics: World) -> None:
    with clinics.session() as session:
        fill(session, {"nord": HEAP, "syd": HEAP, "oest": 3, "vest": 9})
        assert chosen_from(session, 64) == {"nord": 26, "syd": 26, "oest": 3, "vest": 9}


def test_a_clinic_whose_texts_may_not_go_takes_no_place_from_another(world: World) -> None:
    """With more clinics than places it is left to chance which are asked first, not which are asked at all."""
    stuck = [f"c{number}" for number in range(40)]
    with world.session() as session:
        add_clinics(session, ["nord", *stuck])
        fill(session, dict.fromkeys(stuck, 10))
        session.execute(update(Message).values(expires_at=MONDAY))
        fill(session, {"vest": 1, "nord": 5})
        assert chosen_from(session, 1).keys() <= {"vest", "nord"}
        assert chosen_from(session, 2) == {"vest": 1, "nord": 1}
        assert chosen_from(session, 4) == {"vest": 1, "nord": 3}


def test_of_a_heap_nobody_says_that_it_was_all(clinics: World) -> None:
    with clinics.session() as session:
        fill(session, {"nord": FEW + 1, "syd": 9})
        session.execute(update(Message).where(Message.clinic_id == "syd").values(expires_at=MONDAY))
        batch = take(session, "w", 10 * HEAP, MONDAY)
        assert (len(batch.texts), batch.is_all) == (FEW + 1, False)
        session.rollback()


def test_all_of_a_heap_can_be_had(clinics: World) -> None:
    with clinics.session() as session:
        fill(session, {"nord": HEAP, "oest": 3})
        assert chosen_from(session, 10 * HEAP) == {"nord": HEAP, "oest": 3}


def test_the_urgent_go_before_a_heap_of_others_in_their_order(clinics: World) -> None:
    with clinics.session() as session:
        fill(session, {"nord": HEAP}, ago=60)
        fill(session, {"syd": 2}, MessageKind.ADVICE)
        fill(session, {"oest": 3}, MessageKind.CONTACT_CHECK)
        assert chosen_from(session, 4) == {"syd": 2, "oest": 2}
        assert chosen_from(session, 7) == {"syd": 2, "oest": 3, "nord": 2}
        assert chosen_from(session, 99, up_to=PRIORITY[MessageKind.ADVICE]) == {"syd": 2}


def test_a_clinics_own_go_in_the_order_they_are_due(clinics: World) -> None:
    with clinics.session() as session:
        fill(session, {"nord": 10}, ago=0)
        fill(session, {"nord": 10}, ago=60)
        fill(session, {"syd": HEAP}, ago=30)
        choices = choose(session, Wanted(20, MONDAY), due_count(session, MONDAY))
        norths = [choice.id for choice in choices if choice.clinic_id == "nord"]
        dues = set(session.scalars(select(Message.due_at).where(Message.id.in_(norths))))
    assert dues == {MONDAY - timedelta(seconds=60)}


def test_a_claim_from_a_heap_passes_over_what_another_worker_holds(postgres_url: str) -> None:
    world = make_world(postgres_url)
    world.add_clinic()
    with world.session() as session, session.begin():
        fill(session, {"vest": HEAP})
    with world.session() as first, world.session() as second:
        batches = [take(session, "w", 64, MONDAY).texts for session in (first, second)]
        first.rollback()
        second.rollback()
    ids = [text.message_id for batch in batches for text in batch]
    assert len(set(ids)) == len(ids) == 2 * 64
    world.close()


@pytest.fixture
def sessions() -> Iterator[sessionmaker[Session]]:
    with clinic_in_memory() as made:
        yield made


def steps_of(session: Session, work: Callable[[], object]) -> int:
    """Hundreds of steps that SQLite takes."""
    taken = 0

    def count() -> int:
        nonlocal taken
        taken += 1
        return 0

    raw = session.connection().connection.dbapi_connection
    assert raw is not None
    raw.set_progress_handler(count, STEPS_AT_ONCE)
    try:
        work()
    finally:
        raw.set_progress_handler(None, STEPS_AT_ONCE)
    return taken


def test_a_claim_costs_the_same_whatever_waits(sessions: sessionmaker[Session]) -> None:
    costs = []
    for heap in (HEAP, 9 * HEAP):
        with sessions() as session:
            fill(session, {"vest": heap})
            session.connection().exec_driver_sql("ANALYZE")
            session.connection().exec_driver_sql("ANALYZE sqlite_master")
            costs.append(steps_of(session, partial(take, session, "w", 64, MONDAY)))
            session.rollback()
    assert costs[1] < 1.2 * costs[0]
