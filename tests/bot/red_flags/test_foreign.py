"""Replies in other languages are read word by word in Danish, and only when they plainly are in another language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.red_flags import Level, load_checker
from bot.red_flags.foreign import Dictionary, Foreign
from bot.red_flags.normalise import fold, fold_all, normalise
from bot.red_flags.tokens import Tokeniser
from messages.dictionary_file import load_dictionary

POLISH = {
    "nie": "ikke", "mogę": "kan", "się": "-", "siku*": "tisse", "noga": "ben", "na": "på", "drętw*": "følelsesløs",
    "tutamıyorum": "kan ikke holde",
}  # fmt: skip
FOREIGN = Foreign({"pl": POLISH, "xx": {"na": "til"}}, home={"noga"})
TOKENISER = Tokeniser({}, foreign=FOREIGN)
CHECKER = load_checker()


def words(text: str) -> list[str]:
    return [token.word for token in TOKENISER.tokens(normalise(text))]


def test_a_word_is_read_as_its_danish_one_with_or_without_its_accents() -> None:
    assert Dictionary(POLISH).danish("moge") == ("kan",)


def test_a_starred_entry_takes_every_ending() -> None:
    assert Dictionary(POLISH).danish("sikusiu") == ("tisse",)
    assert Dictionary(POLISH).danish("sik") is None


def test_an_exact_entry_goes_before_a_starred_one_and_a_long_start_before_a_short_one() -> None:
    dictionary = Dictionary({"siku*": "tisse", "sikusiu": "tissede", "sikus*": "vand"})
    assert dictionary.danish("sikusiu") == ("tissede",)
    assert dictionary.danish("sikusek") == ("vand",)


def test_a_plainly_foreign_reply_is_read_in_danish_in_its_own_order() -> None:
    assert words("Nie mogę się sikusiu") == ["ikke", "kan", "tisse"]


def test_one_word_may_stand_for_several_which_all_point_to_it() -> None:
    text = "nie mogę tutamıyorum"
    tokens = TOKENISER.tokens(normalise(text))
    assert [token.word for token in tokens] == ["ikke", "kan", "kan", "ikke", "holde"]
    assert {text[token.start : token.end] for token in tokens[2:]} == {"tutamıyorum"}


@pytest.mark.parametrize("text", ["Jeg kan ikke tisse", "na na na", "noga noga", "nie", "Jeg har det godt nie tak"])
def test_what_is_not_plainly_foreign_stays_as_it_is(text: str) -> None:
    assert words(text) == text.lower().split() or words(text) == ["ikke"]


def test_a_short_reply_is_foreign_when_every_word_is_known() -> None:
    assert words("nie mogę") == ["ikke", "kan"]
    assert words("nie kaffe") == ["nie", "kaffe"]


def test_a_word_that_two_languages_share_tells_of_neither() -> None:
    assert FOREIGN.tells("na") is None
    assert FOREIGN.tells("nie") == "pl"


@given(st.text(max_size=200))
def test_evidence_of_any_text_stands_in_it_whatever_its_language(text: str) -> None:
    for token in TOKENISER.tokens(normalise(text)):
        assert 0 <= token.start <= token.end <= len(text)


@given(st.data())
def test_entries_of_the_shipped_dictionary_in_any_order_give_evidence_in_the_text(data: st.DataObject) -> None:
    language = data.draw(st.sampled_from(sorted(load_dictionary())))
    some = data.draw(st.lists(st.sampled_from(sorted(load_dictionary()[language])), max_size=12))
    text = " ".join(word.rstrip("*") for word in some)
    for evidence in CHECKER.check(text).evidence:
        assert text[evidence.start : evidence.end] == evidence.text


@pytest.mark.parametrize(
    "text",
    [
        "Nie mogę się wysikać od wczoraj",
        "İdrarımı tutamıyorum",
        "Не можу помочитися з учорашнього дня",
        "لا أستطيع التبول منذ أمس",
    ],
)
def test_retention_is_red_in_the_languages_of_the_dictionary(text: str) -> None:
    assert CHECKER.check(text).level is Level.RED


def test_many_words_are_folded_as_one_by_one() -> None:
    words = [word for entries in load_dictionary().values() for pair in entries.items() for word in pair][:4000]
    assert fold_all(words) == [fold(word) for word in words]
    assert fold_all([]) == []
