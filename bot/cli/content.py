"""Commands that need no installation: the checker and segments."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

import click

import bot
from bot.red_flags import Checker, explain, language_of, load_checker, triage_lines
from messages.loader import load_content
from messages.sms import measure

CORPUS = Path(bot.__file__).parents[1] / "tests" / "corpus"
QUESTIONS = ("screening", "pain", "exercise", "activity", "open")


@click.command("triage")
@click.argument("text", required=False)
@click.option("--question", type=click.Choice(QUESTIONS), help="What the patient was asked last.")
@click.option("--jsonl", is_flag=True, help="Read lines {id, text, question} from standard input.")
@click.option(
    "--compare",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Other rules (a red_flags.toml): lists the labelled replies whose level differs.",
)
def triage(text: str | None, question: str | None, jsonl: bool, compare: Path | None) -> None:  # noqa: FBT001
    """What the red-flag checker makes of a reply, and why."""
    checker = load_checker()
    if compare is not None:
        _compare(load_checker(compare), checker)
        return
    if jsonl:
        for line in triage_lines(sys.stdin, checker):
            click.echo(line)
        return
    if text is None:
        raise click.UsageError("give a TEXT, or lines on standard input with --jsonl")
    language = language_of(text, load_content().languages)
    click.echo(explain(checker.check(text, question), text, language))


def _compare(old: Checker, new: Checker) -> None:
    """One line for each labelled reply that the two read differently: what a change of rules does."""
    changed = 0
    for path in sorted(CORPUS.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").split("\n"):
            if not line.strip():
                continue
            reply = json.loads(line)
            before, after = (checker.check(reply["text"], reply["question"]).level for checker in (old, new))
            if before is not after:
                changed += 1
                click.echo(f"{reply['id']}  {before} -> {after}  (labelled {reply['level']})  {reply['text']}")
    click.echo(f"{changed} labelled replies change level.")


@click.command("segments")
def segments() -> None:
    """Lines {text} in; {encoding, segments, units} out."""
    for line in sys.stdin:
        if not line.strip():
            continue
        text = _text_of(line)
        if text is None:
            click.echo(json.dumps({"error": 'each line must be {"text": "..."}'}))
        else:
            click.echo(json.dumps(dataclasses.asdict(measure(text))))


def _text_of(line: str) -> str | None:
    try:
        text = json.loads(line)["text"]
    except (ValueError, KeyError, TypeError):
        return None
    return text if isinstance(text, str) else None


COMMANDS = (triage, segments)
