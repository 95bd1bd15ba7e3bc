"""Measure the red-flag checker: python -m benchmarks.checker (make bench-checker)

Time per reply at four lengths, start-up and peak memory, each beside its ceiling; then the labelled replies of
tests/corpus read by the checker and by simpler means. Everything that is read is fixed: the replies in the order of
their ids, shuffled by a fixed seed and joined by spaces; each text begins with the reply after the last one of the text
before, and is cut at its length.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

from benchmarks.report import machine, percentile, table
from benchmarks.rivals import INSTALL, Keywords, NegEx
from bot.red_flags import Checker, Level, Triage, load_checker
from messages.red_flag_schema import load_rules
from tools.corpus import corpus_files, read_items
from tools.score import Score

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "tests" / "corpus"
SEED = 1
ROUNDS = 5
STARTS = 5
TEXTS = {20: 1_000, 160: 1_000, 1_500: 100, 100_000: 4}
"""Characters of a text: how many texts of that length."""
MEDIAN_CEILINGS = {160: 300.0, 100_000: 100_000.0}
"""Microseconds that a reply of so many characters may take."""
START_CEILING = 0.5
MEMORY_CEILING = 150.0

Reply = dict[str, Any]
Read = Callable[[str, str | None], object]

FRESH = """
import json, sys, time
texts = json.load(sys.stdin)
began = time.perf_counter()
from bot.red_flags import load_checker
checker = load_checker()
seconds = time.perf_counter() - began
for text in texts:
    checker.check(text)
from benchmarks.peak import peak_megabytes
print(json.dumps([seconds, peak_megabytes()]))
"""


@dataclass(frozen=True)
class Row:
    """One measurement and, where there is one, its ceiling in the same unit."""

    what: str
    value: float
    unit: str
    ceiling: float | None = None

    def cells(self) -> list[str]:
        measured = f"{self.value:,.{0 if self.value >= 100 else 2}f} {self.unit}"
        if self.ceiling is None:
            return [self.what, measured, "", ""]
        return [self.what, measured, f"{self.ceiling:g} {self.unit}", f"{self.value / self.ceiling:.2f}"]


def corpus(folder: Path = CORPUS) -> list[Reply]:
    """All labelled replies, in the order of their ids."""
    replies = [reply for path in corpus_files([str(folder)]) for reply in read_items(path)]
    return sorted(replies, key=lambda reply: str(reply["id"]))


def joined(replies: Sequence[Reply], size: int, count: int) -> list[tuple[str, str | None]]:
    """`count` texts of `size` characters, each with the question that its first reply answers."""
    shuffled = random.Random(SEED).sample(replies, len(replies))
    row = cycle(shuffled)
    return [_one_text(row, size) for _ in range(count)]


def _one_text(row: Iterator[Reply], size: int) -> tuple[str, str | None]:
    first = next(row)
    text = first["text"]
    while len(text) < size:
        text += " " + next(row)["text"]
    return text[:size], first["question"]


def microseconds(read: Read, texts: Iterable[tuple[str, str | None]], rounds: int = ROUNDS) -> list[float]:
    """For each text its quickest reading of `rounds`, which other work on the machine disturbs least; the shortest
    first. Each text is read once before, so that its words are known.
    """
    best: list[float] = []
    for text, question in texts:
        read(text, question)
        times: list[int] = []
        for _ in range(rounds):
            began = time.perf_counter_ns()
            read(text, question)
            times.append(time.perf_counter_ns() - began)
        best.append(min(times) / 1_000)
    return sorted(best)


def in_fresh_process(texts: Sequence[str]) -> tuple[float, float]:
    """Seconds to import and load the checker, and peak megabytes after it has also read the texts."""
    ran = subprocess.run(
        [sys.executable, "-c", FRESH],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    seconds, megabytes = json.loads(ran.stdout)
    return seconds, megabytes


def speed(checker: Checker, replies: Sequence[Reply]) -> Iterator[Row]:
    for size, count in TEXTS.items():
        times = microseconds(checker.check, joined(replies, size, count))
        unit, per = ("µs", 1) if size < 10_000 else ("ms", 1_000)
        ceiling = MEDIAN_CEILINGS.get(size)
        name = f"a reply of {size:,} characters"
        yield Row(f"{name}, median", statistics.median(times) / per, unit, ceiling and ceiling / per)
        yield Row(f"{name}, p99 of {count:,} texts", percentile(times, 0.99) / per, unit)
    one_of_each = [joined(replies, size, 1)[0][0] for size in TEXTS]
    starts = [in_fresh_process(one_of_each) for _ in range(STARTS)]
    yield Row(
        f"start-up (import, load), median of {STARTS}", statistics.median(s for s, _ in starts), "s", START_CEILING
    )
    yield Row("peak memory, one reply of each length read", max(peak for _, peak in starts), "MB", MEMORY_CEILING)


def compared(name: str, level: Callable[[str, str | None], Level], replies: Sequence[Reply]) -> list[str]:
    """How well and how quickly one reader reads the labelled replies."""
    score = Score()
    for reply in replies:
        score.add(reply, Triage(level(reply["text"], reply["question"]), (), (), ""))
    times = microseconds(level, [(reply["text"], reply["question"]) for reply in replies], rounds=1)
    pairs = (("red_seen", "red"), ("alarm", "green"), ("amber_seen", "amber"))
    return [name, *(f"{score.share(*pair):.3f}" for pair in pairs), f"{statistics.median(times):,.0f}"]


def rivals() -> list[Keywords | NegEx]:
    """The simpler means that can be had here; says how to get what is missing."""
    try:
        return [Keywords(), NegEx()]
    except ImportError as missing:
        print(f"Without spaCy and NegEx ({missing.name} is not installed); install both with: {INSTALL}\n")
        return [Keywords()]


def main() -> None:
    replies = corpus()
    checker, rules_alone = load_checker(), Checker(load_rules())
    print(f"{machine()}\nrules {checker.rule_version}, {len(replies):,} labelled replies\n")
    print(table(["measured", "value", "ceiling", "ratio"], (row.cells() for row in speed(checker, replies))) + "\n")
    readers = [
        ("Rygbot: rules and second reader", lambda text, question: checker.check(text, question).level),
        ("Rygbot: rules alone", lambda text, question: rules_alone.check(text, question).level),
        *((rival.name, rival.level) for rival in rivals()),
    ]
    rows = [compared(name, level, replies) for name, level in readers]
    print(table(["reader", "red recall", "false alarms", "amber seen", "µs a reply"], rows))
    print("\nThe second reader was trained on these replies: docs/triage-report.md has writers that it never saw.")


if __name__ == "__main__":
    main()
