"""Commands about what staff say of readings."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy import select

from bot.cli.common import find_clinic, start_runtime, transaction
from bot.marks import export
from core.models import Clinic
from messages.red_flag_schema import shipped_flags

ONLY_THE_OWNER = 0o600


@click.group("marks")
def marks() -> None:
    """Replies that staff hold to be read wrongly."""


@marks.command("export")
@click.option("--clinic", "clinic_id", help="One clinic; all of them when left out.")
@click.argument("path", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
def export_marks(clinic_id: str | None, path: Path) -> None:
    """Write the marked replies into FILE as lines of the labelled corpus.

    Numbers, e-mail addresses and the patient's own name are taken out; what is left is still health data.
    """
    levels = {name: flag.level for name, flag in shipped_flags().items()}
    runtime = start_runtime()
    lines: list[str] = []
    with transaction(runtime) as session:
        clinics = (
            [find_clinic(session, clinic_id)] if clinic_id else session.scalars(select(Clinic).order_by(Clinic.id))
        )
        for clinic in clinics:
            lines += export(session, clinic.id, levels, staff_id=None, now=runtime.now())
        _write(path, lines)
    click.echo(f"{len(lines)} lines in {path}. They hold patients' own words: health data, read them before you share.")


def _write(path: Path, lines: list[str]) -> None:
    """Raises OSError. A new file can be read by its owner alone."""
    if not path.exists():
        path.touch(mode=ONLY_THE_OWNER)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")


COMMANDS = (marks,)
