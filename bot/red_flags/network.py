"""The network of the second reader: what words mean beside each other. Reads with numpy; trained by tools.

Each word becomes a row of numbers (the sum of its letter groups and concepts). Three steps, each looking further to
both sides, let a word take in its neighbours, so that "ikke" reaches what it denies; then the weightiest places of the
reply are gathered into one answer for each question the network was trained on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bot.red_flags.encoding import Encoded, word_rows

Array = NDArray[np.float32]
STRIDES = (1, 2, 4)
"""How far to each side the three steps look."""
PARTS = ("table", "step0", "bias0", "step1", "bias1", "step2", "bias2", "gaze", "hidden", "hidden_bias", "out", "bias")
_WORDS_REMEMBERED = 20_000


class Network:
    """The trained numbers by name (see PARTS); the last part answers one question a column."""

    def __init__(self, parts: Mapping[str, Array]) -> None:
        self._parts = {name: np.ascontiguousarray(parts[name], dtype=np.float32) for name in PARTS}
        self._word = lru_cache(maxsize=_WORDS_REMEMBERED)(self._word_sum)

    def part(self, name: str) -> Array:
        """One part of the network, by its name in PARTS."""
        return self._parts[name]

    def answers(self, encoded: Encoded) -> Array:
        """Log odds for each question."""
        return self._decide(self._look_around(self._rows(encoded)))

    def without(self, encoded: Encoded, column: int, places: Iterable[int]) -> dict[int, float]:
        """What the words at these places weigh for one question: its log odds less what they are without that word."""
        rows = self._rows(encoded)
        whole = self._decide(self._look_around(rows))[column]
        weighs: dict[int, float] = {}
        for place in places:
            blank = rows.copy()
            blank[place] = 0
            weighs[place] = float(whole - self._decide(self._look_around(blank))[column])
        return weighs

    def _word_sum(self, word: str) -> tuple[Array, int]:
        rows = word_rows(word)
        return self._parts["table"][list(rows)].sum(axis=0), len(rows)

    def _rows(self, encoded: Encoded) -> Array:
        table = self._parts["table"]
        rows = np.empty((len(encoded.words), table.shape[1]), dtype=np.float32)
        for place, (word, concepts) in enumerate(zip(encoded.words, encoded.concepts, strict=True)):
            total, count = self._word(word)
            if concepts:
                total = total + table[list(concepts)].sum(axis=0)
            rows[place] = total / np.sqrt(np.float32(count + len(concepts)))
        return rows

    def _look_around(self, rows: Array) -> tuple[Array, Array]:
        parts = self._parts
        seen = _bend(_beside(rows, STRIDES[0]) @ parts["step0"] + parts["bias0"])
        for step, stride in enumerate(STRIDES[1:], start=1):
            seen = seen + _bend(_beside(seen, stride) @ parts[f"step{step}"] + parts[f"bias{step}"])
        return rows, seen

    def _decide(self, looked: tuple[Array, Array]) -> Array:
        rows, seen = looked
        gaze = seen @ self._parts["gaze"]
        gaze = np.exp(gaze - gaze.max(axis=0))
        gathered = (gaze / gaze.sum(axis=0)).T @ seen
        whole = np.concatenate([gathered.ravel(), seen.max(axis=0), rows.mean(axis=0)])
        hidden = _bend(whole @ self._parts["hidden"] + self._parts["hidden_bias"])
        answers: Array = hidden @ self._parts["out"] + self._parts["bias"]
        return answers


def _beside(rows: Array, stride: int) -> Array:
    """Each row between the row `stride` before it and the one `stride` after it; zeros beyond the ends."""
    count, width = rows.shape
    wide = np.zeros((count, 3 * width), dtype=np.float32)
    wide[:, width : 2 * width] = rows
    if stride < count:
        wide[stride:, :width] = rows[:-stride]
        wide[:-stride, 2 * width :] = rows[stride:]
    return wide


def _bend(values: Array) -> Array:
    """The usual gentle bend (GELU in its tanh form), as in training."""
    bent: Array = 0.5 * values * (1 + np.tanh(0.7978845608 * values * (1 + 0.044715 * values * values)))
    return bent
