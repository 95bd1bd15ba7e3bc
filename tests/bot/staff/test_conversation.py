"""What staff write and change on a patient's page: notes, texts, numbers."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import event, select

from bot.staff.cards import Wording
from bot.staff.entries import Incoming
from bot.staff.thread import AT_ONCE, Conversation, Day, conversation
from core.models import Message, MessageKind, MessageState, Note, Patient, Reply, Staff
from tests.bot.staff.conftest import Desk, Sit
from tests.world import MONDAY, PHONE, SENDER, World

FIRST = "/patienter/1"
WRITE = f"{FIRST}/skriv"
TOKEN = re.compile(r'name="token" value="([^"]+)"')


@pytest.fixture(autouse=True)
def enrolled(lite_world: World) -> None:
    lite_world.enrol()
    lite_world.drain()


def shown(desk: Desk, path: str = FIRST) -> str:
    return unescape(desk.text(path))


def token(page: str) -> str:
    found = TOKEN.search(page)
    assert found
    return found[1]


def texts_of_staff(world: World) -> list[Message]:
    return [row for row in world.messages() if row.kind == MessageKind.STAFF]


def test_a_note_stands_in_the_conversation_and_is_said_not_to_be_sent(clinician: Desk) -> None:
    shown(clinician)
    page = unescape(clinician.follow(f"{FIRST}/noter", body="Hustruen svarer <b>altid</b>"))
    assert "Den bliver ikke sendt til patienten" in page
    assert "Kun for klinikken, ikke sendt" in page
    assert "Hustruen svarer <b>altid</b>" in page


def test_a_note_is_corrected_in_sight_of_how_it_was(clinician: Desk, lite_world: World) -> None:
    shown(clinician)
    clinician.follow(f"{FIRST}/noter", body="Ringede kl. 11")
    lite_world.clock.forward(minutes=5)
    page = unescape(clinician.follow("/noter/1/ret", body="Ringede kl. 12"))
    assert "Ringede kl. 12" in page
    assert "Før rettelsen" in page
    assert "Ringede kl. 11" in page


def test_only_the_author_may_correct_and_only_an_administrator_remove(
    clinician: Desk, sit: Sit, lite_world: World
) -> None:
    shown(clinician)
    page = clinician.follow(f"{FIRST}/noter", body="Forkert patient")
    assert "Fjern noten" not in page
    admin = sit("admin")
    assert "Ret noten" not in shown(admin)
    assert "Kun den, der har skrevet noten" in unescape(admin.follow("/noter/1/ret", body="Nej"))
    page = unescape(admin.follow("/noter/1/fjern"))
    assert "Fjernet af Admin" in page
    assert "Forkert patient" not in page
    with lite_world.session() as session:
        assert session.get_one(Note, 1).body == "Forkert patient"


def test_without_javascript_a_text_is_seen_before_it_goes(clinician: Desk, lite_world: World) -> None:
    once = token(shown(clinician))
    seen = unescape(clinician.post(WRITE, text="Vi ringer i dag", token=once, when="now").get_data(as_text=True))
    assert "Sms'en er ikke sendt endnu" in seen
    assert "Rygklinik Vest: Vi ringer i dag" in seen
    assert "1 sms" in seen
    assert texts_of_staff(lite_world) == []
    assert token(seen) == once
    fields = {"text": "Vi ringer i dag", "token": once, "when": "now", "shown": "ja"}
    page = unescape(clinician.follow(WRITE, **fields))
    assert "Sms'en er på vej til patienten" in page
    assert "Clinician, klinikken" in page
    assert "kun sendt én gang" in unescape(clinician.follow(WRITE, **fields))
    assert len(texts_of_staff(lite_world)) == 1


def test_while_one_types_the_text_is_counted_and_judged(clinician: Desk) -> None:
    shown(clinician)
    fragment = unescape(clinician.post(f"{WRITE}/maal", text="Det er en prolaps 😀").get_data(as_text=True))
    for said in (
        "1 sms",
        "35 af 160 tegn",
        "»😀« findes ikke i en sms",
        "»prolaps« er en diagnose",
        "vil sende alligevel",
    ):
        assert said in fragment
    assert "Skriv en besked først" not in unescape(clinician.post(f"{WRITE}/maal", text="").get_data(as_text=True))


def test_what_is_doubtful_goes_after_a_tick_and_what_is_forbidden_never(clinician: Desk, lite_world: World) -> None:
    once = token(shown(clinician))
    fields = {"text": "Det er en prolaps", "token": once, "when": "now", "shown": "ja"}
    response = clinician.post(WRITE, **fields)
    assert response.status_code == 400
    assert "vælg selv" in unescape(response.get_data(as_text=True))
    clinician.follow(WRITE, **fields, sure="ja")
    cpr = clinician.post(WRITE, **{**fields, "text": "Er du 010203-1234?", "token": "ny", "sure": "ja"})
    assert "CPR-nummer" in unescape(cpr.get_data(as_text=True))
    assert len(texts_of_staff(lite_world)) == 1


def test_in_the_evening_one_chooses_when(clinician: Desk, lite_world: World) -> None:
    once = token(shown(clinician))
    lite_world.clock.now = MONDAY.replace(hour=20)
    clinician.log_in("clinician@vest.example")
    fields = {"text": "Vi ringer", "token": once, "shown": "ja"}
    asked = unescape(clinician.post(WRITE, **fields, when="now").get_data(as_text=True))
    assert "uden for jeres sendetid" in asked
    assert "Send i morgen kl. 9.00" in asked
    assert "Send nu alligevel" in asked
    page = unescape(clinician.follow(WRITE, **fields, when="opening"))
    assert "Sms'en bliver sendt i morgen kl. 9.00" in page
    planned = page[page.index('id="planlagte"') :]
    assert "Rygklinik Vest: Vi ringer" in planned


def test_a_ready_text_is_put_into_the_field_without_javascript(clinician: Desk) -> None:
    page = shown(clinician)
    assert "Vi ringer til dig i dag" in page
    filled = clinician.post(WRITE, text="Hej.", token=token(page), ready="ring-til-os", insert="ja")
    assert ">Hej. Ring gerne til os på 87 65 43 21." in unescape(filled.get_data(as_text=True))


def test_who_sent_stop_can_only_be_called(clinician: Desk, lite_world: World) -> None:
    lite_world.write("STOP")
    page = shown(clinician)
    assert "Ring op på" in page
    assert "Send sms" not in page
    assert "Ring op i stedet" in unescape(clinician.follow(WRITE, text="Hej", token="x", shown="ja"))


def test_a_wrong_number_is_told_with_what_to_do_and_mended(clinician: Desk, lite_world: World) -> None:
    with lite_world.session() as session, session.begin():
        row = session.scalars(select(Message).order_by(Message.due_at)).first()
        assert row is not None
        row.state, row.error_code = MessageState.UNDELIVERED, "30005"
    page = shown(clinician)
    assert "nummeret er ukendt hos teleselskabet" in page
    assert "Ret patientens nummer." in page
    path = f"{FIRST}/oplysninger"
    assert 'value="20 12 34 56"' in shown(clinician, path)
    fields = {"name": "Karen T", "phone": "20999888", "region": "midtjylland", "doctor_phone": "86123456"}
    wrong = clinician.post(path, **{**fields, "phone": "12"})
    assert wrong.status_code == 400
    assert "Telefonnummeret kan ikke bruges" in wrong.get_data(as_text=True)
    page = unescape(clinician.follow(path, **fields))
    assert "bliver sendt til det nye nummer" in page
    assert "20 99 98 88" in page


def test_the_answers_are_drawn_with_a_table(clinician: Desk, lite_world: World) -> None:
    assert "Smerter og aktivitet" not in shown(clinician)
    with lite_world.session() as session, session.begin():
        for number, value in enumerate(("7", "3")):
            session.add(
                Reply(
                    provider_id=f"SM{number}", clinic_id="vest", patient_id=1, enrolment_id=1, sender=PHONE,
                    recipient=SENDER, body=value, question="pain", answer_value=value,
                    received_at=MONDAY + timedelta(days=number),
                )
            )  # fmt: skip
    page = shown(clinician)
    assert "<polyline" in page
    assert "Smerter 7 den 23-11-2026, 3 den 24-11-2026." in page
    assert "<td>Smerter (0-10)</td><td>7</td>" in page


def write_daily(world: World, days: int) -> None:
    for number in range(days):
        world.clock.forward(days=1)
        world.write(f"Tak nummer {number}")
        world.drain()


def talked(world: World) -> Conversation:
    with world.session() as session:
        viewer = session.scalars(select(Staff)).first()
        assert viewer is not None
        return conversation(session, viewer, 1, Wording({}, {}), world.clock())


def replies_in(days: tuple[Day, ...]) -> list[int]:
    return [entry.id for day in days for entry in day.entries if isinstance(entry, Incoming)]


def test_what_is_old_is_folded_away(sit: Sit, lite_world: World) -> None:
    write_daily(lite_world, 12)
    page = shown(sit("clinician"))
    assert page.index('class="older"') < page.index("Tak nummer 0") < page.index("Tak nummer 11")
    found = talked(lite_world)
    assert replies_in(found.older)[0] == 1
    assert replies_in(found.days)[-1] == 12
    assert sum(len(day.entries) for day in found.days) >= AT_ONCE


def test_what_still_waits_for_staff_is_never_folded_away(sit: Sit, lite_world: World) -> None:
    sit("clinician")
    lite_world.clock.forward(days=1)
    red = lite_world.write("jeg kan ikke tisse")
    write_daily(lite_world, 12)
    assert red in replies_in(talked(lite_world).days)


def test_the_number_of_queries_does_not_grow_with_the_conversation(clinician: Desk, lite_world: World) -> None:
    def queries() -> int:
        found: list[str] = []

        def count(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
            found.append(statement)

        event.listen(lite_world.runtime.engine, "before_cursor_execute", count)
        shown(clinician)
        event.remove(lite_world.runtime.engine, "before_cursor_execute", count)
        return len(found)

    lite_world.write("jeg kan ikke tisse")
    clinician.text(FIRST)
    clinician.follow(f"{FIRST}/noter", body="Nr. 1")
    few = queries()
    for number in range(12):
        lite_world.write(f"jeg kan ikke tisse, gang {number}")
        clinician.follow(f"{FIRST}/noter", body=f"Nr. {number}")
    lite_world.drain()
    assert queries() == few
    assert few <= 26


def test_a_reader_sees_it_all_and_can_write_nothing(sit: Sit, lite_world: World) -> None:
    page = shown(sit("reader"))
    for hidden in ("Skriv til patienten", "Gem noten", "Flyt eller aflys", "Skift til et andet forløb", "Ret navn"):
        assert hidden not in page


def test_another_clinics_patient_is_neither_written_to_nor_changed(lite_world: World, clinician: Desk) -> None:
    lite_world.add_clinic("nord", sender="+4552512346")
    lite_world.enrol(phone="20777777", clinic_id="nord", name="Fremmed")
    foreign = max(row.id for row in lite_world.messages() if row.clinic_id == "nord")
    with lite_world.session() as session:
        patient_id = session.scalars(select(Patient.id).where(Patient.clinic_id == "nord")).one()
    shown(clinician)
    for path in (f"/patienter/{patient_id}/skriv", f"/patienter/{patient_id}/noter", f"/sms/{foreign}/aflys"):
        assert clinician.post(path, text="Hej", body="Hej", reason="Andet").status_code == 404


def test_who_has_an_alert_is_told_to_those_who_only_read_too(sit: Sit, lite_world: World) -> None:
    lite_world.write("jeg kan ikke tisse")
    clinician, reader = sit("clinician"), sit("reader")
    assert "har kvitteret" not in shown(reader)
    shown(clinician)
    clinician.follow("/alarmer/1/kvitter", seen="0", note="", next=FIRST)
    page = shown(reader)
    assert re.search(r"<strong>Clinician</strong> <span class=\"muted\">har kvitteret", page)
    assert "Vælg udfald" not in page
