"""Notes of the staff: encrypted, never sent, corrected by their author for a day, removed by administrators."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from bot import notes
from bot.notes import Outcome
from core.models import Audit, Note
from tests.world import World


@pytest.fixture
def begun(world: World) -> World:
    world.add_staff()
    world.add_staff("per@vest.example", "clinician")
    world.enrol()
    return world


def add(world: World, body: str, staff_id: int = 1) -> Outcome:
    with world.session() as session, session.begin():
        return notes.add(session, clinic_id="vest", patient_id=1, body=body, staff_id=staff_id, now=world.clock())


def correct(world: World, body: str, staff_id: int = 1) -> Outcome:
    with world.session() as session, session.begin():
        return notes.correct(session, session.get_one(Note, 1), body=body, staff_id=staff_id, now=world.clock())


def remove(world: World) -> Outcome:
    with world.session() as session, session.begin():
        return notes.remove(session, session.get_one(Note, 1), staff_id=1, now=world.clock())


def stored(world: World) -> list[Note]:
    with world.session() as session:
        return notes.notes_of(session, "vest", 1)


def test_a_note_is_kept_encrypted_and_never_sent(begun: World) -> None:
    assert add(begun, "Hustruen svarer") is Outcome.DONE
    assert [(note.body, note.staff_id) for note in stored(begun)] == [("Hustruen svarer", 1)]
    with begun.session() as session:
        raw = session.execute(text("SELECT body FROM note")).scalar_one()
        assert b"Hustruen" not in bytes(raw)
        assert session.scalars(select(Audit.action).where(Audit.action == "note.add")).all()
    begun.drain()
    assert not any("Hustruen" in body for body in begun.sent_bodies())


def test_a_form_sent_twice_makes_one_note_and_an_empty_one_none(begun: World) -> None:
    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(add, begun, "Ringede kl. 11") for _ in range(2)]:
            assert future.result() is Outcome.DONE
    assert add(begun, "  ") is Outcome.EMPTY
    assert len(stored(begun)) == 1
    assert add(begun, "Ringede kl. 11", staff_id=2) is Outcome.DONE
    assert len(stored(begun)) == 2


def test_the_author_corrects_it_within_a_day_and_how_it_was_is_kept(begun: World) -> None:
    add(begun, "Ringede kl. 11")
    written_at = begun.clock()
    begun.clock.forward(hours=1)
    assert correct(begun, "Ringede kl. 12", staff_id=2) is Outcome.REFUSED
    assert correct(begun, " ") is Outcome.EMPTY
    assert correct(begun, "Ringede kl. 12") is Outcome.DONE
    assert correct(begun, "Ringede kl. 12") is Outcome.DONE
    note = stored(begun)[0]
    assert note.body == "Ringede kl. 12"
    assert [(old.body, old.written_at) for old in note.versions] == [("Ringede kl. 11", written_at)]
    begun.clock.now = written_at + timedelta(hours=24)
    assert correct(begun, "Ringede kl. 13") is Outcome.REFUSED


def test_a_removed_note_is_out_of_sight_but_its_place_stays(begun: World) -> None:
    add(begun, "Forkert patient")
    assert remove(begun) is Outcome.DONE
    assert remove(begun) is Outcome.GONE
    assert correct(begun, "Alligevel") is Outcome.GONE
    assert stored(begun)[0].removed_by == 1
    with begun.session() as session:
        assert session.scalars(select(Audit.action).where(Audit.action == "note.remove")).all() == ["note.remove"]


def test_another_clinics_note_does_not_exist(begun: World) -> None:
    add(begun, "En note")
    with begun.session() as session:
        assert notes.find(session, "nord", 1) is None
        assert notes.notes_of(session, "nord", 1) == []
