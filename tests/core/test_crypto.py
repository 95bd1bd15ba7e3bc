from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.crypto import DecryptionError, Keyring, new_key

OLD, NEW = new_key(), new_key()


@given(st.text())
def test_any_text_comes_back_as_it_was(text: str) -> None:
    keyring = Keyring([NEW])
    assert keyring.decrypt(keyring.encrypt(text)) == text


def test_equal_texts_are_encrypted_differently() -> None:
    keyring = Keyring([NEW])
    assert keyring.encrypt("Karen") != keyring.encrypt("Karen")


def test_an_old_key_still_opens_what_it_closed() -> None:
    token = Keyring([OLD]).encrypt("Karen")
    assert Keyring([NEW, OLD]).decrypt(token) == "Karen"


def test_without_the_key_nothing_opens_and_the_sentence_says_why() -> None:
    token = Keyring([OLD]).encrypt("Karen")
    with pytest.raises(DecryptionError, match="ENCRYPTION_KEYS"):
        Keyring([NEW]).decrypt(token)


def test_a_number_is_found_by_its_hash_while_keys_are_being_changed() -> None:
    written_before = Keyring([OLD]).lookup_hash("+4520123456")
    assert written_before in Keyring([NEW, OLD]).lookup_hashes("+4520123456")
    assert Keyring([NEW, OLD]).lookup_hash("+4520123456") != written_before
