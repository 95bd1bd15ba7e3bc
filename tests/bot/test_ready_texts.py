"""A clinic's ready-made texts: the shipped ones, in its own words where it wants, and its own besides."""

from __future__ import annotations

import pytest

from bot import ready_texts
from bot.ready_texts import Ready
from core.models import Clinic
from messages.free_text import Circumstances
from tests.world import World

TEXT = "Husk din tid. Ring på {telefon}, hvis den ikke passer."


@pytest.fixture
def begun(world: World) -> World:
    world.add_staff()
    return world


def listed(world: World, clinic_id: str = "vest") -> dict[str, Ready]:
    with world.session() as session:
        clinic = session.get_one(Clinic, clinic_id)
        return {text.key: text for text in ready_texts.all_of(session, world.runtime.content, clinic)}


def save(world: World, key: str, title: str = "Husk tiden", body: str = TEXT) -> bool:
    with world.session() as session, session.begin():
        clinic, content = session.get_one(Clinic, "vest"), world.runtime.content
        return ready_texts.save(session, content, clinic, key, title, body, now=world.clock(), staff_id=1)


def act(world: World, name: str, key: str) -> bool:
    with world.session() as session, session.begin():
        clinic = session.get_one(Clinic, "vest")
        do = {"hide": ready_texts.hide, "reset": ready_texts.reset}[name]
        return do(session, world.runtime.content, clinic, key, now=world.clock(), staff_id=1)


def wrong(world: World, title: str, body: str) -> dict[str, str]:
    with world.session() as session:
        return ready_texts.problems(session.get_one(Clinic, "vest"), title, body)


def test_six_texts_ship_and_none_of_them_has_a_problem(begun: World) -> None:
    texts = listed(begun)
    assert len(texts) == 6
    for text in texts.values():
        assert wrong(begun, text.title, text.body) == {}
    given = Circumstances("Rygklinik Vest", "87 65 43 21")
    assert texts["ring-til-os"].filled(given) == "Ring gerne til os på 87 65 43 21. Vi vil tale med dig."


def test_a_clinic_with_neutral_texts_is_offered_the_neutral_form(begun: World) -> None:
    assert "øvelse" in listed(begun)["i-gang-igen"].body
    with begun.session() as session, session.begin():
        session.get_one(Clinic, "vest").neutral = True
    assert "øvelse" not in listed(begun)["i-gang-igen"].body


def test_a_shipped_text_is_reworded_hidden_and_set_back(begun: World) -> None:
    assert save(begun, "ring-til-os", "Ring", "Ring på {telefon} i dag.")
    assert (listed(begun)["ring-til-os"].body, listed(begun)["ring-til-os"].is_changed) == (
        "Ring på {telefon} i dag.",
        True,
    )
    assert act(begun, "hide", "ring-til-os")
    assert listed(begun)["ring-til-os"].is_hidden
    assert act(begun, "reset", "ring-til-os")
    assert listed(begun)["ring-til-os"] == Ready(
        "ring-til-os", "Ring til os", "Ring gerne til os på {telefon}. Vi vil tale med dig.", is_shipped=True
    )
    assert not act(begun, "reset", "ring-til-os")


def test_a_clinic_has_its_own_texts_and_others_do_not(begun: World) -> None:
    begun.add_clinic("nord", sender="+4552512346")
    assert save(begun, "")
    assert listed(begun)["own-1"].title == "Husk tiden"
    assert "own-1" not in listed(begun, "nord")
    assert save(begun, "own-1", "Ny titel")
    assert listed(begun)["own-1"].title == "Ny titel"
    assert act(begun, "hide", "own-1")
    assert "own-1" not in listed(begun)
    assert not save(begun, "own-1")
    assert not act(begun, "hide", "findes-ikke")


def test_there_is_an_end_to_a_clinics_own_texts(begun: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready_texts, "MOST_OF_OWN", 1)
    assert save(begun, "")
    assert not save(begun, "")


@pytest.mark.parametrize(
    ("title", "body", "field", "said"),
    [
        ("Nå", TEXT, "title", "kort titel"),
        ("Navn", "Hej {navn}, ring til os", "body", "Ukendt: navn"),
        ("Ro på", "Bare rolig, det går over", "body", "berolige"),
        ("Link", "Se vest.dk for mere", "body", "link"),
        ("Smil", "Vi ses i morgen 😀", "body", "findes ikke i en sms: 😀"),
        ("Lang", "ord " * 100, "body", "fylder 3 sms'er"),
        ("Medicin", "Tag 2 panodil", "body", "medicin"),
    ],
)
def test_what_a_ready_text_may_not_hold_is_said(begun: World, title: str, body: str, field: str, said: str) -> None:
    assert said in wrong(begun, title, body)[field]
