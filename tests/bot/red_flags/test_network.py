"""The network of the second reader: a plain calculation over words, the same whatever stands unused around it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.red_flags import Checker
from bot.red_flags.encoding import CONCEPTS, GROUPS, ROWS, Encoded, encode, word_rows
from bot.red_flags.features import Reading
from bot.red_flags.network import PARTS, Array, Network
from bot.red_flags.reader import load_reader
from messages.red_flag_schema import load_rules

WIDTH, SEEN, GAZES, HIDDEN = 4, 3, 2, 5
SHAPES = {
    "table": (ROWS, WIDTH),
    "step0": (3 * WIDTH, SEEN),
    "step1": (3 * SEEN, SEEN),
    "step2": (3 * SEEN, SEEN),
    "bias0": (SEEN,),
    "bias1": (SEEN,),
    "bias2": (SEEN,),
    "gaze": (SEEN, GAZES),
    "hidden": (GAZES * SEEN + SEEN + WIDTH, HIDDEN),
    "hidden_bias": (HIDDEN,),
    "out": (HIDDEN, 2),
    "bias": (2,),
}


RULES_ALONE = Checker(load_rules())


def reading_of(text: str, question: str | None = None) -> Reading:
    return RULES_ALONE.reading(text, question)


def small_network(seed: int = 0) -> Network:
    rng = np.random.default_rng(seed)
    return Network({name: rng.normal(size=shape).astype(np.float32) for name, shape in SHAPES.items()})


def said(*words: str) -> Encoded:
    return Encoded(("q:None", *words), ((),) * (len(words) + 1))


def answers(network: Network, encoded: Encoded) -> Array:
    return network.answers(network.look(encoded))


def test_every_part_has_a_shape_here() -> None:
    assert set(SHAPES) == set(PARTS)


def test_the_order_of_the_words_counts() -> None:
    network = small_network()
    assert not np.allclose(
        answers(network, said("kan", "ikke", "tisse")), answers(network, said("tisse", "kan", "ikke"))
    )


def test_a_word_far_away_is_still_taken_in() -> None:
    network = small_network()
    row = [f"ord{n}" for n in range(30)]
    assert not np.allclose(answers(network, said(*row)), answers(network, said(*row[:-1], "feber")))


@pytest.mark.parametrize("column", [0, 1])
def test_what_the_places_weigh_adds_up_to_the_answer(column: int) -> None:
    drawn = small_network()
    biases = {name: np.zeros(shape, np.float32) for name, shape in SHAPES.items() if "bias" in name}
    unbiased = {name: biases.get(name, drawn.part(name)) for name in PARTS}
    network, text = Network(unbiased), said("kan", "ikke", "tisse", "siden", "i", "nat")
    weighs = network.by_place(network.look(text), column)
    assert len(weighs) == len(text.words)
    assert np.isclose(weighs.sum(), answers(network, text)[column], rtol=1e-4)


def test_the_same_text_gives_the_same_answer_after_many_others() -> None:
    network = small_network()
    before = answers(network, said("benet", "svigter"))
    for number in range(50):
        answers(network, said(*(f"ord{number}-{place}" for place in range(20))))
    assert np.array_equal(answers(network, said("benet", "svigter")), before)


@given(st.text(min_size=1, max_size=300))
def test_any_word_has_a_bounded_number_of_rows(word: str) -> None:
    rows = word_rows(word)
    assert 1 <= len(rows) <= GROUPS
    assert all(0 < row < ROWS for row in rows)


@given(st.text(max_size=200), st.integers(0, 20))
def test_any_text_is_told_word_by_word_after_the_question(text: str, start: int) -> None:
    reading = reading_of(text, "pain")
    encoded = encode(reading, start, start + 10)
    assert encoded.words[0] == "q:pain"
    assert list(encoded.words[1:]) == [token.word for token in reading.scene.tokens[start : start + 10]]
    assert len(encoded.concepts) == len(encoded.words)
    assert all(len(told) <= CONCEPTS for told in encoded.concepts)


@pytest.mark.parametrize("text", ["", "ja", "kan ikke tisse", "ord " * 500])
def test_the_shipped_network_answers_every_head_with_a_number(text: str) -> None:
    reader = load_reader()
    every = answers(reader.model.network, encode(reading_of(text), 0, 110))
    assert every.shape == (len(reader.settings.heads),)
    assert np.isfinite(every).all()
