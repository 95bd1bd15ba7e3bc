"""A list on its way in: judged by the rules of the form, enrolled in batches, gone after an hour."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session
from structlog.testing import CapturingLogger

from bot.enrolment import OPTED_OUT, enrol
from bot.lists import enrolling
from bot.lists.enrolling import BATCH, OURS, begin, enrol_batch, go_on_with_lists, running
from bot.lists.judging import AGAIN, BEFORE, IN_A_COURSE, Judged, Verdict, judge
from bot.lists.store import LIFETIME, LIMITS, MOST_ROWS, Choices, failures, find, keep, remove_old, rows_of
from bot.tables import TableRefusedError, csv_file, read_table
from core.models import Audit, Clinic, Enrolment, EnrolmentState, ImportList, ImportState, Patient
from tests.world import World

HEAD = ["Navn", "Mobil", "Egen læge tlf.", "Forløb", "Region", "Samtykke"]


def row(name: str, number: object, **other: str) -> list[str]:
    values = {"doctor": "86123456", "programme": "akut-laend", "region": "Region Midtjylland", "consent": "ja", **other}
    return [name, str(number), *values.values()]


def put(world: World, *rows: list[str], staff_id: int = 1, head: list[str] = HEAD) -> int:
    """Keep a list for the clinic `vest`; its id."""
    with world.session() as session, session.begin():
        clinic = session.get_one(Clinic, "vest")
        table = [head, *rows]
        stored = keep(session, world.runtime.content, clinic, table, staff_id=staff_id, wall_now=world.clock())
        session.flush()
        return stored.id


def judged(world: World, list_id: int) -> list[Judged]:
    with world.session() as session:
        return judge(session, world.runtime.content, session.get_one(ImportList, list_id), world.clock())


def verdicts(world: World, list_id: int) -> list[Verdict]:
    return [item.verdict for item in judged(world, list_id)]


def start(world: World, list_id: int, chosen: list[int] | None = None) -> bool:
    """Begin with the chosen rows, or all that are good."""
    rows = chosen or [item.row.number for item in judged(world, list_id) if item.verdict is Verdict.GOOD]
    with world.session() as session, session.begin():
        return begin(session, session.get_one(ImportList, list_id), rows, staff_id=1, now=world.clock())


def batch(world: World, list_id: int) -> bool:
    with world.session() as session, session.begin():
        return enrol_batch(session, world.runtime.content, list_id, world.clock())


def finish(world: World, list_id: int) -> ImportList:
    while batch(world, list_id):
        pass
    with world.session() as session:
        return session.get_one(ImportList, list_id)


def count(world: World) -> int:
    with world.session() as session:
        return session.query(Enrolment).count()


@pytest.fixture
def staffed(world: World) -> World:
    world.add_staff()
    return world


@pytest.fixture
def lite(lite_world: World) -> World:
    lite_world.add_staff()
    return lite_world


def test_every_row_gets_its_verdict_and_a_sentence(staffed: World) -> None:
    staffed.enrol(phone="20123450")
    list_id = put(
        staffed,
        row("Karen", "20 12 34 56"),
        row("Bo", "123"),
        row("Åse", "+45 20123450"),
        row("Ida", "20123458", consent="nej"),
        row("karen", "20123456"),
        row("Per", "0045 20123456"),
    )
    found = judged(staffed, list_id)
    assert [item.verdict for item in found] == ["good", "bad", "exists", "bad", "exists", "bad"]
    assert [item.row.number for item in found] == [2, 3, 4, 5, 6, 7]
    assert found[1].text.startswith("telefon: Telefonnummeret kan ikke bruges")
    assert found[2].text == IN_A_COURSE
    assert found[3].text.startswith("samtykke: Patienten skal have sagt ja")
    assert found[4].text == AGAIN.format(line=2)
    assert "et andet navn: Karen" in found[5].text


def test_who_opted_out_must_come_back_by_herself_and_who_is_done_may_begin_again(staffed: World) -> None:
    for number in ("20123450", "20123451"):
        staffed.enrol(phone=number)
    with staffed.session() as session, session.begin():
        session.execute(update(Enrolment).values(state=EnrolmentState.COMPLETED))
        session.execute(update(Patient).where(Patient.id == 1).values(opted_out_at=staffed.clock()))
    found = judged(staffed, put(staffed, row("A", "20123450"), row("B", "20123451")))
    assert [(item.verdict, item.text) for item in found] == [("bad", OPTED_OUT), ("good", BEFORE)]


def test_a_list_is_enrolled_and_the_same_list_again_enrols_nobody(staffed: World) -> None:
    people = [row(f"Patient {number}", 20123400 + number) for number in range(BATCH + 2)]
    people.insert(3, row("Uden nummer", ""))
    first = put(staffed, *people)
    assert start(staffed, first)
    done = finish(staffed, first)
    assert (done.state, count(staffed)) == (ImportState.DONE, BATCH + 2)
    again = put(staffed, *people)
    assert verdicts(staffed, again).count(Verdict.EXISTS) == BATCH + 2
    assert start(staffed, again, chosen=list(range(1, 40)))
    assert {result["verdict"] for result in finish(staffed, again).results} == {"exists", "bad"}
    assert count(staffed) == BATCH + 2


def test_only_the_chosen_rows_are_enrolled(lite: World) -> None:
    list_id = put(lite, row("Karen", "20123456"), row("Bo", "20123457"))
    start(lite, list_id, chosen=[3, 99])
    finish(lite, list_id)
    assert lite.patient().name == "Bo"


def test_a_list_that_was_interrupted_goes_on_where_it_stood(staffed: World) -> None:
    list_id = put(staffed, *(row(f"P {number}", 20123400 + number) for number in range(BATCH + 5)))
    start(staffed, list_id)
    assert batch(staffed, list_id)
    with staffed.session() as session:
        enrol_batch(session, staffed.runtime.content, list_id, staffed.clock())
        session.rollback()  # the worker was killed before it had committed
        assert running(session) == [list_id]
    assert count(staffed) == BATCH
    assert len(finish(staffed, list_id).results) == BATCH + 5
    assert count(staffed) == BATCH + 5


def test_two_who_enrol_the_same_list_at_once_take_turns(world: World) -> None:
    world.add_staff()
    list_id = put(world, row("Karen", "20123456"))
    start(world, list_id)
    with world.session() as one:
        enrol_batch(one, world.runtime.content, list_id, world.clock())
        if world.runtime.engine.dialect.name == "postgresql":
            assert not batch(world, list_id), "the other one holds it"
        one.commit()
    assert not batch(world, list_id)
    assert count(world) == 1


def test_a_list_is_started_once(lite: World) -> None:
    list_id = put(lite, row("Karen", "20123456"))
    assert start(lite, list_id)
    assert not start(lite, list_id, chosen=[2])


def test_nothing_chosen_starts_nothing(lite: World) -> None:
    assert not start(lite, put(lite, row("Karen", "20123456")), chosen=[1, 77])


def test_a_row_that_fails_in_our_hands_stops_no_other(staffed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails_for_bo(session: Session, content: object, clinic: object, application: object, **rest: object) -> object:
        done = enrol(session, content, clinic, application, **rest)  # type: ignore[arg-type]
        if getattr(application, "name", "") == "Bo":
            raise RuntimeError("after half of it was written")
        return done

    monkeypatch.setattr(enrolling, "enrol", fails_for_bo)
    list_id = put(staffed, row("Karen", "20123456"), row("Bo", "20123457"), row("Ida", "20123458"))
    start(staffed, list_id)
    logger = CapturingLogger()
    monkeypatch.setattr(enrolling, "log", logger)
    results = finish(staffed, list_id).results
    (line,) = logger.calls
    assert (line.args, line.kwargs["clinic"], line.kwargs["rows"]) == (("a row of a list failed",), "vest", 3)
    assert [result["verdict"] for result in results] == ["good", "bad", "good"]
    assert results[1]["text"] == OURS
    assert count(staffed) == 2


def test_who_enrolled_and_how_many_stands_in_the_audit_log(lite: World) -> None:
    list_id = put(lite, row("Karen", "20123456"))
    start(lite, list_id)
    finish(lite, list_id)
    with lite.session() as session:
        rows = session.execute(select(Audit.action, Audit.staff_id, Audit.object_id, Audit.detail)).all()
    assert [tuple(line) for line in rows] == [
        ("import.enrol", 1, str(list_id), "1 patient"),
        ("enrolment.create", 1, "1", ""),
    ]


def test_one_value_may_hold_for_all_rows(lite: World) -> None:
    list_id = put(lite, ["Karen", "20123456", "86123456"], head=["Navn", "Mobil", "Læge tlf"])
    with lite.session() as session, session.begin():
        stored = session.get_one(ImportList, list_id)
        assert stored.choices["columns"]["region"] == "=midtjylland", "the clinic's own"
        columns = {**stored.choices["columns"], "forløb": "=hekseskud", "samtykke": "=ja"}
        stored.choices = Choices(0, columns).stored()
    assert verdicts(lite, list_id) == [Verdict.GOOD]


def test_a_row_with_more_cells_than_headings_is_refused(lite: World) -> None:
    list_id = put(lite, [*row("Karen", "20123456"), "x"])
    assert "7 felter, men overskriften har 6" in judged(lite, list_id)[0].text


def test_what_failed_can_be_mended_and_read_in_again(lite: World) -> None:
    list_id = put(lite, row("=Karen", "12"), row("Bo", "20123457"), row("Åse; Lund", "+45 1"))
    bad = {item.row.number: item.text for item in judged(lite, list_id) if item.verdict is Verdict.BAD}
    with lite.session() as session:
        table = failures(session.get_one(ImportList, list_id), bad)
        data = csv_file(table).replace(b"'+45 1", b"20123459").replace(b";12;", b";20123458;")
    mended = read_table(data, partial(str.__contains__, "navn telefon"), LIMITS)
    again = put(lite, *mended[1:], head=mended[0])
    assert [item.row.application.name for item in judged(lite, again)] == ["=Karen", "Åse; Lund"]
    assert verdicts(lite, again) == [Verdict.GOOD, Verdict.GOOD]


@pytest.mark.parametrize(("rows", "words"), [([], "ingen patienter"), ([["x"]] * (MOST_ROWS + 1), "2001 patienter")])
def test_a_list_without_patients_or_with_too_many_is_refused(lite: World, rows: list[list[str]], words: str) -> None:
    with pytest.raises(TableRefusedError, match=words):
        put(lite, *rows)


def test_after_an_hour_a_list_is_gone_and_then_deleted(staffed: World) -> None:
    list_id = put(staffed, row("Karen", "20123456"))
    staffed.clock.forward(minutes=59)
    with staffed.session() as session:
        assert find(session, list_id, "vest", staffed.clock()) is not None
        assert find(session, list_id, "nord", staffed.clock()) is None
    staffed.clock.forward(minutes=1)
    with staffed.session() as session, session.begin():
        assert find(session, list_id, "vest", staffed.clock()) is None
        assert remove_old(session, staffed.clock()) == 1
        assert session.query(ImportList).count() == 0
    assert timedelta(hours=1) == LIFETIME


def test_a_new_list_takes_the_place_of_ones_own_unfinished_one(lite: World) -> None:
    lite.add_staff("bo@vest.example")
    started = put(lite, row("Karen", "20123456"))
    start(lite, started)
    put(lite, row("Bo", "20123457"))
    others = put(lite, row("Ida", "20123458"), staff_id=2)
    newest = put(lite, row("Per", "20123459"))
    with lite.session() as session:
        assert set(session.scalars(select(ImportList.id))) == {started, others, newest}


def test_the_worker_finishes_lists_and_clears_old_ones_away(staffed: World) -> None:
    old = put(staffed, row("Gammel", "20123999"))
    staffed.clock.forward(hours=2)
    list_id = put(staffed, *(row(f"P {number}", 20123400 + number) for number in range(2 * BATCH)))
    start(staffed, list_id)
    runtime = staffed.runtime
    go_on_with_lists(runtime.sessions, runtime.content, now=staffed.clock, wall_now=staffed.clock)
    assert count(staffed) == 2 * BATCH
    with staffed.session() as session:
        assert session.get(ImportList, old) is None
        assert session.get_one(ImportList, list_id).state == ImportState.DONE


def test_judging_two_thousand_rows_takes_a_handful_of_queries(lite: World) -> None:
    list_id = put(lite, *(row(f"P {number}", 20120000 + number) for number in range(MOST_ROWS)))
    asked: list[str] = []
    event.listen(lite.runtime.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    found = judged(lite, list_id)
    assert len(found) == MOST_ROWS
    assert len(asked) <= 8


def test_a_list_stands_encrypted(world: World) -> None:
    world.add_staff()
    list_id = put(world, row("Karen Testsen", "20123456"))
    with world.runtime.engine.connect() as connection:
        stored = connection.exec_driver_sql("SELECT cells, choices, chosen, results FROM import_list").one()
    assert not [value for value in stored if b"Karen" in bytes(value) or b"20123456" in bytes(value)]
    with world.session() as session:
        (read,) = rows_of(session.get_one(ImportList, list_id), world.runtime.content)
    assert read.application.name == "Karen Testsen"
