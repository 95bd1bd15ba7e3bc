"""The linear half of the second reader: a sum over words, the same however it is added up."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.red_flags import Checker
from bot.red_flags.features import BITS, Reading, Stretch
from bot.red_flags.linear import Linear
from messages.red_flag_schema import load_rules

RULES_ALONE = Checker(load_rules())
WEIGHTS = np.random.default_rng(0).integers(-127, 128, 1 << BITS).astype(np.int8)
LINEAR = Linear(WEIGHTS, scale=0.01, bias=-1.5)
TEXTS = st.text(max_size=120) | st.lists(
    st.sampled_from("jeg kan ikke tisse . benet er svagt som det plejer nej ja tak skridtet men feber".split()),
    max_size=40,
).map(" ".join)


def reading_of(text: str, question: str | None = None) -> Reading:
    return RULES_ALONE.reading(text, question)


def odds(text: str) -> float:
    return LINEAR.odds(Stretch(reading_of(text), 0, 9))


@given(TEXTS, st.integers(0, 5), st.integers(0, 30))
def test_the_odds_are_the_bias_and_what_every_feature_weighs(text: str, start: int, length: int) -> None:
    reading = reading_of(text, "pain")
    by_hand = sum(
        float(WEIGHTS[some.weights].sum(dtype=np.int64)) * some.value
        for some in Stretch(reading, start, start + length).features
    )
    assert np.isclose(LINEAR.odds(Stretch(reading, start, start + length)), by_hand * 0.01 - 1.5)


@given(TEXTS.filter(lambda text: any(map(str.isalnum, text))))
def test_what_the_words_weigh_adds_up_to_the_odds(text: str) -> None:
    reading = reading_of(text, "open")
    words = LINEAR.by_word(Stretch(reading, 0, 110))
    assert len(words) == len(reading.scene.tokens[:110])
    assert np.isclose(words.sum(), LINEAR.odds(Stretch(reading, 0, 110)) + 1.5)


@given(TEXTS, st.integers(0, 5))
def test_every_feature_stands_on_a_word_of_the_window(text: str, start: int) -> None:
    reading = reading_of(text)
    for some in Stretch(reading, start, start + 20).features:
        assert len(some.weights) == len(some.places)
        assert all(0 <= place < 20 for place in some.places)
        assert all(0 <= weight < 1 << BITS for weight in some.weights)


def test_the_order_of_the_words_counts() -> None:
    assert odds("kan ikke tisse") != odds("tisse kan ikke")
