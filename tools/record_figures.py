"""Write tests/corpus/figures.json, the figures that may not fall: python -m tools.record_figures

Run it after an improvement, never to make a test pass.
"""

from __future__ import annotations

import json

from bot.red_flags import load_checker
from tools.corpus import CORPUS, corpus_files, guarded
from tools.score import Score


def main() -> None:
    checker = load_checker()
    scores: dict[str, Score] = {}
    for path in corpus_files([str(CORPUS)]):
        score = scores[path.stem] = Score()
        for reply in guarded(path):
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
