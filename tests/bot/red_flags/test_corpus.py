"""The labelled replies: well-formed, and no figure of the checker falls.

Most of these replies are in the second reader's training, so the figures guard against a step back; what a new writer
costs stands in docs/triage-report.md.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.red_flags import Checker, Level, load_checker
from messages.red_flag_schema import load_rules
from tools.corpus import guarded, read_items

CORPUS = Path(__file__).parents[2] / "corpus"
FIGURES = json.loads((CORPUS / "figures.json").read_text(encoding="utf-8"))
FILES = sorted(path.stem for path in CORPUS.glob("*.jsonl"))
LEVELS = {"red", "amber", "green"}
UNLABELLED = {"overdose"}
"""Flags the corpus has no label for: too much medicine is labelled emergency_other, suicidal or medication there."""
QUESTIONS = {None, "screening", "pain", "exercise", "activity", "open"}


@pytest.fixture(scope="module")
def checker() -> Checker:
    return load_checker()


@cache
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
    for reply in guarded(CORPUS / f"{name}.jsonl"):
        level = checker.check(reply["text"], reply["question"]).level
        missed += reply["level"] == "red" and level is not Level.RED
        alarms += reply["accept"] == ["green"] and level is Level.RED
    allowed = FIGURES[name]
    assert missed <= allowed["red_missed"], f"{missed} red replies missed, {allowed['red_missed']} before"
    assert alarms <= allowed["false_alarms"], f"{alarms} false alarms, {allowed['false_alarms']} before"


def test_every_flag_is_said_in_at_least_sixty_ways() -> None:
    said: dict[str, set[str]] = {}
    for name in FILES:
        for reply in replies(name):
            for flag in reply["flags"]:
                said.setdefault(flag, set()).add(reply["text"].casefold())
    labelled = {flag.id for flag in load_rules().flags} - UNLABELLED
    assert {flag: len(texts) for flag, texts in said.items() if flag in labelled and len(texts) < 60} == {}
    assert labelled <= said.keys()


def test_every_changed_label_stands_in_the_log_with_its_reason() -> None:
    log = (CORPUS / "corrections.md").read_text(encoding="utf-8").split("\n")[6:]
    rows = [line.split(" | ") for line in log if line]
    by_id = {reply["id"]: reply for name in FILES for reply in replies(name)}
    for row in rows:
        identity, now, reason = row[0].removeprefix("| "), row[3], row[-1].removesuffix(" |")
        assert "/".join(by_id[identity]["accept"]) == now, identity
        assert reason, identity
