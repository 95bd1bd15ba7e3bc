"""The file of the second reader's two models: one line of settings, then whole numbers from -127 to 127, compressed."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import messages
from bot.red_flags.features import BITS
from bot.red_flags.linear import Linear
from bot.red_flags.network import PARTS, Network

MODEL_FILE = Path(messages.__file__).parent / "red_flags_reader.bin"
HIGHEST = 127


class ReaderError(ValueError):
    """The model file cannot be used. The message names the file and the reason."""


@dataclass(frozen=True)
class Blend:
    """How the log odds of the two models are added up to those of a red reply."""

    linear: float
    network: float
    bias: float


@dataclass(frozen=True)
class SureOfRed:
    """From which probability a reply is red: where a rule suspects, in a short reply and in a longer one; where the
    rules found something amber; where they found nothing; where they understood a denial or an idiom in a short reply.
    """

    plainly_suspected: float
    suspected: float
    beside_amber: float
    alone: float
    plainly_denied: float


@dataclass(frozen=True)
class SureOfAmber:
    """From which probability staff must look: where the rules found nothing, where they understood a denial."""

    alone: float
    denied: float


@dataclass(frozen=True)
class Settings:
    """What stands in the first line. `heads`: the questions the network answers: red, amber, `red_heads` red flags,
    then amber flags. `shapes` and `scales`: how the whole numbers become the parts of the network."""

    rule_version: str
    linear_scale: float
    linear_bias: float
    blend: Blend
    red: SureOfRed
    amber: SureOfAmber
    heads: tuple[str, ...]
    red_heads: int
    shapes: dict[str, tuple[int, ...]]
    scales: dict[str, float]


@dataclass(frozen=True)
class Model:
    """Both models, ready to read."""

    settings: Settings
    linear: Linear
    network: Network


def read_model(file: Path) -> Model:
    """The models of a file. Raises ReaderError when it is not one of ours."""
    try:
        head, _, body = file.read_bytes().partition(b"\n")
        settings = _settings(json.loads(head))
        numbers = np.frombuffer(zlib.decompress(body), dtype=np.int8)
        sizes = [1 << BITS, *(int(np.prod(settings.shapes[name])) for name in PARTS)]
        if len(numbers) != sum(sizes):
            raise ReaderError(f"{file.name}: holds {len(numbers)} numbers, not {sum(sizes)}: train it anew")
        linear, *parts = np.split(numbers, np.cumsum(sizes)[:-1])
        network = Network(
            {
                name: part.reshape(settings.shapes[name]).astype(np.float32) * np.float32(settings.scales[name])
                for name, part in zip(PARTS, parts, strict=True)
            }
        )
    except (OSError, KeyError, TypeError, ValueError, zlib.error) as error:
        if isinstance(error, ReaderError):
            raise
        raise ReaderError(f"{file.name}: cannot be read as a model ({type(error).__name__})") from error
    return Model(settings, Linear(linear, settings.linear_scale, settings.linear_bias), network)


def write_model(file: Path, settings: Settings, linear: NDArray[np.int8], parts: dict[str, NDArray[np.int8]]) -> None:
    """Write the models. The same models give the same bytes."""
    body = linear.tobytes() + b"".join(parts[name].tobytes() for name in PARTS)
    file.write_bytes(json.dumps(asdict(settings), sort_keys=True).encode() + b"\n" + zlib.compress(body, 9))


def whole_numbers(values: NDArray[Any]) -> tuple[NDArray[np.int8], float]:
    """The values as whole numbers, and what one of them is worth."""
    scale = float(np.abs(values).max()) / HIGHEST or 1.0
    return np.rint(values / scale).astype(np.int8), scale


def _settings(raw: dict[str, Any]) -> Settings:
    return Settings(
        **{
            **raw,
            "blend": Blend(**raw["blend"]),
            "red": SureOfRed(**raw["red"]),
            "amber": SureOfAmber(**raw["amber"]),
            "heads": tuple(raw["heads"]),
            "shapes": {name: tuple(shape) for name, shape in raw["shapes"].items()},
        }
    )
