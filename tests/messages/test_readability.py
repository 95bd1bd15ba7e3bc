"""The readability index."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.readability import lix, sentences, words


def test_lix_is_words_per_sentence_plus_the_share_of_long_words() -> None:
    # 10 words in 2 sentences, of which 2 have more than six letters: 10/2 + 100 * 2/10.
    assert lix("Gå en kort tur rundt. Fortæl lægen om dine rygsmerter.") == pytest.approx(5 + 10)


def test_a_word_of_six_letters_is_short_and_of_seven_is_long() -> None:
    assert lix("skulde") == pytest.approx(1)
    assert lix("skuldre") == pytest.approx(101)


def test_a_text_without_words_is_zero() -> None:
    assert lix("... ?!") == 0


def test_a_colon_ends_no_sentence() -> None:
    assert len(sentences("Ved livsfare: ring 112. Vent ikke.")) == 2


def test_a_decimal_number_ends_no_sentence() -> None:
    assert sentences("Det er 2.5 km. Gå.") == ["Det er 2.5 km", "Gå"]


def test_an_apostrophe_or_hyphen_joins_a_word() -> None:
    assert words("sms'er og sms-forløb") == ["sms'er", "og", "sms-forløb"]


@given(st.text(max_size=200))
def test_any_text_has_an_index(text: str) -> None:
    assert lix(text) >= 0
