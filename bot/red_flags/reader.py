"""The second reader: statistics where words run out. It can only raise what the rules say.

Two small models read side by side, and what they say is added up to one probability: a linear one over pieces of words,
words and concepts (features.py), and a network that knows what words mean beside each other (network.py). Both stand in
messages/red_flags_reader.bin, written by tools/train_reader.py from the labelled replies in tests/corpus.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import exp

import numpy as np
from numpy.typing import NDArray

from bot.red_flags.encoding import encode
from bot.red_flags.features import Reading, Stretch
from bot.red_flags.model import Level
from bot.red_flags.model_file import MODEL_FILE, Model, ReaderError, Settings, read_model
from bot.red_flags.network import Seen

__all__ = ["MODEL_FILE", "Opinion", "Reader", "ReaderError", "Standing", "Window", "load_reader"]

WINDOW = 60
"""Words that are read at a time; a longer reply is read in windows and the worst one counts. In a wide one a symptom
drowns in what stands around it."""
STEP = 40
MOST_WINDOWS = 20
_MOST_WORDS = 3
_TELLING = 4
"""Letters of a word worth showing to staff as what weighed most; "det" tells nobody anything."""
_SHARE = 0.25
"""A word is named when it weighs at least this share of the heaviest one."""


@dataclass(frozen=True)
class Standing:
    """What the rules made of the reply, which decides how sure the second reader must be.

    `suspects`: a rule had a suspicion that is red only if the second reader agrees; `amber`: they found something
    for staff; `denied`: they understood a denial or an idiom in it; `plain`: the reply is short.
    """

    suspects: bool = False
    amber: bool = False
    denied: bool = False
    plain: bool = False


@dataclass(frozen=True)
class Opinion:
    """How likely the reply is red and how likely staff must look at it at all (0 to 1); the likeliest red and amber
    flags ("" when none stands out)."""

    red: float
    eyes: float
    red_flag: str
    amber_flag: str


@dataclass(frozen=True)
class Window:
    """The stretch of the reply that decided, and what the network saw in it."""

    stretch: Stretch
    seen: Seen


@dataclass(frozen=True)
class Reader:
    """The trained models and how sure they must be."""

    model: Model

    @property
    def settings(self) -> Settings:
        return self.model.settings

    @property
    def rule_version(self) -> str:
        """The rules it was trained beside."""
        return self.settings.rule_version

    def read(self, reading: Reading) -> tuple[Opinion, Window]:
        """The opinion on one reply, and the window it rests on; linear in its length, bounded."""
        last = max(1, len(reading.scene.tokens) - (WINDOW - STEP))
        starts = range(0, last, STEP)[:MOST_WINDOWS]
        opinions = (self._window(Stretch(reading, start, start + WINDOW)) for start in starts)
        return max(opinions, key=lambda one: (one[0].red, one[0].eyes))

    def level(self, opinion: Opinion, standing: Standing) -> Level:
        """What the opinion raises the reply to, after what the rules made of it."""
        sure = self.settings.red
        if standing.suspects:
            enough = sure.plainly_suspected if standing.plain else sure.suspected
        elif standing.denied:
            enough = sure.plainly_denied if standing.plain else sure.alone
        else:
            enough = sure.beside_amber if standing.amber else sure.alone
        if opinion.red >= enough:
            return Level.RED
        looks = self.settings.amber.denied if standing.denied else self.settings.amber.alone
        return Level.AMBER if opinion.eyes >= looks else Level.GREEN

    def telling(self, window: Window, level: Level) -> tuple[int, ...]:
        """The words that weighed most for the level, in reading order: numbers of tokens of the reply. The first of
        the window when none stands out."""
        blend, stretch = self.settings.blend, window.stretch
        tokens, start = stretch.tokens, stretch.start
        said = [place for place, token in enumerate(tokens) if len(token.word) >= _TELLING]
        said = said or [place for place, token in enumerate(tokens) if token.is_word]
        weighs = blend.network * self.model.network.by_place(window.seen, 0 if level is Level.RED else 1)[1:]
        if level is Level.RED:
            weighs = weighs + blend.linear * self.model.linear.by_word(stretch)
        ranked = sorted((place for place in said if weighs[place] > 0), key=lambda place: -weighs[place])[:_MOST_WORDS]
        if not ranked:
            return (start,)
        return tuple(sorted(start + place for place in ranked if weighs[place] >= _SHARE * weighs[ranked[0]]))

    def _window(self, stretch: Stretch) -> tuple[Opinion, Window]:
        seen = self.model.network.look(encode(stretch.reading, stretch.start, stretch.end))
        odds = self.model.network.answers(seen)
        blend, heads = self.settings.blend, self.settings.heads
        red = _chance(blend.linear * self.model.linear.odds(stretch) + blend.network * float(odds[0]) + blend.bias)
        eyes = max(red, _chance(float(odds[1])))
        red_flags = slice(2, 2 + self.settings.red_heads)
        red_flag = _likeliest(odds, heads, red_flags)
        amber_flag = _likeliest(odds, heads, slice(red_flags.stop, None))
        return Opinion(red, eyes, red_flag, amber_flag), Window(stretch, seen)


def _likeliest(odds: NDArray[np.float32], heads: tuple[str, ...], among: slice) -> str:
    """The flag with the best odds, or "" when none is likelier than not."""
    some = odds[among]
    best = int(some.argmax()) if len(some) else -1
    return heads[(among.start or 0) + best] if best >= 0 and some[best] > 0 else ""


def _chance(odds: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, odds))))


@lru_cache(maxsize=1)
def load_reader() -> Reader:
    """The shipped reader. Raises ReaderError when its file cannot be used."""
    return Reader(read_model(MODEL_FILE))
