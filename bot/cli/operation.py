"""Commands that run the product: demo, web, worker, bulk enrolment."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bot import csv_import, worker
from bot.cli.common import find_clinic, start_runtime
from bot.demo.run import run_demo
from bot.enrolment import Rejected, enrol
from bot.red_flags import LateChecker
from bot.runtime import Runtime
from bot.server import port_is_taken, serve_forever
from bot.stopping import stoppable
from bot.tables import TableRefusedError
from core import phone
from scheduler.dispatch import Dispatcher


def _require_free(host: str, port: int) -> None:
    try:
        is_taken = port_is_taken(host, port)
    except OSError as error:
        raise click.ClickException(f"cannot listen on {host} port {port}: {error.strerror}") from error
    if is_taken:
        raise click.ClickException(f"port {port} is taken by another program: choose another with --port")


@click.command("demo")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--day-seconds", default=20.0, show_default=True, type=click.FloatRange(1, 86400))
def demo(port: int, day_seconds: float) -> None:
    """Web, worker and simulated telephones on SQLite, in time-lapse, with ready patients."""
    _require_free("127.0.0.1", port)
    run_demo(port=port, day_seconds=day_seconds)


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--processes", default=2, show_default=True, type=click.IntRange(1, 64))
def serve(host: str, port: int, processes: int) -> None:
    """The web side: staff pages and Twilio's webhooks. Put it behind a proxy that speaks https."""
    start_runtime().engine.dispose()
    _require_free(host, port)
    serve_forever(host=host, port=port, processes=processes)


@click.command("worker")
@click.option("--drain", is_flag=True, help="Send all that is due, then exit.")
@click.option("--senders", default=16, show_default=True, type=click.IntRange(1, 256), help="Sends under way at once.")
def work(drain: bool, senders: int) -> None:  # noqa: FBT001
    """The sender. Any number may run on PostgreSQL; one on SQLite."""
    runtime = start_runtime(LateChecker())
    dispatcher = worker.make_dispatcher(runtime, worker.gateway_factory(runtime), senders)
    books = worker.make_books(runtime)
    if drain:
        tally = worker.drain(runtime, dispatcher, books)
        tally += worker.drain_slowly(runtime, dispatcher)
        _hang_up(dispatcher, books)
        click.echo(f"sent {tally.sent}, failed {tally.failed}, unknown {tally.unknown}, later {tally.retried}")
        return
    with stoppable() as wait:
        ticker = worker.start(runtime, dispatcher, books)
        click.echo("Worker running. Ctrl-C ends it.", err=True)
        wait()
        dispatcher.stop()
        ticker.stop()
        _hang_up(dispatcher, books)
        runtime.engine.dispose()


def _hang_up(dispatcher: Dispatcher, books: worker.Books | None) -> None:
    dispatcher.close()
    if books is not None:
        books.close()


@click.command("enrol")
@click.option("--clinic", "clinic_id", required=True)
@click.option("--csv", "path", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check every line, store nothing.")
def enrol_csv(clinic_id: str, path: Path, dry_run: bool) -> None:  # noqa: FBT001
    """Enrol the patients of a CSV file; lines with errors are listed in Danish and left out (exit 1)."""
    try:
        rows = csv_import.read(path.read_bytes())
    except TableRefusedError as error:
        raise click.ClickException(str(error)) from error
    runtime = start_runtime()
    with runtime.sessions() as session:
        is_neutral = find_clinic(session, clinic_id).neutral
    enrolled = 0
    seen: set[str] = set()
    for row in rows:
        errors = _enrol_row(runtime, clinic_id, row, dry_run=dry_run)
        number = phone.parse(row.application.phone)
        if dry_run and number in seen:
            errors.append("telefon: Nummeret står tidligere i filen.")
        if errors:
            click.echo(f"Linje {row.number}: {' '.join(errors)}")
            continue
        seen.add(number or "")
        enrolled += 1
    refused = len(rows) - enrolled
    verb = "kan tilmeldes" if dry_run else "tilmeldt"
    click.echo(f"{enrolled} {verb}, {refused} afvist.")
    if enrolled and is_neutral:
        click.echo("Klinikken sender neutrale sms'er, som henviser til arket: Udskriv et ark til hver patient.")
    sys.exit(1 if refused else 0)


def _enrol_row(runtime: Runtime, clinic_id: str, row: csv_import.Row, *, dry_run: bool) -> list[str]:
    """One line in a transaction of its own, so that a long file never holds up a patient's reply."""
    with runtime.sessions() as session:
        clinic = find_clinic(session, clinic_id)
        application = csv_import.settled(runtime.content, row.application)
        result = enrol(session, runtime.content, clinic, application, now=runtime.now(), staff_id=None)
        errors = list(row.errors)
        if isinstance(result, Rejected):
            errors += [f"{csv_import.FIELDS.get(field, field)}: {text}" for field, text in result.errors.items()]
        if errors or dry_run:
            session.rollback()
        else:
            session.commit()
    return errors


COMMANDS = (demo, serve, work, enrol_csv)
