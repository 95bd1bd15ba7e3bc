"""Train the second reader's network (bot/red_flags/network.py) with JAX. Called by tools/train_reader.py.

One answer per question: is the reply red, is it amber, does it hold this flag. Learning the flags beside the level
teaches it what the words are about. Every tenth reply is read together with an ordinary one before or after it, since
the worst finding decides whatever stands around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bot.red_flags.encoding import CONCEPTS, GROUPS, ROWS, Encoded, word_rows
from bot.red_flags.network import STRIDES

WIDTH, SEEN, GAZES, HIDDEN = 96, 128, 4, 160
EPOCHS, BATCH, RATE = 12, 64, 2e-3
LETTERS_LOST, WORDS_LOST, SEEN_LOST = 0.25, 0.07, 0.4
CONCEPTS_LOST = 0.1
JOINED = 0.1
MISSPELT = 0.15
FLAG_COST = 0.3
WEIGHT_DECAY = 1e-4
SHORTEST_MISSPELT = 4
LENGTHS = (16, 24, 32, 64, 128)
"""A batch is filled up to one of these lengths, so that short replies do not cost as much as long ones."""

Parts = dict[str, Any]


@dataclass(frozen=True)
class Lessons:
    """Replies to learn from. `targets`: a row of 0 and 1 for each; `cost`: how much a mistake counts;
    `ordinary`: replies that may stand beside any other without changing what it means."""

    replies: Sequence[Encoded]
    targets: np.ndarray
    cost: np.ndarray
    ordinary: np.ndarray


def first_parts(key: Any, answers: int) -> Parts:
    keys = iter(jax.random.split(key, 8))
    whole = GAZES * SEEN + SEEN + WIDTH

    def drawn(*shape: int) -> Any:
        return jax.random.normal(next(keys), shape) / np.sqrt(shape[0])

    return {
        "table": jax.random.normal(next(keys), (ROWS, WIDTH)) * 0.3,
        "step0": drawn(3 * WIDTH, SEEN),
        "step1": drawn(3 * SEEN, SEEN),
        "step2": drawn(3 * SEEN, SEEN),
        "bias0": jnp.zeros(SEEN),
        "bias1": jnp.zeros(SEEN),
        "bias2": jnp.zeros(SEEN),
        "gaze": drawn(SEEN, GAZES),
        "hidden": drawn(whole, HIDDEN),
        "hidden_bias": jnp.zeros(HIDDEN),
        "out": drawn(HIDDEN, answers),
        "bias": jnp.zeros(answers),
    }


def forward(parts: Parts, batch: Parts, key: Any) -> Any:
    """Log odds of every question for each reply of a batch; letters, words and signals are lost at random."""
    letters, words, told, seen_key, end = jax.random.split(key, 5)
    table = parts["table"].at[0].set(0.0)
    kept = jax.random.bernoulli(letters, 1 - LETTERS_LOST, batch["spelling"].shape)[..., None]
    sums = (table[batch["spelling"]] * kept).sum(1)
    counts = (batch["spelling"] > 0).sum(1)
    known = batch["concepts"] * jax.random.bernoulli(told, 1 - CONCEPTS_LOST, batch["concepts"].shape)
    concepts = table[known].sum(2)
    count = counts[batch["words"]] + (known > 0).sum(2)
    rows = (sums[batch["words"]] + concepts) / jnp.sqrt(jnp.maximum(count, 1))[..., None]
    there = batch["there"][..., None]
    rows = rows * there * jax.random.bernoulli(words, 1 - WORDS_LOST, rows.shape[:2])[..., None]
    shaken = rows * jax.random.bernoulli(seen_key, 1 - SEEN_LOST, rows.shape) / (1 - SEEN_LOST)
    seen = jax.nn.gelu(beside(shaken, STRIDES[0]) @ parts["step0"] + parts["bias0"]) * there
    for step, stride in enumerate(STRIDES[1:], start=1):
        seen = seen + jax.nn.gelu(beside(seen, stride) @ parts[f"step{step}"] + parts[f"bias{step}"]) * there
    gaze = jax.nn.softmax(jnp.where(there > 0, seen @ parts["gaze"], -1e9), axis=1)
    gathered = jnp.einsum("nts,ntg->ngs", seen, gaze).reshape(seen.shape[0], -1)
    most = jnp.where(there > 0, seen, -1e9).max(1)
    whole = jnp.concatenate([gathered, most, shaken.sum(1) / there.sum(1)], axis=1)
    whole = whole * jax.random.bernoulli(end, 1 - SEEN_LOST, whole.shape) / (1 - SEEN_LOST)
    return jax.nn.relu(whole @ parts["hidden"] + parts["hidden_bias"]) @ parts["out"] + parts["bias"]


def beside(rows: Any, stride: int) -> Any:
    gap = ((0, 0), (stride, stride), (0, 0))
    wide = jnp.pad(rows, gap)
    length = rows.shape[1]
    return jnp.concatenate([wide[:, at : at + length] for at in (0, stride, 2 * stride)], axis=-1)


@partial(jax.jit, donate_argnums=(0, 1, 2))
def step(parts: Parts, mean: Parts, square: Parts, batch: Parts, key: Any, count: Any, rate: Any) -> Any:
    """One step of Adam with weight decay."""

    def loss(parts: Parts) -> Any:
        odds = forward(parts, batch, key)
        wrong = jnp.maximum(odds, 0) - odds * batch["targets"] + jnp.log1p(jnp.exp(-jnp.abs(odds)))
        return (batch["cost"] * (wrong[:, 0] + FLAG_COST * wrong[:, 1:].sum(1))).mean()

    slope = jax.grad(loss)(parts)
    mean = jax.tree.map(lambda old, new: 0.9 * old + 0.1 * new, mean, slope)
    square = jax.tree.map(lambda old, new: 0.99 * old + 0.01 * new * new, square, slope)
    first, second = 1 - 0.9**count, 1 - 0.99**count
    parts = jax.tree.map(
        lambda value, m, s: value - rate * ((m / first) / (jnp.sqrt(s / second) + 1e-8) + WEIGHT_DECAY * value),
        parts,
        mean,
        square,
    )
    return parts, mean, square


def train_network(lessons: Lessons, seed: int = 0) -> dict[str, np.ndarray]:
    """The parts of a trained network. The same lessons and seed give the same parts on the same machine."""
    rng = np.random.default_rng(seed)
    key, start = jax.random.split(jax.random.PRNGKey(seed))
    parts = first_parts(start, lessons.targets.shape[1])
    mean, square = jax.tree.map(jnp.zeros_like, parts), jax.tree.map(jnp.zeros_like, parts)
    total = EPOCHS * (len(lessons.replies) // BATCH)
    count = 0
    for _ in range(EPOCHS):
        for batch in batches(lessons, rng):
            count += 1
            key, now = jax.random.split(key)
            rate = RATE * min(1.0, count / 100) * max(0.02, 1 - count / total)
            parts, mean, square = step(parts, mean, square, batch, now, float(count), rate)
    trained = {name: np.asarray(value) for name, value in parts.items()}
    trained["table"] = trained["table"].copy()
    trained["table"][0] = 0
    return trained


def batches(lessons: Lessons, rng: np.random.Generator) -> Iterator[Parts]:
    """All replies once, in batches of about one length and random order."""
    order = rng.permutation(len(lessons.replies))
    texts = {int(i): misspelt(joined(lessons, int(i), rng), rng) for i in order}
    near = [order[start : start + 16 * BATCH] for start in range(0, len(order), 16 * BATCH)]
    groups = []
    for some in near:
        by_length = sorted(map(int, some), key=lambda i: len(texts[i].words))
        groups += [by_length[start : start + BATCH] for start in range(0, len(by_length), BATCH)]
    for place in rng.permutation(len(groups)):
        group = groups[place]
        if len(group) == BATCH:
            yield filled([texts[i] for i in group], lessons.targets[group], lessons.cost[group])


def joined(lessons: Lessons, index: int, rng: np.random.Generator) -> Encoded:
    """A reply as it stands, or with an ordinary one before or after it."""
    reply = lessons.replies[index]
    if rng.random() >= JOINED:
        return reply
    other = lessons.replies[int(rng.choice(lessons.ordinary))]
    first, last = (reply, other) if rng.random() < 0.5 else (other, reply)
    return Encoded(
        (reply.words[0], *first.words[1:], *last.words[1:]),
        (reply.concepts[0], *first.concepts[1:], *last.concepts[1:]),
    )


def misspelt(text: Encoded, rng: np.random.Generator) -> Encoded:
    """A reply as it stands, or with a slip of the thumb in one or two of its longer words."""
    long = [place for place, word in enumerate(text.words) if place and len(word) >= SHORTEST_MISSPELT]
    if not long or rng.random() >= MISSPELT:
        return text
    words = list(text.words)
    for place in rng.choice(long, size=min(len(long), 1 + int(rng.random() < 0.5)), replace=False):
        words[place] = slipped(words[place], rng)
    return Encoded(tuple(words), text.concepts)


def slipped(word: str, rng: np.random.Generator) -> str:
    """A letter doubled, lost, or changed places with the next."""
    at = int(rng.integers(1, len(word) - 1))
    return (
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    )[int(rng.integers(3))]


def filled(texts: Sequence[Encoded], targets: np.ndarray, cost: np.ndarray) -> Parts:
    length = next((size for size in LENGTHS if max(len(text.words) for text in texts) <= size), LENGTHS[-1])
    known: dict[str, int] = {}
    words = np.zeros((len(texts), length), np.int32)
    there = np.zeros((len(texts), length), np.float32)
    concepts = np.zeros((len(texts), length, CONCEPTS), np.int32)
    for place, text in enumerate(texts):
        for at, (word, told) in enumerate(zip(text.words[:length], text.concepts, strict=False)):
            words[place, at] = known.setdefault(word, len(known))
            there[place, at] = 1
            concepts[place, at, : len(told)] = told
    spelling = np.zeros((-(-len(known) // 256) * 256, GROUPS), np.int32)
    for word, place in known.items():
        rows = word_rows(word)
        spelling[place, : len(rows)] = rows
    return {
        "spelling": spelling,
        "words": words,
        "there": there,
        "concepts": concepts,
        "targets": targets,
        "cost": cost,
    }
