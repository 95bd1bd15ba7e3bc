"""The linear half of the second reader: what pieces of words, words and concepts weigh, added up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bot.red_flags.features import PIECES, Reading, even, features, signs
from bot.red_flags.remember import Memory


class Linear:
    """Weights as whole numbers, each worth `scale`, and the log odds `bias` of a reply without any feature."""

    def __init__(self, weights: NDArray[np.int8], scale: float, bias: float) -> None:
        self.weights = weights
        self._scale = scale
        self._bias = bias
        self._word = Memory(self._word_sum)

    def odds(self, reading: Reading, start: int, end: int) -> float:
        """Log odds that the tokens start:end of a reply are red. What a word's pieces weigh is known from before."""
        words = [self._word[token.word] for token in reading.scene.tokens[start:end]]
        total = sum(weight for weight, _ in words) * even(sum(count for _, count in words))
        for some in signs(reading, start, end):
            total += int(self.weights[some.weights].sum(dtype=np.int64)) * some.value
        return total * self._scale + self._bias

    def by_word(self, reading: Reading, start: int, end: int) -> NDArray[np.float64]:
        """What each of these tokens weighs in the log odds."""
        weighs = np.zeros(max(0, min(end, len(reading.scene.tokens)) - start))
        for some in features(reading, start, end):
            np.add.at(weighs, some.places - start, self.weights[some.weights] * (some.value * self._scale))
        return weighs

    def _word_sum(self, word: str) -> tuple[int, int]:
        pieces = PIECES[word]
        return int(self.weights[pieces].sum(dtype=np.int64)), len(pieces)
