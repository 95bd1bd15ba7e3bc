"""What a clinic's script can ask for, and what it is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from bot.api.views import STOP_REASONS
from bot.api_keys import PER_MINUTE
from bot.app import create_app
from bot.staff import words
from core.models import ApiEnrolment, ApiKey, ApiScope, Audit, Enrolment, EnrolmentState, Message
from tests.bot.api.keys import PERSON, Script, add_key, told
from tests.world import World


def app_of(world: World) -> Flask:
    return create_app(world.runtime, wall_clock=world.clock)


def script_for(world: World, scope: ApiScope = ApiScope.ENROL, clinic_id: str = "vest") -> Script:
    return Script(app_of(world), add_key(world, scope, clinic_id))


@pytest.fixture
def script(lite_world: World) -> Script:
    return script_for(lite_world)


def enrolments(world: World) -> list[Enrolment]:
    with world.session() as session:
        return list(session.scalars(select(Enrolment).order_by(Enrolment.id)))


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


def test_of_many_requests_at_once_with_one_name_one_enrols(world: World) -> None:
    script = script_for(world)

    def send(_: int) -> tuple[int, int | None]:
        response = script.post("/enrolments", PERSON, Idempotency_Key="visit-17")
        return response.status_code, (response.json or {}).get("id")

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(8)))
    assert sorted(answers) == [(200, 1)] * 7 + [(201, 1)]
    assert len(enrolments(world)) == 1


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


@pytest.mark.parametrize("body", ['{"name": ', "[1]", '"x"', "\udcff", "[" * 100_000])
def test_what_is_no_json_object_is_refused(script: Script, body: str) -> None:
    response = script.app.test_client().post(
        "/api/v1/enrolments",
        data=body.encode("utf-8", "surrogateescape"),
        content_type="application/json",
        headers={"Authorization": f"Bearer {script.key}"},
    )
    assert (response.status_code, told(response)["code"]) == (400, "bad_request")


def test_a_form_is_not_json(script: Script) -> None:
    response = script.app.test_client().post(
        "/api/v1/enrolments", data=PERSON, headers={"Authorization": f"Bearer {script.key}"}
    )
    assert (response.status_code, told(response)["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("name", ["", "x" * 101, "æ", "a\tb"])
def test_a_name_for_a_request_is_short_and_plain(script: Script, name: str) -> None:
    assert script.post("/enrolments", PERSON, Idempotency_Key=name).status_code == 400


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


def test_alerts_are_listed_by_state_without_words(lite_world: World, script: Script) -> None:
    lite_world.enrol()
    lite_world.write("jeg kan ikke tisse")
    lite_world.write("Hvem er I?", sender="+4521212121")
    response = script.get("/alerts?state=open")
    assert response.json is not None
    red, stranger = response.json["alerts"]
    assert red == {
        "id": 1,
        "colour": "red",
        "kind": "reply",
        "state": "open",
        "enrolment": 1,
        "opened_at": "2026-11-23T09:00:00Z",
        "acknowledged_at": None,
        "resolved_at": None,
        "link": "https://rygbot.example/patienter/1#alarm-1",
    }
    assert (stranger["kind"], stranger["link"]) == ("unknown_sender", "https://rygbot.example/")
    assert response.json["more"] is False
    assert script.get("/alerts?state=resolved").json == {"alerts": [], "more": False}
    assert (script.get("/alerts?after=1").json or {})["alerts"] == [stranger]


def test_many_alerts_come_in_pages(lite_world: World, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.api.views.MOST_ALERTS", 2)
    lite_world.enrol()
    for _ in range(3):
        lite_world.write("jeg kan ikke tisse")
    page = script.get("/alerts").json or {}
    assert ([alert["id"] for alert in page["alerts"]], page["more"]) == ([1, 2], True)
    rest = script.get("/alerts?after=2").json or {}
    assert ([alert["id"] for alert in rest["alerts"]], rest["more"]) == ([3], False)


@pytest.mark.parametrize("query", ["state=x", "after=x", "after=-1", "after=" + "9" * 19])
def test_a_list_that_cannot_be_had_is_refused(script: Script, query: str) -> None:
    assert script.get(f"/alerts?{query}").status_code == 422


def test_another_clinics_courses_and_alerts_do_not_exist(lite_world: World) -> None:
    lite_world.add_clinic("nord", sender="+4552512346")
    lite_world.enrol()
    lite_world.write("jeg kan ikke tisse")
    other = script_for(lite_world, clinic_id="nord")
    answers = [other.get("/enrolments/1"), other.post("/enrolments/1/stop", {"reason": "well"})]
    assert [(answer.status_code, told(answer)["code"]) for answer in answers] == [(404, "not_found")] * 2
    assert (other.get("/alerts").json or {})["alerts"] == []
    assert enrolments(lite_world)[0].state == EnrolmentState.ACTIVE


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Bearer rygbot_x", "Basic YTpi", "rygbot_x"])
def test_without_a_good_key_nobody_gets_in(script: Script, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    response = script.app.test_client().get("/api/v1/programmes", headers=headers)
    assert (response.status_code, told(response)["code"]) == (401, "unauthorized")
    assert response.headers["WWW-Authenticate"].startswith('Bearer realm="rygbot"')


def test_a_revoked_key_lets_nobody_in(lite_world: World, script: Script) -> None:
    assert script.get("/programmes").status_code == 200
    with lite_world.session() as session, session.begin():
        session.execute(update(ApiKey).values(revoked_at=lite_world.clock()))
    assert script.get("/programmes").status_code == 401


def test_a_key_that_may_only_read_changes_nothing(lite_world: World) -> None:
    lite_world.enrol()
    script = script_for(lite_world, ApiScope.READ)
    for path, sent in (("/enrolments", PERSON), ("/enrolments/1/stop", {"reason": "well"})):
        response = script.post(path, sent)
        assert (response.status_code, told(response)["code"]) == (403, "forbidden")
        assert 'error="insufficient_scope"' in response.headers["WWW-Authenticate"]
    assert [script.get(path).status_code for path in ("/programmes", "/alerts", "/enrolments/1")] == [200, 200, 200]


def test_a_key_has_so_many_requests_a_minute(world: World) -> None:
    script = script_for(world, ApiScope.READ)
    other = Script(script.app, add_key(world, ApiScope.ENROL))
    with world.session() as session, session.begin():
        key = session.get_one(ApiKey, 1)
        key.minute_from, key.minute_count = world.clock(), PER_MINUTE - 1
    world.clock.forward(seconds=20)
    assert script.get("/programmes").status_code == 200
    refused = script.get("/programmes")
    assert (refused.status_code, told(refused)["code"]) == (429, "too_many_requests")
    assert refused.headers["Retry-After"] == "41"
    assert other.get("/programmes").status_code == 200
    world.clock.forward(seconds=40)
    assert script.get("/programmes").status_code == 200


def test_requests_at_once_are_all_counted(world: World) -> None:
    script = script_for(world, ApiScope.READ)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: script.get("/programmes"), range(20)))
    with world.session() as session:
        key = session.get_one(ApiKey, 1)
    assert (key.minute_count, key.last_used_at) == (20, world.clock())


def test_every_act_on_patient_data_is_in_the_audit_log(lite_world: World, script: Script) -> None:
    script.post("/enrolments", PERSON)
    script.get("/enrolments/1")
    script.get("/alerts")
    script.post("/enrolments/1/stop", {"reason": "well"})
    with lite_world.session() as session:
        lines = session.execute(select(Audit.action, Audit.object_id, Audit.staff_id).order_by(Audit.id)).all()
    assert [tuple(line) for line in lines if line.action.startswith("api.")] == [
        ("api.enrol", "1", None),
        ("api.enrolment_view", "1", None),
        ("api.alerts_list", "vest", None),
        ("api.stop", "1", None),
    ]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/findes-ikke", 404, "not_found"),
        ("GET", "/api/v1/enrolments/99999999999999999999999", 404, "not_found"),
        ("DELETE", "/api/v1/enrolments/1", 405, "method_not_allowed"),
    ],
)
def test_flasks_own_refusals_are_said_as_the_others(
    script: Script, method: str, path: str, status: int, code: str
) -> None:
    response = script.app.test_client().open(path, method=method)
    assert (response.status_code, told(response)["code"]) == (status, code)


def test_before_the_course_starts_it_has_no_week(lite_world: World, script: Script) -> None:
    lite_world.enrol()
    with lite_world.session() as session, session.begin():
        session.execute(update(Enrolment).values(start_date=lite_world.clock().date() + timedelta(days=1)))
    assert (script.get("/enrolments/1").json or {})["week"] is None


def test_an_unexpected_error_is_said_without_saying_what(script: Script) -> None:
    def broken() -> str:
        raise RuntimeError("Karen Testsen")

    script.app.add_url_rule("/api/v1/i-stykker", view_func=broken)
    response = script.get("/i-stykker")
    assert (response.status_code, told(response)["code"]) == (500, "internal_error")
    assert "Karen" not in response.text


def test_the_api_sets_no_cookie_and_asks_for_no_token(script: Script) -> None:
    response = script.post("/enrolments", PERSON)
    assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"
