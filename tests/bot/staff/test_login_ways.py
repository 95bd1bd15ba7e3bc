"""Log-in in two steps and by passkey, links for a new password, and forms that outlived their session."""

from __future__ import annotations

import io
import json

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from bot.alerts import OUTCOMES
from bot.staff import passkeys, recovery, resets, sessions
from bot.staff.passkeys import Site
from bot.staff.unsaved import unpack
from core.models import AlertState, Audit, Enrolment, Passkey, RecoveryCode, Staff
from tests.bot.staff.authenticator import Authenticator
from tests.bot.staff.conftest import Desk
from tests.world import PASSWORD, World

EMAIL = "mette@vest.example"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NEW = "en ny og lang adgangskode"


def code(world: World) -> str:
    return pyotp.TOTP(SECRET).at(world.clock())


@pytest.fixture
def desk(lite_world: World, app: Flask) -> Desk:
    lite_world.add_staff(EMAIL)
    return Desk(app)


@pytest.fixture
def two_steps(lite_world: World, desk: Desk) -> Desk:
    """In front of the log-in page of somebody who has turned the code on."""
    with lite_world.session() as session, session.begin():
        staff = session.scalars(select(Staff)).one()
        staff.totp_secret, staff.totp_since = SECRET, lite_world.clock()
    desk.get("/login")
    return desk


def log_ins(world: World) -> list[str]:
    with world.session() as session:
        return list(session.scalars(select(Audit.detail).where(Audit.action == "staff.log_in")))


def test_after_the_password_comes_the_code_and_then_the_page_one_wanted(lite_world: World, two_steps: Desk) -> None:
    first = two_steps.post("/login", email=EMAIL, password=PASSWORD, next="/patienter")
    assert first.location == "/login/kode?next=/patienter"
    assert "rygbot_staff" not in str(first.headers)
    assert two_steps.get("/").status_code == 302, "half a log-in opens nothing"
    assert 'name="next" value="/patienter"' in two_steps.text(first.location)
    second = two_steps.post("/login/kode", code=code(lite_world), next="/patienter")
    assert second.location == "/patienter"
    assert two_steps.get("/patienter").status_code == 200
    assert log_ins(lite_world) == ["adgangskode og kode"]


def test_the_cookie_between_the_steps_is_as_well_kept_as_the_other(two_steps: Desk) -> None:
    cookies = two_steps.post("/login", email=EMAIL, password=PASSWORD).headers.getlist("Set-Cookie")
    cookie = next(item for item in cookies if item.startswith("rygbot_step"))
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Max-Age=300"} <= set(cookie.split("; "))


def test_a_wrong_code_is_told_and_the_step_is_tried_again(lite_world: World, two_steps: Desk) -> None:
    two_steps.post("/login", email=EMAIL, password=PASSWORD)
    wrong = two_steps.post("/login/kode", code="000000")
    assert wrong.status_code == 401
    assert "Koden passer ikke" in wrong.get_data(as_text=True)
    assert two_steps.post("/login/kode", code=code(lite_world)).status_code == 303


def test_a_second_step_without_a_first_begins_again(lite_world: World, two_steps: Desk) -> None:
    assert two_steps.get("/login/kode").location == "/login"
    assert two_steps.post("/login/kode", code=code(lite_world)).location == "/login"


def test_a_second_step_that_comes_too_late_begins_again(lite_world: World, two_steps: Desk) -> None:
    two_steps.post("/login", email=EMAIL, password=PASSWORD)
    lite_world.clock.forward(minutes=5)
    assert two_steps.post("/login/kode", code=code(lite_world)).location == "/login"
    assert "Begynd forfra" in two_steps.text("/login")


def test_whoever_uses_a_recovery_code_is_told_how_many_are_left(lite_world: World, two_steps: Desk) -> None:
    with lite_world.session() as session, session.begin():
        codes = recovery.make(session, 1)
    two_steps.post("/login", email=EMAIL, password=PASSWORD)
    assert "Du brugte en nødkode. Der er 9 tilbage." in two_steps.follow("/login/kode", code=codes[3])
    assert log_ins(lite_world) == ["adgangskode og nødkode"]


def test_a_lock_is_written_down_once(lite_world: World, desk: Desk) -> None:
    for _ in range(7):
        desk.log_in(EMAIL, "forkert")
    with lite_world.session() as session:
        assert session.scalars(select(Audit.action)).all() == ["staff.lock"]


SITE = Site("rygbot.example", "https://rygbot.example")


@pytest.fixture
def device(lite_world: World, desk: Desk) -> Authenticator:
    made = Authenticator(SITE.origin)
    with lite_world.session() as session, session.begin():
        staff = session.scalars(select(Staff)).one()
        asked = passkeys.ask_new(session, SITE, staff, lite_world.clock())
        assert passkeys.add(session, SITE, staff, asked.token, made.create(asked.options), "x", lite_world.clock())
    return made


def by_passkey(desk: Desk, device: Authenticator) -> str:
    desk.get("/login")
    asked = desk.post("/login/noegle/start")
    assert asked.json is not None
    return device.get(asked.json)


def test_a_passkey_logs_in_without_password_and_without_code(
    lite_world: World, two_steps: Desk, device: Authenticator
) -> None:
    answer = by_passkey(two_steps, device)
    assert two_steps.post("/login/noegle", credential=answer, next="/patienter").location == "/patienter"
    assert two_steps.get("/patienter").status_code == 200
    assert log_ins(lite_world) == ["adgangsnøgle"]


def test_a_passkeys_answer_is_of_no_use_in_another_browser(desk: Desk, device: Authenticator, app: Flask) -> None:
    answer = by_passkey(desk, device)
    thief = Desk(app)
    thief.get("/login")
    assert thief.post("/login/noegle", credential=answer).status_code == 401
    assert desk.post("/login/noegle", credential=answer).status_code == 303
    assert desk.post("/login/noegle", credential=answer).status_code in {400, 401}, "nor a second time"


def test_guesses_at_the_password_do_not_keep_a_passkey_out(desk: Desk, device: Authenticator) -> None:
    for _ in range(6):
        desk.log_in(EMAIL, "forkert")
    assert desk.post("/login/noegle", credential=by_passkey(desk, device)).status_code == 303


def link(world: World, *, removes: bool = False) -> str:
    with world.session() as session, session.begin():
        staff = session.scalars(select(Staff).where(Staff.email == EMAIL)).one()
        made = resets.make_link(
            session,
            staff,
            public_url="https://rygbot.example",
            by_id=None,
            remove_second_factor=removes,
            now=world.clock(),
            wall_now=world.clock(),
        )
    return made.removeprefix("https://rygbot.example")


def test_a_link_lets_its_owner_choose_a_new_password_once(lite_world: World, desk: Desk, app: Flask) -> None:
    elsewhere = Desk(app)
    elsewhere.log_in(EMAIL)
    path = link(lite_world)
    assert EMAIL in desk.text(path)
    page = desk.follow(path, password=NEW, again=NEW)
    assert "Din nye adgangskode er gemt" in page
    assert elsewhere.get("/").status_code == 302, "sessions end"
    assert Desk(app).log_in(EMAIL, PASSWORD).status_code == 401
    assert Desk(app).log_in(EMAIL, NEW).status_code == 303
    desk.get("/login")
    assert desk.post(path, password=PASSWORD, again=PASSWORD).location == "/login"
    assert "Linket virker ikke længere" in desk.text("/login")
    with lite_world.session() as session:
        actions = session.scalars(select(Audit.action).where(Audit.action.like("staff.link%")).order_by(Audit.id))
        assert actions.all() == ["staff.link_make", "staff.link_use"]


def test_a_link_frees_somebody_whom_guesses_have_locked_out(lite_world: World, desk: Desk) -> None:
    for _ in range(9):
        desk.log_in(EMAIL, "forkert")
    desk.get(path := link(lite_world))
    desk.post(path, password=NEW, again=NEW)
    assert desk.log_in(EMAIL, NEW).status_code == 303


def test_a_link_is_good_for_a_day(lite_world: World, desk: Desk) -> None:
    path = link(lite_world)
    lite_world.clock.forward(hours=23, minutes=59)
    assert desk.get(path).status_code == 200
    lite_world.clock.forward(minutes=1)
    assert desk.get(path).location == "/login"


def test_a_newer_link_voids_the_older_one(lite_world: World, desk: Desk) -> None:
    older, newer = link(lite_world), link(lite_world)
    assert desk.get(older).status_code == 303
    assert desk.get(newer).status_code == 200


def test_a_bad_new_password_leaves_the_link_as_it_was(lite_world: World, desk: Desk) -> None:
    path = link(lite_world)
    desk.get(path)
    assert desk.post(path, password="kort", again="kort").status_code == 400
    assert desk.post(path, password=NEW, again=NEW).status_code == 303


@pytest.mark.parametrize("removes", [False, True])
def test_a_link_removes_the_second_factor_only_if_it_was_made_to(
    lite_world: World, two_steps: Desk, device: Authenticator, *, removes: bool
) -> None:
    with lite_world.session() as session, session.begin():
        recovery.make(session, 1)
    path = link(lite_world, removes=removes)
    two_steps.get(path)
    two_steps.post(path, password=NEW, again=NEW)
    with lite_world.session() as session:
        staff = session.scalars(select(Staff)).one()
        kept = (staff.totp_secret, *session.scalars(select(Passkey.name)), *session.scalars(select(RecoveryCode.id)))
    assert len(kept) == (1 if removes else 12)
    assert (kept[0] is None) is removes


def test_a_link_does_not_show_whose_it_is_once_it_is_used(lite_world: World, desk: Desk) -> None:
    path = link(lite_world)
    desk.get(path)
    desk.post(path, password=NEW, again=NEW)
    assert EMAIL not in desk.get(path).get_data(as_text=True)


@pytest.fixture
def working(lite_world: World, desk: Desk) -> Desk:
    """Logged in, with a red alert to act on, when the session ends."""
    lite_world.enrol()
    lite_world.write("jeg kan ikke tisse")
    assert desk.log_in(EMAIL).status_code == 303
    lite_world.clock.forward(minutes=31)
    return desk


NOTE = "Ringede & talte med datteren <3"


def test_a_form_posted_after_the_session_ended_is_kept_through_the_log_in(lite_world: World, working: Desk) -> None:
    outcome = next(iter(OUTCOMES))
    page = working.post("/alarmer/1/afslut", note=NOTE, outcome=outcome)
    assert page.status_code == 401
    assert "er ikke gemt endnu" in page.get_data(as_text=True)
    assert lite_world.alerts()[0].state == AlertState.OPEN
    kept = json.dumps({"path": "/alarmer/1/afslut", "fields": [["note", NOTE], ["outcome", outcome]]})
    shown = working.post("/login", email=EMAIL, password=PASSWORD, unsaved=kept)
    text = shown.get_data(as_text=True)
    assert shown.status_code == 200
    assert "Ringede &amp; talte med datteren &lt;3" in text
    assert 'action="/alarmer/1/afslut"' in text
    working.get("/konto")
    assert working.post("/alarmer/1/afslut", note=NOTE, outcome=outcome).status_code == 303
    assert lite_world.alerts()[0].state == AlertState.RESOLVED


def test_a_kept_form_survives_a_wrong_password_and_the_second_step(lite_world: World, working: Desk) -> None:
    with lite_world.session() as session, session.begin():
        staff = session.scalars(select(Staff)).one()
        staff.totp_secret, staff.totp_since = SECRET, lite_world.clock()
    kept = json.dumps({"path": "/alarmer/1/kvitter", "fields": [["note", "Ringer kl. 11"]]})
    wrong = working.post("/login", email=EMAIL, password="forkert", unsaved=kept).get_data(as_text=True)
    first = working.post("/login", email=EMAIL, password=PASSWORD, unsaved=kept)
    assert "Ringer kl. 11" in wrong
    assert "Ringer kl. 11" in first.get_data(as_text=True)
    second = working.post("/login/kode", code=code(lite_world), unsaved=kept).get_data(as_text=True)
    assert "Det er ikke gemt endnu" in second
    assert "Ringer kl. 11" in second


def test_a_kept_form_leads_to_no_other_site(working: Desk) -> None:
    kept = json.dumps({"path": "//evil.example/x", "fields": [["note", "a b"]]})
    assert "evil" not in working.post("/login", email=EMAIL, password=PASSWORD, unsaved=kept).get_data(as_text=True)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"path": 1, "fields": []}', '{"path": "/", "fields": [["a", 1]]}', "[" * 9999]
)
def test_what_is_no_kept_form_is_left_out(text: str) -> None:
    assert unpack(text) is None


def test_a_file_cannot_be_kept_and_the_log_in_page_says_that_nothing_is_saved(working: Desk) -> None:
    data = {"csrf_token": working.token, "note": "en note", "file": (io.BytesIO(b"navn;telefon"), "patienter.csv")}
    response = working.client.post("/alarmer/1/kvitter", data=data)
    assert response.status_code == 302
    assert "er ikke gemt. Log ind, og send det igen." in working.text("/login")


def test_more_than_a_form_can_carry_is_said_not_to_be_saved(working: Desk) -> None:
    assert working.post("/alarmer/1/kvitter", note="ord " * 110_000).status_code == 302
    assert "er ikke gemt. Log ind, og send det igen." in working.text("/login")


def test_several_lines_are_kept_as_lines(working: Desk) -> None:
    kept = json.dumps({"path": "/alarmer/1/kvitter", "fields": [["note", "første linje\r\nanden linje"]]})
    page = working.post("/login", email=EMAIL, password=PASSWORD, unsaved=kept).get_data(as_text=True)
    assert 'value="første linje\r\nanden linje"' in page


def test_passwords_are_not_carried_along(working: Desk) -> None:
    page = working.post("/konto/adgangskode", current=PASSWORD, password=NEW, again=NEW)
    assert page.status_code == 302
    assert NEW not in page.get_data(as_text=True)


def test_a_number_typed_after_the_session_ended_does_not_take_the_form_away(lite_world: World, working: Desk) -> None:
    response = working.client.post(
        "/tilmeld/telefon", data={"csrf_token": working.token, "phone": "20123456"}, headers={"HX-Request": "true"}
    )
    assert "HX-Redirect" not in response.headers
    assert "Du er logget ud. Skriv færdig" in response.get_data(as_text=True)


def test_a_form_from_before_a_log_in_in_another_tab_is_shown_again(lite_world: World, desk: Desk) -> None:
    lite_world.enrol()
    desk.log_in(EMAIL)
    data = {"csrf_token": "fra før", "reason": "Patienten ønsker det"}
    response = desk.client.post("/patienter/1/stop", data=data, headers={"Sec-Fetch-Site": "same-origin"})
    assert response.status_code == 400
    assert "Patienten ønsker det" in response.get_data(as_text=True)
    with lite_world.session() as session:
        assert session.scalars(select(Enrolment.state)).one() == "active"


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_a_form_that_another_site_may_have_sent_is_not_shown_again(lite_world: World, desk: Desk, site: str) -> None:
    lite_world.enrol()
    desk.log_in(EMAIL)
    data = {"csrf_token": "fremmed", "reason": "Patienten ønsker det"}
    response = desk.client.post("/patienter/1/stop", data=data, headers={"Sec-Fetch-Site": site} if site else {})
    assert response.status_code == 400
    assert "Patienten ønsker det" not in response.get_data(as_text=True)


def test_every_page_of_the_account_keeps_the_strict_policy(lite_world: World, desk: Desk) -> None:
    desk.log_in(EMAIL)
    for path in ("/konto", "/konto/kode", "/konto/noegler/ny", "/log", "/login"):
        response = desk.get(path)
        page = response.get_data(as_text=True)
        assert "script-src 'self'" in response.headers["Content-Security-Policy"]
        assert "style=" not in page
        assert "<script>" not in page
        assert " onclick=" not in page


def test_a_session_of_twelve_hours_ends_however_busy_the_person_is(lite_world: World, desk: Desk) -> None:
    desk.log_in(EMAIL)
    for _ in range(int(sessions.ABSOLUTE_LIMIT.total_seconds() // 60 // 20) - 1):
        lite_world.clock.forward(minutes=20)
        assert desk.get("/konto").status_code == 200
    lite_world.clock.forward(minutes=20)
    assert desk.get("/konto").status_code == 302


def test_the_session_and_its_cookie_last_equally_long(desk: Desk) -> None:
    cookies = desk.log_in(EMAIL).headers.getlist("Set-Cookie")
    cookie = next(item for item in cookies if item.startswith("rygbot_staff="))
    assert "Max-Age=43200" in cookie
