from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.phone import display, from_sender, parse


@pytest.mark.parametrize(
    "typed",
    ["20123456", "20 12 34 56", "+45 20123456", "0045 20 12 34 56", "2012-3456", " +4520123456 ", "20.12.34.56"],
)
def test_every_danish_spelling_becomes_the_same_number(typed: str) -> None:
    assert parse(typed) == "+4520123456"


@pytest.mark.parametrize("typed", ["", "2012345", "201234567", "12 34", "abc", "+45", "00000000", "1813", "+4520\x00"])
def test_what_is_no_number_is_none(typed: str) -> None:
    assert parse(typed) is None


def test_a_swedish_number_with_country_code_is_taken() -> None:
    assert parse("+46 70 123 45 67") == "+46701234567"


def test_a_number_is_shown_in_pairs() -> None:
    assert display("+4520123456") == "20 12 34 56"
    assert display("+46701234567").startswith("+46 ")


@pytest.mark.parametrize("address", ["+4520123456", "whatsapp:+4520123456", "WhatsApp:+4520123456", "rcs:+4520123456"])
def test_a_sender_is_known_whatever_channel_it_came_by(address: str) -> None:
    assert from_sender(address) == "+4520123456"


@pytest.mark.parametrize("address", ["PostNord", "1244", "", "whatsapp:", "20123456x"])
def test_a_name_or_short_code_is_no_telephone(address: str) -> None:
    assert from_sender(address) is None


@given(st.text())
def test_any_text_is_a_valid_number_or_none(text: str) -> None:
    number = parse(text)
    assert number is None or (number.startswith("+") and parse(number) == number)
