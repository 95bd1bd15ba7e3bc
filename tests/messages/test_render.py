"""Filling in a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.render import CLINIC_NAME_UNITS, render
from messages.sms import measure


def test_clinic_and_phone_are_filled_in() -> None:
    text = render("{klinik}: Ring på {telefon}.", clinic="Rygklinikken", phone="12 34 56 78")
    assert text == "Rygklinikken: Ring på 12 34 56 78."


def test_braces_in_a_clinic_name_are_only_letters() -> None:
    assert render("{klinik}: Hej.", clinic="{telefon}", phone="1") == "{telefon}: Hej."


def test_a_placeholder_without_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        render("{klinik}: Ring til {vagt}.", clinic="Rygklinikken", phone="1")


@given(st.text(max_size=80))
def test_no_clinic_name_makes_a_text_longer_than_planned(clinic: str) -> None:
    cost = measure(render("{klinik}: Hej.", clinic=clinic, phone="1"))
    assert cost.encoding == "GSM-7"
    assert cost.units <= CLINIC_NAME_UNITS + len(": Hej.")
