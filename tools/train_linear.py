"""Train the linear half of the second reader: logistic regression over bot/red_flags/features.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from bot.red_flags.features import BITS, Reading, features
from bot.red_flags.reader import WINDOW

STRENGTH = 8.0
AMBER_COUNTS = 0.5
"""An amber reply called red costs half of what a green one does."""


@dataclass(frozen=True)
class Linear:
    """Weights and bias: their sum over the features of a reply is the log odds that it is red."""

    weights: np.ndarray
    bias: float

    def odds(self, table: csr_matrix) -> np.ndarray:
        answer: np.ndarray = table @ self.weights + self.bias
        return answer


def matrix(readings: Sequence[Reading]) -> csr_matrix:
    """A row for each reply, its first window; a column for each weight."""
    indices: list[int] = []
    values: list[float] = []
    ends = [0]
    for reading in readings:
        for index, value, _ in features(reading, 0, WINDOW):
            indices.append(index)
            values.append(value)
        ends.append(len(indices))
    table = csr_matrix((values, indices, ends), shape=(len(readings), 1 << BITS))
    table.sum_duplicates()
    return table


def train_linear(table: csr_matrix, red: np.ndarray, clear: np.ndarray) -> Linear:
    """`clear`: replies that are red or accept only green; the others count for less."""
    model = LogisticRegression(
        C=STRENGTH, class_weight="balanced", solver="liblinear", dual=True, tol=0.01, max_iter=300, random_state=0
    ).fit(table, red, sample_weight=np.where(clear, 1.0, AMBER_COUNTS))
    return Linear(model.coef_[0], float(model.intercept_[0]))
