"""The words by which a language is told, and the spelling they are compared in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.languages import Language, plain_letters
from messages.loader import load_content

LANGUAGES = load_content().languages


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("FÜNF", "fuenf"),
        ("fünf", "fuenf"),
        ("fu\u0308nf", "fuenf"),
        ("Straße", "strasse"),
        ("Can’t", "can't"),
        ("Før", "foer"),
    ],
)
def test_a_word_is_the_same_however_it_is_typed(typed: str, plain: str) -> None:
    assert plain_letters(typed) == plain


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=100))
def test_plain_letters_of_any_text_stay_as_they_are(text: str) -> None:
    once = plain_letters(text)
    assert plain_letters(once) == plain_letters(plain_letters(once))


def test_the_shipped_words_are_in_plain_letters() -> None:
    for words in (LANGUAGES.en.telling, LANGUAGES.de.shared, LANGUAGES.home):
        assert all(word == plain_letters(word) for word in words)


def test_every_language_has_its_danish_name() -> None:
    assert [language.danish_name for language in Language] == ["dansk", "engelsk", "tysk"]
