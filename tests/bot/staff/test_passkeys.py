"""Passkeys: made in a session, good for a log-in, and worth nothing to anybody else."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select

from bot.staff import passkeys
from bot.staff.passkeys import Site
from core.models import Passkey, Staff
from tests.bot.staff.authenticator import Authenticator
from tests.world import World

SITE = Site("rygbot.example", "https://rygbot.example")
EMAIL = "mette@vest.example"


def add(world: World, device: Authenticator, staff_id: int = 1, site: Site = SITE) -> bool:
    with world.session() as session, session.begin():
        staff = session.get_one(Staff, staff_id)
        asked = passkeys.ask_new(session, site, staff, world.clock())
        answer = device.create(asked.options)
        return passkeys.add(session, site, staff, asked.token, answer, "min telefon", world.clock())


def log_in(
    world: World, device: Authenticator, change: Callable[[str], str] = lambda answer: answer, minutes: int = 0
) -> str | None:
    """Whose passkey answered; `change`: what happens to the answer on its way."""
    with world.session() as session, session.begin():
        asked = passkeys.ask_log_in(session, SITE, world.clock())
    answer = change(device.get(asked.options))
    world.clock.forward(minutes=minutes)
    with world.session() as session, session.begin():
        found = passkeys.answered(session, SITE, asked.token, answer, world.clock())
        return found.staff.email if found else None


@pytest.fixture
def device(world: World) -> Authenticator:
    world.add_staff(EMAIL)
    made = Authenticator(SITE.origin)
    assert add(world, made)
    return made


@pytest.fixture
def lite_device(lite_world: World) -> Authenticator:
    lite_world.add_staff(EMAIL)
    made = Authenticator(SITE.origin)
    assert add(lite_world, made)
    return made


def test_a_passkey_logs_its_owner_in_again_and_again(world: World, device: Authenticator) -> None:
    assert [log_in(world, device), log_in(world, device)] == [EMAIL, EMAIL]
    with world.session() as session:
        row = session.scalars(select(Passkey)).one()
        assert (row.name, row.sign_count, row.used_at) == ("min telefon", 2, world.clock())


def test_an_unknown_passkey_lets_nobody_in(lite_world: World, lite_device: Authenticator) -> None:
    assert log_in(lite_world, Authenticator(SITE.origin)) is None


def test_a_passkey_that_was_removed_lets_nobody_in(lite_world: World, lite_device: Authenticator) -> None:
    with lite_world.session() as session, session.begin():
        session.delete(session.scalars(select(Passkey)).one())
    assert log_in(lite_world, lite_device) is None


def test_another_devices_signature_is_refused(lite_world: World, lite_device: Authenticator) -> None:
    thief = Authenticator(SITE.origin, credential_id=lite_device.credential_id)
    assert log_in(lite_world, thief) is None


def test_an_answer_given_to_another_site_is_refused(lite_world: World, lite_device: Authenticator) -> None:
    lite_device.origin = "https://rygbot.example.evil"
    assert log_in(lite_world, lite_device) is None


def test_a_device_that_did_not_check_the_person_is_refused(lite_world: World, lite_device: Authenticator) -> None:
    lite_device.verifies = False
    assert log_in(lite_world, lite_device) is None
    assert not add(lite_world, Authenticator(SITE.origin, verifies=False))


def test_a_copied_key_whose_counter_stands_still_is_refused(lite_world: World, lite_device: Authenticator) -> None:
    assert log_in(lite_world, lite_device) == EMAIL
    lite_device.count -= 1
    assert log_in(lite_world, lite_device) is None


def test_a_challenge_is_good_for_five_minutes(lite_world: World, lite_device: Authenticator) -> None:
    assert log_in(lite_world, lite_device, minutes=4) == EMAIL
    assert log_in(lite_world, lite_device, minutes=5) is None


def test_an_answer_is_good_once(world: World, device: Authenticator) -> None:
    with world.session() as session, session.begin():
        asked = passkeys.ask_log_in(session, SITE, world.clock())
        answer = device.get(asked.options)
        assert passkeys.answered(session, SITE, asked.token, answer, world.clock()) is not None
    with world.session() as session, session.begin():
        assert passkeys.answered(session, SITE, asked.token, answer, world.clock()) is None


def test_an_answer_to_another_question_is_refused(lite_world: World, lite_device: Authenticator) -> None:
    with lite_world.session() as session, session.begin():
        one, other = (passkeys.ask_log_in(session, SITE, lite_world.clock()) for _ in range(2))
        answer = lite_device.get(one.options)
        assert passkeys.answered(session, SITE, other.token, answer, lite_world.clock()) is None


def test_a_question_put_to_one_person_adds_no_passkey_to_another(lite_world: World) -> None:
    first, second = lite_world.add_staff(EMAIL), lite_world.add_staff("anden@vest.example")
    with lite_world.session() as session, session.begin():
        asked = passkeys.ask_new(session, SITE, session.get_one(Staff, first), lite_world.clock())
        answer = Authenticator(SITE.origin).create(asked.options)
        other = session.get_one(Staff, second)
        assert not passkeys.add(session, SITE, other, asked.token, answer, "x", lite_world.clock())


def test_a_passkey_is_added_once_and_to_one_person(lite_world: World, lite_device: Authenticator) -> None:
    second = lite_world.add_staff("anden@vest.example")
    assert not add(lite_world, lite_device)
    assert not add(lite_world, lite_device, second)


def test_known_devices_are_named_so_that_they_are_not_added_twice(
    lite_world: World, lite_device: Authenticator
) -> None:
    with lite_world.session() as session, session.begin():
        asked = passkeys.ask_new(session, SITE, session.get_one(Staff, 1), lite_world.clock())
    assert len(asked.options["excludeCredentials"]) == 1


def test_nobody_has_more_than_ten(lite_world: World) -> None:
    lite_world.add_staff(EMAIL)
    assert [add(lite_world, Authenticator(SITE.origin)) for _ in range(11)] == [True] * 10 + [False]


BROKEN: dict[str, Callable[[str], str]] = {
    "nothing": lambda _answer: "",
    "no JSON": lambda _answer: "{",
    "a list": lambda _answer: "[]",
    "deep": lambda _answer: "[" * 19_000,
    "too long": lambda answer: answer + " " * 20_000,
    "no response": lambda answer: json.dumps({**json.loads(answer), "response": None}),
    "no signature": lambda answer: answer.replace('"signature"', '"other"'),
    "no base64": lambda answer: answer.replace('"signature": "', '"signature": "!!æ'),
    "numbers": lambda answer: json.dumps({**json.loads(answer), "response": {"clientDataJSON": 1}}),
    "a NUL": lambda answer: answer.replace('"id": "', '"id": "\\u0000'),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_answer_is_refused(world: World, device: Authenticator, broken: str) -> None:
    assert log_in(world, device, BROKEN[broken]) is None


@pytest.mark.parametrize(
    ("public_url", "site"),
    [
        ("https://rygbot.example", SITE),
        ("https://rygbot.example:8443", Site("rygbot.example", "https://rygbot.example:8443")),
        ("http://localhost:8000", Site("localhost", "http://localhost:8000")),
        ("http://rygbot.example", None),
        ("http://127.0.0.1:8000", None),
        ("https://[::1]", None),
        ("https://10.0.0.7", None),
    ],
)
def test_a_site_has_passkeys_where_browsers_allow_them(public_url: str, site: Site | None) -> None:
    assert passkeys.site_of(public_url) == site
