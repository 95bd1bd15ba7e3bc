"""Commands that need no installation: the checker, segments, and the texts."""

from __future__ import annotations

import dataclasses
import json
import sys
from datetime import datetime
from pathlib import Path

import click

import bot
from bot.enrolment import Application, course_of
from bot.red_flags import Checker, explain, language_of, load_checker, triage_lines
from bot.runtime import utc_now
from core.models import Clinic
from messages.lint import lint, rows
from messages.loader import load_content
from messages.sms import measure
from scheduler.calendar import TZ, local
from scheduler.planning import plan

CORPUS = Path(bot.__file__).parents[1] / "tests" / "corpus"
YEARS = (2020, 2090)
"""The years whose Danish holidays are known well enough to show a calendar."""
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


@click.group("messages")
def messages() -> None:
    """The texts patients receive."""


@messages.command("check")
@click.option("--json", "as_json", is_flag=True)
def messages_check(as_json: bool) -> None:  # noqa: FBT001
    """Hold every text against the rules; exit 1 when one breaks them."""
    content = load_content()
    table = rows(content)
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(row) for row in table], ensure_ascii=False, indent=1))
    else:
        click.echo(f"{'programme':<18} {'step':<30} {'encoding':<8} {'segments':>8} {'lix':>5}  sources")
        for row in table:
            sources = ", ".join(row.sources)
            click.echo(
                f"{row.programme:<18} {row.step:<30} {row.encoding:<8} {row.segments:>8} {row.lix:>5.1f}  {sources}"
            )
    findings = lint(content)
    for finding in findings:
        click.echo(f"{finding.programme} {finding.step}: {finding.rule}: {finding.problem}", err=True)
    if findings:
        sys.exit(1)


@messages.command("preview")
@click.argument("programme_id")
@click.option("--start", type=click.DateTime(["%Y-%m-%d", "%d-%m-%Y"]), help="First day; today when left out.")
def messages_preview(programme_id: str, start: datetime | None) -> None:
    """The calendar of a course: when each text goes out, and what it says."""
    content = load_content()
    if programme_id not in content.programmes:
        raise click.BadParameter(f"there is no such programme; there are {', '.join(content.programmes)}")
    now = start.replace(hour=12, tzinfo=TZ) if start else utc_now()
    if not YEARS[0] <= now.year <= YEARS[1]:
        raise click.BadParameter(f"must lie between {YEARS[0]} and {YEARS[1]}", param_hint="--start")
    application = Application("", "", programme_id, "", "", consent=True, instructed=True)
    clinic = Clinic(id="x", name="Klinikken", phone="+4500000000", window_opens=9 * 60, window_closes=20 * 60)
    for row in plan(course_of(content.programmes[programme_id], clinic, application, now)):
        text = row.step.text.format(klinik="Klinikken", telefon="00 00 00 00")
        click.echo(f"{local(row.due_at):%d-%m-%Y kl. %H.%M}  {row.step.id} ({row.reason})\n    {text}")


COMMANDS = (triage, segments, messages)
