"""Write tests/corpus/figures.json, the figures that may not fall: python -m tools.record_figures

Run it after an improvement, never to make a test pass.
"""

from __future__ import annotations

import json

from bot.red_flags import load_checker
from tools.corpus import CORPUS, read_corpus
from tools.score import Score


def main() -> None:
    checker = load_checker()
    scores: dict[str, Score] = {}
    for reply in read_corpus():
        score = scores.setdefault(reply["writer"], Score())
        score.add(reply, checker.check(reply["text"], reply["question"]))
    figures = {
        writer: {"red_missed": score.counts["red"] - score.counts["red_seen"], "false_alarms": score.counts["alarm"]}
        for writer, score in scores.items()
    }
    (CORPUS / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    missed, alarms = (sum(row[name] for row in figures.values()) for name in ("red_missed", "false_alarms"))
    print(f"{missed} red replies missed, {alarms} false alarms")


if __name__ == "__main__":
    main()
