"""Acts in the inbox, each told to the one who made it and to who comes second; and how the page keeps up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.alerts import OUTCOMES
from core.models import Alert, AlertState, Audit, Colour
from tests.bot.staff.conftest import Desk, Sit
from tests.bot.staff.inbox_page import add_alert, cards_in, state_of, version_in
from tests.world import MONDAY, World


def test_acknowledging_works_without_javascript(lite_world: World, clinician: Desk) -> None:
    alert_id = add_alert(lite_world, Colour.RED)
    clinician.text("/")
    page = clinician.follow(f"/alarmer/{alert_id}/kvitter", note="Ringer <nu>", next="/")
    assert "Kvitteret." in page
    assert "har kvitteret 23-11-2026 kl. 10.00" in page
    assert "»Ringer &lt;nu&gt;«" in page
    assert state_of(lite_world, alert_id).state == AlertState.ACKNOWLEDGED


def test_resolving_moves_the_alert_to_the_closed_ones(lite_world: World, clinician: Desk) -> None:
    alert_id = add_alert(lite_world, Colour.AMBER)
    lite_world.clock.forward(minutes=7)
    page = clinician.follow(f"/alarmer/{alert_id}/afslut", outcome="talked", note="Har det fint")
    assert cards_in(page) == []
    closed = clinician.text("/afsluttede")
    assert cards_in(closed) == [alert_id]
    assert OUTCOMES["talked"] in closed
    assert "»Har det fint«" in closed


def test_resolving_needs_an_outcome(lite_world: World, clinician: Desk) -> None:
    alert_id = add_alert(lite_world, Colour.AMBER)
    assert "Vælg et udfald" in clinician.lose(f"/alarmer/{alert_id}/afslut", status=400, outcome="")
    assert state_of(lite_world, alert_id).state == AlertState.OPEN


def test_the_second_of_two_is_told_who_was_first(lite_world: World, sit: Sit) -> None:
    alert_id = add_alert(lite_world, Colour.RED)
    first, second = sit("clinician"), sit("admin")
    first.follow(f"/alarmer/{alert_id}/kvitter")
    page = second.lose(f"/alarmer/{alert_id}/kvitter", note="jeg tager den")
    assert "En anden kom først: kvitteret af Clinician 23-11-2026 kl. 10.00. Din handling er ikke gemt." in page
    second.follow(f"/alarmer/{alert_id}/afslut", outcome="talked")
    assert "afsluttet (talt med patienten) af Admin" in first.lose(f"/alarmer/{alert_id}/afslut", outcome="other")
    with lite_world.session() as session:
        assert session.get_one(Alert, alert_id).outcome == "talked"


def test_opening_an_alert_does_not_handle_it(lite_world: World, clinician: Desk) -> None:
    alert_id = add_alert(lite_world, Colour.RED)
    clinician.text("/")
    assert state_of(lite_world, alert_id).state == AlertState.OPEN


def test_a_reader_sees_everything_and_can_do_nothing(lite_world: World, sit: Sit) -> None:
    alert_id = add_alert(lite_world, Colour.RED)
    reader = sit("reader")
    page = reader.text("/")
    assert cards_in(page) == [alert_id]
    assert "Kvittér</button>" not in page
    assert reader.post(f"/alarmer/{alert_id}/kvitter").status_code == 403
    assert state_of(lite_world, alert_id).state == AlertState.OPEN


def test_an_act_without_a_token_is_refused(lite_world: World, clinician: Desk) -> None:
    alert_id = add_alert(lite_world, Colour.RED)
    clinician.token = ""
    assert clinician.post(f"/alarmer/{alert_id}/kvitter").status_code == 400
    assert state_of(lite_world, alert_id).state == AlertState.OPEN


def test_an_act_never_leads_to_another_site(lite_world: World, clinician: Desk) -> None:
    alert_id = add_alert(lite_world, Colour.RED)
    assert clinician.post(f"/alarmer/{alert_id}/kvitter", next="https://evil.example").location == f"/#alarm-{alert_id}"


def test_a_poll_answers_204_until_something_changes(lite_world: World, clinician: Desk) -> None:
    add_alert(lite_world, Colour.RED)
    seen = version_in(clinician.text("/"))
    assert clinician.get(f"/indbakke/kort?v={seen}").status_code == 204
    new = add_alert(lite_world, Colour.RED)
    response = clinician.get(f"/indbakke/kort?v={seen}")
    assert response.status_code == 200
    assert new in cards_in(response.get_data(as_text=True))
    assert 'data-open-count="2"' in response.get_data(as_text=True)


def test_a_poll_sees_a_growing_wait_and_a_colleagues_act(lite_world: World, sit: Sit) -> None:
    alert_id = add_alert(lite_world, Colour.RED)
    desk, colleague = sit("clinician"), sit("admin")
    seen = version_in(desk.text("/"))
    lite_world.clock.forward(minutes=1)
    page = desk.get(f"/indbakke/kort?v={seen}").get_data(as_text=True)
    assert "ventet 1 min" in page
    seen = version_in(page)
    colleague.follow(f"/alarmer/{alert_id}/kvitter")
    assert "har kvitteret" in desk.get(f"/indbakke/kort?v={seen}").get_data(as_text=True)


@pytest.mark.parametrize("seen", ["", "x", "9" * 5000, "-1.x", "²", "1.2.3"])
def test_a_poll_with_a_strange_version_gets_the_whole_inbox(lite_world: World, clinician: Desk, seen: str) -> None:
    alert_id = add_alert(lite_world, Colour.RED)
    assert cards_in(clinician.get(f"/indbakke/kort?v={seen}").get_data(as_text=True)) == [alert_id]


def test_every_sight_of_an_alert_stands_in_the_audit_log_whatever_version_the_page_says_it_shows(
    lite_world: World, clinician: Desk
) -> None:
    first = add_alert(lite_world, Colour.RED)
    seen = version_in(clinician.text("/"))
    lite_world.clock.forward(minutes=1)
    clinician.get(f"/indbakke/kort?v={seen}")
    second = add_alert(lite_world, Colour.RED)
    clinician.get(f"/indbakke/kort?v={seen}")
    with lite_world.session() as session:
        rows = session.scalars(select(Audit).where(Audit.action == "alert.view").order_by(Audit.id)).all()
        assert [row.object_id for row in rows] == [str(first), str(first), str(first), str(second)]
        assert all(row.staff_id is not None for row in rows)


def test_another_clinics_alerts_are_not_shown_and_not_touched(lite_world: World, clinician: Desk) -> None:
    lite_world.add_clinic("nord", sender="+4552512346")
    theirs = add_alert(lite_world, Colour.RED, clinic_id="nord")
    assert cards_in(clinician.text("/")) == []
    assert clinician.post(f"/alarmer/{theirs}/kvitter").status_code == 404
    assert clinician.post(f"/alarmer/{theirs}/afslut", outcome="talked").status_code == 404
    assert state_of(lite_world, theirs).state == AlertState.OPEN


def silent_since_the_first_screening(world: World) -> Alert:
    """Asked on Tuesday at 10.30, reminded on Wednesday; on Thursday staff are told."""
    world.enrol()
    world.run_until(MONDAY + timedelta(days=3, hours=1))
    (alert,) = world.alerts()
    return alert


def test_a_silence_tells_when_the_patient_was_asked_and_reminded(lite_world: World, sit: Sit) -> None:
    alert = silent_since_the_first_screening(lite_world)
    page = sit("clinician").text("/")
    assert cards_in(page) == [alert.id]
    assert "Har ikke svaret på spørgsmålet" in page
    assert "24-11-2026 kl. 10.30, sendt: Rygklinik Vest: Vi spørger om det samme hver uge" in page
    assert "Påmindelse: 25-11-2026 kl. 10.30, sendt." in page


def test_staff_who_close_a_silence_may_send_all_texts_again(lite_world: World, sit: Sit) -> None:
    alert = silent_since_the_first_screening(lite_world)
    desk = sit("clinician")
    assert "Svarer ikke" in desk.text(f"/patienter/{alert.patient_id}")
    assert "Send alle sms'er igen, når du afslutter" in desk.text("/")
    desk.follow(f"/alarmer/{alert.id}/afslut", outcome="talked", texts_again="ja")
    assert lite_world.enrolment().silent_since is None
    assert "Svarer ikke" not in desk.text(f"/patienter/{alert.patient_id}")


def test_a_silence_that_is_closed_without_the_tick_leaves_the_texts_held(lite_world: World, sit: Sit) -> None:
    alert = silent_since_the_first_screening(lite_world)
    sit("clinician").follow(f"/alarmer/{alert.id}/afslut", outcome="no_answer")
    assert lite_world.enrolment().silent_since is not None
