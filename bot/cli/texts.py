"""`rygbot messages`: the lint of every text, the table from source fact to text, and the calendar of a course."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path

import click

from bot.advice import CallPlace
from bot.calendar_page import calendar_html
from bot.preview import ADAPTING, Preview, Sender, preview
from bot.reach import walk
from bot.red_flags import load_checker
from bot.runtime import utc_now
from messages.facts import load_facts, problems
from messages.facts_table import content_table, share
from messages.lint import Finding, figures, lint, mean_segments, rows
from messages.loader import Content, load_content
from messages.programme_schema import Programme
from messages.red_flag_schema import shipped_flags
from messages.regions import REGION_IDS
from messages.releases import release_problems
from scheduler.calendar import TZ, Window, local
from scheduler.planning import DEFAULT_TIME_OF_DAY, TIMES_OF_DAY, Course, plan

YEARS = (2020, 2090)
"""The years whose Danish holidays are known well enough to show a calendar."""
A_MONDAY = date(2026, 2, 2)
"""The course that the command walks through: Easter and all holidays of spring fall into it."""


@click.group("messages")
def messages() -> None:
    """The texts patients receive."""


@messages.command("check")
@click.option("--json", "as_json", is_flag=True)
def messages_check(as_json: bool) -> None:  # noqa: FBT001
    """Hold every text and every course against the rules; exit 1 when one breaks them."""
    content = load_content()
    table = rows(content)
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(row) for row in table], ensure_ascii=False, indent=1))
    else:
        click.echo(f"{'programme':<18} {'step':<30} {'form':<8} {'encoding':<8} {'segments':>8} {'lix':>5}  sources")
        for row in table:
            sources = ", ".join(row.sources)
            click.echo(
                f"{row.programme:<18} {row.step:<30} {row.mode:<8} {row.encoding:<8} {row.segments:>8} "
                f"{row.lix:>5.1f}  {sources}"
            )
        _show_courses(content)
    findings = [*lint(content), *_version_findings(content), *_table_findings(content), *_reach_findings(content)]
    if findings:
        _show_findings(findings)
        sys.exit(1)


def _show_courses(content: Content) -> None:
    click.echo(
        f"\n{'course':<18} {'form':<8} {'texts':>5} {'segments':>8} {'most':>4} {'lix':>5} {'most':>5} "
        f"{'words':>5} {'gap':>3}  (mean, longest sentence, days without a screening)"
    )
    for programme, neutral in product(content.programmes.values(), (False, True)):
        row = figures(programme, neutral=neutral)
        click.echo(
            f"{row.programme:<18} {row.mode:<8} {row.texts:>5} {row.segments:>8.2f} {row.most_segments:>4} "
            f"{row.lix:>5.1f} {row.most_lix:>5.1f} {row.longest_sentence:>5} {row.longest_gap:>3}"
        )
    ordinary, neutrally = (mean_segments(content.programmes.values(), neutral=neutral) for neutral in (False, True))
    click.echo(f"\nAll courses: {ordinary:.2f} segments per text, {neutrally:.2f} in the neutral form.")
    click.echo(f"Facts: {share(load_facts())}.")


def _version_findings(content: Content) -> Iterator[Finding]:
    for programme, problem in release_problems(content):
        yield Finding(programme, "", "version", problem)


def _table_findings(content: Content) -> Iterator[Finding]:
    for problem in problems(load_facts(), content, shipped_flags()):
        yield Finding("facts", "", "facts", problem)


def _reach_findings(content: Content) -> Iterator[Finding]:
    """Every sequence of replies, silences and acts of staff."""
    for programme in content.programmes.values():
        for fault in walk(plan(_course(programme)), content.rules_of(programme)).faults:
            yield Finding(programme.id, fault.step, "reach", f"{fault.problem} after: {', '.join(fault.path)}")


def _course(programme: Programme) -> Course:
    noon = datetime(A_MONDAY.year, A_MONDAY.month, A_MONDAY.day, 12, tzinfo=UTC)
    return Course(programme, noon, A_MONDAY, DEFAULT_TIME_OF_DAY, instructed=True, window=Window())


def _show_findings(findings: list[Finding]) -> None:
    click.echo(f"\n{'file':<36} {'step':<24} {'rule':<14} reason", err=True)
    for finding in findings:
        file = {"advice": "advice.toml", "answers": "replies.toml", "facts": "facts.toml", "all": "programmes"}.get(
            finding.programme, f"programmes/{finding.programme}.toml"
        )
        click.echo(f"{file:<36} {finding.step or '-':<24} {finding.rule:<14} {finding.problem}", err=True)


@messages.command("table")
def messages_table() -> None:
    """The table from source fact to text, as docs/content.md holds it."""
    content, facts = load_content(), load_facts()
    click.echo(content_table(facts, content, shipped_flags()), nl=False)
    click.echo(f"{share(facts)}.", err=True)
    found = list(problems(facts, content, shipped_flags()))
    for problem in found:
        click.echo(problem, err=True)
    if found:
        sys.exit(1)


@messages.command("preview")
@click.argument("programme_id")
@click.option("--start", type=click.DateTime(["%Y-%m-%d", "%d-%m-%Y"]), help="First day; today when left out.")
@click.option("--clinic", default="Klinikken", show_default=True, help="The clinic's name as patients know it.")
@click.option("--phone", default="00000000", show_default=True, help="The clinic's telephone number.")
@click.option("--region", type=click.Choice(REGION_IDS), default=REGION_IDS[0], show_default=True)
@click.option("--time", "time_of_day", type=click.Choice(list(TIMES_OF_DAY)), default=DEFAULT_TIME_OF_DAY)
@click.option("--instructed/--not-instructed", default=True, help="Whether the patient was shown the exercises.")
@click.option("--neutral", is_flag=True, help="The texts that name no illness, body part or symptom.")
@click.option("--html", "page", type=click.Path(dir_okay=False, path_type=Path), help="Write a page to this file.")
def messages_preview(
    programme_id: str,
    start: datetime | None,
    clinic: str,
    phone: str,
    region: str,
    time_of_day: str,
    instructed: bool,  # noqa: FBT001
    neutral: bool,  # noqa: FBT001
    page: Path | None,
) -> None:
    """The calendar of a course: when each text goes out, what it says, and what each answer to it leads to."""
    content = load_content()
    if programme_id not in content.programmes:
        raise click.BadParameter(f"there is no such programme; there are {', '.join(content.programmes)}")
    now = start.replace(hour=12, tzinfo=TZ) if start else utc_now()
    if not YEARS[0] <= now.year <= YEARS[1]:
        raise click.BadParameter(f"must lie between {YEARS[0]} and {YEARS[1]}", param_hint="--start")
    course = Course(
        content.programmes[programme_id], now, local(now).date(), time_of_day, instructed=instructed, window=Window()
    )
    sender = Sender(clinic, phone, CallPlace(content.regions[region]), neutral=neutral)
    shown = preview(content, load_checker(), course, sender)
    if page is not None:
        page.write_text(calendar_html(shown), encoding="utf-8")
        click.echo(f"Written to {page}.")
        return
    _show_calendar(shown)


def _show_calendar(shown: Preview) -> None:
    for text in shown.texts:
        waits = f" [{text.waits}]" if text.waits else ""
        noun = "segment" if text.segments == 1 else "segmenter"
        when = f"{local(text.due_at):%d-%m-%Y kl. %H.%M}"
        click.echo(f"{when}  {text.step_id} ({text.reason}; {text.segments} {noun}){waits}\n    {text.body}")
        for branch in text.branches:
            click.echo(f"      {branch.reply:<10} -> {branch.colour}: {branch.answer}")
        for form, body in text.forms:
            click.echo(f"      ({form}) {body}")
    click.echo(f"{len(shown.texts)} sms'er, {shown.segments} segmenter.\n\n{ADAPTING}:")
    for rule in shown.adapting:
        click.echo(f"  {rule.rule_id}: {rule.when}\n    {rule.answer} {rule.follows}".rstrip())


COMMANDS = (messages,)
