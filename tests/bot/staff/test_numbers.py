"""The regions' numbers: shown to all, corrected by administrators, with source and date."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.staff.numbers import Typed, check
from core.models import Audit, RegionNumber
from tests.bot.staff.conftest import Desk, Sit
from tests.world import MONDAY, World

PAGE = "/indstillinger/numre"
GOOD = {"service": "lægevagten", "number": "70 11 31 32", "source": "regionens side", "checked_on": "2026-11-23"}


def test_everybody_sees_numbers_sources_and_dates(sit: Sit) -> None:
    page = sit("reader").text(PAGE)
    for shown in ("1813", "1818", "70 11 07 07", "70 11 31 31", "70 15 03 00", "21-11-2026", "112", "70 201 201"):
        assert shown in page
    assert "Gem</button>" not in page


def test_a_correction_is_used_where_patients_are_shown(lite_world: World, sit: Sit) -> None:
    lite_world.enrol()
    admin = sit("admin")
    assert "er gemt, kontrolleret 23-11-2026" in admin.follow(f"{PAGE}/midtjylland", **GOOD)
    assert "70 11 31 32" in admin.text("/patienter/1")
    lite_world.write("jeg kan ikke tisse")
    with lite_world.session() as session:
        assert session.scalars(select(Audit.action).where(Audit.object_type == "region_number")).all() == [
            "region_number.change"
        ]


def test_a_second_correction_replaces_the_first(lite_world: World, sit: Sit) -> None:
    admin = sit("admin")
    admin.follow(f"{PAGE}/midtjylland", **GOOD)
    admin.follow(f"{PAGE}/midtjylland", **{**GOOD, "number": "1814"})
    with lite_world.session() as session:
        assert session.scalars(select(RegionNumber.number)).all() == ["1814"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("service", ""),
        ("service", "x" * 25),
        ("number", "70 11 31 31 31 31"),
        ("number", "lægevagten"),
        ("number", "+4570113131"),
        ("source", ""),
        ("source", "x" * 201),
        ("checked_on", "2026-11-24"),
        ("checked_on", "i dag"),
    ],
)
def test_a_correction_that_cannot_be_used_is_shown_again_with_what_to_do(
    lite_world: World, sit: Sit, field: str, value: str
) -> None:
    admin = sit("admin")
    response = admin.post(f"{PAGE}/midtjylland", **{**GOOD, field: value})
    page = response.get_data(as_text=True)
    assert response.status_code == 400
    assert f'id="{field}-midtjylland-error"' in page
    assert 'value="70 11 31 32"' in page or field == "number"
    with lite_world.session() as session:
        assert session.scalars(select(RegionNumber)).all() == []


@pytest.mark.parametrize("number", ["1813", "70113131", "70 11 31 31", "112"])
def test_numbers_as_danes_write_them_are_taken(number: str) -> None:
    assert check(Typed("lægevagten", number, "en kilde", "23-11-2026"), MONDAY.date()) == {}


def test_an_unknown_region_is_a_page_that_does_not_exist(sit: Sit) -> None:
    assert sit("admin").post(f"{PAGE}/atlantis", **GOOD).status_code == 404


def test_old_numbers_are_marked(lite_world: World, sit: Sit) -> None:
    reader = sit("reader")
    assert "Skal kontrolleres" not in reader.text(PAGE)
    lite_world.clock.now = MONDAY.replace(year=2027, month=1, day=4)
    lite_world.add_staff("late@vest.example", "reader")
    late = Desk(reader.app)
    late.log_in("late@vest.example")
    assert late.text(PAGE).count("Skal kontrolleres") == 2, "Hovedstaden and Sjælland merge on 1 January 2027"


def test_a_clinicians_colleagues_in_another_clinic_keep_their_numbers(lite_world: World, sit: Sit) -> None:
    sit("admin").follow(f"{PAGE}/midtjylland", **GOOD)
    lite_world.add_clinic("nord", sender="+4552512346")
    lite_world.add_staff("admin@nord.example", "admin", "nord")
    other = Desk(sit("reader").app)
    other.log_in("admin@nord.example")
    assert "70 11 31 32" not in other.text(PAGE)
