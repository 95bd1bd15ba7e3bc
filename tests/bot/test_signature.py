from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from bot.signature import is_signed, sign

TOKEN = "a-token"
URL = "https://rygbot.example/sms/inbound"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
FORMS = st.dictionaries(TEXT.filter(bool), TEXT, max_size=6)


def raw(form: dict[str, str]) -> dict[str, list[bytes]]:
    return {name: [value.encode()] for name, value in form.items()}


@given(FORMS)
def test_the_signature_is_the_one_twilios_own_library_makes(form: dict[str, str]) -> None:
    assert sign(TOKEN, URL, raw(form)) == RequestValidator(TOKEN).compute_signature(URL, form)


@given(FORMS, st.text(max_size=40))
def test_another_signature_never_fits(form: dict[str, str], signature: str) -> None:
    fits = is_signed(TOKEN, "https://rygbot.example", "/sms/inbound", b"", raw(form), signature)
    assert fits == (signature == sign(TOKEN, URL, raw(form)))


def test_the_raw_query_string_is_part_of_what_is_signed() -> None:
    form = raw({"MessageSid": "SM1"})
    signature = sign(TOKEN, "https://rygbot.example/sms/status?message=4%32", form)
    assert is_signed(TOKEN, "https://rygbot.example", "/sms/status", b"message=4%32", form, signature)
    assert not is_signed(TOKEN, "https://rygbot.example", "/sms/status", b"message=42", form, signature)


@pytest.mark.parametrize("signed_for", ["https://rygbot.example:443/x", "https://rygbot.example/x"])
def test_the_default_port_may_stand_in_the_signed_address_or_not(signed_for: str) -> None:
    assert is_signed(TOKEN, "https://rygbot.example", "/x", b"", {}, sign(TOKEN, signed_for, {}))


def test_a_path_in_the_public_address_belongs_to_it() -> None:
    signature = sign(TOKEN, "https://host.example/rygbot/sms/inbound", {})
    assert is_signed(TOKEN, "https://host.example/rygbot", "/sms/inbound", b"", {}, signature)


def test_a_body_in_broken_utf8_is_checked_as_it_was_sent() -> None:
    form = {"Body": [b"sm\xe6rte"]}
    assert is_signed(TOKEN, "https://rygbot.example", "/sms/inbound", b"", form, sign(TOKEN, URL, form))
