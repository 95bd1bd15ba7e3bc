"""A script enrols a patient, sees how the course stands, and stops it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.api.views import STOP_REASONS
from bot.retention import Erasure, erase
from bot.staff import words
from core.models import ApiEnrolment, ApiKey, Enrolment, EnrolmentState, Message
from tests.bot.api.keys import PERSON, Script, add_key, enrolments, script_for, told
from tests.world import World


def test_a_patient_is_enrolled_and_shown_without_name_number_or_words(world: World) -> None:
    script = script_for(world)
    response = script.post("/enrolments", PERSON)
    assert response.status_code == 201
    assert response.json == {
        "id": 1,
        "state": "active",
        "programme": "akut-laend",
        "start_date": "2026-11-23",
        "week": 1,
        "weeks": 12,
        "ended_at": None,
        "open_alerts": [],
        "link": "https://rygbot.example/patienter/1",
    }
    assert script.get(response.location.removeprefix("/api/v1")).json == response.json
    assert len(world.messages()) > 10


def test_the_course_shows_its_open_alerts_worst_first(lite_world: World, script: Script) -> None:
    script.post("/enrolments", PERSON)
    lite_world.write("Er bekymret og vil gerne ringes op")
    lite_world.write("jeg kan ikke tisse")
    lite_world.clock.forward(days=8)
    response = script.get("/enrolments/1")
    assert response.json is not None
    assert (response.json["open_alerts"], response.json["week"]) == (["red", "amber"], 2)
    assert "tisse" not in response.text


def test_the_same_request_twice_enrols_once(world: World) -> None:
    script = script_for(world)
    first = script.post("/enrolments", PERSON, Idempotency_Key="visit-17")
    again = script.post("/enrolments", dict(reversed(PERSON.items())), Idempotency_Key="visit-17")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(enrolments(world)) == 1


def test_one_name_for_two_different_requests_is_refused(lite_world: World, script: Script) -> None:
    script.post("/enrolments", PERSON, Idempotency_Key="visit-17")
    response = script.post("/enrolments", PERSON | {"phone": "20123457"}, Idempotency_Key="visit-17")
    assert (response.status_code, told(response)["code"]) == (409, "conflict")
    assert len(enrolments(lite_world)) == 1


def test_two_clinics_may_use_the_same_name(lite_world: World, script: Script) -> None:
    lite_world.add_clinic("nord", sender="+4552512346")
    other = Script(script.app, add_key(lite_world, clinic_id="nord"))
    statuses = [one.post("/enrolments", PERSON, Idempotency_Key="1").status_code for one in (script, other)]
    assert statuses == [201, 201]


def test_what_was_asked_for_stands_nowhere_in_clear(lite_world: World, script: Script) -> None:
    script.post("/enrolments", PERSON, Idempotency_Key="visit-17")
    with lite_world.session() as session:
        row = session.scalars(select(ApiEnrolment)).one()
        key = session.scalars(select(ApiKey)).one()
    assert len(row.request_hash) == len(key.key_hash) == 64
    assert script.key not in key.key_hash
    assert script.key.startswith(key.prefix)


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"phone": "12"}, "phone", "Telefonnummeret"),
        ({"name": ""}, "name", "navn"),
        ({"name": 7}, "name", "tekst"),
        ({"programme": "ryg"}, "programme", "Vælg et forløb"),
        ({"region": "atlantis"}, "region", "Vælg en region"),
        ({"doctor_phone": None}, "doctor_phone", "tekst"),
        ({"consent": False}, "consent", "ja"),
        ({"consent": "ja"}, "consent", "true"),
        ({"instructed": 1}, "instructed", "true"),
        ({"time_of_day": "nat"}, "time_of_day", "Vælg et tidspunkt"),
        ({"time_of_day": None}, "time_of_day", "tekst"),
        ({"start_date": "21-11-2026"}, "start_date", "2026-11-21"),
        ({"start_date": "2020-01-01"}, "start_date", "Startdatoen"),
        ({"cpr": "010101-1234"}, "cpr", "kendes ikke"),
    ],
)
def test_what_the_form_refuses_is_refused_here_field_by_field(
    lite_world: World, script: Script, change: dict[str, object], field: str, says: str
) -> None:
    response = script.post("/enrolments", PERSON | change)
    assert response.status_code == 422
    error = told(response)
    assert list(error["fields"]) == [field]
    assert says in error["fields"][field]
    assert enrolments(lite_world) == []


def test_who_is_in_a_course_already_is_not_enrolled_again(lite_world: World, script: Script) -> None:
    lite_world.enrol()
    response = script.post("/enrolments", PERSON)
    assert (response.status_code, list(told(response)["fields"])) == (422, ["phone"])


def test_a_course_is_stopped_once_and_asking_again_changes_nothing(world: World) -> None:
    script = script_for(world)
    script.post("/enrolments", PERSON)
    first = script.post("/enrolments/1/stop", {"reason": "well"})
    world.clock.forward(hours=1)
    again = script.post("/enrolments/1/stop", {"reason": "wish"})
    assert first.status_code == again.status_code == 200
    assert first.json == again.json
    assert (first.json or {})["state"] == "stopped"
    with world.session() as session:
        assert session.get_one(Enrolment, 1).state_reason == STOP_REASONS["well"]
        assert set(session.scalars(select(Message.state))) == {"cancelled"}


@pytest.mark.parametrize("sent", [None, {}, {"reason": "x"}, {"reason": 1}, {"reason": "well", "note": "x"}])
def test_a_stop_needs_a_reason(lite_world: World, script: Script, sent: object) -> None:
    lite_world.enrol()
    response = script.post("/enrolments/1/stop", sent)
    assert (response.status_code, list(told(response)["fields"])) == (422, ["reason"])
    assert enrolments(lite_world)[0].state == EnrolmentState.ACTIVE


def test_the_reasons_are_those_of_the_form() -> None:
    assert tuple(STOP_REASONS.values()) == words.STOP_REASONS


def test_before_the_course_starts_it_has_no_week(lite_world: World, script: Script) -> None:
    lite_world.enrol()
    with lite_world.session() as session, session.begin():
        session.execute(update(Enrolment).values(start_date=lite_world.clock().date() + timedelta(days=1)))
    assert (script.get("/enrolments/1").json or {})["week"] is None


def test_when_a_patient_is_erased_so_is_what_the_script_asked_for(lite_world: World, script: Script) -> None:
    script.post("/enrolments", PERSON, Idempotency_Key="visit-17")
    script.post("/enrolments/1/stop", {"reason": "well"})
    with lite_world.session() as session, session.begin():
        assert erase(session, 1, staff_id=1, now=lite_world.clock()) is Erasure.DONE
    with lite_world.session() as session:
        assert session.scalars(select(ApiEnrolment)).all() == []
