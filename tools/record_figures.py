"""Write tests/corpus/figures.json, the figures that may not fall: python -m tools.record_figures

Run it after an improvement, never to make a test pass.
"""

from __future__ import annotations

import json

from bot.red_flags import Level, load_checker
from tools.train_reader import CORPUS, read_corpus


def main() -> None:
    checker = load_checker()
    figures: dict[str, dict[str, int]] = {}
    for reply in read_corpus():
        counts = figures.setdefault(reply["writer"], {"red_missed": 0, "false_alarms": 0})
        level = checker.check(reply["text"], reply["question"]).level
        counts["red_missed"] += reply["level"] == "red" and level is not Level.RED
        counts["false_alarms"] += reply["accept"] == ["green"] and level is Level.RED
    (CORPUS / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(
        f"{sum(row['red_missed'] for row in figures.values())} red replies missed, "
        f"{sum(row['false_alarms'] for row in figures.values())} false alarms"
    )


if __name__ == "__main__":
    main()
