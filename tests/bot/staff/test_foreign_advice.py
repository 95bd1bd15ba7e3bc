"""Advice in another language: staff see what was sent, in which language, and what it says in Danish."""

from __future__ import annotations

import pytest

from bot.delivery import on_failure
from core.models import Message, MessageKind
from tests.bot.staff.conftest import Desk
from tests.world import World

SENT = "Do not wait for an answer from us."
BENEATH = "Sendt på engelsk. På dansk: Rygklinik Vest: Det skal en læge se på nu."


@pytest.fixture
def answered_in_english(lite_world: World) -> World:
    lite_world.enrol()
    lite_world.write("I can't pee since last night and my legs are numb")
    lite_world.drain()
    return lite_world


@pytest.mark.parametrize("path", ["/", "/patienter/1"])
def test_the_danish_form_stands_beneath_the_english_one(answered_in_english: World, clinician: Desk, path: str) -> None:
    page = clinician.client.get(path, follow_redirects=True).get_data(as_text=True)
    assert page.index(SENT) < page.index(BENEATH)
    assert 'lang="en"' in page


def test_a_danish_answer_has_nothing_beneath_it(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    lite_world.write("jeg kan ikke tisse")
    page = clinician.text("/patienter/1")
    assert "Vent ikke på svar fra os" in page
    assert "Sendt på" not in page


def test_an_alert_about_english_advice_that_did_not_arrive_says_it_in_danish(
    answered_in_english: World, clinician: Desk
) -> None:
    with answered_in_english.session() as session, session.begin():
        lost = session.query(Message).filter(Message.kind == MessageKind.ADVICE).one()
        on_failure(session, lost, answered_in_english.clock())
    page = clinician.client.get("/", follow_redirects=True).get_data(as_text=True)
    assert page.count(BENEATH) == 2
