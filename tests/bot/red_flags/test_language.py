"""A reply's language: English and German when clearly so, Danish for all the rest."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.red_flags import language_of
from messages.languages import Language
from messages.loader import load_content
from tools.corpus import corpus_files, read_items

CORPUS = Path(__file__).parents[2] / "corpus"
LANGUAGES = load_content().languages
REPLIES = [item for path in corpus_files([str(CORPUS)]) for item in read_items(path)]
NOT_PLAIN = {"mixed", "learner", "slang", "english-mix", "l1-english", "l1-german", "language"}
FOREIGN = {"english", "german", "norwegian", "swedish", "polish", "turkish", "arabic", "ukrainian", "other-language"}


def told(text: str) -> Language:
    return language_of(text, LANGUAGES)


@pytest.mark.parametrize(
    "text",
    [
        "My foot keeps slapping the floor when I walk",
        "I cant feel anything between my legs since yesterday",
        "I can't pee",
        "yes",
        "No",
        "help me please",
        "CALL ME PLEASE",
        "Fever 39 and shivering, what should I do?",
    ],
)
def test_clear_english_is_english(text: str) -> None:
    assert told(text) is Language.ENGLISH


@pytest.mark.parametrize(
    "text",
    [
        "Ich kann seit gestern nicht mehr pinkeln",
        "Beim Abwischen spüre ich nichts mehr",
        "ich spuere meine Beine nicht und muss staendig liegen",
        "ja leider",
        "Nein",
        "Kein Fieber, keine Taubheit",
        "Hilfe",
    ],
)
def test_clear_german_is_german(text: str) -> None:
    assert told(text) is Language.GERMAN


@pytest.mark.parametrize(
    "text", ["JA", "NEJ", "ja", "nej", "8", "7-8", "nine", "vier", "STOP", "ok", "👍", "", " ", "?!"]
)
def test_yes_no_numbers_and_commands_stay_danish(text: str) -> None:
    assert told(text) is Language.DANISH


@pytest.mark.parametrize(
    "text",
    [
        "Hi, sorry, jeg kan ikke feel mine ben since this morning",
        "min fod sover, it's really bad",
        "Hej, ich kann ikke gå på min fod, det gør ondt",
        "jeg er so tired, men ryggen har det fine",
        "yes i skridtet",
    ],
)
def test_a_reply_that_mixes_is_answered_in_danish(text: str) -> None:
    assert told(text) is Language.DANISH


@pytest.mark.parametrize(
    "text",
    [
        "Jeg kjenner ikke rumpa mi og får ikke tissa",
        "Heilt greitt, litt stiv om morgonen",
        "Jag kan inte kissa och har ingen känsel där nere",
        "Kan ni be någon ringa mig?",
        "Ik kan niet meer plassen sinds gisteren",
        "Ik was gisteren in het ziekenhuis en mijn been is helemaal verdoofd",
        "Nee, alles is goed hier",
        "De dokter was er niet, kan iemand mij bellen?",
        "Nie mogę się wysikać od rana",
        "nie chce mi sie juz zyc",
        "Dün geceden beri idrarımı yapamıyorum",
        "لا أشعر بأي شيء",
        "Не можу помочитися з учорашнього вечора",
    ],
)
def test_every_other_language_is_answered_in_danish(text: str) -> None:
    assert told(text) is Language.DANISH


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=300))
def test_any_text_gets_a_language(text: str) -> None:
    assert told(text) in Language


@given(st.lists(st.sampled_from(sorted(LANGUAGES.home)), min_size=1, max_size=20))
def test_danish_words_alone_are_danish(words: list[str]) -> None:
    assert told(" ".join(words)) is Language.DANISH


@given(st.sampled_from(["I can't feel my legs", "ich spüre meine Beine nicht"]), st.integers(1, 5))
def test_the_language_stays_the_same_when_the_reply_is_said_again(text: str, times: int) -> None:
    assert told(" ".join([text] * times)) is told(text)


@pytest.mark.parametrize(("tag", "language"), [("english", Language.ENGLISH), ("german", Language.GERMAN)])
def test_of_the_labelled_replies_in_a_language_nearly_all_are_told(tag: str, language: Language) -> None:
    theirs = [item["text"] for item in REPLIES if tag in item["tags"] and not NOT_PLAIN & set(item["tags"])]
    long_enough = [text for text in theirs if len(text.split()) >= 4]
    seen = Counter(told(text) for text in long_enough)
    assert seen[language] >= 0.93 * len(long_enough)
    assert set(seen) <= {language, Language.DANISH}


@pytest.mark.parametrize("tag", ["norwegian", "swedish", "polish", "turkish", "arabic", "ukrainian"])
def test_the_labelled_replies_in_other_languages_are_answered_in_danish(tag: str) -> None:
    theirs = [item["text"] for item in REPLIES if tag in item["tags"] and not {"english", "german"} & set(item["tags"])]
    assert {told(text) for text in theirs} == {Language.DANISH}


def test_of_the_labelled_danish_replies_next_to_none_is_taken_for_another_language() -> None:
    danish = [item["text"] for item in REPLIES if not (FOREIGN | NOT_PLAIN) & set(item["tags"])]
    taken = [text for text in danish if told(text) is not Language.DANISH]
    assert len(taken) <= len(danish) / 2000
