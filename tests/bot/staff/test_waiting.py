"""The order of the inbox, its filters and pages, and what it costs."""

from __future__ import annotations

import itertools
import re
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from bot.alerts import acknowledge, raise_alert
from bot.staff import closed, waiting
from bot.staff.waiting import Line, in_order
from core.models import AlertKind, AlertState, Colour
from tests.bot.staff.conftest import Desk, Sit
from tests.bot.staff.inbox_page import add_alert, cards_in
from tests.world import MONDAY, World

LINES = st.lists(
    st.builds(
        Line,
        id=st.integers(1, 10_000),
        colour=st.sampled_from([*Colour, "violet"]),
        state=st.sampled_from([AlertState.OPEN, AlertState.ACKNOWLEDGED]),
        patient_id=st.none() | st.integers(1, 4),
        holder_id=st.none(),
        since=st.integers(0, 50).map(lambda minutes: MONDAY + timedelta(minutes=minutes)),
        is_overdue=st.booleans(),
    ),
    max_size=25,
    unique_by=lambda line: line.id,
)


@given(LINES)
def test_red_stands_first_then_what_is_overdue_then_amber_before_blue(lines: list[Line]) -> None:
    places = [(not line.is_red, not line.is_overdue, line.rank) for line in in_order(lines)]
    assert places == sorted(places)


@given(LINES)
def test_alike_alerts_of_one_patient_stand_together(lines: list[Line]) -> None:
    bunches = [line.bunch for line in in_order(lines)]
    assert sum(one != other for one, other in pairwise(bunches)) == max(len(set(bunches)) - 1, 0)


@given(LINES)
def test_what_has_waited_longest_stands_first_among_its_equals(lines: list[Line]) -> None:
    ordered = in_order(lines)
    for one, other in pairwise(ordered):
        if one.bunch == other.bunch:
            assert (one.since, one.id) < (other.since, other.id)
        elif one.bunch[1:] == other.bunch[1:]:
            oldest = {line.bunch: line.since for line in sorted(ordered, key=lambda line: line.since, reverse=True)}
            assert oldest[one.bunch] <= oldest[other.bunch]


@pytest.fixture
def mixed(lite_world: World) -> dict[str, int]:
    """A red, an amber and a blue alert."""
    return {colour: add_alert(lite_world, colour) for colour in (Colour.BLUE, Colour.AMBER, Colour.RED)}


def counts_in(page: str) -> dict[str, int]:
    found = re.findall(r'id="vis-([\w-]+)"[^>]*>[^<]*<span class="choice-count">(\d+)', page)
    return {name: int(number) for name, number in found}


def test_the_filters_say_how_many_each_holds(mixed: dict[str, int], clinician: Desk) -> None:
    clinician.text("/")
    page = clinician.follow(f"/alarmer/{mixed['red']}/kvitter")
    assert counts_in(page) == {"alle": 3, "roede": 1, "gule": 1, "blaa": 1, "mine": 1, "ikke-taget": 2}


@pytest.mark.parametrize(
    ("name", "colours"),
    [
        ("alle", ["red", "amber", "blue"]),
        ("roede", ["red"]),
        ("gule", ["amber"]),
        ("blaa", ["blue"]),
        ("mine", ["red"]),
        ("ikke-taget", ["amber", "blue"]),
        ("findes-ikke", ["red", "amber", "blue"]),
    ],
)
def test_a_filter_shows_what_belongs_to_it(
    mixed: dict[str, int], clinician: Desk, name: str, colours: list[str]
) -> None:
    clinician.text("/")
    clinician.follow(f"/alarmer/{mixed['red']}/kvitter")
    assert cards_in(clinician.text(f"/?vis={name}")) == [mixed[colour] for colour in colours]


def test_an_act_leads_back_to_the_filter_it_was_made_in(mixed: dict[str, int], clinician: Desk) -> None:
    page = clinician.text("/?vis=roede")
    assert 'name="next" value="/?vis=roede"' in page
    assert 'hx-get="/indbakke/kort?vis=roede&amp;v=' in page


def test_an_empty_filter_says_so_and_leads_to_all(mixed: dict[str, int], clinician: Desk) -> None:
    page = clinician.text("/?vis=mine")
    assert "Der er ingen her lige nu" in page
    assert '<a href="/">Vis alle</a>' in page


def test_a_very_full_inbox_is_cut_into_pages(
    lite_world: World, clinician: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "PAGE", 3)
    ids = [add_alert(lite_world, Colour.BLUE) for _ in range(8)]
    assert [cards_in(clinician.text(f"/?side={page}")) for page in (1, 2, 3)] == [ids[:3], ids[3:6], ids[6:]]
    assert cards_in(clinician.text("/?side=99")) == ids[6:]
    assert cards_in(clinician.text("/?side=-1")) == ids[:3]
    assert "Side 2 af 3" in clinician.text("/?side=2")


def test_the_wait_is_told_with_its_deadline(lite_world: World, clinician: Desk) -> None:
    add_alert(lite_world, Colour.RED)
    lite_world.clock.forward(minutes=4)
    assert "ventet 4 min, frist kl. 10.10" in clinician.text("/")
    lite_world.clock.forward(minutes=7)
    page = clinician.text("/")
    assert "ventet 11 min, fristen var kl. 10.10" in page
    assert "waited-late" in page


def test_a_deadline_that_is_met_is_told_no_more(lite_world: World, clinician: Desk) -> None:
    alert_id = add_alert(lite_world, Colour.RED)
    clinician.text("/")
    lite_world.clock.forward(minutes=11)
    page = clinician.follow(f"/alarmer/{alert_id}/kvitter")
    assert "ventet 11 min" in page
    assert "fristen" not in page


def test_what_is_overdue_stands_before_a_new_one_that_is_not_red(lite_world: World, sit: Sit) -> None:
    blue = add_alert(lite_world, Colour.BLUE)
    lite_world.clock.forward(days=5)
    amber, red = add_alert(lite_world, Colour.AMBER), add_alert(lite_world, Colour.RED)
    assert cards_in(sit("clinician").text("/")) == [red, blue, amber]


def raise_for_patient(world: World, patient_id: int, colour: Colour) -> None:
    with world.session() as session, session.begin():
        raise_alert(
            session, clinic_id="vest", kind=AlertKind.SILENT, colour=colour, now=world.clock(), patient_id=patient_id
        )


def test_alike_alerts_of_one_patient_are_told_as_a_bunch(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol(name="Karen Testsen")
    for colour in (Colour.BLUE, Colour.BLUE, Colour.AMBER):
        raise_for_patient(lite_world, lite_world.patient().id, colour)
    page = clinician.text("/")
    assert "<strong>Karen Testsen</strong> har 2 blå alarmer" in page
    assert "Har også 2 andre åbne alarmer" in page
    assert "Har også 1 anden åben alarm" in page
    assert len(cards_in(page)) == 3


def test_the_inbox_costs_the_same_number_of_queries_with_one_alert_and_with_sixty(
    lite_world: World, clinician: Desk
) -> None:
    staff_id = lite_world.add_staff("mette@vest.example", "clinician")
    counted: list[str] = []
    event.listen(lite_world.runtime.engine, "before_cursor_execute", lambda *args: counted.append(args[2]))

    def queries() -> int:
        counted.clear()
        clinician.text("/")
        return len(counted)

    def fill(first: int, last: int) -> None:
        for number in range(first, last):
            phone = f"20{number:06d}"
            lite_world.enrol(phone=phone)
            lite_world.write("jeg kan ikke tisse", sender=f"+45{phone}")
            alert_id = lite_world.alerts()[-1].id
            with lite_world.session() as session, session.begin():
                now = lite_world.clock()
                acknowledge(session, alert_id, clinic_id="vest", staff_id=staff_id, now=now, note="")

    fill(100_000, 100_001)
    few = queries()
    fill(100_001, 100_060)
    assert queries() == few
    shown = [cards_in(clinician.text(f"/?side={side}")) for side in range(1, 60 // waiting.PAGE + 2)]
    assert len(shown[0]) == waiting.PAGE
    assert sorted(itertools.chain(*shown)) == sorted(alert.id for alert in lite_world.alerts())
    assert few <= 24


@pytest.fixture
def resolved(lite_world: World, sit: Sit) -> dict[str, int]:
    """Closed: a red one by Admin, a blue one by Clinician."""
    made = {}
    for role, colour, outcome in (("admin", Colour.RED, "talked"), ("clinician", Colour.BLUE, "no_answer")):
        desk = sit(role)
        made[colour.value] = add_alert(lite_world, colour)
        desk.text("/")
        desk.follow(f"/alarmer/{made[colour.value]}/afslut", outcome=outcome)
        lite_world.clock.forward(minutes=1)
    return made


@pytest.mark.parametrize(
    ("asked", "colours"),
    [
        ("", ["blue", "red"]),
        ("udfald=talked", ["red"]),
        ("farve=blaa", ["blue"]),
        ("person=1", ["red"]),
        ("person=2&farve=roed", []),
        ("farve=grøn&person=x&side=y", ["blue", "red"]),
    ],
)
def test_the_closed_ones_are_found_by_outcome_colour_and_person(
    resolved: dict[str, int], sit: Sit, asked: str, colours: list[str]
) -> None:
    page = sit("reader").text(f"/afsluttede?{asked}")
    assert cards_in(page) == [resolved[colour] for colour in colours]


def test_the_closed_ones_are_cut_into_pages(
    resolved: dict[str, int], sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closed, "PAGE", 1)
    desk = sit("reader")
    assert [cards_in(desk.text(f"/afsluttede?side={side}")) for side in (1, 2, 3)] == [
        [resolved["blue"]],
        [resolved["red"]],
        [resolved["red"]],
    ]
    assert 'href="/afsluttede?farve=roed&amp;side=2"' not in desk.text("/afsluttede?farve=roed")


def test_no_page_of_closed_ones_is_beyond_what_a_row_number_can_be(resolved: dict[str, int], sit: Sit) -> None:
    assert len(cards_in(sit("reader").text(f"/afsluttede?person={'9' * 40}&side={'9' * 40}"))) == 2
