"""What `rygbot check` says of who is on call, and of senders without a limit."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.health import Finding, on_call, speed
from core.models import Clinic, RosterChange, RosterShift
from tests.on_call import add_contact
from tests.world import World


def found(world: World, *, can_mail: bool = False) -> Finding:
    with world.session() as session:
        return on_call(session, world.clock(), can_mail=can_mail)


def add_weekday_shift(world: World, contact: int) -> None:
    """Monday to Friday from 8 to 16."""
    with world.session() as session, session.begin():
        session.add(RosterShift(clinic_id="vest", days=[0, 1, 2, 3, 4], starts=480, ends=960, contacts=[contact]))


def test_a_clinic_without_anybody_on_call_is_named(lite_world: World) -> None:
    lite_world.add_clinic("nord", sender="+4552512346")
    add_contact(lite_world)
    finding = found(lite_world)
    assert finding.is_notable
    assert "would reach nobody at nord (at no time)" in finding.detail
    assert "vest" not in finding.detail


def test_somebody_in_the_standing_order_is_enough(lite_world: World) -> None:
    add_contact(lite_world)
    assert not found(lite_world).is_notable


@pytest.mark.parametrize(("can_mail", "is_told"), [(True, False), (False, True)])
def test_who_has_mail_alone_is_reached_only_where_mail_is_set_up(
    lite_world: World, can_mail: bool, is_told: bool
) -> None:
    add_contact(lite_world, phone=None, email="vagt@vest.example")
    assert found(lite_world, can_mail=can_mail).is_notable is is_told


def test_the_first_hour_without_anybody_is_told(lite_world: World) -> None:
    add_weekday_shift(lite_world, add_contact(lite_world, standby=None))
    finding = found(lite_world)
    assert finding.is_notable
    assert "vest (for a while from 23-11-2026 16:00 on)" in finding.detail


def test_a_change_closes_the_gap_it_covers(lite_world: World) -> None:
    contact = add_contact(lite_world, standby=None)
    now = lite_world.clock()
    with lite_world.session() as session, session.begin():
        ends = now + timedelta(days=30)
        session.add(RosterChange(clinic_id="vest", starts_at=now, ends_at=ends, contacts=[contact], reason=""))
    assert not found(lite_world).is_notable


def test_a_sender_without_a_limit_is_told_until_it_has_one(lite_world: World) -> None:
    def told() -> Finding:
        with lite_world.session() as session:
            return speed(session)

    assert told().is_notable
    assert "no limit for vest" in told().detail
    with lite_world.session() as session, session.begin():
        session.get_one(Clinic, "vest").segments_per_second = 10
    assert not told().is_notable
