"""The list of patients: searched without a name in any address, filtered, kept as views, fetched as a file."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import event, select, update

from bot.staff.filters import Filters
from bot.staff.people import HEADINGS, MOST_VIEWS
from bot.staff.roster import PER_PAGE, matches, page_of, sort_key
from core.crypto import Keyring
from core.models import Audit, Enrolment, EnrolmentState, Message, MessageState, Patient, SavedView
from scheduler.calendar import local
from tests.bot.staff.conftest import Desk, Sit, app_of
from tests.world import World

LINK = re.compile(r'<td class="strong"><a [^>]*>([^<]*)</a>')
SEALED = re.compile(r'name="soeg" value="([^"]+)"')
PEOPLE = {"20123450": "Karen Testsen", "20123451": "Søren Andersen", "20123452": "Åse Lund", "20123453": "Ægir Holm"}


@pytest.fixture
def full(world: World) -> World:
    """Four patients, on both databases; the last enrolled is the first in the list."""
    world.add_staff("mette@vest.example", "clinician")
    for number, (phone, name) in enumerate(PEOPLE.items()):
        world.enrol(phone=phone, name=name, programme="hekseskud" if number % 2 else "akut-laend")
    return world


def sit_at(world: World) -> Desk:
    desk = Desk(app_of(world))
    desk.log_in("mette@vest.example")
    return desk


@pytest.fixture
def desk(full: World) -> Desk:
    return sit_at(full)


@pytest.fixture
def lite_desk(lite_world: World, clinician: Desk) -> Desk:
    for phone, name in PEOPLE.items():
        lite_world.enrol(phone=phone, name=name)
    return clinician


def listed(desk: Desk, **asked: str) -> list[str]:
    """The names on the page that an address leads to."""
    response = desk.client.get("/patienter", query_string=asked)
    assert response.status_code == 200
    return LINK.findall(response.get_data(as_text=True))


def searched(desk: Desk, words: str, **asked: str) -> str:
    """The address that a search leads to."""
    desk.text("/patienter")
    location = desk.post("/patienter/vis", q=words, **asked).location
    assert location is not None
    return str(location)


def change(world: World, model: type[Patient | Enrolment | Message], key: int, **values: object) -> None:
    with world.session() as session, session.begin():
        session.execute(update(model).where(model.id == key).values(**values))


@pytest.mark.parametrize("query", ["karen", "KAREN t", "øst", "20 12", "2012 3456", "+45 20123456", "0045 20 12 34 56"])
def test_a_patient_is_found_by_parts_of_name_or_number(query: str) -> None:
    assert matches("Karen Testsen Østergaard", "+4520123456", query)


@pytest.mark.parametrize("query", ["kaj", "karen x", "99", "uge 20"])
def test_others_are_not_found(query: str) -> None:
    assert not matches("Karen Testsen Østergaard", "+4520123456", query)


@given(st.text(max_size=30))
def test_whatever_is_searched_for_is_answered(query: str) -> None:
    assert matches("Karen", "+4520123456", query) in {True, False}


def test_names_stand_in_the_order_of_the_danish_alphabet() -> None:
    names = ["Aage", "Øjvind", "Zita", "Ægir", "Åse", "anna", "Bo"]
    assert sorted(names, key=sort_key) == ["anna", "Bo", "Zita", "Ægir", "Øjvind", "Aage", "Åse"]


def test_a_search_leads_to_an_address_without_the_name_that_can_be_opened_again(desk: Desk) -> None:
    address = searched(desk, "søren")
    assert "ren" not in address.lower().partition("soeg=")[0]
    for _ in range(2):
        page = desk.text(address)
        assert LINK.findall(page) == ["Søren Andersen"]
        assert 'value="søren"' in page
    assert "Ingen patienter passer" in desk.text(searched(desk, "<b>"))


def test_a_search_opens_for_the_person_who_made_it_alone(lite_world: World, sit: Sit) -> None:
    lite_world.enrol(name="Karen Testsen")
    mine, theirs = sit("clinician"), sit("admin")
    address = searched(mine, "ingen af dem")
    assert LINK.findall(mine.text(address)) == []
    page = theirs.text(address)
    assert LINK.findall(page) == ["Karen Testsen"]
    assert "ingen af dem" not in page


def test_nothing_else_that_stands_encrypted_is_opened_by_the_search(lite_world: World, lite_desk: Desk) -> None:
    stolen = lite_world.runtime.keyring.encrypt("Karens hemmelighed").decode()
    for token in (stolen, "x", "æ", stolen[:-4]):
        page = lite_desk.client.get("/patienter", query_string={"soeg": token}).get_data(as_text=True)
        assert "hemmelighed" not in page
        assert len(LINK.findall(page)) == len(PEOPLE)


def test_filters_narrow_and_combine(full: World, desk: Desk) -> None:
    full.write("jeg kan ikke tisse", sender="+4520123450")
    full.write("Er bekymret og vil gerne ringes op", sender="+4520123451")
    change(full, Enrolment, 3, state=EnrolmentState.PAUSED, silent_since=full.clock())
    change(full, Enrolment, 4, start_date=full.clock().date() - timedelta(days=8))
    change(full, Patient, 4, opted_out_at=full.clock())
    assert listed(desk) == list(reversed(PEOPLE.values()))
    for asked, names in (
        ({"farve": "red"}, ["Karen Testsen"]),
        ({"farve": "amber"}, ["Søren Andersen"]),
        ({"farve": "blue"}, []),
        ({"forloeb": "hekseskud"}, ["Ægir Holm", "Søren Andersen"]),
        ({"forloeb": "hekseskud", "farve": "amber"}, ["Søren Andersen"]),
        ({"uge": "2"}, ["Ægir Holm"]),
        ({"uge": "1", "status": "active"}, ["Søren Andersen", "Karen Testsen"]),
        ({"uge": "0"}, []),
        ({"status": "paused"}, ["Åse Lund"]),
        ({"svarer-ikke": "ja"}, ["Åse Lund"]),
        ({"afmeldt": "ja"}, ["Ægir Holm"]),
        (
            {"farve": "lilla", "uge": "99", "status": "x", "forloeb": "x", "sorter": "x"},
            list(reversed(PEOPLE.values())),
        ),
    ):
        assert listed(desk, **asked) == names, asked


def test_a_course_that_has_not_begun_is_found_as_such(full: World, desk: Desk) -> None:
    change(full, Enrolment, 2, start_date=full.clock().date() + timedelta(days=1))
    assert listed(desk, uge="0") == ["Søren Andersen"]


def test_only_the_newest_course_of_a_patient_counts(full: World, desk: Desk) -> None:
    change(full, Enrolment, 1, state=EnrolmentState.COMPLETED)
    full.enrol(phone="20123450", programme="langvarig")
    assert listed(desk, status="completed") == []
    assert listed(desk, forloeb="langvarig") == ["Karen Testsen"]


def test_undelivered_means_that_the_last_text_sent_did_not_arrive(full: World, desk: Desk) -> None:
    with full.session() as session:
        first, second = session.scalars(
            select(Message.id).where(Message.patient_id == 1).order_by(Message.due_at).limit(2)
        )
    change(full, Message, first, state=MessageState.FAILED)
    assert listed(desk, fejlet="ja") == ["Karen Testsen"]
    change(full, Message, second, state=MessageState.DELIVERED)
    assert listed(desk, fejlet="ja") == []


def test_the_order_is_chosen(full: World, desk: Desk) -> None:
    full.write("Tak", sender="+4520123451")
    change(full, Enrolment, 1, start_date=full.clock().date() + timedelta(days=2))
    assert listed(desk, sorter="name") == ["Karen Testsen", "Søren Andersen", "Ægir Holm", "Åse Lund"]
    assert listed(desk, sorter="reply")[0] == "Søren Andersen"
    assert listed(desk, sorter="start")[0] == "Karen Testsen"


def test_each_choice_says_how_many_it_would_show(full: World, desk: Desk) -> None:
    full.write("jeg kan ikke tisse", sender="+4520123450")
    page = desk.text("/patienter?forloeb=hekseskud")
    assert "<strong>2</strong> af 4 patienter" in page
    assert "Hekseskud (2)" in page
    assert "I gang (4)" in page
    assert re.search(r'href="/patienter\?farve=red&amp;forloeb=hekseskud">.*?<span class="muted">1</span>', page)
    assert "Gul" not in page, "what nobody has is not offered"


def test_a_filter_that_is_on_is_taken_off_by_its_own_link(lite_world: World, lite_desk: Desk) -> None:
    lite_world.write("jeg kan ikke tisse", sender="+4520123450")
    page = lite_desk.text("/patienter?farve=red&uge=1")
    assert re.search(r'chip-on" href="/patienter\?uge=1" aria-current="true"', page)


def many(world: World, count: int) -> None:
    with world.session() as session, session.begin():
        for number in range(count):
            session.add(
                Patient(
                    clinic_id="vest",
                    name=f"Nr {number:03d}",
                    phone=f"+4530000{number:03d}",
                    phone_hash=str(number),
                    region="midtjylland",
                    doctor_phone="+4586123456",
                    created_at=world.clock(),
                )
            )


def test_a_long_list_comes_in_pages(lite_world: World, clinician: Desk) -> None:
    many(lite_world, PER_PAGE + 5)
    assert len(listed(clinician)) == PER_PAGE
    assert len(listed(clinician, side="2")) == 5
    assert "Nr 000" in listed(clinician, side="2")
    assert "Side 2 af 2" in clinician.text("/patienter?side=2")
    for strange in ("0", "-3", "999999999999999999999", "x"):
        assert clinician.get(f"/patienter?side={strange}").status_code == 200


def test_the_pages_of_a_search_keep_to_it(lite_world: World, clinician: Desk) -> None:
    many(lite_world, 2 * PER_PAGE + 1)
    page = clinician.text(searched(clinician, "nr 0", sorter="name"))
    (following,) = re.findall(r'href="([^"]*side=2)"', page)
    shown = LINK.findall(clinician.text(following.replace("&amp;", "&")))
    assert shown == [f"Nr {number:03d}" for number in range(PER_PAGE, 2 * PER_PAGE)]


@pytest.mark.parametrize("asked", [{}, {"sorter": "name"}, {"farve": "red", "sorter": "reply", "svarer-ikke": "ja"}])
def test_the_number_of_queries_does_not_grow_with_the_patients(
    lite_world: World, clinician: Desk, asked: dict[str, str]
) -> None:
    lite_world.enrol()
    statements: list[str] = []
    event.listen(lite_world.runtime.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))

    def needed() -> int:
        statements.clear()
        listed(clinician, **asked)
        return len(statements)

    alone = needed()
    many(lite_world, 120)
    assert needed() == alone
    assert alone <= 14


def test_another_clinics_patients_are_neither_listed_counted_nor_fetched(full: World, desk: Desk) -> None:
    full.add_clinic("nord", sender="+4552512346")
    full.enrol(phone="20999999", clinic_id="nord", name="Fremmed Person")
    page = desk.text("/patienter")
    assert "Fremmed" not in page
    assert "<strong>4</strong> patienter" in page
    assert LINK.findall(desk.text(searched(desk, "fremmed"))) == []
    assert "Fremmed" not in desk.post("/patienter/hent", kind="csv").get_data(as_text=True)


def test_a_view_is_kept_under_a_name_and_is_ones_own(lite_world: World, sit: Sit) -> None:
    lite_world.enrol(name="Karen Testsen")
    mine, theirs = sit("reader"), sit("admin")
    mine.text("/patienter?uge=1")
    page = mine.follow("/patienter/visninger", name="Nye i dag", uge="1", **{"svarer-ikke": "nej"})
    assert re.search(r'href="/patienter\?uge=1" aria-current="page">Nye i dag</a>', page)
    assert "Nye i dag" not in theirs.text("/patienter")
    assert "allerede fjernet" in theirs.follow("/patienter/visninger/fjern", view="1")
    assert "Visningen er fjernet" in mine.follow("/patienter/visninger/fjern", view="1")
    assert "Nye i dag" not in mine.text("/patienter")


def test_a_view_keeps_the_filters_and_never_the_name_that_was_searched_for(lite_world: World, lite_desk: Desk) -> None:
    (sealed,) = set(SEALED.findall(lite_desk.text(searched(lite_desk, "åse", uge="1"))))
    lite_desk.follow("/patienter/visninger", name="I uge 1", uge="1", soeg=sealed)
    assert 'href="/patienter?uge=1">I uge 1' in lite_desk.text("/patienter")
    with lite_world.session() as session:
        assert session.scalars(select(SavedView)).one().filters == {"week": "1"}
    with lite_world.runtime.engine.connect() as connection:
        stored = connection.exec_driver_sql("SELECT name, filters FROM saved_view").one()
    assert not [value for value in stored if b"uge" in bytes(value) or b"week" in bytes(value)]


def test_a_search_alone_is_not_offered_to_be_kept(lite_desk: Desk) -> None:
    assert "Gem som visning" not in lite_desk.text(searched(lite_desk, "åse"))
    assert "Gem som visning" in lite_desk.text(searched(lite_desk, "åse", uge="1"))


def test_who_was_erased_is_not_listed(full: World, desk: Desk) -> None:
    change(full, Patient, 1, erased_at=full.clock())
    assert "Karen Testsen" not in listed(desk)
    assert "<strong>3</strong> patienter" in desk.text("/patienter")
    assert "Karen" not in desk.post("/patienter/hent", kind="csv").get_data(as_text=True)


def test_the_same_name_replaces_a_view_and_there_are_not_too_many(lite_world: World, clinician: Desk) -> None:
    clinician.text("/patienter")
    for number in range(MOST_VIEWS):
        clinician.follow("/patienter/visninger", name=f"V{number}", uge="1")
    assert "Fjern en" in clinician.follow("/patienter/visninger", name="En til", uge="1")
    assert "er gemt" in clinician.follow("/patienter/visninger", name="v0", uge="2")
    assert "Giv visningen et navn" in clinician.follow("/patienter/visninger", name=" ", uge="2")
    with lite_world.session() as session:
        views = session.scalars(select(SavedView).order_by(SavedView.id)).all()
    assert len(views) == MOST_VIEWS
    assert views[0].filters == {"week": "2"}


def test_a_view_of_a_programme_that_is_gone_shows_the_others(lite_world: World, lite_desk: Desk) -> None:
    with lite_world.session() as session, session.begin():
        kept = {"programme": "findes-ikke", "state": "active"}
        session.add(SavedView(staff_id=1, name="Gammel", filters=kept, created_at=lite_world.clock()))
    assert 'href="/patienter?status=active">Gammel' in lite_desk.text("/patienter")


def test_the_list_is_fetched_as_csv_as_it_is_shown(full: World, desk: Desk) -> None:
    full.enrol(phone="+49 30 901820", name="=SUM(A1)", doctor_phone="+49 30 901821")
    full.write("jeg kan ikke tisse", sender="+4520123450")
    desk.text("/patienter")
    response = desk.post("/patienter/hent", kind="csv", forloeb="akut-laend", sorter="name")
    assert response.headers["Content-Disposition"] == 'attachment; filename="patienter-vest-2026-11-23.csv"'
    text = response.get_data().decode("utf-8")
    assert text.startswith("\ufeffNavn;Telefon;")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert rows[0] == list(HEADINGS)
    assert [row[0] for row in rows[1:]] == ["'=SUM(A1)", "Karen Testsen", "Åse Lund"]
    assert rows[1][1] == "0049 30 901820"
    assert rows[2] == [
        "Karen Testsen", "20 12 34 50", "Akutte lændesmerter", "uge 1 af 12", "I gang", "23-11-2026",
        "23-11-2026 kl. 10.00", "RØD", "86 12 34 56", "Region Midtjylland",
    ]  # fmt: skip


def test_the_list_is_fetched_as_a_workbook_of_texts(lite_world: World, lite_desk: Desk) -> None:
    lite_world.enrol(phone="20123459", name="=SUM(A1)")
    lite_desk.text("/patienter")
    response = lite_desk.post("/patienter/hent", kind="xlsx")
    sheet = load_workbook(io.BytesIO(response.get_data()))["Patienter"]
    names = [row[0] for row in sheet.iter_rows(values_only=True)]
    assert names == ["Navn", "'=SUM(A1)", *reversed(PEOPLE.values())]
    assert {cell.data_type for row in sheet.iter_rows(min_col=1, max_col=1) for cell in row} == {"s"}


def test_who_fetched_how_many_by_which_filter_stands_in_the_audit_log_without_the_words(
    lite_world: World, lite_desk: Desk
) -> None:
    (sealed,) = set(SEALED.findall(lite_desk.text(searched(lite_desk, "åse", uge="1"))))
    lite_desk.post("/patienter/hent", kind="csv", uge="1", soeg=sealed)
    with lite_world.session() as session:
        (row,) = session.scalars(select(Audit).where(Audit.action == "patient.export"))
    assert (row.staff_id, row.detail) == (1, "csv, 1 patient: uge=1 søgning")


def test_a_reader_sees_the_list_but_cannot_fetch_it(sit: Sit) -> None:
    reader = sit("reader")
    assert "Hent listen" not in reader.text("/patienter")
    assert reader.post("/patienter/hent", kind="csv").status_code == 403


def test_a_whole_number_is_found_without_opening_anybodys_name(
    lite_world: World, clinician: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        lite_world.enrol(phone=f"+45201234{50 + number}", name=f"Nr {number}")
    opened: list[bytes] = []
    keyring = lite_world.runtime.keyring
    decrypt = keyring.decrypt

    def counted(_: Keyring, token: bytes) -> str:
        opened.append(token)
        return decrypt(token)

    monkeypatch.setattr(Keyring, "decrypt", counted)
    with lite_world.session() as session:
        content, today = lite_world.runtime.content, local(lite_world.clock()).date()
        found = page_of(session, "vest", content, Filters(words="20 12 34 53"), number=1, today=today)
        names = len(opened)
    assert [row.name for row in found.rows] == ["Nr 3"]
    assert names <= 6, "one row's columns, and nobody else's"
