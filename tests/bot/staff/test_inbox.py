"""The inbox as it is seen: worst first, evidence marked, and what stands beside it."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import select

from bot.alerts import raise_alert
from core.models import Alert, AlertKind, Colour, Message, MessageState, RegionNumber
from tests.bot.staff.conftest import Desk, Sit, app_of
from tests.bot.staff.inbox_page import RED, add_alert, add_reply, cards_in
from tests.world import MONDAY, PASSWORD, World


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
