"""Score the red-flag checker on labelled replies.

    python -m tools.score FILE_OR_FOLDER [...] [--misses KIND] [--flag FLAG]

A line of a corpus is {"id", "question", "text", "level", "accept", "flags", ...}. Red recall: share of the red items
called red. False alarm: share of the items that accept only green and were called red. Amber seen: share of the amber
items called amber or red. KIND is red, alarm, amber or noise (green called amber); each miss is printed with its rule.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.red_flags import Checker, Level, Triage, check_safely, load_checker
from tools.corpus import corpus_files, read_items


@dataclass
class Score:
    """Counts for one file or for all of them."""

    counts: Counter[str] = field(default_factory=Counter)
    by_flag: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, item: dict[str, Any], triage: Triage) -> str | None:
        """Count one item; returns the kind of miss, or None."""
        self.counts["all"] += 1
        self.counts["accepted"] += triage.level in item["accept"]
        kind = _kind(item, triage.level)
        if item["level"] == "red":
            self._red(item, seen=triage.level is Level.RED)
        if item["level"] == "amber":
            self.counts["amber"] += 1
            self.counts["amber_exact"] += triage.level is Level.AMBER
            self.counts["amber_seen"] += triage.level is not Level.GREEN
        if item["accept"] == ["green"]:
            self.counts["green"] += 1
            self.counts["alarm"] += triage.level is Level.RED
            self.counts["noise"] += triage.level is Level.AMBER
        return kind

    def _red(self, item: dict[str, Any], *, seen: bool) -> None:
        self.counts["red"] += 1
        self.counts["red_seen"] += seen
        for flag in item["flags"] or ["(bare yes)"]:
            tally = self.by_flag.setdefault(flag, Counter())
            tally["all"] += 1
            tally["seen"] += seen

    def share(self, part: str, whole: str) -> float:
        return self.counts[part] / self.counts[whole] if self.counts[whole] else float("nan")

    def line(self, name: str) -> str:
        return (
            f"{name:16} n={self.counts['all']:5}  red recall {self.share('red_seen', 'red'):.3f} ({self.counts['red']})"
            f"  false alarm {self.share('alarm', 'green'):.3f} ({self.counts['green']})"
            f"  amber seen {self.share('amber_seen', 'amber'):.3f} exact {self.share('amber_exact', 'amber'):.3f}"
            f"  green->amber {self.share('noise', 'green'):.3f}  accepted {self.share('accepted', 'all'):.3f}"
        )


def _kind(item: dict[str, Any], level: Level) -> str | None:
    if item["level"] == "red" and level is not Level.RED:
        return "red"
    if item["accept"] == ["green"] and level is not Level.GREEN:
        return "alarm" if level is Level.RED else "noise"
    if item["level"] == "amber" and level is Level.GREEN:
        return "amber"
    return None


def score_file(path: Path, checker: Checker, total: Score, show: str | None, flag: str | None) -> Score:
    score = Score()
    for item in read_items(path):
        triage, error = check_safely(checker, item["text"], item["question"])
        kind = score.add(item, triage)
        total.add(item, triage)
        if error is not None:
            _say(f"CRASH {item['id']}: {error!r}")
        if kind == show and kind is not None and (flag is None or flag in (item["flags"] or ["(bare yes)"])):
            rules = ", ".join(f"{e.rule}[{e.text}]" for e in triage.evidence[:3])
            asked = item["question"] or "-"
            _say(f"{item['id']} {asked[:6]:6} {','.join(item['flags'])} -> {triage.level} {rules}\n    {item['text']}")
    return score


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--misses", choices=["red", "alarm", "amber", "noise"])
    parser.add_argument("--flag", help="only misses with this label")
    options = parser.parse_args()
    checker, total = load_checker(), Score()
    lines = [
        score_file(path, checker, total, options.misses, options.flag).line(path.stem)
        for path in corpus_files(options.paths)
    ]
    _say(*lines, total.line("all"))
    for flag, tally in sorted(total.by_flag.items(), key=lambda pair: pair[1]["seen"] / pair[1]["all"]):
        if tally["all"] >= 5 and not options.misses:
            _say(f"  {flag:22} red recall {tally['seen'] / tally['all']:.2f} of {tally['all']}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
