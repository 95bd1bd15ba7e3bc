"""Who has access: added, given a role, shut out, let in; and never without an administrator."""

from __future__ import annotations

import re
import threading
from html import unescape

import pytest
from sqlalchemy import select

from bot.staff import accounts
from bot.staff.accounts import Act
from core.models import AlertState, Audit, Role, Staff
from tests.bot.staff.conftest import Desk, Sit
from tests.world import World, make_world

PAGE = "/indstillinger/medarbejdere"
LINK = re.compile(r"https://rygbot\.example(/ny-adgangskode/[\w-]+)")
NEW_PASSWORD = "en helt ny adgangskode"


def added(desk: Desk, **fields: str) -> str:
    """The page that answers somebody being added."""
    desk.get(PAGE)
    form = {"name": "Lone Behandler", "email": "lone@vest.example", "role": "clinician", **fields}
    response = desk.post(PAGE, **form)
    assert response.status_code == 200
    return unescape(response.get_data(as_text=True))


def staff_of(world: World, email: str) -> Staff:
    with world.session() as session:
        return session.scalars(select(Staff).where(Staff.email == email)).one()


def test_somebody_is_added_and_chooses_a_password_with_the_link(lite_world: World, sit: Sit) -> None:
    admin = sit("admin")
    page = added(admin)
    link = LINK.search(page)
    assert link is not None
    assert "Link til Lone Behandler" in page
    assert "Har ikke valgt adgangskode endnu" in page
    newcomer = Desk(admin.app)
    assert newcomer.log_in("lone@vest.example", "!").status_code == 401
    newcomer.get(link[1])
    newcomer.post(link[1], password=NEW_PASSWORD, again=NEW_PASSWORD)
    assert newcomer.log_in("lone@vest.example", NEW_PASSWORD).status_code == 303
    assert staff_of(lite_world, "lone@vest.example").role == Role.CLINICIAN
    assert link[1] not in admin.text(PAGE), "the link is shown once"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"email": "lone"}, "email"),
        ({"email": "ADMIN@vest.example "}, "email"),
        ({"role": "chef"}, "role"),
    ],
)
def test_who_cannot_be_added_is_shown_again_with_what_to_do(
    lite_world: World, sit: Sit, change: dict[str, str], field: str
) -> None:
    admin = sit("admin")
    admin.get(PAGE)
    form = {"name": "Lone", "email": "lone@vest.example", "role": "reader", **change}
    response = admin.post(PAGE, **form)
    assert response.status_code == 400
    assert f'id="{field}-error"' in response.get_data(as_text=True)
    with lite_world.session() as session:
        assert len(session.scalars(select(Staff)).all()) == 1


def test_who_is_shut_out_is_out_at_once_everywhere(lite_world: World, sit: Sit) -> None:
    admin, clinician = sit("admin"), sit("clinician")
    assert clinician.get("/patienter").status_code == 200
    person = staff_of(lite_world, "clinician@vest.example")
    assert "Adgangen er lukket." in admin.follow(f"{PAGE}/{person.id}/luk")
    assert clinician.get("/patienter").status_code == 302
    assert Desk(admin.app).log_in("clinician@vest.example").status_code == 401
    assert "Der er lukket op igen." in admin.follow(f"{PAGE}/{person.id}/aabn")
    assert clinician.get("/patienter").status_code == 302, "the old session stays ended"
    assert Desk(admin.app).log_in("clinician@vest.example").status_code == 303


def test_a_link_made_before_somebody_was_shut_out_opens_nothing(lite_world: World, sit: Sit) -> None:
    admin = sit("admin")
    link = LINK.search(added(admin))
    assert link is not None
    person = staff_of(lite_world, "lone@vest.example")
    admin.follow(f"{PAGE}/{person.id}/luk")
    desk = Desk(admin.app)
    desk.get("/login")
    desk.post(link[1], password=NEW_PASSWORD, again=NEW_PASSWORD)
    admin.follow(f"{PAGE}/{person.id}/aabn")
    assert desk.log_in("lone@vest.example", NEW_PASSWORD).status_code == 401
    assert "Luk op først." not in admin.follow(f"{PAGE}/{person.id}/luk")
    assert "har ikke adgang. Luk op først." in admin.follow(f"{PAGE}/{person.id}/link")


def test_alerts_that_somebody_shut_out_had_taken_are_shown_to_be_taken_over(lite_world: World, sit: Sit) -> None:
    lite_world.enrol()
    lite_world.write("jeg kan ikke tisse")
    admin, clinician = sit("admin"), sit("clinician")
    clinician.get("/")
    clinician.post("/alarmer/1/kvitter", note="")
    assert "Har 1 alarm" in unescape(admin.text(PAGE))
    page = admin.follow(f"{PAGE}/{staff_of(lite_world, 'clinician@vest.example').id}/luk")
    assert "Clinician har ikke længere adgang, men står på en alarm, der ikke er afsluttet." in unescape(page)
    assert '<a href="/patienter/1#alarm-1">' in page
    assert lite_world.alerts()[0].state == AlertState.ACKNOWLEDGED


def test_a_role_is_changed_at_once(lite_world: World, sit: Sit) -> None:
    admin, reader = sit("admin"), sit("reader")
    assert reader.get("/tilmeld").status_code == 403
    person = staff_of(lite_world, "reader@vest.example")
    assert "Rollen er ændret." in admin.follow(f"{PAGE}/{person.id}/rolle", role="clinician")
    assert reader.get("/tilmeld").status_code == 200
    assert "Rollen var allerede sådan." in admin.follow(f"{PAGE}/{person.id}/rolle", role="clinician")
    assert admin.post(f"{PAGE}/{person.id}/rolle", role="chef").status_code == 400


def test_the_last_administrator_stays_one(lite_world: World, sit: Sit) -> None:
    admin = sit("admin")
    me = staff_of(lite_world, "admin@vest.example")
    for path, fields in ((f"{PAGE}/{me.id}/rolle", {"role": "reader"}), (f"{PAGE}/{me.id}/luk", {})):
        assert "Klinikken skal have mindst én administrator." in unescape(admin.follow(path, **fields))
    again = staff_of(lite_world, "admin@vest.example")
    assert (again.role, again.deactivated_at) == (Role.ADMIN, None)


def test_an_administrator_among_several_may_step_down_but_not_shut_himself_out(lite_world: World, sit: Sit) -> None:
    lite_world.add_staff("chef@vest.example", "admin")
    admin = sit("admin")
    me = staff_of(lite_world, "admin@vest.example")
    assert "Du kan ikke lukke din egen adgang." in unescape(admin.follow(f"{PAGE}/{me.id}/luk"))
    assert admin.post(f"{PAGE}/{me.id}/rolle", role="clinician").status_code == 303
    assert staff_of(lite_world, "admin@vest.example").role == Role.CLINICIAN


def test_of_two_administrators_who_demote_each_other_at_once_one_stays(postgres_url: str) -> None:
    world = make_world(postgres_url)
    world.add_clinic()
    ids = [world.add_staff(f"{name}@vest.example") for name in ("anna", "bo")]
    ready = threading.Barrier(2)
    acts: list[Act] = []

    def demote(by_id: int, whom: int) -> None:
        with world.session() as session, session.begin():
            ready.wait()
            acts.append(accounts.set_role(session, "vest", whom, Role.READER, by_id=by_id, now=world.clock()))

    threads = [threading.Thread(target=demote, args=pair) for pair in (ids, ids[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(acts) == [Act.DONE, Act.LAST_ADMIN]
    world.close()


def test_another_clinics_people_do_not_exist(lite_world: World, sit: Sit) -> None:
    lite_world.add_clinic("nord", sender="+4552512346")
    stranger = lite_world.add_staff("admin@nord.example", "admin", "nord")
    admin = sit("admin")
    assert "admin@nord.example" not in admin.text(PAGE)
    for act, fields in (("rolle", {"role": "reader"}), ("luk", {}), ("aabn", {}), ("link", {})):
        assert admin.post(f"{PAGE}/{stranger}/{act}", **fields).status_code == 404
    assert "E-mailen er allerede i brug" in unescape(
        admin.post(PAGE, name="X", email="admin@nord.example", role="reader").get_data(as_text=True)
    )


def test_every_change_is_in_the_audit_log(lite_world: World, sit: Sit) -> None:
    admin = sit("admin")
    added(admin)
    person = staff_of(lite_world, "lone@vest.example")
    admin.follow(f"{PAGE}/{person.id}/rolle", role="admin")
    admin.follow(f"{PAGE}/{person.id}/luk")
    admin.follow(f"{PAGE}/{person.id}/aabn")
    with lite_world.session() as session:
        about = Audit.object_id == str(person.id)
        lines = session.scalars(select(Audit.action).where(about, Audit.object_type == "staff").order_by(Audit.id))
        acts = [action.removeprefix("staff.") for action in lines]
    assert acts == ["add", "link_make", "role_admin", "deactivate", "reactivate"]
