"""The clinic's own corrections of out-of-hours numbers."""

from __future__ import annotations

from datetime import date

import pytest

from bot.places import region_for, regions_of
from core.models import RegionNumber
from tests.world import World


def correct(world: World, checked_on: date, clinic_id: str = "vest") -> None:
    with world.session() as session, session.begin():
        session.add(
            RegionNumber(
                clinic_id=clinic_id,
                region="midtjylland",
                service="nattelægen",
                number="12 34 56 78",
                source="regionens side",
                checked_on=checked_on,
            )
        )


def number(world: World, clinic_id: str = "vest") -> str:
    with world.session() as session:
        return region_for(session, world.runtime.content, clinic_id, "midtjylland").number


def test_without_a_correction_the_shipped_number_stands(lite_world: World) -> None:
    assert number(lite_world) == lite_world.runtime.content.regions["midtjylland"].number


def test_a_newer_correction_is_used_and_says_where_it_comes_from(world: World) -> None:
    correct(world, date(2027, 1, 2))
    with world.session() as session:
        region = region_for(session, world.runtime.content, "vest", "midtjylland")
    assert (region.service, region.number, region.source) == ("nattelægen", "12 34 56 78", "regionens side")
    assert region.checked_on == date(2027, 1, 2)
    assert region.name == "Region Midtjylland"


def test_a_correction_older_than_the_shipped_check_gives_way(lite_world: World) -> None:
    correct(lite_world, date(2020, 1, 1))
    assert number(lite_world) == lite_world.runtime.content.regions["midtjylland"].number


def test_another_clinics_correction_changes_nothing(lite_world: World) -> None:
    lite_world.add_clinic("nord", sender="+4552512346")
    correct(lite_world, date(2027, 1, 2), "nord")
    assert number(lite_world) != "12 34 56 78"
    assert number(lite_world, "nord") == "12 34 56 78"


def test_all_regions_are_listed_as_the_clinic_sees_them(lite_world: World) -> None:
    correct(lite_world, date(2027, 1, 2))
    with lite_world.session() as session:
        regions = regions_of(session, lite_world.runtime.content, "vest")
    assert list(regions) == list(lite_world.runtime.content.regions)
    assert regions["midtjylland"].number == "12 34 56 78"
    assert regions["nordjylland"] == lite_world.runtime.content.regions["nordjylland"]


def test_an_unknown_region_is_a_mistake_of_the_caller(lite_world: World) -> None:
    with lite_world.session() as session, pytest.raises(KeyError):
        region_for(session, lite_world.runtime.content, "vest", "atlantis")
