"""Min adgang: password, code, recovery codes, passkeys and sessions, as the person who owns them meets them."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select, update

from bot.staff import recovery
from core.models import Audit, Clinic, Passkey, Staff, StaffSession
from tests.bot.staff.authenticator import Authenticator
from tests.bot.staff.conftest import Desk, Sit, app_of
from tests.world import PASSWORD, World, make_world

EMAIL = "clinician@vest.example"
NEW = "en ny og lang adgangskode"
SECRET = re.compile(r"secret=([A-Z2-7]+)")
CODE = re.compile(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}")


def staff_of(world: World) -> Staff:
    with world.session() as session:
        return session.scalars(select(Staff)).one()


def actions(world: World) -> list[str]:
    with world.session() as session:
        rows = session.scalars(select(Audit.action).where(Audit.object_type == "staff").order_by(Audit.id))
        return [action for action in rows if action != "staff.log_in"]


def living(world: World) -> int:
    with world.session() as session:
        return len(session.scalars(select(StaffSession).where(StaffSession.revoked_at.is_(None))).all())


def elsewhere(app: Flask, **headers: str) -> Desk:
    """The same person in another browser, without a second factor."""
    desk = Desk(app)
    desk.get("/login")
    form = {"csrf_token": desk.token, "email": EMAIL, "password": PASSWORD}
    assert desk.client.post("/login", data=form, headers=headers).status_code == 303
    return desk


def turn_on(desk: Desk, world: World) -> tuple[str, list[str]]:
    """Turn the code on; the secret, and the recovery codes that were shown."""
    desk.get("/konto/kode")
    page = html.unescape(desk.post("/konto/kode", current=PASSWORD).get_data(as_text=True))
    found = SECRET.search(page)
    assert found is not None
    response = desk.post("/konto/kode/til", code=pyotp.TOTP(found[1]).at(world.clock()))
    assert response.status_code == 200
    return found[1], CODE.findall(response.get_data(as_text=True))


def test_the_password_is_changed_and_the_other_browsers_are_logged_out(
    lite_world: World, clinician: Desk, app: Flask
) -> None:
    other = elsewhere(app)
    page = clinician.follow("/konto/adgangskode", current=PASSWORD, password=NEW, again=NEW)
    assert "Adgangskoden er skiftet. Du er logget ud alle andre steder." in page
    assert other.get("/").status_code == 302
    assert Desk(app).log_in(EMAIL, NEW).status_code == 303
    assert Desk(app).log_in(EMAIL, PASSWORD).status_code == 401
    assert actions(lite_world) == ["staff.change_password"]


@pytest.mark.parametrize(
    ("current", "password", "again", "says"),
    [
        (PASSWORD, "kort", "kort", "mindst 10 tegn"),
        (PASSWORD, "x" * 1001, "x" * 1001, "højst 1000 tegn"),
        (PASSWORD, NEW, "noget andet", "ikke ens"),
        (PASSWORD, EMAIL, EMAIL, "nem at gætte"),
        (PASSWORD, "aaaaaaaaaaaa", "aaaaaaaaaaaa", "nem at gætte"),
        ("forkert", NEW, NEW, "passer ikke"),
    ],
)
def test_a_password_that_cannot_be_used_is_refused(
    lite_world: World, clinician: Desk, current: str, password: str, again: str, says: str
) -> None:
    before = staff_of(lite_world).password_hash
    response = clinician.post("/konto/adgangskode", current=current, password=password, again=again)
    assert response.status_code == 400
    assert says in response.get_data(as_text=True)
    assert staff_of(lite_world).password_hash == before


def test_guesses_at_the_password_from_an_open_session_are_held_back(lite_world: World, clinician: Desk) -> None:
    for _ in range(5):
        clinician.post("/konto/adgangskode", current="forkert", password=NEW, again=NEW)
    refused = clinician.post("/konto/adgangskode", current=PASSWORD, password=NEW, again=NEW)
    assert refused.status_code == 400
    assert actions(lite_world) == ["staff.lock"]
    lite_world.clock.forward(minutes=1)
    assert clinician.post("/konto/adgangskode", current=PASSWORD, password=NEW, again=NEW).status_code == 303


def test_the_code_counts_once_a_code_from_the_app_was_typed(lite_world: World, clinician: Desk, app: Flask) -> None:
    clinician.get("/konto/kode")
    clinician.post("/konto/kode", current=PASSWORD)
    assert staff_of(lite_world).totp_since is None
    wrong = clinician.post("/konto/kode/til", code="000000")
    assert wrong.status_code == 400
    assert "<svg" in wrong.get_data(as_text=True), "the picture is shown again"
    assert Desk(app).log_in(EMAIL).location == "/", "and one logs in as before"


def test_turning_the_code_on_shows_ten_recovery_codes_once_and_ends_other_sessions(
    lite_world: World, clinician: Desk, app: Flask
) -> None:
    elsewhere(app)
    _, codes = turn_on(clinician, lite_world)
    assert len(codes) == 10
    assert living(lite_world) == 1
    page = clinician.text("/konto")
    assert "Du har <strong>10</strong> tilbage" in page
    assert not any(code in page for code in codes)
    assert actions(lite_world) == ["staff.code_on"]


def test_the_picture_is_not_shown_without_the_password(lite_world: World, clinician: Desk) -> None:
    response = clinician.post("/konto/kode", current="forkert")
    assert response.status_code == 400
    assert "otpauth" not in response.get_data(as_text=True)
    assert staff_of(lite_world).totp_secret is None


def test_a_set_up_left_half_done_does_not_show_its_picture_to_whoever_comes_by(
    lite_world: World, clinician: Desk
) -> None:
    clinician.post("/konto/kode", current=PASSWORD)
    lite_world.clock.forward(minutes=16)
    response = clinician.post("/konto/kode/til", code="000000")
    assert (response.status_code, response.location) == (303, "/konto/kode")


def test_turning_the_code_off_asks_for_the_password_and_takes_the_recovery_codes_along(
    lite_world: World, clinician: Desk
) -> None:
    turn_on(clinician, lite_world)
    assert clinician.post("/konto/kode/fra", current="forkert").status_code == 400
    assert staff_of(lite_world).totp_since is not None
    assert "Koden er slået fra." in clinician.follow("/konto/kode/fra", current=PASSWORD)
    with lite_world.session() as session:
        assert session.scalars(select(Staff)).one().totp_secret is None
        assert recovery.left(session, 1) == 0


def test_a_code_that_is_on_is_not_replaced_by_starting_again(lite_world: World, clinician: Desk) -> None:
    secret, _ = turn_on(clinician, lite_world)
    assert clinician.post("/konto/kode", current=PASSWORD).status_code == 303
    assert clinician.post("/konto/kode/til", code="000000").status_code == 303
    assert staff_of(lite_world).totp_secret == secret


def test_new_recovery_codes_are_made_for_the_password(lite_world: World, clinician: Desk) -> None:
    _, old = turn_on(clinician, lite_world)
    assert clinician.post("/konto/noedkoder", current="forkert").status_code == 400
    new = CODE.findall(clinician.post("/konto/noedkoder", current=PASSWORD).get_data(as_text=True))
    assert len(new) == 10
    assert not set(new) & set(old)
    assert actions(lite_world)[-1] == "staff.recovery_make"


def test_there_are_no_recovery_codes_without_a_second_step(lite_world: World, clinician: Desk) -> None:
    assert clinician.post("/konto/noedkoder", current=PASSWORD).location == "/konto"


def test_the_page_lists_where_one_is_logged_in_and_marks_this_place(clinician: Desk, app: Flask) -> None:
    elsewhere(app, **{"User-Agent": "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"})
    page = clinician.text("/konto")
    assert "Firefox på Windows" in page
    assert page.count("Logget ind 23-11-2026 kl. 10.00") == 2
    assert page.count("</svg>Her</span>") == 1


def test_a_session_that_has_timed_out_is_not_listed(lite_world: World, clinician: Desk, app: Flask) -> None:
    elsewhere(app)
    lite_world.clock.forward(minutes=20)
    assert clinician.text("/konto").count("Logget ind ") == 2
    lite_world.clock.forward(minutes=20)
    assert clinician.text("/konto").count("Logget ind ") == 1


def test_one_other_session_is_ended(lite_world: World, clinician: Desk, app: Flask) -> None:
    other, third = elsewhere(app), elsewhere(app)
    other_token = other.client.get_cookie("rygbot_staff")
    assert other_token is not None
    from bot.staff.tokens import hash_of

    page = clinician.follow("/konto/log-ud", session=hash_of(other_token.value)[:16])
    assert "Du er logget ud der." in page
    assert other.get("/").status_code == 302
    assert third.get("/").status_code == 200
    assert actions(lite_world) == ["staff.end_sessions"]


def test_all_other_sessions_are_ended_and_this_one_stays(clinician: Desk, app: Flask) -> None:
    others = [elsewhere(app), elsewhere(app)]
    assert "Du er logget ud alle andre steder." in clinician.follow("/konto/log-ud")
    assert [desk.get("/").status_code for desk in others] == [302, 302]


def test_another_persons_session_cannot_be_ended(lite_world: World, sit: Sit) -> None:
    reader, admin = sit("reader"), sit("admin")
    token = reader.client.get_cookie("rygbot_staff")
    assert token is not None
    from bot.staff.tokens import hash_of

    assert "allerede logget ud" in admin.follow("/konto/log-ud", session=hash_of(token.value)[:16])
    assert reader.get("/").status_code == 200


def add_passkey(desk: Desk, device: Authenticator, name: str = "min telefon", password: str = PASSWORD) -> str:
    asked = desk.post("/konto/noegler/start", current=password)
    assert asked.json is not None
    if asked.status_code != 200:
        return str(asked.json["error"])
    response = desk.post("/konto/noegler/ny", credential=device.create(asked.json), name=name)
    return desk.text(response.location) if response.status_code == 303 else response.get_data(as_text=True)


def test_a_passkey_is_added_named_and_removed(lite_world: World, clinician: Desk, app: Flask) -> None:
    assert "min telefon" in add_passkey(clinician, Authenticator("https://rygbot.example"))
    elsewhere(app)
    assert "Fjern »min telefon«?" in clinician.text("/konto/noegler/fjern?noegle=1")
    assert clinician.post("/konto/noegler/fjern", passkey="1", current="forkert").status_code == 400
    assert "min telefon" not in clinician.follow("/konto/noegler/fjern", passkey="1", current=PASSWORD)
    assert living(lite_world) == 1
    assert actions(lite_world) == ["staff.passkey_add", "staff.passkey_remove"]


def test_a_passkey_is_not_added_without_the_password(lite_world: World, clinician: Desk) -> None:
    device = Authenticator("https://rygbot.example")
    assert "Adgangskoden passer ikke" in add_passkey(clinician, device, password="forkert")
    response = clinician.post("/konto/noegler/ny", credential=device.create({"rp": {"id": "x"}, "challenge": "eA"}))
    assert "blev ikke tilføjet" in clinician.text(response.location)


def test_another_persons_passkey_cannot_be_removed(lite_world: World, sit: Sit) -> None:
    add_passkey(sit("reader"), Authenticator("https://rygbot.example"))
    admin = sit("admin")
    assert "findes ikke mere" in admin.follow("/konto/noegler/fjern", passkey="1", current=PASSWORD)
    with lite_world.session() as session:
        assert session.scalars(select(Passkey.id)).all() == [1]


def test_where_browsers_have_no_passkeys_the_page_says_so(sqlite_url: str) -> None:
    made = make_world(sqlite_url, public_url="http://127.0.0.1:8000")
    made.add_clinic()
    made.add_staff(EMAIL)
    desk = Desk(app_of(made))
    desk.log_in(EMAIL)
    assert "Adgangsnøgler virker kun" in desk.text("/konto")
    assert desk.post("/konto/noegler/start", current=PASSWORD).status_code == 400
    assert desk.get("/konto/noegler/ny").location == "/konto"
    assert "Brug en adgangsnøgle" not in Desk(app_of(made)).text("/login")
    made.close()


def require(world: World) -> None:
    with world.session() as session, session.begin():
        session.execute(update(Clinic).values(require_second_factor=True))


def test_where_a_second_factor_is_required_one_is_led_to_set_it_up_first(lite_world: World, clinician: Desk) -> None:
    require(lite_world)
    assert clinician.get("/patienter").location == "/konto"
    assert clinician.get("/indbakke/kort", HX_Request="true").headers["HX-Redirect"] == "/konto"
    assert "Klinikken kræver mere end en adgangskode" in clinician.text("/konto")
    turn_on(clinician, lite_world)
    assert clinician.get("/patienter").status_code == 200


def test_a_passkey_is_a_second_factor_too_and_comes_with_recovery_codes(
    lite_world: World, clinician: Desk, app: Flask
) -> None:
    require(lite_world)
    codes = CODE.findall(add_passkey(clinician, Authenticator("https://rygbot.example")))
    assert len(codes) == 10
    assert clinician.get("/patienter").status_code == 200
    other = Desk(app)
    assert other.log_in(EMAIL).location.startswith("/login/kode")
    other.get("/login/kode")
    assert other.post("/login/kode", code=codes[0]).location == "/"


def test_a_passkey_nobody_requires_leaves_the_password_as_it_was(clinician: Desk, app: Flask) -> None:
    add_passkey(clinician, Authenticator("https://rygbot.example"))
    assert Desk(app).log_in(EMAIL).location == "/"


def test_a_new_password_ends_a_log_in_that_waits_for_its_second_step(
    lite_world: World, clinician: Desk, app: Flask
) -> None:
    secret, _ = turn_on(clinician, lite_world)
    other = Desk(app)
    other.log_in(EMAIL)
    clinician.post("/konto/adgangskode", current=PASSWORD, password=NEW, again=NEW)
    lite_world.clock.now += timedelta(minutes=1)
    response = other.post("/login/kode", code=pyotp.TOTP(secret).at(lite_world.clock()))
    assert response.location == "/login"
