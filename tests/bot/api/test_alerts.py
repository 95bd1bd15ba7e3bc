"""Alerts for a script: listed without words, each clinic its own, every look written down."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.models import Audit, EnrolmentState
from tests.bot.api.keys import PERSON, Script, enrolments, script_for, told
from tests.world import World


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
