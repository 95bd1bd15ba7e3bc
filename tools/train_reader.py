"""Train the red-flag checker's second reader: python -m tools.train_reader

Reads the labelled replies in tests/corpus and writes messages/red_flags_reader.bin. The same corpus and rules give the
same model on the same kind of machine. Needs what `make install-training` brings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from bot.red_flags import Checker
from bot.red_flags.encoding import Encoded, encode
from bot.red_flags.linear import Linear
from bot.red_flags.model import Level
from bot.red_flags.model_file import (
    MODEL_FILE,
    Blend,
    Model,
    Settings,
    SureOfAmber,
    SureOfRed,
    read_model,
    whole_numbers,
    write_model,
)
from bot.red_flags.nearest import REPLIES_FILE, Labelled, pack
from bot.red_flags.network import Network
from bot.red_flags.reader import Reader
from messages.red_flag_schema import load_rules
from tools.corpus import Reply, plain_cases, read_corpus
from tools.train_linear import WORDS_LEARNT, LinearFit, matrix, train_linear
from tools.train_network import Lessons, train_network

FOLDS = 4
RARE = 40
"""Flags with fewer replies than this get no question of their own."""
AMBER_COUNTS = 0.6
SHORT_ENOUGH = 120
"""Letters of an ordinary reply that may be put beside another one in training."""
# Chosen on writers left out of training (docs/triage-report.md).
BLEND = Blend(linear=0.411, network=0.451, bias=0.586)
SURE_OF_RED = SureOfRed(plainly_suspected=0.2, suspected=0.425, beside_amber=0.55, alone=0.6, plainly_denied=0.8)
SURE_OF_AMBER = SureOfAmber(alone=0.5, denied=0.8)


Fit = tuple[LinearFit, dict[str, np.ndarray]]
"""Both models, trained."""


@dataclass(frozen=True)
class Material:
    """The replies in every form that is trained on, row by row. `heads`: red, amber, red flags, amber flags."""

    replies: Sequence[Reply]
    table: csr_matrix
    encoded: Sequence[Encoded]
    heads: tuple[str, ...]
    red_heads: int
    targets: np.ndarray

    @property
    def red(self) -> np.ndarray:
        return np.asarray(self.targets[:, 0] == 1)

    @property
    def green(self) -> np.ndarray:
        """Replies that accept nothing but green."""
        return np.array([reply["accept"] == ["green"] for reply in self.replies])

    @property
    def writers(self) -> np.ndarray:
        return np.array([reply["writer"] for reply in self.replies])


def gather(checker: Checker) -> Material:
    """The corpus and the rules' examples, read by the rules of `checker`."""
    rules = load_rules()
    replies = [*read_corpus(), *plain_cases(rules)]
    readings = [checker.reading(reply["text"], reply["question"]) for reply in replies]
    counts = {flag.id: sum(flag.id in reply["flags"] for reply in replies) for flag in rules.flags}
    flags = {
        level: [f.id for f in rules.flags if f.level == level and counts[f.id] >= RARE] for level in ("red", "amber")
    }
    heads = ("red", "amber", *flags["red"], *flags["amber"])
    targets = np.zeros((len(replies), len(heads)), np.float32)
    for place, reply in enumerate(replies):
        targets[place, 0] = reply["level"] == "red"
        targets[place, 1] = reply["level"] == "amber"
        targets[place, 2:] = [flag in reply["flags"] for flag in heads[2:]]
    encoded = [encode(reading, 0, WORDS_LEARNT) for reading in readings]
    return Material(replies, matrix(readings), encoded, heads, len(flags["red"]), targets)


def lessons(material: Material, rows: np.ndarray) -> Lessons:
    """What the network learns from: the replies of these rows."""
    chosen = [material.replies[row] for row in rows]
    clear = (material.red | material.green)[rows]
    ordinary = [
        place
        for place, reply in enumerate(chosen)
        if reply["accept"] == ["green"] and reply["question"] != "screening" and len(reply["text"]) < SHORT_ENOUGH
    ]
    return Lessons(
        [material.encoded[row] for row in rows],
        material.targets[rows],
        np.where(clear, 1.0, AMBER_COUNTS).astype(np.float32),
        np.array(ordinary),
    )


def fit(material: Material, rows: np.ndarray) -> Fit:
    """Both models, trained on the replies of these rows."""
    linear = train_linear(material.table[rows], material.red[rows], (material.red | material.green)[rows])
    return linear, train_network(lessons(material, rows))


def folds(writers: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Rows to train on and rows left out, whole writers at a time; every writer is left out once."""
    names = sorted(set(writers))
    for part in range(FOLDS):
        out = np.isin(writers, names[part::FOLDS])
        yield np.flatnonzero(~out), np.flatnonzero(out)


def make_reader(material: Material, linear: LinearFit, parts: dict[str, np.ndarray], rule_version: str) -> Reader:
    """A reader in memory as it would be read back from its file: rounded to whole numbers."""
    settings, weights, rounded = rounded_off(material, linear, parts, rule_version)
    network = Network({name: part.astype(np.float32) * settings.scales[name] for name, part in rounded.items()})
    return Reader(Model(settings, Linear(weights, settings.linear_scale, settings.linear_bias), network))


def rounded_off(
    material: Material, linear: LinearFit, parts: dict[str, np.ndarray], rule_version: str
) -> tuple[Settings, np.ndarray, dict[str, np.ndarray]]:
    weights, worth = whole_numbers(linear.weights)
    rounded = {name: whole_numbers(part) for name, part in parts.items()}
    settings = Settings(
        rule_version=rule_version,
        linear_scale=worth,
        linear_bias=linear.bias,
        blend=BLEND,
        red=SURE_OF_RED,
        amber=SURE_OF_AMBER,
        heads=material.heads,
        red_heads=material.red_heads,
        shapes={name: part.shape for name, part in parts.items()},
        scales={name: scale for name, (_, scale) in rounded.items()},
    )
    return settings, weights, {name: part for name, (part, _) in rounded.items()}


def main() -> None:
    checker = Checker(load_rules())
    material = gather(checker)
    linear, parts = fit(material, np.arange(len(material.replies)))
    write_model(MODEL_FILE, *rounded_off(material, linear, parts, checker.rule_version))
    settings = read_model(MODEL_FILE).settings
    REPLIES_FILE.write_bytes(pack(Labelled(reply["text"], Level(reply["level"])) for reply in material.replies))
    print(f"{len(material.replies)} replies, {MODEL_FILE.stat().st_size} bytes, rules {settings.rule_version}")


if __name__ == "__main__":
    main()
