"""The chain over the audit log: what was changed, removed or put in is found, whichever row it is."""

from __future__ import annotations

import threading
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from bot import audit, sealing, worker
from core.models import Audit, AuditHead
from tests.world import MONDAY, World


def write(world: World, count: int, clinic_id: str = "vest") -> None:
    with world.session() as session, session.begin():
        for _ in range(count):
            world.clock.forward(minutes=1)
            audit.record(
                session,
                clinic_id=clinic_id,
                staff_id=None,
                action="patient.view",
                object_type="patient",
                object_id=7,
                now=world.clock(),
                detail="à prøve",
            )


def seal(world: World) -> int:
    with world.session() as session, session.begin():
        return sealing.seal_new(session, world.clock())


def sealed(world: World, count: int = 5) -> World:
    write(world, count)
    assert seal(world) == count
    return world


def findings(world: World, expected: str | None = None) -> sealing.Findings:
    return sealing.verify(world.runtime.sessions, expected)


def tamper(world: World, statement: object) -> list[str]:
    with world.session() as session, session.begin():
        session.execute(statement)  # type: ignore[call-overload]
    return findings(world).problems


def test_an_untouched_log_has_no_faults(world: World) -> None:
    found = findings(sealed(world))
    assert (found.problems, found.sealed, found.unsealed) == ([], 5, 0)


def test_an_empty_log_has_no_faults(world: World) -> None:
    assert findings(world) == sealing.Findings()


def test_rows_are_sealed_in_order_and_new_ones_go_on_from_there(world: World) -> None:
    sealed(world)
    write(world, 2)
    assert findings(world).unsealed == 2
    assert seal(world) == 2
    assert seal(world) == 0
    with world.session() as session:
        assert list(session.scalars(select(Audit.number).order_by(Audit.id))) == [1, 2, 3, 4, 5, 6, 7]
    assert findings(world).problems == []


def test_the_worker_seals_what_a_drain_has_left(lite_world: World) -> None:
    lite_world.enrol()
    lite_world.drain()
    found = findings(lite_world)
    assert found.sealed > 0
    assert found.unsealed == 0
    assert "seal" in [job.name for job in worker.jobs(lite_world.runtime, lite_world.dispatcher)]


@pytest.mark.parametrize(
    "change",
    [
        {"at": MONDAY},
        {"staff_id": None, "action": "patient.list"},
        {"object_type": "alert"},
        {"object_id": "8"},
        {"detail": ""},
        {"seal": "0" * 64},
        {"seal": None},
    ],
)
def test_a_changed_row_is_named(world: World, change: dict[str, object]) -> None:
    problems = tamper(sealed(world), update(Audit).where(Audit.number == 3).values(change))
    assert problems[0].startswith("row 3 (number 3, ")
    assert "changed" in problems[0]


def test_a_row_sealed_anew_after_a_change_breaks_the_next(world: World) -> None:
    sealed(world)
    with world.session() as session, session.begin():
        row = session.get_one(Audit, 3)
        row.object_id = "8"
        row.seal = sealing.seal_of(session.get_one(Audit, 2).seal or "", 3, row)
    assert findings(world).problems[0].startswith("row 4 ")


def test_a_removed_row_is_missed(world: World) -> None:
    problems = tamper(sealed(world), delete(Audit).where(Audit.number == 3))
    assert problems[0].startswith("number 3 missing before row 4 ")


def test_several_removed_rows_are_missed(world: World) -> None:
    problems = tamper(sealed(world), delete(Audit).where(Audit.number < 4))
    assert problems[0].startswith("numbers 1 to 3 missing before row 4 ")


def test_rows_cut_off_at_the_end_are_missed(world: World) -> None:
    problems = tamper(sealed(world), delete(Audit).where(Audit.number > 3))
    assert problems == ["the chain ends with number 3, but 5 rows were sealed: the last were removed or changed"]


def test_a_row_put_in_with_a_number_is_found(world: World) -> None:
    sealed(world)
    fields = {"clinic_id": "vest", "action": "x", "object_type": "x", "object_id": "1", "detail": "", "seal": "f" * 64}
    before = tamper(world, insert(Audit).values(**fields, id=90, at=world.clock(), number=0))
    assert "was put in" in before[0]
    with world.session() as session, session.begin():
        session.execute(delete(Audit).where(Audit.id == 90))
    after = tamper(world, insert(Audit).values(**fields, id=91, at=world.clock(), number=6))
    assert after == ["rows stand after the end of the chain: they were put in"]


def test_an_act_invented_for_the_past_shows_even_when_it_was_sealed(world: World) -> None:
    sealed(world)
    world.clock.forward(hours=-3)
    write(world, 1)
    seal(world)
    problems = findings(world).problems
    assert problems[0].startswith("row 6 ")
    assert "put in later" in problems[0]


def test_a_seal_noted_earlier_is_found_again(world: World) -> None:
    noted = findings(sealed(world)).last_seal
    write(world, 3)
    seal(world)
    found = findings(world, noted)
    assert (found.problems, found.expected_at) == ([], 5)


def test_a_chain_made_anew_from_the_first_row_does_not_bear_the_seal_that_was_noted(world: World) -> None:
    noted = findings(sealed(world)).last_seal
    with world.session() as session, session.begin():
        session.execute(update(Audit).values(number=None, seal=None))
        session.execute(update(Audit).where(Audit.id == 2).values(object_id="8"))
        session.execute(update(AuditHead).values(number=0, seal=sealing.FIRST_SEAL))
    seal(world)
    assert findings(world).problems == [], "which is why a seal is to be noted elsewhere"
    assert findings(world, noted).problems == [
        "no row bears the seal you expect: it, or a row before it, was removed or changed"
    ]


def test_a_chain_without_its_end_is_told(world: World) -> None:
    problems = tamper(sealed(world), delete(AuditHead))
    assert problems == ["the table audit_head, which holds the end of the chain, is empty"]


def test_no_more_than_twenty_faults_are_told(lite_world: World) -> None:
    problems = tamper(sealed(lite_world, 30), update(Audit).values(detail="andet"))
    assert len(problems) == sealing.MOST_PROBLEMS


def test_long_logs_are_walked_and_sealed_in_batches(lite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 3)
    write(lite_world, 7)
    assert [seal(lite_world) for _ in range(4)] == [3, 3, 1, 0]
    assert findings(lite_world).sealed == 7
    assert tamper(lite_world, update(Audit).where(Audit.id == 7).values(detail=""))[0].startswith("row 7 ")


def test_two_workers_seal_each_row_once(postgres_url: str) -> None:
    from tests.world import make_world

    made = make_world(postgres_url)
    made.add_clinic()
    write(made, 200)
    workers = [threading.Thread(target=seal, args=(made,)) for _ in range(4)]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join()
    found = findings(made)
    assert (found.problems, found.sealed, found.unsealed) == ([], 200, 0)
    made.close()


TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
ROWS = st.builds(
    Audit,
    id=st.integers(1, 3),
    at=st.datetimes(timezones=st.just(UTC)),
    clinic_id=TEXT,
    staff_id=st.none() | st.integers(0, 3),
    action=TEXT,
    object_type=TEXT,
    object_id=TEXT,
    detail=TEXT,
)


def content(row: Audit) -> tuple[object, ...]:
    return (row.id, row.at, row.clinic_id, row.staff_id, row.action, row.object_type, row.object_id, row.detail)


@given(ROWS, ROWS, st.integers(1, 2), st.integers(1, 2))
def test_two_rows_have_the_same_seal_only_if_they_are_the_same(
    one: Audit, other: Audit, place: int, next_: int
) -> None:
    is_same = (place, content(one)) == (next_, content(other))
    seals = sealing.seal_of(sealing.FIRST_SEAL, place, one), sealing.seal_of(sealing.FIRST_SEAL, next_, other)
    assert (seals[0] == seals[1]) is is_same


@given(ROWS, st.data())
def test_letters_moved_from_one_column_to_the_next_change_the_seal(row: Audit, data: st.DataObject) -> None:
    whole = row.object_type + row.object_id
    cut = data.draw(st.integers(0, len(whole)))
    before, was_cut = sealing.seal_of(sealing.FIRST_SEAL, 1, row), len(row.object_type)
    row.object_type, row.object_id = whole[:cut], whole[cut:]
    assert (sealing.seal_of(sealing.FIRST_SEAL, 1, row) == before) is (cut == was_cut)
