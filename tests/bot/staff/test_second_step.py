"""The second step of a log-in: codes from an app, recovery codes, and guesses at them held back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, func, select, text

from bot.staff import access, recovery, tokens, totp
from bot.staff.access import How, LoggedIn, Refused, SecondStep
from core.models import RecoveryCode, Staff, StaffSession, StaffToken
from tests.world import MONDAY, PASSWORD, World

EMAIL = "mette@vest.example"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_at(now: datetime) -> str:
    return pyotp.TOTP(SECRET).at(now)


def with_code(world: World) -> World:
    """A staff member who has turned the code on, and ten recovery codes."""
    world.add_staff(EMAIL)
    with world.session() as session, session.begin():
        staff = session.scalars(select(Staff)).one()
        staff.totp_secret = SECRET
        assert totp.turn_on(staff, code_at(world.clock()), world.clock())
    world.clock.forward(minutes=5)
    return world


def first_step(world: World, password: str = PASSWORD) -> LoggedIn | SecondStep | Refused:
    with world.session() as session, session.begin():
        return access.log_in(session, EMAIL, password, world.clock())


def pending(world: World) -> str:
    result = first_step(world)
    assert isinstance(result, SecondStep)
    return result.token


def second_step(world: World, token: str, code: str) -> LoggedIn | Refused | None:
    with world.session() as session, session.begin():
        return access.take_second_step(session, token, code, world.clock(), "Firefox på Windows")


def how(result: object) -> How:
    assert isinstance(result, LoggedIn)
    return result.how


def recovery_codes(world: World) -> list[str]:
    with world.session() as session, session.begin():
        return recovery.make(session, 1)


def test_the_password_alone_opens_no_session_when_the_code_is_on(world: World) -> None:
    with_code(world)
    assert isinstance(first_step(world), SecondStep)
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(StaffSession)) == 0


def test_password_and_code_open_a_session(world: World) -> None:
    with_code(world)
    assert how(second_step(world, pending(world), code_at(world.clock()))) is How.CODE


def test_a_code_may_be_typed_with_a_space(lite_world: World) -> None:
    with_code(lite_world)
    code = code_at(lite_world.clock())
    assert how(second_step(lite_world, pending(lite_world), f" {code[:3]} {code[3:]}")) is How.CODE


@pytest.mark.parametrize("drift", [-30, 0, 30])
def test_the_phones_clock_may_be_half_a_minute_off(lite_world: World, drift: int) -> None:
    with_code(lite_world)
    code = code_at(lite_world.clock() + timedelta(seconds=drift))
    assert how(second_step(lite_world, pending(lite_world), code)) is How.CODE


@pytest.mark.parametrize("drift", [-60, 60])
def test_a_code_further_off_is_refused(lite_world: World, drift: int) -> None:
    with_code(lite_world)
    code = code_at(lite_world.clock() + timedelta(seconds=drift))
    assert isinstance(second_step(lite_world, pending(lite_world), code), Refused)


def test_a_code_is_good_once(world: World) -> None:
    with_code(world)
    code = code_at(world.clock())
    assert isinstance(second_step(world, pending(world), code), LoggedIn)
    assert isinstance(second_step(world, pending(world), code), Refused)
    world.clock.forward(seconds=30)
    assert isinstance(second_step(world, pending(world), code), Refused), "nor half a minute later"
    assert isinstance(second_step(world, pending(world), code_at(world.clock())), LoggedIn)


def test_the_code_that_turned_it_on_cannot_log_in(lite_world: World) -> None:
    with_code(lite_world)
    lite_world.clock.now = MONDAY
    assert isinstance(second_step(lite_world, pending(lite_world), code_at(MONDAY)), Refused)


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "１２３４５６", "\udcff", "0" * 5000])
def test_what_is_no_code_is_refused(lite_world: World, code: str) -> None:
    with_code(lite_world)
    assert isinstance(second_step(lite_world, pending(lite_world), code), Refused)


def test_a_first_step_is_worth_one_session(lite_world: World) -> None:
    with_code(lite_world)
    token = pending(lite_world)
    assert isinstance(second_step(lite_world, token, code_at(lite_world.clock())), LoggedIn)
    lite_world.clock.forward(minutes=1)
    assert second_step(lite_world, token, code_at(lite_world.clock())) is None


def test_a_first_step_is_forgotten_after_five_minutes(world: World) -> None:
    with_code(world)
    token = pending(world)
    world.clock.forward(minutes=5)
    assert second_step(world, token, code_at(world.clock())) is None


def test_a_token_of_another_kind_is_no_first_step(lite_world: World) -> None:
    with_code(lite_world)
    with lite_world.session() as session, session.begin():
        link = tokens.issue(session, tokens.Kind.PASSWORD_LINK, lite_world.clock(), staff_id=1)
    assert second_step(lite_world, link, code_at(lite_world.clock())) is None


def test_wrong_codes_lock_as_wrong_passwords_do(world: World) -> None:
    with_code(world)
    token = pending(world)
    results = [second_step(world, token, "000000") for _ in range(5)]
    assert results == [Refused(locked=False)] * 4 + [Refused(locked=True)]
    assert second_step(world, token, code_at(world.clock())) == Refused(locked=True)
    assert first_step(world) == Refused(locked=True)
    world.clock.forward(minutes=1)
    assert isinstance(second_step(world, token, code_at(world.clock())), LoggedIn)


def test_the_right_password_does_not_forgive_wrong_codes(lite_world: World) -> None:
    with_code(lite_world)
    for _ in range(4):
        assert second_step(lite_world, pending(lite_world), "000000") == Refused(locked=False)
    assert second_step(lite_world, pending(lite_world), "000000") == Refused(locked=True)


def test_the_try_that_locks_says_whom(lite_world: World) -> None:
    with_code(lite_world)
    token = pending(lite_world)
    results = [second_step(lite_world, token, "000000") for _ in range(6)]
    assert [isinstance(item, Refused) and item.lock_begun is not None for item in results] == [False] * 4 + [
        True,
        False,
    ]


def test_a_recovery_code_opens_a_session_once(world: World) -> None:
    with_code(world)
    code = recovery_codes(world)[0]
    assert how(second_step(world, pending(world), f" {code.upper().replace('-', ' ')} ")) is How.RECOVERY
    assert isinstance(second_step(world, pending(world), code), Refused)
    with world.session() as session:
        assert recovery.left(session, 1) == 9


def test_new_recovery_codes_void_the_old_ones(lite_world: World) -> None:
    with_code(lite_world)
    old = recovery_codes(lite_world)
    new = recovery_codes(lite_world)
    assert len(set(old + new)) == 20
    assert isinstance(second_step(lite_world, pending(lite_world), old[0]), Refused)
    assert isinstance(second_step(lite_world, pending(lite_world), new[0]), LoggedIn)


def test_another_persons_recovery_code_is_refused(lite_world: World) -> None:
    with_code(lite_world)
    other = lite_world.add_staff("anden@vest.example")
    with lite_world.session() as session, session.begin():
        code = recovery.make(session, other)[0]
    assert isinstance(second_step(lite_world, pending(lite_world), code), Refused)


def test_neither_secret_nor_codes_nor_tokens_stand_in_the_database_in_clear(world: World) -> None:
    with_code(world)
    codes, token = recovery_codes(world), pending(world)
    engine = create_engine(world.runtime.settings.database_url)
    with engine.connect() as connection:
        rows = [
            connection.execute(text(f"SELECT * FROM {table.__tablename__}")).all()
            for table in (Staff, RecoveryCode, StaffToken)
        ]
    engine.dispose()
    dump = repr(rows)
    for secret in (SECRET, token, *codes, *(code.replace("-", "") for code in codes)):
        assert secret not in dump


def test_expired_tokens_are_cleared_away(lite_world: World) -> None:
    with_code(lite_world)
    pending(lite_world)
    lite_world.clock.forward(minutes=6)
    pending(lite_world)
    with lite_world.session() as session:
        assert session.scalar(select(func.count()).select_from(StaffToken)) == 1


@given(st.datetimes(datetime(2026, 1, 1), datetime(2040, 1, 1)), st.integers(-300, 300))
def test_a_code_belongs_to_now_or_to_the_half_minute_on_either_side(moment: datetime, seconds: int) -> None:
    now = moment.replace(tzinfo=MONDAY.tzinfo)
    made = now + timedelta(seconds=seconds)
    apart = int(made.timestamp()) // 30 - int(now.timestamp()) // 30
    step = totp.step_of(SECRET, code_at(made), now)
    assert step is None or abs(step - int(now.timestamp()) // 30) <= 1
    if abs(apart) <= 1:
        assert step is not None


def test_the_qr_code_is_a_picture_without_script_or_style() -> None:
    svg = totp.qr_svg(totp.address(SECRET, EMAIL))
    assert svg.startswith("<svg")
    assert "style=" not in svg
    assert "script" not in svg
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
