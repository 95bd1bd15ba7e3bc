"""The labelled replies: well-formed, and no figure of the checker falls.

Most of these replies are in the second reader's training, so the figures guard against a step back; what a new writer
costs stands in docs/triage-report.md.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.red_flags import Checker, Level, load_checker
from tools.score import read_items

CORPUS = Path(__file__).parents[2] / "corpus"
FIGURES = json.loads((CORPUS / "figures.json").read_text(encoding="utf-8"))
FILES = sorted(path.stem for path in CORPUS.glob("*.jsonl"))
LEVELS = {"red", "amber", "green"}
QUESTIONS = {None, "screening", "pain", "exercise", "activity", "open"}


@pytest.fixture(scope="module")
def checker() -> Checker:
    return load_checker()


def replies(name: str) -> list[dict[str, Any]]:
    return read_items(CORPUS / f"{name}.jsonl")


@pytest.mark.parametrize("name", FILES)
def test_every_line_follows_the_schema(name: str) -> None:
    seen = set()
    for reply in replies(name):
        assert reply["accept"][0] == reply["level"], reply["id"]
        assert set(reply["accept"]) <= LEVELS, reply["id"]
        assert reply["question"] in QUESTIONS, reply["id"]
        assert reply["id"] not in seen, reply["id"]
        seen.add(reply["id"])


@pytest.mark.parametrize("name", FILES)
def test_no_figure_falls(name: str, checker: Checker) -> None:
    missed = alarms = 0
    for reply in replies(name):
        level = checker.check(reply["text"], reply["question"]).level
        missed += reply["level"] == "red" and level is not Level.RED
        alarms += reply["accept"] == ["green"] and level is Level.RED
    allowed = FIGURES[name]
    assert missed <= allowed["red_missed"], f"{missed} red replies missed, {allowed['red_missed']} before"
    assert alarms <= allowed["false_alarms"], f"{alarms} false alarms, {allowed['false_alarms']} before"
