"""The weekly shifts on the page of who is on call: written, corrected, removed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.models import Audit, RosterShift
from tests.bot.staff.conftest import Desk, Sit
from tests.on_call import OLE, add_contact, three_on_call
from tests.world import World

PAGE = "/indstillinger/vagt"


@pytest.fixture
def admin(sit: Sit) -> Desk:
    return sit("admin")


def test_a_shift_puts_others_on_call_and_can_be_removed(lite_world: World, admin: Desk) -> None:
    three_on_call(lite_world)
    shift = {"starts": "8", "ends": "16.30", "person-1": "3", "person-2": "1", "person-3": "3"}
    page = admin.client.post(
        f"{PAGE}/vagter", data={"csrf_token": admin.token, "days": ["0", "1", "2", "7"], **shift}, follow_redirects=True
    ).get_data(as_text=True)
    assert "Mandag til onsdag og helligdage kl. 08.00 til 16.30" in page
    assert "Birthe Vagt, derefter Mette Vagt" in page
    with lite_world.session() as session:
        row = session.scalars(select(RosterShift)).one()
        assert (row.days, row.starts, row.ends, row.contacts) == ([0, 1, 2, 7], 480, 990, [3, 1])
    admin.follow(f"{PAGE}/vagter/{row.id}/fjern")
    with lite_world.session() as session:
        assert session.scalars(select(RosterShift)).all() == []


def test_a_shift_is_corrected_where_it_stands(lite_world: World, admin: Desk) -> None:
    three_on_call(lite_world)
    admin.follow(f"{PAGE}/vagter", **{"days": "0", "starts": "16.00", "ends": "08.00", "person-1": "1"})
    page = admin.follow(f"{PAGE}/vagter/1", **{"days": "5", "starts": "9", "ends": "17", "person-1": "2"})
    assert "Vagten er rettet." in page
    assert "Lørdag kl. 09.00 til 17.00" in page
    with lite_world.session() as session:
        row = session.scalars(select(RosterShift)).one()
        assert (row.id, row.days, row.starts, row.ends, row.contacts) == (1, [5], 540, 1020, [2])
        lines = session.scalars(select(Audit).where(Audit.action == "roster.change")).all()
    assert [(line.object_type, line.object_id) for line in lines] == [("roster_shift", "1")] * 2


def test_half_a_correction_changes_nothing_and_is_shown_again_as_it_was_typed(lite_world: World, admin: Desk) -> None:
    three_on_call(lite_world)
    admin.follow(f"{PAGE}/vagter", **{"days": "0", "starts": "16.00", "ends": "08.00", "person-1": "1"})
    response = admin.post(f"{PAGE}/vagter/1", **{"starts": "17.45", "ends": "08.00", "person-1": "2"})
    page = response.get_data(as_text=True)
    assert (response.status_code, "Vælg mindst én dag" in page) == (400, True)
    assert 'id="shift-1-starts" name="starts" value="17.45"' in page
    assert 'id="shift-starts" name="starts" value="16.00"' in page
    with lite_world.session() as session:
        assert session.scalars(select(RosterShift)).one().starts == 960


def test_another_clinics_shift_cannot_be_corrected(lite_world: World, admin: Desk) -> None:
    lite_world.add_clinic("nord", sender="+4552512346")
    foreign = add_contact(lite_world, "Nord Vagt", clinic_id="nord")
    add_contact(lite_world, "Ole Vagt", OLE)
    with lite_world.session() as session, session.begin():
        session.add(RosterShift(clinic_id="nord", days=[0], starts=960, ends=480, contacts=[foreign]))
    typed = {"days": "0", "starts": "16.00", "ends": "08.00", "person-1": "2"}
    assert admin.post(f"{PAGE}/vagter/1", **typed).status_code == 404


@pytest.mark.parametrize(
    ("missing", "sentence"), [("days", "Vælg mindst én dag"), ("starts", "Skriv, hvornår"), ("person-1", "Vælg, hvem")]
)
def test_half_a_shift_is_shown_again_with_what_to_do(
    lite_world: World, admin: Desk, missing: str, sentence: str
) -> None:
    three_on_call(lite_world)
    typed = {"days": "0", "starts": "16.00", "ends": "08.00", "person-1": "2"}
    response = admin.post(f"{PAGE}/vagter", **{key: value for key, value in typed.items() if key != missing})
    assert (response.status_code, sentence in response.get_data(as_text=True)) == (400, True)
    with lite_world.session() as session:
        assert session.scalars(select(RosterShift)).all() == []
