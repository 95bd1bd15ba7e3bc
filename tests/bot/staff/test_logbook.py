"""The log: who saw or changed what, filtered, paged, fetched, and each clinic's its own."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select

from bot import alerts, audit, sealing
from bot.staff.log_rows import PER_PAGE, Filter, page_of
from core.crypto import Keyring
from core.models import Audit, Staff
from tests.bot.staff.conftest import Desk, Sit
from tests.world import World


def record(world: World, action: str = "patient.view", **values: object) -> None:
    fields = {"clinic_id": "vest", "staff_id": None, "object_type": "patient", "object_id": 1, "detail": "", **values}
    with world.session() as session, session.begin():
        audit.record(session, action=action, now=world.clock(), **fields)  # type: ignore[arg-type]


@pytest.fixture
def admin(lite_world: World, sit: Sit) -> Desk:
    """An administrator of a clinic with two patients; one has an alert that was closed."""
    lite_world.enrol(name="Karen Testsen")
    lite_world.enrol(phone="+4520123457", name="Søren Prøvesen")
    lite_world.write("jeg kan ikke tisse")
    desk = sit("admin")
    with lite_world.session() as session, session.begin():
        alerts.acknowledge(session, 1, clinic_id="vest", staff_id=1, now=lite_world.clock(), note="")
    return desk


def rows_of(page: str) -> int:
    return page.split("<tbody>")[1].split("</tbody>", maxsplit=1)[0].count("<tr>") if "<tbody>" in page else 0


def test_the_page_tells_who_did_what_to_whom_and_when(lite_world: World, admin: Desk) -> None:
    lite_world.clock.forward(minutes=5)
    admin.get("/patienter/2")
    page = admin.text("/log")
    newest = page.split("<tbody>")[1].split("</tr>")[0]
    for shown in ("23-11-2026 kl. 10.05", "Admin", "Så patienten", "Søren Prøvesen"):
        assert shown in newest
    assert "Kvitterede for alarmen" in page


def test_only_administrators_see_the_log(sit: Sit) -> None:
    for role in ("reader", "clinician"):
        desk = sit(role)
        assert desk.get("/log").status_code == 403
        assert 'href="/log"' not in desk.text("/indstillinger/numre")


def test_looking_at_the_log_is_written_down(admin: Desk) -> None:
    admin.get("/log")
    assert "Så loggen" in admin.text("/log")


def test_a_patients_rows_include_those_about_alerts_courses_replies_and_texts(lite_world: World, admin: Desk) -> None:
    record(lite_world, "mark.withdraw", object_type="reply", object_id=1)
    record(lite_world, "message.cancel", object_type="message", object_id=1)
    page = admin.text("/log?patient=1")
    assert "Kun om <strong>" in page
    for shown in (
        "Kvitterede for alarmen",
        "Tilmeldte patienten",
        "Fjernede sit mærke på svaret",
        "Aflyste en planlagt sms",
    ):
        assert f">{shown}" in page.split("<tbody>")[1]
    assert "Søren Prøvesen" not in page


def test_a_patient_is_found_by_name_without_the_name_in_an_address(admin: Desk) -> None:
    assert admin.post("/log/patient", q="karen").location == "/log?patient=1"
    assert admin.post("/log/patient", q="20 12 34 57").location == "/log?patient=2"


def test_several_patients_of_a_name_are_shown_to_choose_from(admin: Desk) -> None:
    page = admin.post("/log/patient", q="sen").get_data(as_text=True)
    assert "Karen Testsen" in page
    assert "Søren Prøvesen" in page


@pytest.mark.parametrize("query", ["", "findes ikke"])
def test_a_patient_that_is_not_there_is_told(admin: Desk, query: str) -> None:
    assert "Ingen patient passer" in admin.follow("/log/patient", q=query)


def test_the_log_is_filtered_by_person(lite_world: World, admin: Desk) -> None:
    lite_world.add_staff("anden@vest.example")
    record(lite_world, staff_id=2)
    assert rows_of(admin.text("/log?person=2")) == 1
    assert "Tilmeldte patienten" in admin.text("/log?person=0").split("<tbody>")[1]


def test_the_log_is_filtered_by_one_act_or_a_sort_of_acts(lite_world: World, admin: Desk) -> None:
    record(lite_world, "mark.export", object_type="clinic", object_id="vest")
    assert rows_of(admin.text("/log?art=mark.export")) == rows_of(admin.text("/log?art=hentet")) == 1
    assert "Tilmeldte patienten" in admin.text("/log?art=aendret").split("<tbody>")[1]


def test_the_log_is_filtered_by_danish_days(lite_world: World, admin: Desk) -> None:
    lite_world.clock.now += timedelta(days=1, hours=13, minutes=30)  # 23.30 in Copenhagen on 24 November
    record(lite_world, "mark.export", object_type="clinic", object_id="vest")
    with lite_world.session() as session:
        for first, last, found in ((24, 24, 1), (25, 25, 0), (22, 24, 1), (22, 23, 0)):
            wanted = Filter(kind="mark.export", first=date(2026, 11, first), last=date(2026, 11, last))
            assert page_of(session, "vest", wanted, 1).total == found


@pytest.mark.parametrize(
    "query",
    ["person=x", "patient=-1", "patient=99999999999999999999", "art=%00", "fra=31-02-2026", "side=-4", "side=99"],
)
def test_a_filter_that_makes_no_sense_is_left_out(admin: Desk, query: str) -> None:
    assert rows_of(admin.text(f"/log?{query}")) > 3


def test_the_log_is_paged(lite_world: World, admin: Desk) -> None:
    for number in range(PER_PAGE + 5):
        record(lite_world, "mark.export", object_type="clinic", object_id="vest", detail=f"nr. {number}.")
    first, second = admin.text("/log?art=mark.export"), admin.text("/log?art=mark.export&side=2")
    assert (rows_of(first), rows_of(second)) == (PER_PAGE, 5)
    assert f"nr. {PER_PAGE + 4}." in first
    assert "nr. 0." in second
    assert "art=mark.export&amp;side=2" in first


def test_a_page_takes_as_many_queries_however_long_the_log_is(world: World) -> None:
    world.enrol()
    world.write("jeg kan ikke tisse")
    seen: list[str] = []
    event.listen(world.runtime.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    counts = []
    for more in (1, 40):
        for _ in range(more):
            for kind in ("patient", "alert", "enrolment", "reply"):
                record(world, object_type=kind)
        seen.clear()
        with world.session() as session:
            page_of(session, "vest", Filter(patient_id=1), 1)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 8


def test_the_file_holds_all_rows_of_the_filter_with_numbers_instead_of_names(lite_world: World, admin: Desk) -> None:
    with lite_world.session() as session, session.begin():
        sealing.seal_new(session, lite_world.clock())
        session.scalars(select(Staff)).one().name = "=HYPERLINK(1)"
    response = admin.post("/log/hent", art="aendret")
    text = response.get_data(as_text=True)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="log-vest-2026-11-23.csv"' in response.headers["Content-Disposition"]
    assert text.startswith("\ufeffDato;Klokken;Person;")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert [row["Handling"] for row in rows] == ["Tilmeldte patienten"] * 2 + ["Kvitterede for alarmen"]
    assert [row["Patient nr."] for row in rows] == ["1", "2", "1"]
    assert rows[2]["Person"] == "'=HYPERLINK(1)"
    assert len(rows[0]["Segl"]) == 64
    assert "Karen" not in text


def test_fetching_the_file_is_written_down_with_how_many_rows_it_had(lite_world: World, admin: Desk) -> None:
    admin.post("/log/hent", art="alert.acknowledge")
    with lite_world.session() as session:
        row = session.scalars(select(Audit).where(Audit.action == "log.export")).one()
    assert (row.detail, row.staff_id) == ("1 linje", 1)


def test_a_clinic_sees_its_own_log_alone(lite_world: World, admin: Desk, sit: Sit) -> None:
    lite_world.add_clinic("nord", sender="+4552512346")
    lite_world.add_staff("admin@nord.example", "admin", "nord")
    other = Desk(admin.app)
    other.log_in("admin@nord.example")
    page = other.text("/log?patient=1")
    assert "Karen" not in page
    assert "Kvitterede" not in other.text("/log").split("<tbody>")[1]
    assert "Karen" not in other.post("/log/patient", q="karen").get_data(as_text=True)
    assert "Tilmeldte" not in other.post("/log/hent").get_data(as_text=True)


def test_an_act_on_a_colleague_names_the_colleague(lite_world: World, admin: Desk) -> None:
    other = lite_world.add_staff("anden@vest.example")
    record(lite_world, "staff.link_make", staff_id=1, object_type="staff", object_id=other)
    assert "Lavede et link til ny adgangskode: Anden" in admin.text("/log")


def test_a_search_opens_the_names_and_no_more_of_the_patients_it_does_not_find(
    lite_world: World, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        lite_world.enrol(phone=f"+45201234{50 + number}", name=f"Nr {number}")
    admin = sit("admin")
    opened: list[bytes] = []
    decrypt = lite_world.runtime.keyring.decrypt

    def counted(_: Keyring, token: bytes) -> str:
        opened.append(token)
        return decrypt(token)

    monkeypatch.setattr(Keyring, "decrypt", counted)
    assert admin.post("/log/patient", q="nr 17").status_code == 303
    assert len(opened) < 2 * 20
    opened.clear()
    assert admin.post("/log/patient", q="").status_code == 303
    assert len(opened) < 20
