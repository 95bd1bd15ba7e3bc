"""The pages of opening hours and deadlines."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from bot.deadlines import Allowance, deadlines_of, hours_of
from bot.staff.formatting import parse_clock
from core.models import Audit
from tests.bot.staff.conftest import Sit
from tests.world import World

WRITTEN = select(Audit.action).where(Audit.action != "staff.log_in")
HOURS, DEADLINES = "/indstillinger/aabningstider", "/indstillinger/frister"
WEEK = {f"{edge}-{day}": time for day in range(5) for edge, time in (("opens", "8"), ("closes", "15.30"))}
GIVEN = {
    "red-open": "5", "red-closed": "15", "red-every": "3",
    "amber-hours": "2", "amber-every": "30", "amber-alarm": "ja",
    "blue-hours": "24", "blue-every": "120", "blue-night": "ja",
}  # fmt: skip


def test_the_usual_hours_stand_there_until_others_are_saved(lite_world: World, sit: Sit) -> None:
    admin = sit("admin")
    assert admin.text(HOURS).count('value="08.00"') == 5
    assert "Åbningstiderne er gemt." in admin.follow(HOURS, **WEEK, **{"opens-5": "9.00", "closes-5": "12:00"})
    with lite_world.session() as session:
        assert hours_of(session, "vest").weekly == (*[(480, 930)] * 5, (540, 720), None)
        assert session.scalars(WRITTEN).all() == ["opening_hours.change"]


@pytest.mark.parametrize(
    "typed",
    [
        {**WEEK, "closes-0": ""},
        {**WEEK, "opens-0": "16.00"},
        {**WEEK, "opens-0": "halv ni"},
        {**WEEK, "opens-0": "25"},
        {"opens-0": "", "closes-0": ""},
    ],
)
def test_hours_that_cannot_be_are_shown_again_with_what_to_do(
    lite_world: World, sit: Sit, typed: dict[str, str]
) -> None:
    response = sit("admin").post(HOURS, **typed)
    assert response.status_code == 400
    page = response.get_data(as_text=True)
    assert 'id="day-0-error"' in page or "mindst én dag" in page
    with lite_world.session() as session:
        assert session.scalars(WRITTEN).all() == []


def test_closed_days_are_added_and_taken_away(lite_world: World, sit: Sit) -> None:
    admin = sit("admin")
    page = admin.follow(f"{HOURS}/lukket", first="2026-12-28", last="2026-12-30", reason="Juleferie")
    assert "28-12-2026 til 30-12-2026" in page
    with lite_world.session() as session:
        assert hours_of(session, "vest").closed == ((date(2026, 12, 28), date(2026, 12, 30)),)
    assert "Juleferie" not in admin.follow(f"{HOURS}/lukket/1/fjern")


@pytest.mark.parametrize(
    ("first", "last"), [("", ""), ("2026-12-30", "2026-12-28"), ("2026-11-01", ""), ("2026-12-01", "2027-12-01")]
)
def test_closed_days_that_cannot_be_are_refused(sit: Sit, first: str, last: str) -> None:
    response = sit("admin").post(f"{HOURS}/lukket", first=first, last=last)
    assert response.status_code == 400
    assert 'id="first-error"' in response.get_data(as_text=True)


def test_deadlines_are_saved_for_each_colour(lite_world: World, sit: Sit) -> None:
    admin = sit("admin")
    page = admin.follow(DEADLINES, **GIVEN)
    assert 'value="15"' in page
    with lite_world.session() as session:
        deadlines = deadlines_of(session, "vest")
        assert session.scalars(WRITTEN).all() == ["deadlines.change"]
    assert deadlines.of("red") == Allowance(5, 15, 3)
    assert deadlines.of("amber") == Allowance(120, None, 30)
    assert deadlines.of("blue") == Allowance(1440, 1440, 120, has_alarm=False)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("red-open", "0"),
        ("red-open", "721"),
        ("red-every", "1,5"),
        ("amber-hours", ""),
        ("blue-every", "5"),
        ("red-closed", "²"),
    ],
)
def test_a_deadline_that_cannot_be_is_shown_again_as_it_was_typed(
    lite_world: World, sit: Sit, field: str, value: str
) -> None:
    response = sit("admin").post(DEADLINES, **{**GIVEN, field: value})
    page = response.get_data(as_text=True)
    assert response.status_code == 400
    assert f'id="{field}-error"' in page
    assert f'value="{value}"' in page
    with lite_world.session() as session:
        assert deadlines_of(session, "vest").of("red") == Allowance(10, 10, 5)


@pytest.mark.parametrize("path", [HOURS, DEADLINES])
def test_a_reader_may_look_and_is_offered_nothing_to_save(sit: Sit, path: str) -> None:
    page = sit("reader").text(path)
    assert "Kun en administrator kan ændre det." in page
    assert ">Gem" not in page


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [("8", 480), ("08.30", 510), ("8:30", 510), ("1630", 990), ("00.00", 0), ("24", None), ("8.60", None), ("", None)],
)
def test_times_as_danes_write_them_are_taken(typed: str, minutes: int | None) -> None:
    assert parse_clock(typed) == minutes
