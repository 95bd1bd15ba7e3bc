"""The page of who is on call: people, roster, changes, tries; and the inbox when nobody is there to alarm."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select

from core.models import Audit, Contact, RosterChange, Staff
from scheduler.calendar import local
from tests.bot.staff.conftest import Desk, Sit, app_of
from tests.on_call import BIRTHE, METTE, OLE, RED, add_contact, alarms, pass_time, three_on_call
from tests.world import World

PAGE = "/indstillinger/vagt"
METTE_TYPED = {"name": "Mette Vagt", "phone": "28 11 11 11", "email": "", "standby": "1", "staff_id": ""}


@pytest.fixture
def admin(sit: Sit) -> Desk:
    return sit("admin")


def contacts(world: World) -> list[Contact]:
    with world.session() as session:
        return list(session.scalars(select(Contact).order_by(Contact.standby, Contact.id)))


def test_without_anybody_the_page_says_so_in_red(admin: Desk) -> None:
    page = admin.text(PAGE)
    assert "Ingen er på vagt nu" in page
    assert "Tilføj den første person" in page


def test_a_person_is_added_and_is_on_call_at_once(lite_world: World, admin: Desk) -> None:
    page = admin.follow(f"{PAGE}/personer", **{**METTE_TYPED, "staff_id": "1"})
    assert "Mette Vagt er gemt." in page
    assert "Ingen er på vagt" not in page
    (contact,) = contacts(lite_world)
    assert (contact.phone, contact.standby, contact.staff_id) == (METTE, 1, 1)
    assert contact.phone_hash == lite_world.runtime.keyring.lookup_hash(METTE)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Skriv et navn"),
        ("phone", "123", "Det er ikke et telefonnummer"),
        ("phone", "", "Skriv et mobilnummer eller en mailadresse"),
        ("phone", OLE, "hører til en anden"),
        ("email", "mette@", "Det er ikke en mailadresse"),
        ("email", "mette@vest.example\r\nBcc: x@y.example", "Det er ikke en mailadresse"),
    ],
)
def test_a_person_who_cannot_be_alarmed_is_shown_again_with_what_to_do(
    lite_world: World, admin: Desk, field: str, value: str, sentence: str
) -> None:
    add_contact(lite_world, "Ole Vagt", OLE)
    response = admin.post(f"{PAGE}/personer", **{**METTE_TYPED, field: value})
    assert response.status_code == 400
    assert sentence in response.get_data(as_text=True)
    assert len(contacts(lite_world)) == 1


@pytest.mark.parametrize(
    ("mover", "place", "order"),
    [(3, "1", ["Birthe", "Mette", "Ole"]), (1, "2", ["Ole", "Mette", "Birthe"]), (1, "3", ["Ole", "Birthe", "Mette"])],
)
def test_a_new_place_moves_the_others(lite_world: World, admin: Desk, mover: int, place: str, order: list[str]) -> None:
    three_on_call(lite_world)
    names = {1: "Mette", 2: "Ole", 3: "Birthe"}
    phones = {1: METTE, 2: OLE, 3: BIRTHE}
    for key in (1, 2, 3):
        admin.post(f"{PAGE}/personer/{key}", name=names[key], phone=phones[key], standby=str(key))
    admin.follow(f"{PAGE}/personer/{mover}", name=names[mover], phone=phones[mover], standby=place)
    assert [(contact.name, contact.standby) for contact in contacts(lite_world)] == list(
        zip(order, (1, 2, 3), strict=True)
    )


def test_a_removed_person_is_on_no_list_but_the_alarms_keep_the_name(lite_world: World, admin: Desk) -> None:
    three_on_call(lite_world)
    lite_world.enrol()
    lite_world.write(RED)
    pass_time(lite_world, minutes=10)
    page = admin.follow(f"{PAGE}/personer/1/fjern")
    assert [(contact.name, contact.standby) for contact in contacts(lite_world) if contact.removed_at is None] == [
        ("Ole Vagt", 1),
        ("Birthe Vagt", 2),
    ]
    assert "rød alarm sendt til Mette Vagt på sms" in page
    assert admin.post(f"{PAGE}/personer/1", **METTE_TYPED).status_code == 404


def test_another_clinics_people_cannot_be_put_on_call(lite_world: World, admin: Desk) -> None:
    lite_world.add_clinic("nord", sender="+4552512346")
    foreign = add_contact(lite_world, "Nord Vagt", clinic_id="nord")
    add_contact(lite_world, "Ole Vagt", OLE)
    typed = {"days": "0", "starts": "16.00", "ends": "08.00", "person-1": str(foreign)}
    assert admin.post(f"{PAGE}/vagter", **typed).status_code == 400
    assert admin.post(f"{PAGE}/personer/{foreign}/proev").status_code == 404
    assert "Nord Vagt" not in admin.text(PAGE)


def test_a_change_counts_to_the_end_of_its_last_day_when_no_hour_is_given(lite_world: World, admin: Desk) -> None:
    three_on_call(lite_world)
    typed = {"first_day": "2026-12-24", "last_day": "2026-12-26", "person-1": "2", "reason": "Mette er syg"}
    page = admin.follow(f"{PAGE}/aendringer", **typed)
    assert "24-12-2026 til 26-12-2026" in page
    assert "Mette er syg" in page
    with lite_world.session() as session:
        row = session.scalars(select(RosterChange)).one()
        assert [f"{local(at):%d-%m %H.%M}" for at in (row.starts_at, row.ends_at)] == ["24-12 00.00", "27-12 00.00"]


def test_a_change_by_the_hour_and_one_that_cannot_be(lite_world: World, admin: Desk) -> None:
    three_on_call(lite_world)
    hours = {
        "first_day": "2026-11-24",
        "first_time": "16.00",
        "last_day": "2026-11-25",
        "last_time": "8",
        "person-1": "2",
    }
    assert "24-11-2026 kl. 16.00 til 25-11-2026 kl. 08.00" in admin.follow(f"{PAGE}/aendringer", **hours)
    for wrong in ({"last_day": "2026-11-23"}, {"first_day": ""}, {"person-1": ""}, {"last_day": "2027-03-01"}):
        assert admin.post(f"{PAGE}/aendringer", **{**hours, **wrong}).status_code == 400


def test_hours_without_anybody_are_told_in_red(lite_world: World, admin: Desk) -> None:
    add_contact(lite_world, standby=None)
    typed = {"days": "0", "starts": "08.00", "ends": "16.00", "person-1": "1"}
    page = admin.follow(f"{PAGE}/vagter", **typed)
    assert "Ingen på vagt i dele af de næste to uger" in page
    assert "fra mandag 23-11 kl. 16.00 til mandag 30-11 kl. 08.00" in page


def test_a_try_is_sent_told_of_and_held_back_after_five_in_an_hour(lite_world: World, admin: Desk) -> None:
    add_contact(lite_world)
    assert "Prøvealarmen er på vej til Mette Vagt på sms" in admin.follow(f"{PAGE}/personer/1/proev")
    for _ in range(4):
        lite_world.clock.forward(seconds=1)
        admin.follow(f"{PAGE}/personer/1/proev")
    lite_world.clock.forward(seconds=1)
    assert "Vent lidt, og prøv igen" in admin.follow(f"{PAGE}/personer/1/proev")
    assert len(alarms(lite_world)) == 5
    lite_world.dispatcher.run(lite_world.clock)
    lite_world.write("1", sender=METTE)
    assert "prøve sendt til Mette Vagt på sms: sendt, besvaret kl. 10.00" in admin.text(PAGE)
    with lite_world.session() as session:
        tries = select(Audit).where(Audit.action == "alarm.try")
        assert len(session.scalars(tries).all()) == 5
    lite_world.clock.forward(hours=1)
    admin.log_in("admin@vest.example")
    assert "er på vej" in admin.follow(f"{PAGE}/personer/1/proev")


def test_one_with_a_mail_address_alone_is_marked_where_there_is_no_mail_server(lite_world: World, admin: Desk) -> None:
    add_contact(lite_world, phone=None, email="mette@vest.example")
    page = admin.text(PAGE)
    assert "Kan ikke nås: Mail er ikke sat op" in page
    assert "Ingen er på vagt nu" in page
    assert "kan ikke nås" in admin.follow(f"{PAGE}/personer/1/proev")


def test_one_whose_access_was_closed_is_not_alarmed(lite_world: World, admin: Desk) -> None:
    gone = lite_world.add_staff("gone@vest.example", "clinician")
    add_contact(lite_world, staff_id=gone)
    with lite_world.session() as session, session.begin():
        session.get_one(Staff, gone).deactivated_at = lite_world.clock()
    page = admin.text(PAGE)
    assert "Alarmeres ikke: Adgangen er lukket" in page
    assert "Ingen er på vagt nu" in page


def test_everybody_may_look_and_only_an_administrator_sees_forms(lite_world: World, sit: Sit) -> None:
    three_on_call(lite_world)
    page = sit("reader").text(PAGE)
    assert "Mette Vagt" in page
    assert "Send en prøvealarm" not in page


def test_every_change_is_in_the_audit_log_by_id_alone(lite_world: World, admin: Desk) -> None:
    admin.follow(f"{PAGE}/personer", **METTE_TYPED)
    admin.follow(f"{PAGE}/vagter", **{"days": "0", "starts": "16.00", "ends": "08.00", "person-1": "1"})
    admin.follow(f"{PAGE}/aendringer", **{"first_day": "2026-12-24", "person-1": "1"})
    admin.follow(f"{PAGE}/personer/1/fjern")
    with lite_world.session() as session:
        told = session.execute(
            select(Audit.action, Audit.object_type, Audit.object_id)
            .where(Audit.action != "staff.log_in")
            .order_by(Audit.id)
        ).all()
    assert [tuple(row) for row in told] == [
        ("contact.change", "contact", "1"),
        ("roster.change", "roster_shift", "1"),
        ("roster.change", "roster_change", "1"),
        ("contact.remove", "contact", "1"),
    ]


def test_the_page_costs_the_same_number_of_queries_however_many_people(lite_world: World, admin: Desk) -> None:
    counted: list[str] = []
    event.listen(lite_world.runtime.engine, "before_cursor_execute", lambda *args: counted.append(args[2]))

    def selects() -> int:
        counted.clear()
        admin.text(PAGE)
        return sum(statement.startswith("SELECT") for statement in counted)

    add_contact(lite_world)
    few = selects()
    for place in range(2, 12):
        add_contact(lite_world, f"Vagt {place}", f"+4528{place:02d}0000", standby=place)
    assert selects() == few


NOBODY = "og ingen er på vagt"


def test_the_inbox_warns_when_an_overdue_red_alert_has_nobody_to_alarm(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    lite_world.write(RED)
    assert NOBODY not in clinician.text("/")
    lite_world.clock.forward(minutes=10)
    page = clinician.text("/")
    assert NOBODY in page
    seen = page.partition("/indbakke/kort?v=")[2].partition('"')[0]
    assert clinician.get(f"/indbakke/kort?v={seen}").status_code == 204
    add_contact(lite_world)
    assert NOBODY not in clinician.text(f"/indbakke/kort?v={seen}")


def test_the_card_tells_of_the_alarms_and_the_conversation_of_each(lite_world: World) -> None:
    three_on_call(lite_world)
    lite_world.enrol()
    lite_world.write(RED)
    pass_time(lite_world, minutes=15)
    lite_world.add_staff("clinician@vest.example", "clinician")
    desk = Desk(app_of(lite_world))
    desk.log_in("clinician@vest.example")
    assert "Vagten er alarmeret 2 gange. Senest kl. 10.15: rød alarm sendt til Ole Vagt på sms: sendt." in desk.text(
        "/"
    )
    lite_world.write("1", sender=OLE)
    assert "<strong>Ole Vagt</strong>" in desk.text("/")
    page = desk.text("/patienter/1")
    for line in (
        "23-11-2026 kl. 10.10: rød alarm sendt til Mette Vagt på sms: sendt",
        "23-11-2026 kl. 10.15: rød alarm sendt til Ole Vagt på sms: sendt, besvaret kl. 10.15",
        "23-11-2026 kl. 10.15: kvitteret på sms af Ole Vagt",
    ):
        assert line in page
    second = desk.post("/alarmer/1/kvitter", note="")
    assert (second.status_code, "Ole Vagt" in second.get_data(as_text=True)) == (409, True)


def test_a_long_nights_alarms_are_told_in_short(lite_world: World, clinician: Desk) -> None:
    three_on_call(lite_world)
    lite_world.enrol()
    lite_world.write(RED)
    pass_time(lite_world, minutes=60)
    clinician.log_in("clinician@vest.example")
    page = clinician.text("/patienter/1")
    assert page.count("rød alarm sendt til") == 6
    assert "5 alarmer mere" in page
