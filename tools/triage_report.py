"""Measure the checker on writers its second reader has not learnt from: python -m tools.triage_report

Writes docs/triage-report.md (figures by writer, flag, trap and language), docs/triage-misses.md (every miss) and two
pictures in docs/img. Each writer is read by a second reader trained without that writer; one in four writers is left
out at a time. Needs what `make install-training` brings; takes 40 minutes on two cores.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bot.red_flags import Checker, Level, Triage
from messages.red_flag_schema import load_rules
from tools.corpus import RULES, Reply
from tools.score import Score
from tools.train_reader import FOLDS, Fit, Material, fit, folds, gather, make_reader
from tools.triage_pictures import draw_calibration, draw_curve

DOCS = Path(__file__).parents[1] / "docs"
TEXTBOOK = {"own_44", "own_45"}
"""Plain sentences to learn from, too easy to measure by."""
READ_BY_RULE_WRITERS = {
    RULES,
    *(f"own_{n}" for n in (0, 1, 2, 4, 6, 7, 8, 9, 66, 97)),
    *(f"train_{n}" for n in range(1, 9)),
}
NOT_HONEST = READ_BY_RULE_WRITERS | TEXTBOOK
LANGUAGES = {
    "english", "german", "norwegian", "swedish", "polish", "turkish", "arabic", "ukrainian", "learner", "dialect",
}  # fmt: skip
FEWEST = 20
"""Replies a tag must have to get a line of its own."""
HEAD = """\
# What the checker sees and what it misses

Made by `make triage-report`. Each writer of `tests/corpus` is read by a second reader trained without that writer (one
in {folds} writers left out at a time). Red recall: share of the red replies called red. False alarms: share of the
replies that accept only green and were called red. Amber seen: share of the amber replies called amber or red. Noise:
share of the replies that accept only green and were called amber.

**The honest figures are those of the writers whom no writer of rules had read** ({unread}). The others flatter, since
rules were written with them in view. Labels are not signed off by a clinician. Every miss stands in
[triage-misses.md](triage-misses.md).

![Red recall against false alarms](img/triage-curve.svg)
![How often the second reader is right when it is this sure](img/triage-calibration.svg)
"""
COLUMNS = "replies | red recall | false alarms | amber seen | noise"


@dataclass
class Judged:
    """One reply as it was called by rules and second reader, and by the rules alone."""

    reply: Reply
    triage: Triage
    alone: Triage
    probability: float


@dataclass
class Table:
    """Figures by some name, in the order of first mention."""

    scores: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))

    def lines(self, fewest: int = 1) -> Iterable[str]:
        for name, score in self.scores.items():
            if score.counts["all"] >= fewest:
                yield f"| {name} | {figures(score)} |"


def judge_all(material: Material, rules_alone: Checker, fits: Iterable[Fit]) -> list[Judged]:
    """Every reply, read by a checker whose second reader never saw its writer. `fits`: one for each fold."""
    judged: list[Judged] = []
    for (linear, parts), (_, left_out) in zip(fits, folds(material.writers), strict=True):
        reader = make_reader(material, linear, parts, rules_alone.rule_version)
        checker = Checker(load_rules(), reader)
        for row in left_out:
            reply = material.replies[row]
            text, question = reply["text"], reply["question"]
            opinion, _ = reader.read(rules_alone.reading(text, question))
            judged.append(Judged(reply, checker.check(text, question), rules_alone.check(text, question), opinion.red))
    return judged


def figures(score: Score) -> str:
    pairs = (("red_seen", "red"), ("alarm", "green"), ("amber_seen", "amber"), ("noise", "green"))
    shares = (f"{score.share(*pair):.3f}" if score.counts[pair[1]] else "-" for pair in pairs)
    return f"{score.counts['all']} | " + " | ".join(shares)


def table_of(judged: Iterable[Judged], names: Callable[[Judged], Iterable[str]]) -> Table:
    table = Table()
    for one in judged:
        for name in names(one):
            table.scores[name].add(one.reply, one.triage)
    return table


def report(judged: list[Judged]) -> str:
    fresh = [one for one in judged if one.reply["writer"] not in NOT_HONEST]
    unread = ", ".join(f"`{name}`" for name in sorted({one.reply["writer"] for one in fresh}))
    whole = {"unread by rule writers": fresh, "all": judged}
    parts = [HEAD.format(folds=FOLDS, unread=unread)]
    parts += headed("writers together", (f"| **{name}** | {figures(total(some))} |" for name, some in whole.items()))
    alone = Score()
    for one in fresh:
        alone.add(one.reply, one.alone)
    parts.append(f"| unread, rules alone | {figures(alone)} |")
    parts += headed("writer", table_of(sort(judged, "writer"), lambda one: [one.reply["writer"]]).lines())
    parts.append("\nThe rest of the tables: writers unread by rule writers only.")
    parts += headed("red flag", by_flag(fresh))
    parts += headed("language or way of speaking", tagged(fresh, LANGUAGES.__contains__))
    parts += headed("trap or form", tagged(fresh, lambda tag: tag not in LANGUAGES))
    parts += headed("asked last", table_of(fresh, lambda one: [one.reply["question"] or "nothing"]).lines())
    return "\n".join(parts) + "\n"


def headed(name: str, lines: Iterable[str]) -> list[str]:
    return [f"\n| {name} | {COLUMNS} |", "| --- | ---: | ---: | ---: | ---: | ---: |", *lines]


def total(judged: Iterable[Judged]) -> Score:
    score = Score()
    for one in judged:
        score.add(one.reply, one.triage)
    return score


def sort(judged: list[Judged], key: str) -> list[Judged]:
    return sorted(judged, key=lambda one: str(one.reply[key]))


def by_flag(judged: list[Judged]) -> Iterable[str]:
    """Recall of each red flag; false alarms by the flag that was called."""
    score = total(judged)
    called: dict[str, int] = defaultdict(int)
    for one in judged:
        if one.reply["accept"] == ["green"] and one.triage.level is Level.RED:
            called[next(iter(one.triage.flags), "(none)")] += 1
    reds = {flag.id for flag in load_rules().flags if flag.level == "red"}
    for flag, tally in sorted(score.by_flag.items(), key=lambda pair: pair[1]["seen"] / pair[1]["all"]):
        if flag in reds | {"(bare yes)"}:
            yield (
                f"| {flag} | {tally['all']} red | {tally['seen'] / tally['all']:.3f} | "
                f"{called.get(flag, 0)} called | - | - |"
            )


def tagged(judged: list[Judged], wanted: Callable[[str], bool]) -> Iterable[str]:
    table = table_of(judged, lambda one: [tag for tag in one.reply.get("tags", ()) if wanted(tag)])
    return sorted(table.lines(FEWEST))


def misses(judged: list[Judged]) -> str:
    lines = ["# Every miss of the second reader's unknown writers", "", "Made by `make triage-report`."]
    for kind, title in (("red", "Red replies not called red"), ("alarm", "Harmless replies called red")):
        lines += ["", f"## {title}", ""]
        for one in sort(judged, "writer"):
            if Score().add(one.reply, one.triage) == kind:
                text = one.reply["text"].replace("\n", " / ").replace("|", "\\|").replace("<", "&lt;")
                flags = ",".join(one.reply["flags"]) or "-"
                called = ", ".join(dict.fromkeys(e.rule for e in one.triage.evidence)) or "-"
                lines.append(
                    f"- {one.reply['writer']} ({flags}; {one.triage.level}: {called}; {one.probability:.2f}) {text}"
                )
    return "\n".join(lines) + "\n"


def main() -> None:
    rules_alone = Checker(load_rules())
    material = gather(rules_alone)
    write(judge_all(material, rules_alone, (fit(material, train) for train, _ in folds(material.writers))))


def write(judged: list[Judged]) -> None:
    (DOCS / "triage-report.md").write_text(report(judged), encoding="utf-8")
    (DOCS / "triage-misses.md").write_text(misses(judged), encoding="utf-8")
    fresh = [one for one in judged if one.reply["writer"] not in NOT_HONEST]
    red = np.array([one.reply["level"] == "red" for one in fresh])
    green = np.array([one.reply["accept"] == ["green"] for one in fresh])
    sure = np.array([one.probability for one in fresh])
    called = np.array([one.triage.level is Level.RED for one in fresh])
    alone = np.array([one.alone.level is Level.RED for one in fresh])
    draw_curve(DOCS / "img" / "triage-curve.svg", sure, red, green, {"rules and reader": called, "rules alone": alone})
    draw_calibration(DOCS / "img" / "triage-calibration.svg", sure, red)
    print(f"unread by rule writers: {figures(total(fresh))}")


if __name__ == "__main__":
    main()
