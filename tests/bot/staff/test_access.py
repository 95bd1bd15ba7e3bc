"""Passwords, sessions, and guessing held back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.staff import access, sessions
from bot.staff.access import LoggedIn, Refused, SecondStep
from bot.staff.guard import safe_next
from core.models import Role, Staff, StaffSession
from tests.world import MONDAY, PASSWORD, World

EMAIL = "mette@vest.example"


def attempt(world: World, password: str, email: str = EMAIL) -> LoggedIn | Refused:
    with world.session() as session:
        result = access.log_in(session, email, password, world.clock())
        session.commit()
    assert not isinstance(result, SecondStep)
    return result


def row_of(world: World) -> Staff:
    with world.session() as session:
        return session.scalars(select(Staff)).one()


def is_alive(world: World, token: str) -> bool:
    with world.session() as session:
        return sessions.find_session(session, token, world.clock()) is not None


def token_of(world: World) -> str:
    result = attempt(world, PASSWORD)
    assert isinstance(result, LoggedIn)
    return result.token


def test_the_right_password_opens_a_session(world: World) -> None:
    world.add_staff(EMAIL)
    assert is_alive(world, token_of(world))


def test_the_email_may_be_written_with_capitals_and_spaces(lite_world: World) -> None:
    lite_world.add_staff(EMAIL)
    assert isinstance(attempt(lite_world, PASSWORD, " Mette@Vest.example "), LoggedIn)


@pytest.mark.parametrize("email", ["nobody@vest.example", "", "x\0y", "a" * 5000, "\udcff@vest.example"])
def test_an_unknown_email_is_refused(lite_world: World, email: str) -> None:
    assert attempt(lite_world, PASSWORD, email) == Refused(locked=False)


def test_an_email_with_a_nul_byte_is_refused_by_postgresql_too(world: World) -> None:
    assert attempt(world, PASSWORD, "x\0y") == Refused(locked=False)


def test_the_token_stands_in_the_database_only_as_a_hash(lite_world: World) -> None:
    lite_world.add_staff(EMAIL)
    token = token_of(lite_world)
    with lite_world.session() as session:
        stored = session.scalars(select(StaffSession.token_hash)).one()
    assert token not in stored
    assert len(token) >= 43, "32 random bytes"


def test_five_tries_are_free_and_the_next_must_wait_a_minute(world: World) -> None:
    world.add_staff(EMAIL)
    for _ in range(4):
        assert attempt(world, "forkert") == Refused(locked=False)
    assert attempt(world, "forkert") == Refused(locked=True)
    assert attempt(world, PASSWORD) == Refused(locked=True)
    world.clock.forward(seconds=59)
    assert attempt(world, PASSWORD) == Refused(locked=True)
    world.clock.forward(seconds=1)
    assert isinstance(attempt(world, PASSWORD), LoggedIn)


def test_the_wait_doubles_up_to_an_hour(lite_world: World) -> None:
    lite_world.add_staff(EMAIL)
    waits = []
    for _ in range(13):
        attempt(lite_world, "forkert")
        until = row_of(lite_world).locked_until
        if until is not None:
            waits.append((until - lite_world.clock()).total_seconds() / 60)
            lite_world.clock.now = until
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_tries_during_the_wait_do_not_lengthen_it(lite_world: World) -> None:
    lite_world.add_staff(EMAIL)
    for _ in range(5):
        attempt(lite_world, "forkert")
    before = row_of(lite_world).locked_until
    for _ in range(3):
        attempt(lite_world, "forkert")
    assert row_of(lite_world).locked_until == before


def test_a_log_in_forgives_earlier_mistakes(lite_world: World) -> None:
    lite_world.add_staff(EMAIL)
    for _ in range(4):
        attempt(lite_world, "forkert")
    token_of(lite_world)
    assert row_of(lite_world).failed_logins == 0


def test_an_old_hash_is_replaced_at_log_in(lite_world: World) -> None:
    lite_world.add_staff(EMAIL)
    weak = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    with lite_world.session() as session, session.begin():
        session.scalars(select(Staff)).one().password_hash = weak
    token_of(lite_world)
    assert row_of(lite_world).password_hash != weak
    assert isinstance(attempt(lite_world, PASSWORD), LoggedIn)


def test_a_broken_hash_lets_nobody_in(lite_world: World) -> None:
    lite_world.add_staff(EMAIL)
    with lite_world.session() as session, session.begin():
        session.scalars(select(Staff)).one().password_hash = "not a hash"
    assert isinstance(attempt(lite_world, "not a hash"), Refused)


def test_a_session_ends_after_half_an_hour_without_use(lite_world: World) -> None:
    lite_world.add_staff(EMAIL)
    token = token_of(lite_world)
    lite_world.clock.forward(minutes=29)
    assert is_alive(lite_world, token)
    lite_world.clock.forward(minutes=1)
    assert not is_alive(lite_world, token)


def test_a_session_in_use_ends_after_twelve_hours(lite_world: World) -> None:
    lite_world.add_staff(EMAIL)
    token = token_of(lite_world)
    ends = lite_world.clock() + timedelta(hours=12)
    while lite_world.clock() < ends:
        with lite_world.session() as session, session.begin():
            found = sessions.find_session(session, token, lite_world.clock())
            assert found is not None
            sessions.touch(found, lite_world.clock())
        lite_world.clock.forward(minutes=20)
    assert not is_alive(lite_world, token)


def test_use_is_written_down_at_most_once_a_minute(lite_world: World) -> None:
    found = StaffSession(token_hash="", staff_id=1, created_at=MONDAY, seen_at=MONDAY)
    assert not sessions.touch(found, MONDAY + timedelta(seconds=59))
    assert sessions.touch(found, MONDAY + timedelta(seconds=60))
    assert found.seen_at == MONDAY + timedelta(seconds=60)


def test_logging_out_ends_the_session_for_good(lite_world: World) -> None:
    lite_world.add_staff(EMAIL)
    token = token_of(lite_world)
    with lite_world.session() as session, session.begin():
        sessions.log_out(session, token, lite_world.clock())
    assert not is_alive(lite_world, token)


def test_old_sessions_are_cleared_away_at_log_in(lite_world: World) -> None:
    lite_world.add_staff(EMAIL)
    token_of(lite_world)
    lite_world.clock.forward(hours=13)
    token_of(lite_world)
    with lite_world.session() as session:
        assert len(session.scalars(select(StaffSession)).all()) == 1


@pytest.mark.parametrize(("password", "is_good"), [("kort", False), ("a" * 12, True), ("a" * 1001, False)])
def test_a_new_password_is_judged_by_its_length(password: str, *, is_good: bool) -> None:
    assert (access.password_problem(password) is None) is is_good


def test_roles_are_ordered() -> None:
    assert access.may(Role.ADMIN, Role.READER)
    assert access.may(Role.CLINICIAN, Role.CLINICIAN)
    assert not access.may(Role.READER, Role.CLINICIAN)
    assert not access.may(Role.CLINICIAN, Role.ADMIN)


@given(st.integers(5, 500), st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)))
def test_a_lock_is_never_shorter_than_a_minute_nor_longer_than_an_hour(failures: int, moment: datetime) -> None:
    now = moment.replace(tzinfo=MONDAY.tzinfo)
    end = access._lock_end(failures, now)
    assert end is not None
    assert timedelta(minutes=1) <= end - now <= timedelta(hours=1)


@pytest.mark.parametrize("target", ["/", "/patienter/1?x=1#svar-2", "/patienter?q=a%20b"])
def test_a_page_of_this_site_may_be_the_next(target: str) -> None:
    assert safe_next(target, "/hjem") == target


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "",
        None,
        "/a\\b",
        "/a\nb",
        "//[",
        "evil.example",
    ],
)
def test_another_site_is_never_the_next(target: str | None) -> None:
    assert safe_next(target, "/hjem") == "/hjem"


@given(st.text())
def test_whatever_stands_in_next_leads_to_this_site(target: str) -> None:
    led = safe_next(target, "/hjem")
    assert led.startswith("/")
    assert not led.startswith(("//", "/\\"))
