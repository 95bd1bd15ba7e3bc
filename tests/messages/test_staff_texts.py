"""What the people of a clinic are sent: one SMS each, and the words that take an alarm."""

from __future__ import annotations

import pytest

from messages.loader import load_content
from messages.schema import named_in
from messages.sms import measure, to_gsm7
from messages.staff_schema import StaffSms

TEXTS = load_content().staff_texts
LONGEST = {
    "farve": "gul",
    "farver": "røde",
    "antal": "100",
    "siden": "onsdag kl. 14.30",
    "link": "https://rygbot.rygklinikken-aarhus.dk",
    "klinik": "R" * 30,
    "navn": "N" * 30,
}


@pytest.mark.parametrize("name", StaffSms.model_fields)
def test_every_text_is_one_sms_with_all_that_it_may_name(name: str) -> None:
    template = getattr(TEXTS.sms, name)
    body = template.format_map(LONGEST)
    assert measure(body).encoding == "GSM-7"
    assert body == to_gsm7(body), "nothing in it has to be replaced"
    assert measure(body).segments == 1


@pytest.mark.parametrize("name", StaffSms.model_fields)
def test_every_text_says_who_writes(name: str) -> None:
    assert getattr(TEXTS.sms, name).startswith("Rygbot: ")


def test_an_alarm_tells_a_colour_a_time_and_a_link_and_nothing_of_the_patient() -> None:
    assert set(named_in(TEXTS.sms.alarm_one)) == {"farve", "siden", "link"}
    assert set(named_in(TEXTS.sms.alarm_many)) == {"antal", "farver", "siden", "link"}
    assert set(named_in(TEXTS.mail.alarm_body)) == {"antal_alarmer", "siden", "link"}


@pytest.mark.parametrize("text", ["1", " 1.", "Kvittér", "KVITTER!", "ok", "Ja", "Jeg tager den"])
def test_one_of_the_words_as_a_whole_takes_an_alarm(text: str) -> None:
    assert TEXTS.takes(text)


@pytest.mark.parametrize("text", ["", "11", "ja, men jeg kan ikke nu", "nej", "ok jeg kan ikke tisse", "10"])
def test_anything_more_does_not(text: str) -> None:
    assert not TEXTS.takes(text)
