"""The labelled replies in tests/corpus, as the tools that train and measure read them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from messages.red_flag_schema import RedFlagRules

CORPUS = Path(__file__).parents[1] / "tests" / "corpus"
RULES = "rules"
"""The examples that stand with the rules count as one more writer of this name."""

GIVEN = "train_"
"""How the names of the files begin that the project began with."""
EVERY = 3

Reply = dict[str, Any]


def corpus_files(paths: Iterable[str]) -> list[Path]:
    """The files named, and the *.jsonl files of the folders named."""
    files: list[Path] = []
    for path in map(Path, paths):
        files += sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    return files


def read_items(path: Path) -> list[Reply]:
    """One corpus file; split on newline only, since a text may hold odd Unicode."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def read_corpus() -> list[Reply]:
    """Every labelled reply, each with the file (the writer) it came from."""
    return [{**item, "writer": path.stem} for path in corpus_files([str(CORPUS)]) for item in read_items(path)]


def guarded(path: Path) -> list[Reply]:
    """The replies of a file whose figures may not fall from one change to the next: all of the given ones, every third
    of our own. That keeps the tests short; `make triage-report` reads them all.
    """
    items = read_items(path)
    return items if path.stem.startswith(GIVEN) else items[::EVERY]


def plain_cases(rules: RedFlagRules) -> list[Reply]:
    """The examples and counter-examples that stand with each flag."""
    return [
        {"text": text, "question": None, "level": level, "accept": [level], "flags": flags, "writer": RULES}
        for flag in rules.flags
        for level, flags, texts in (
            (str(flag.level), [flag.id], flag.examples),
            ("green", ["negated"], flag.counter_examples),
        )
        for text in texts
    ]
