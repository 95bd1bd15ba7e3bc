"""The network of the second reader: what words mean beside each other. Reads with numpy; trained by tools.

Each word becomes a row of numbers (the sum of its letter groups and concepts). Three steps, each looking further to
both sides, let a word take in its neighbours, so that "ikke" reaches what it denies; then the weightiest places of the
reply are gathered into one answer for each question the network was trained on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from bot.red_flags.encoding import Encoded, word_rows
from bot.red_flags.remember import Memory

Array = NDArray[np.float32]
STRIDES = (1, 2, 4)
"""How far to each side the three steps look."""
PARTS = ("table", "step0", "bias0", "step1", "bias1", "step2", "bias2", "gaze", "hidden", "hidden_bias", "out", "bias")


@dataclass(frozen=True)
class Seen:
    """A reply half read. `rows`: its words; `places`: each word with what stands around it; `shares`: how much of the
    whole each place is, once a gaze; `whole`: all that the answers are made from."""

    rows: Array
    places: Array
    shares: Array
    whole: Array


class Network:
    """The trained numbers by name (see PARTS); the last part answers one question a column."""

    def __init__(self, parts: Mapping[str, Array]) -> None:
        self._parts = {name: np.ascontiguousarray(parts[name], dtype=np.float32) for name in PARTS}
        self._steps = [_side_by_side(self._parts[f"step{step}"]) for step in range(len(STRIDES))]
        self._word = Memory(self._word_sum)

    def part(self, name: str) -> Array:
        """One part of the network, by its name in PARTS."""
        return self._parts[name]

    def answers(self, seen: Seen) -> Array:
        """Log odds for each question."""
        hidden = np.maximum(self._before_bend(seen), 0)
        answers: Array = hidden @ self._parts["out"] + self._parts["bias"]
        return answers

    def by_place(self, seen: Seen, column: int) -> Array:
        """What is gathered at each place for one question, in log odds as far as the answer follows it in a straight
        line: the question that was asked first, then each word with what stands around it."""
        bends = self._before_bend(seen) > 0
        slope = self._parts["hidden"] @ (bends * self._parts["out"][:, column])
        width, gazes = seen.places.shape[1], seen.shares.shape[1]
        gathered, most, mean = np.split(slope, [gazes * width, (gazes + 1) * width])
        weighs = (seen.shares * (seen.places @ gathered.reshape(gazes, width).T)).sum(axis=1)
        weighs += seen.rows @ mean / len(seen.rows)
        weighs += np.bincount(seen.places.argmax(axis=0), most * seen.places.max(axis=0), len(weighs))
        return np.asarray(weighs, dtype=np.float32)

    def _word_sum(self, word: str) -> tuple[Array, int]:
        rows = word_rows(word)
        return self._parts["table"][list(rows)].sum(axis=0), len(rows)

    def _rows(self, encoded: Encoded) -> Array:
        """The sum of each word's letter groups and concepts, evened out by their number."""
        words = [self._word[word] for word in encoded.words]
        rows: Array = np.array([total for total, _ in words], dtype=np.float32)
        counts: Array = np.array([count for _, count in words], dtype=np.float32)
        told = [place for place, concepts in enumerate(encoded.concepts) if concepts]
        if told:
            sizes = [len(encoded.concepts[place]) for place in told]
            flat = list(chain.from_iterable(encoded.concepts))
            starts = np.cumsum([0, *sizes[:-1]])
            rows[told] += np.add.reduceat(self._parts["table"][flat], starts, axis=0)
            counts[told] += np.array(sizes, dtype=np.float32)
        return (rows / np.sqrt(counts)[:, None]).astype(np.float32, copy=False)

    def look(self, encoded: Encoded) -> Seen:
        """A reply half read: all that the answers are made from."""
        parts = self._parts
        rows = self._rows(encoded)
        places = _step(rows, STRIDES[0], self._steps[0], parts["bias0"])
        for step, stride in enumerate(STRIDES[1:], start=1):
            places = places + _step(places, stride, self._steps[step], parts[f"bias{step}"])
        gaze = places @ parts["gaze"]
        gaze = np.exp(gaze - gaze.max(axis=0))
        shares = gaze / gaze.sum(axis=0)
        whole = np.concatenate([(shares.T @ places).ravel(), places.max(axis=0), rows.mean(axis=0)])
        return Seen(rows, places, shares, whole)

    def _before_bend(self, seen: Seen) -> Array:
        before: Array = seen.whole @ self._parts["hidden"] + self._parts["hidden_bias"]
        return before


def _side_by_side(weights: Array) -> Array:
    """What a row gives to the one after it, to itself and to the one before it, in one table: one multiplication is
    quicker than three."""
    return np.hstack(np.split(weights, 3))


def _step(rows: Array, stride: int, weights: Array, bias: Array) -> Array:
    """Each row between the row `stride` before it and the one `stride` after it, weighed together; beyond the ends
    there is nothing."""
    given = rows @ weights
    width = len(bias)
    out: Array = given[:, width : 2 * width] + bias
    if stride < len(rows):
        out[stride:] += given[:-stride, :width]
        out[:-stride] += given[stride:, 2 * width :]
    return _bend(out)


def _bend(values: Array) -> Array:
    """The usual gentle bend (GELU in its tanh form), as in training."""
    bent = values * values
    bent *= np.float32(0.7978845608 * 0.044715)
    bent += np.float32(0.7978845608)
    bent *= values
    np.tanh(bent, out=bent)
    bent += 1
    bent *= values
    bent *= np.float32(0.5)
    return bent
