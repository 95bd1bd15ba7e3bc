"""The second reader: statistics where words run out. A small linear model that can only raise what the rules say.

Its weights stand in messages/red_flags_reader.bin, written by tools/train_reader.py from the labelled replies in
tests/corpus. It reads with the standard library alone.
"""

from __future__ import annotations

import json
import zlib
from array import array
from dataclasses import dataclass
from math import exp
from pathlib import Path

import messages
from bot.red_flags.features import BITS, Reading, features

MODEL_FILE = Path(messages.__file__).parent / "red_flags_reader.bin"
_MOST_WORDS = 3
_SHARE = 0.25
"""A word is named when it weighs at least this share of the heaviest one."""


class ReaderError(ValueError):
    """The model file cannot be used. The message names the file and the reason."""


@dataclass(frozen=True)
class Opinion:
    """How likely the reply is red (0 to 1), and the tokens that weighed most for it, in reading order."""

    probability: float
    tokens: tuple[int, ...]


@dataclass(frozen=True)
class Reader:
    """A trained model and how sure it must be.

    `red`: from here on a reply is red; `red_beside_amber`: the same where the rules found something amber;
    `red_denied`: where they understood a denial or an idiom. `amber`, `amber_denied`: from here on a person must look.
    `rule_version`: the rules it was trained beside.
    """

    weights: array[int]
    scale: float
    bias: float
    red: float
    red_beside_amber: float
    red_denied: float
    amber: float
    amber_denied: float
    rule_version: str

    def demands(self, *, denied: bool, beside_amber: bool) -> tuple[float, float]:
        """How likely a reply must be to be called red, and to be called amber, after what the rules understood."""
        if denied:
            return self.red_denied, self.amber_denied
        return (self.red_beside_amber if beside_amber else self.red), self.amber

    def read(self, reading: Reading) -> Opinion:
        """The opinion on one reply; linear in its length, bounded."""
        total = 0.0
        by_token: dict[int, float] = {}
        for index, value, token in features(reading):
            part = self.weights[index] * value
            if part:
                total += part
                by_token[token] = by_token.get(token, 0.0) + part
        score = max(-30.0, min(30.0, total * self.scale + self.bias))
        return Opinion(1 / (1 + exp(-score)), _heaviest(by_token))


def _heaviest(by_token: dict[int, float]) -> tuple[int, ...]:
    ranked = sorted(by_token, key=by_token.__getitem__, reverse=True)[:_MOST_WORDS]
    return tuple(sorted(token for token in ranked if by_token[token] > _SHARE * by_token[ranked[0]]))


def load_reader(path: Path | None = None) -> Reader:
    """The reader of `path` (default: the shipped one). Raises ReaderError when the file is not one of ours."""
    file = path or MODEL_FILE
    try:
        head, _, body = file.read_bytes().partition(b"\n")
        settings = json.loads(head)
        weights = array("b", zlib.decompress(body))
        reader = Reader(weights=weights, **settings)
    except (OSError, ValueError, TypeError, zlib.error) as error:
        raise ReaderError(f"{file.name}: cannot be read as a model ({type(error).__name__})") from error
    if len(weights) != 1 << BITS:
        raise ReaderError(f"{file.name}: has {len(weights)} weights, not {1 << BITS}: train it anew")
    return reader


def dump_reader(reader: Reader) -> bytes:
    """The bytes of a model file: one line of settings, then the weights, compressed. The same model, the same bytes."""
    settings = {name: value for name, value in vars(reader).items() if name != "weights"}
    return json.dumps(settings, sort_keys=True).encode() + b"\n" + zlib.compress(reader.weights.tobytes(), 9)
