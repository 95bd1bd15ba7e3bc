"""`rygbot simulate`: a clinic's months in seconds, with invented patients and no network."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path

import click

from bot.simulate.behaviour import load_script
from bot.simulate.chart import chart
from bot.simulate.coverage import coverage
from bot.simulate.report import lines, report
from bot.simulate.run import Wanted, shares
from bot.simulate.run import simulate as run
from messages.loader import load_content

A_MONDAY = date(2026, 2, 2)
"""Where a run begins when nobody says: Easter and the holidays of spring fall into it."""
YEARS = (2020, 2090)


@click.command("simulate")
@click.option("--patients", default=1000, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--days", default=84, show_default=True, type=click.IntRange(1, 200), help="Each patient is followed.")
@click.option("--seed", default=1, show_default=True, type=int, help="Same seed, same result.")
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), help=f"First day; {A_MONDAY} when left out.")
@click.option("--processes", type=click.IntRange(1, 64), help="As many as the machine has cores when left out.")
@click.option(
    "--behaviour",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Another behaviour.toml: how patients, staff and network behave.",
)
@click.option(
    "--coverage", "show_coverage", is_flag=True, help="List which steps, texts, alerts and flags were not reached."
)
@click.option("--json", "as_json", is_flag=True)
@click.option("--chart", "picture", type=click.Path(dir_okay=False, path_type=Path), help="Write an SVG picture.")
def simulate(
    *,
    patients: int,
    days: int,
    seed: int,
    start: datetime | None,
    processes: int | None,
    behaviour: Path | None,
    show_coverage: bool,
    as_json: bool,
    picture: Path | None,
) -> None:
    """Live a clinic's months in seconds: messages, segments, alerts, workload. Nothing leaves the machine."""
    begins = start.date() if start else A_MONDAY
    if not YEARS[0] <= begins.year <= YEARS[1]:
        raise click.BadParameter(f"must lie between {YEARS[0]} and {YEARS[1]}", param_hint="--start")
    script = load_script(behaviour)
    wanted = Wanted(patients, days, seed, begins)
    steps = wanted.run_days(script) * shares(wanted, processes)
    with click.progressbar(
        length=steps, label="Simulating", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as progress:
        result = run(wanted, script, processes, lambda: progress.update(1))
    shown = report(result, wanted, script)
    reached = coverage(load_content(), result)
    if as_json:
        extra = {"never_reached": [f"{kind} {name}" for kind, name in reached.missing]} if show_coverage else {}
        click.echo(json.dumps(shown.as_json() | extra, ensure_ascii=False, indent=1))
    else:
        for line in lines(shown):
            click.echo(line)
    if show_coverage and not as_json:
        click.echo(f"\nreached {len(reached.reached)} of {len(reached.all)} steps, texts, alerts and flags; never:")
        for kind, name in reached.missing:
            click.echo(f"  {kind:<6} {name}")
    if picture is not None:
        picture.write_text(chart(shown), encoding="utf-8")
        click.echo(f"Written to {picture}.", err=True)


COMMANDS = (simulate,)
