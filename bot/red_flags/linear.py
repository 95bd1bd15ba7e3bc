"""The linear half of the second reader: what pieces of words, words and concepts weigh, added up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bot.red_flags.features import PIECES, Stretch, even
from bot.red_flags.remember import Memory


class Linear:
    """Weights as whole numbers, each worth `scale`, and the log odds `bias` of a reply without any feature."""

    def __init__(self, weights: NDArray[np.int8], scale: float, bias: float) -> None:
        self.weights = weights
        self._scale = scale
        self._bias = bias
        self._word = Memory(self._word_sum)

    def odds(self, stretch: Stretch) -> float:
        """Log odds that the stretch is red. What a word's pieces weigh is known from before."""
        words = [self._word[token.word] for token in stretch.tokens]
        total = sum(weight for weight, _ in words) * even(sum(count for _, count in words))
        for some in stretch.signs:
            total += int(self.weights[some.weights].sum(dtype=np.int64)) * some.value
        return total * self._scale + self._bias

    def by_word(self, stretch: Stretch) -> NDArray[np.float64]:
        """What each of its tokens weighs in the log odds."""
        count = len(stretch.tokens)
        weighs: NDArray[np.float64] = np.zeros(count)
        for some in stretch.features:
            weighs += np.bincount(some.places, self.weights[some.weights] * (some.value * self._scale), count)[:count]
        return weighs

    def _word_sum(self, word: str) -> tuple[int, int]:
        pieces = PIECES[word]
        return int(self.weights[pieces].sum(dtype=np.int64)), len(pieces)
