"""A red reply in English or German is answered in that language, with the numbers of the place and the hour."""

from __future__ import annotations

import pytest

from core.models import Message, MessageKind
from tests.world import World

ENGLISH = "I can't pee since last night"
GERMAN = "Ich kann seit gestern nicht mehr pinkeln"
DANISH = "jeg kan ikke tisse"


def only_advice(world: World) -> Message:
    (message,) = world.advice()
    return message


def test_an_english_red_reply_gets_english_advice_with_the_right_numbers(world: World) -> None:
    world.enrol()
    world.write(ENGLISH)
    world.drain()
    assert world.sent_bodies()[0] == (
        "Rygklinik Vest: A doctor must look at this now. Call your doctor on 86 12 34 56 and say what you wrote to us. "
        "If you do not get through, call the on-call doctor (lægevagten) on 70 11 31 31. If nobody answers, call 112. "
        "Do not wait for an answer from us."
    )


def test_after_hours_only_the_service_is_named_in_german(lite_world: World) -> None:
    lite_world.enrol(region="hovedstaden")
    lite_world.clock.forward(hours=10)
    lite_world.write(GERMAN)
    body = only_advice(lite_world).body
    assert "den Notdienst Akuttelefonen (1813)" in body
    assert "Hausarzt" not in body
    assert body.endswith("Erreichen Sie niemanden, rufen Sie 112 an. Warten Sie nicht auf uns.")


def test_a_danish_red_reply_gets_danish_advice(world: World) -> None:
    world.enrol()
    world.write(DANISH)
    message = only_advice(world)
    assert "Det skal en læge se på nu" in message.body
    assert (message.language, message.body_in_danish) == ("da", None)


@pytest.mark.parametrize("text", ["Hi sorry, jeg kan ikke pee siden i går", "Nie mogę się wysikać, kan ikke tisse"])
def test_a_mixed_reply_or_one_in_a_language_without_advice_gets_danish_advice(lite_world: World, text: str) -> None:
    lite_world.enrol()
    lite_world.write(text)
    assert "Vent ikke på svar fra os" in only_advice(lite_world).body


def test_the_danish_form_is_kept_beside_the_foreign_one(world: World) -> None:
    world.enrol()
    world.write(DANISH)
    world.write(GERMAN)
    danish, german = world.advice()
    assert german.language == "de"
    assert german.body_in_danish == danish.body
    assert german.segments <= 2


def test_the_language_of_the_very_reply_decides(lite_world: World) -> None:
    lite_world.enrol()
    for text in (ENGLISH, DANISH, GERMAN):
        lite_world.write(text)
    assert [message.language for message in lite_world.advice()] == ["en", "da", "de"]


def test_an_amber_reply_in_english_is_answered_in_english(lite_world: World) -> None:
    lite_world.enrol()
    lite_world.write("Can someone please call me about my tablets?")
    assert "Thank you for your text." in only_advice(lite_world).body


def test_an_overdose_told_in_english_gets_the_poison_line(lite_world: World) -> None:
    lite_world.enrol()
    lite_world.write("I took too many painkillers this morning by mistake")
    assert "Otherwise call the poison line Giftlinjen on 82 12 12 12 at once." in only_advice(lite_world).body


def test_an_overdose_told_in_danish_gets_the_poison_line(lite_world: World) -> None:
    lite_world.enrol()
    lite_world.write("Jeg er kommet til at tage 20 panodil")
    assert "Ring ellers straks til Giftlinjen på 82 12 12 12" in only_advice(lite_world).body


def test_no_to_whether_a_doctor_was_reached_is_answered_in_its_language_too(lite_world: World) -> None:
    lite_world.enrol()
    lite_world.write(ENGLISH)
    lite_world.drain()
    lite_world.clock.forward(minutes=46)
    lite_world.drain()
    assert "Fik du fat i en læge?" in lite_world.sent_bodies()[-1]
    lite_world.write("No, nobody answered the phone")
    assert "Call your doctor on 86 12 34 56 again now." in lite_world.advice()[-1].body
    checks = [message for message in lite_world.messages() if message.kind == MessageKind.CONTACT_CHECK]
    assert [check.language for check in checks] == ["da"]
