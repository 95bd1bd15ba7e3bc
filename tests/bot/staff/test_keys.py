"""Keys for scripts: made and shown once, revoked, each clinic its own."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import select

from bot.api_keys import MOST_KEYS
from core.models import ApiKey, ApiScope, Audit
from tests.bot.api.keys import Script, add_key
from tests.bot.staff.conftest import Desk, Sit
from tests.world import World

PAGE = "/indstillinger/api"
KEY = re.compile(r"rygbot_[\w-]{43}")


def make(desk: Desk, name: str = "Journalsystem", scope: str = "enrol") -> str:
    desk.get(PAGE)
    response = desk.post(PAGE, name=name, scope=scope)
    assert response.status_code == 200
    found = KEY.search(response.get_data(as_text=True))
    assert found is not None
    return found[0]


def test_a_key_is_shown_once_and_opens_the_api(sit: Sit) -> None:
    admin = sit("admin")
    key = make(admin)
    assert Script(admin.app, key).get("/programmes").status_code == 200
    page = unescape(admin.text(PAGE))
    assert key not in page
    assert key[:13] in page
    assert "Må også tilmelde og stoppe patienter." in page
    assert "Sidst brugt 23-11-2026 kl. 10.00." in page


def test_a_revoked_key_opens_nothing(sit: Sit) -> None:
    admin = sit("admin")
    key = make(admin)
    assert "Nøglen »Journalsystem« er trukket tilbage" in admin.follow(f"{PAGE}/1/tilbagekald")
    assert Script(admin.app, key).get("/programmes").status_code == 401
    assert "Nøglen var allerede trukket tilbage." in admin.follow(f"{PAGE}/1/tilbagekald")


@pytest.mark.parametrize(
    ("name", "scope", "field"), [("", "read", "name"), ("x" * 61, "read", "name"), ("x", "", "scope")]
)
def test_a_key_without_a_name_or_a_scope_is_not_made(
    lite_world: World, sit: Sit, name: str, scope: str, field: str
) -> None:
    admin = sit("admin")
    admin.get(PAGE)
    response = admin.post(PAGE, name=name, scope=scope)
    assert response.status_code == 400
    assert f'id="{field}-error"' in response.get_data(as_text=True)
    with lite_world.session() as session:
        assert session.scalars(select(ApiKey)).all() == []


def test_there_is_an_end_to_how_many_keys_a_clinic_has(lite_world: World, sit: Sit) -> None:
    staff_id = lite_world.add_staff("chef@vest.example")
    for _ in range(MOST_KEYS):
        add_key(lite_world, ApiScope.READ, staff_id=staff_id)
    admin = sit("admin")
    admin.get(PAGE)
    assert admin.post(PAGE, name="En til", scope="read").status_code == 400
    admin.follow(f"{PAGE}/1/tilbagekald")
    make(admin, "En til")


def test_another_clinics_keys_do_not_exist(lite_world: World, sit: Sit) -> None:
    lite_world.add_clinic("nord", sender="+4552512346")
    theirs = add_key(lite_world, clinic_id="nord")
    admin = sit("admin")
    assert theirs[:13] not in admin.text(PAGE)
    assert admin.post(f"{PAGE}/1/tilbagekald").status_code == 404
    assert Script(admin.app, theirs).get("/programmes").status_code == 200


def test_making_and_revoking_is_in_the_audit_log(lite_world: World, sit: Sit) -> None:
    admin = sit("admin")
    key = make(admin)
    admin.follow(f"{PAGE}/1/tilbagekald")
    with lite_world.session() as session:
        lines = session.execute(select(Audit.action, Audit.detail).where(Audit.object_type == "api_key")).all()
    assert [tuple(line) for line in lines] == [("api_key.create", key[:13]), ("api_key.revoke", key[:13])]
