"""The inbox: worst first, evidence marked, and each act told to the one who made it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.alerts import OUTCOMES, raise_alert
from core.models import Alert, AlertKind, AlertState, Audit, Colour, Message, MessageState, RegionNumber, Reply, Triage
from tests.bot.staff.conftest import Desk, Sit, app_of
from tests.world import MONDAY, PASSWORD, PHONE, World

RED = "jeg kan ikke tisse"


def add_alert(world: World, colour: Colour, *, kind: AlertKind = AlertKind.SILENT, clinic_id: str = "vest") -> int:
    with world.session() as session, session.begin():
        alert = raise_alert(session, clinic_id=clinic_id, kind=kind, colour=colour, now=world.clock())
        assert alert is not None
        return alert.id


def add_reply(world: World, body: str, evidence: list[dict[str, object]], level: str = "red") -> int:
    """A judged reply with its alert, without asking the checker; returns the alert's id."""
    with world.session() as session, session.begin():
        reply = Reply(
            provider_id=f"SM{body[:20]}",
            clinic_id="vest",
            sender=PHONE,
            recipient="+4552512345",
            body=body,
            received_at=world.clock(),
            processed_at=world.clock(),
        )
        session.add(reply)
        session.flush()
        flags = [str(item["flag"]) for item in evidence]
        session.add(
            Triage(reply_id=reply.id, level=level, flags=flags, evidence=evidence, rule_version="1", at=world.clock())
        )
        alert = raise_alert(
            session, clinic_id="vest", kind=AlertKind.REPLY, colour=Colour.RED, now=world.clock(), reply=reply
        )
        assert alert is not None
        return alert.id


def cards_in(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<article[^>]* id="alarm-(\d+)"', page)]


def version_in(page: str) -> str:
    found = re.search(r'hx-get="/indbakke/kort\?v=([^"]+)"', page)
    assert found is not None
    return found[1]


def state_of(world: World, alert_id: int) -> Alert:
    with world.session() as session:
        return session.get_one(Alert, alert_id)


def test_the_worst_stands_first_and_then_the_longest_wait(world: World) -> None:
    world.add_staff("mette@vest.example")
    order = []
    for colour in (Colour.BLUE, Colour.RED, Colour.AMBER, Colour.RED):
        order.append(add_alert(world, colour))
        world.clock.forward(minutes=1)
    desk = Desk(app_of(world))
    desk.log_in("mette@vest.example")
    blue, old_red, amber, new_red = order
    assert cards_in(desk.text("/")) == [old_red, new_red, amber, blue]


def test_an_empty_inbox_says_so(clinician: Desk) -> None:
    page = clinician.text("/")
    assert "Ingen svar venter" in page
    assert "<title>Indbakke" in page


def test_the_title_counts_what_nobody_has_acknowledged(lite_world: World, clinician: Desk) -> None:
    first = add_alert(lite_world, Colour.RED)
    add_alert(lite_world, Colour.BLUE)
    assert "<title>(2) Indbakke" in clinician.text("/")
    assert "<title>(1) Indbakke" in clinician.follow(f"/alarmer/{first}/kvitter")


def test_a_colour_is_always_said_in_words_too(lite_world: World, clinician: Desk) -> None:
    for colour in Colour:
        add_alert(lite_world, colour)
    page = clinician.text("/")
    for word in ("RØD", "GUL", "BLÅ"):
        assert word in page


def test_a_red_reply_shows_patient_words_advice_and_wait(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol(name="Karen Testsen")
    lite_world.drain()
    lite_world.write(f"Hej, {RED} siden i nat")
    lite_world.drain()
    lite_world.clock.forward(minutes=4)
    page = clinician.text("/")
    assert "Karen Testsen" in page
    assert "20 12 34 56" in page
    assert re.search(r'<mark title="[^"]+">[^<]*tisse[^<]*</mark>', page)
    assert "Rygbot svarede" in page
    assert "112" in page
    assert "ventet 4 min" in page


def test_a_question_that_closing_the_alert_made_needless_is_no_answer(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    lite_world.drain()
    lite_world.write(RED)
    lite_world.drain()
    assert "Fik du fat i en læge?" in clinician.text("/")
    clinician.follow("/alarmer/1/afslut", seen="0", outcome="talked", next="/")
    clinician.follow("/alarmer/1/genaabn", seen="1", note="ringede igen", next="/")
    lite_world.clock.forward(minutes=1)
    page = clinician.text("/afsluttede") + clinician.text("/")
    assert "aflyst: alarmen er afsluttet" not in page
    assert "Rygbot svarede" in page


def test_advice_that_did_not_leave_is_not_called_an_answer(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    lite_world.drain()
    lite_world.write(RED)
    (advice,) = lite_world.advice()
    with lite_world.session() as session, session.begin():
        row = session.get_one(Message, advice.id)
        row.state, row.error_code = MessageState.FAILED, "30005"
    page = clinician.text("/")
    assert 'Rygbots sms</strong> (<span class="state-bad">ikke sendt: ' in page
    assert "Rygbot svarede" not in page


def test_a_reply_is_shown_as_text_whatever_it_holds(lite_world: World, clinician: Desk) -> None:
    body = 'Av <script>alert("x")</script> & <b>ondt</b>'
    add_reply(lite_world, body, [{"flag": "fever", "start": 3, "end": 11, "text": "<script>", "rule": "r"}])
    page = clinician.text("/")
    assert "<script>alert" not in page
    assert "<b>ondt" not in page
    assert ">&lt;script&gt;</mark>alert(&#34;x&#34;)&lt;/script&gt; &amp; &lt;b&gt;ondt&lt;/b&gt;" in page


def test_what_arrived_with_a_picture_says_so(lite_world: World, clinician: Desk) -> None:
    alert_id = add_reply(lite_world, "se her", [])
    with lite_world.session() as session, session.begin():
        reply = session.get_one(Alert, alert_id).reply
        assert reply is not None
        reply.media_count = 2
    assert "[2 billeder: vises ikke her" in clinician.text("/")


def test_an_unknown_sender_is_shown_with_the_number(lite_world: World, clinician: Desk) -> None:
    lite_world.write("Hej, det er Karens mand", sender="+4521212121")
    page = clinician.text("/")
    assert "Ukendt afsender" in page
    assert "21 21 21 21" in page


def test_a_text_that_did_not_arrive_says_why(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    with lite_world.session() as session, session.begin():
        message = session.scalars(select(Message).order_by(Message.due_at)).first()
        assert message is not None
        message.state, message.error_code = MessageState.UNDELIVERED, "30005"
        raise_alert(
            session,
            clinic_id="vest",
            kind=AlertKind.UNDELIVERED,
            colour=Colour.BLUE,
            now=MONDAY,
            patient_id=message.patient_id,
            message=message,
        )
    page = clinician.text("/")
    assert "nåede ikke frem" in page
    assert "ikke leveret: nummeret er ukendt hos teleselskabet" in page


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


def test_an_administrator_is_warned_of_old_numbers(lite_world: World, sit: Sit) -> None:
    lite_world.clock.forward(days=200)
    admin, clinician = sit("admin"), sit("clinician")
    assert "skal kontrolleres" in admin.text("/")
    assert "skal kontrolleres" not in clinician.text("/")
    with lite_world.session() as session, session.begin():
        for region in lite_world.runtime.content.regions.values():
            session.add(
                RegionNumber(
                    clinic_id="vest",
                    region=region.id,
                    service=region.service,
                    number=region.number,
                    source="regionens side",
                    checked_on=lite_world.clock().date(),
                )
            )
    assert "skal kontrolleres" not in admin.text("/")


def test_without_javascript_the_inbox_reloads_itself(clinician: Desk) -> None:
    assert '<noscript><meta http-equiv="refresh"' in clinician.text("/")


def test_no_page_holds_inline_script_or_style(lite_world: World, sit: Sit) -> None:
    enrolment_id = lite_world.enrol()
    lite_world.write(RED)
    admin = sit("admin")
    paths = ["/", "/afsluttede", "/patienter", "/patienter/1", "/patienter/1/stop", "/tilmeld"]
    for path in [*paths, f"/tilmeld/{enrolment_id}", "/indstillinger/numre"]:
        page = admin.text(path)
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page), path
    assert PASSWORD not in admin.text("/")


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


def test_after_a_downtime_one_calm_line_says_what_was_late_and_what_was_not_sent(lite_world: World, sit: Sit) -> None:
    for number in range(3):
        lite_world.enrol(phone=f"+4520{100000 + number}")
    assert "late-texts" not in sit("clinician").text("/")
    lite_world.clock.forward(hours=3)
    lite_world.dispatcher.run(lite_world.clock)
    told = "Siden mandag 23-11 kl. 10.00 er 3 planlagte sms'er blevet forsinket. De forsinkede sendes lidt efter lidt."
    assert told in sit("reader").text("/").replace("&#39;", "'")
    lite_world.clock.forward(days=1, hours=15)
    lite_world.dispatcher.run(lite_world.clock)
    assert "3 planlagte sms'er ikke sendt, fordi de blev for sene" in sit("admin").text("/").replace("&#39;", "'")


def test_a_text_that_gave_way_to_another_says_so(lite_world: World, sit: Sit) -> None:
    lite_world.enrol()
    lite_world.drain()
    with lite_world.session() as session, session.begin():
        rows = session.scalars(select(Message).where(Message.step_id.in_(("tjek-uge-1", "udsigt"))))
        for row in rows:
            row.state, row.expires_at = MessageState.PLANNED, MONDAY + timedelta(days=9)
    lite_world.clock.forward(days=2, hours=3)
    lite_world.dispatcher.run(lite_world.clock)
    page = sit("clinician").text("/patienter/1")
    assert "ikke sendt: spørgsmålet om alvorlige tegn går i stedet" in page
