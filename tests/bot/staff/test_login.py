"""The login page, and what a logged-out visitor meets."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select

from bot.staff.login import WRONG
from core.models import StaffSession
from tests.bot.staff.conftest import Desk, app_of
from tests.world import PASSWORD, World, make_world

EMAIL = "mette@vest.example"


def test_a_logged_out_visitor_is_led_from_the_front_page_to_the_login_page(app: Flask) -> None:
    response = Desk(app).get("/")
    assert (response.status_code, response.location) == (302, "/login")


def test_after_log_in_one_stands_where_one_wanted_to_go(lite_world: World, app: Flask) -> None:
    lite_world.add_staff(EMAIL)
    desk = Desk(app)
    led = desk.get("/patienter?q=karen").location
    desk.get(led)
    response = desk.post("/login", email=EMAIL, password=PASSWORD, next="/patienter?q=karen")
    assert response.location == "/patienter?q=karen"


def test_log_in_never_leads_to_another_site(lite_world: World, app: Flask) -> None:
    lite_world.add_staff(EMAIL)
    desk = Desk(app)
    desk.get("/login?next=//evil.example")
    response = desk.post("/login", email=EMAIL, password=PASSWORD, next="//evil.example")
    assert response.location == "/"


def test_a_wrong_email_and_a_wrong_password_get_the_same_answer(lite_world: World, app: Flask) -> None:
    lite_world.add_staff(EMAIL)
    answers = []
    for email, password in ((EMAIL, "forkert"), ("ukendt@vest.example", PASSWORD)):
        desk = Desk(app)
        response = desk.log_in(email, password)
        answers.append((response.status_code, response.get_data(as_text=True).count(WRONG)))
    assert answers == [(401, 1), (401, 1)]


def test_a_locked_account_gets_the_same_answer_too(lite_world: World, app: Flask) -> None:
    lite_world.add_staff(EMAIL)
    desk = Desk(app)
    for _ in range(5):
        desk.log_in(EMAIL, "forkert")
    response = desk.log_in(EMAIL)
    assert response.status_code == 401
    assert WRONG in response.get_data(as_text=True)


def test_the_typed_email_is_kept_and_the_password_is_not(lite_world: World, app: Flask) -> None:
    page = Desk(app).log_in('"><script>x@vest.example', "hemmelig-kode").get_data(as_text=True)
    assert "&lt;script&gt;x@vest.example" in page
    assert "hemmelig-kode" not in page


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(lite_world: World, app: Flask) -> None:
    lite_world.add_staff(EMAIL)
    cookie = next(c for c in Desk(app).log_in(EMAIL).headers.getlist("Set-Cookie") if c.startswith("rygbot_staff"))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" in cookie


def test_without_https_the_cookie_is_not_marked_secure(sqlite_url: str) -> None:
    made = make_world(sqlite_url, public_url="http://127.0.0.1:8000")
    made.add_clinic()
    made.add_staff(EMAIL)
    cookies = Desk(app_of(made)).log_in(EMAIL).headers.getlist("Set-Cookie")
    assert not any("Secure" in cookie for cookie in cookies)
    made.close()


def test_logging_out_closes_the_door(lite_world: World, app: Flask) -> None:
    lite_world.add_staff(EMAIL)
    desk = Desk(app)
    desk.log_in(EMAIL)
    stolen = desk.client.get_cookie("rygbot_staff")
    assert stolen is not None
    assert desk.post("/logout").location == "/login"
    thief = Desk(app)
    thief.client.set_cookie("rygbot_staff", stolen.value)
    assert thief.get("/").status_code == 302


def test_an_idle_session_ends_and_says_so(lite_world: World, app: Flask) -> None:
    lite_world.add_staff(EMAIL)
    desk = Desk(app)
    desk.log_in(EMAIL)
    lite_world.clock.forward(minutes=31)
    assert desk.get("/").location == "/login"
    assert "Du er logget ud" in desk.text("/login")


def test_a_page_that_only_polls_does_not_keep_a_session_alive(lite_world: World, app: Flask) -> None:
    lite_world.add_staff(EMAIL)
    desk = Desk(app)
    desk.log_in(EMAIL)
    for _ in range(2):
        lite_world.clock.forward(minutes=14)
        assert desk.get("/indbakke/kort", HX_Request="true").status_code == 200
    lite_world.clock.forward(minutes=3)
    response = desk.get("/indbakke/kort", HX_Request="true")
    assert (response.status_code, response.headers["HX-Redirect"]) == (401, "/login")


def test_a_working_person_stays_logged_in(lite_world: World, app: Flask) -> None:
    lite_world.add_staff(EMAIL)
    desk = Desk(app)
    desk.log_in(EMAIL)
    for _ in range(4):
        lite_world.clock.forward(minutes=20)
        assert desk.get("/patienter").status_code == 200


def test_a_logged_in_visitor_is_led_on_from_the_login_page(lite_world: World, app: Flask) -> None:
    lite_world.add_staff(EMAIL)
    desk = Desk(app)
    desk.log_in(EMAIL)
    assert desk.get("/login").location == "/"


def test_a_form_with_another_persons_token_is_refused(lite_world: World, app: Flask) -> None:
    lite_world.add_staff(EMAIL)
    stranger = Desk(app)
    stranger.get("/login")
    desk = Desk(app)
    desk.get("/login")
    desk.token = stranger.token
    assert desk.post("/login", email=EMAIL, password=PASSWORD).status_code == 400
    with lite_world.session() as session:
        assert session.scalar(select(func.count()).select_from(StaffSession)) == 0
