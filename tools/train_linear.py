"""Train the linear half of the second reader: logistic regression over bot/red_flags/features.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from bot.red_flags.features import BITS, Reading, Stretch

WORDS_LEARNT = 110
"""Words of a reply that are learnt from: all but a few replies are shorter, and none has its red words later."""
STRENGTH = 8.0
AMBER_COUNTS = 0.5
"""An amber reply called red costs half of what a green one does."""


@dataclass(frozen=True)
class LinearFit:
    """Weights and bias: their sum over the features of a reply is the log odds that it is red."""

    weights: np.ndarray
    bias: float

    def odds(self, table: csr_matrix) -> np.ndarray:
        answer: np.ndarray = table @ self.weights + self.bias
        return answer


def matrix(readings: Sequence[Reading]) -> csr_matrix:
    """A row for each reply; a column for each weight."""
    indices: list[np.ndarray] = []
    values: list[np.ndarray] = []
    ends = [0]
    for reading in readings:
        kinds = Stretch(reading, 0, WORDS_LEARNT).features
        indices += [some.weights for some in kinds]
        values += [np.full(len(some.weights), some.value, np.float32) for some in kinds]
        ends.append(ends[-1] + sum(len(some.weights) for some in kinds))
    shape = (len(readings), 1 << BITS)
    table = csr_matrix((np.concatenate(values), np.concatenate(indices), ends), shape=shape)
    table.sum_duplicates()
    return table


def train_linear(table: csr_matrix, red: np.ndarray, clear: np.ndarray) -> LinearFit:
    """`clear`: replies that are red or accept only green; the others count for less."""
    model = LogisticRegression(
        C=STRENGTH, class_weight="balanced", solver="liblinear", dual=True, tol=0.01, max_iter=300, random_state=0
    ).fit(table, red, sample_weight=np.where(clear, 1.0, AMBER_COUNTS))
    return LinearFit(model.coef_[0], float(model.intercept_[0]))
