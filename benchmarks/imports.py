"""Measure bulk enrolment: python -m benchmarks.imports (make bench-import)

A file of 10,000 patients, some lines wrong as in real files, through `rygbot enrol --csv`: every patient with a whole
course of planned texts. Beside it in the same run: the same rows put into the same tables by a program that checks
nothing and plans nothing (the ceiling of any program that writes them one patient at a time).
"""

from __future__ import annotations

import argparse
import re
import subprocess
import tempfile
import time
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

from sqlalchemy import func, insert, select

from benchmarks.clinic import CLINIC, open_clinic, phone_of, settings
from benchmarks.databases import KINDS, Databases, analyse, databases
from benchmarks.processes import ROOT, environment
from benchmarks.report import machine, table
from benchmarks.web import RYGBOT
from bot.columns import REQUIRED
from bot.runtime import make_runtime, utc_now
from core.models import Base, Enrolment, Message, Patient
from messages.loader import load_content

HEAD = ["what", "lines", "enrolled", "refused", "texts planned", "seconds", "patients/s", "of ceiling"]
WRONG_EVERY = 100
"""So many lines hold a number that is none."""


def lines(count: int) -> str:
    """A file as a clinic's system writes it, in all programmes by turns."""
    programmes = cycle(load_content().programmes)
    rows = [";".join(REQUIRED)]
    for number in range(count):
        phone = "1234" if number % WRONG_EVERY == WRONG_EVERY - 1 else phone_of(number).removeprefix("+45")
        rows.append(f"Karen Testsen {number};{phone};{next(programmes)};midtjylland;86123456;ja")
    return "\n".join(rows) + "\n"


def measure(made: Databases, kind: str, count: int) -> list[list[str]]:
    """The ceiling and ours. Raises RuntimeError when the tables do not hold what the command said."""
    url = made.migrated(kind)
    open_clinic(url, 0, utc_now())
    analyse(url)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "patienter.csv"
        path.write_text(lines(count), encoding="utf-8")
        began = time.perf_counter()
        ran = subprocess.run(
            [str(RYGBOT), "enrol", "--clinic", CLINIC, "--csv", str(path)],
            env=environment(url), cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        seconds = time.perf_counter() - began
    said = re.search(r"(\d+) tilmeldt, (\d+) afvist", ran.stdout)
    if said is None:
        raise RuntimeError(f"rygbot enrol ended with {ran.returncode}: {ran.stderr[-500:]}")
    patients, texts = _stored(url)
    if patients != int(said[1]) or int(said[1]) + int(said[2]) != count:
        raise RuntimeError(f"{said[0]}, but {patients} patients are stored")
    bare = _bare(made, url, kind, patients)
    ours = [f"rygbot enrol --csv, {kind}", f"{count:,}", f"{patients:,}", said[2], f"{texts:,}", f"{seconds:,.1f}"]
    rows = [f"ceiling: the rows alone, {kind}", "", f"{patients:,}", "", f"{texts:,}", f"{bare:,.1f}"]
    return [
        [*rows, f"{patients / bare:,.0f}", "1.00"],
        [*ours, f"{patients / seconds:,.0f}", f"{bare / seconds:.2f}"],
    ]


def _stored(url: str) -> tuple[int, int]:
    runtime = make_runtime(settings(url))
    with runtime.sessions() as session:
        counts = [session.scalar(select(func.count()).select_from(model)) or 0 for model in (Patient, Message)]
    runtime.engine.dispose()
    return counts[0], counts[1]


def _bare(made: Databases, url: str, kind: str, patients: int) -> float:
    """Seconds to write one patient's rows so many times over, encrypted, each patient in a transaction of its own."""
    runtime = make_runtime(settings(url))
    with runtime.engine.connect() as connection:
        tables = [Base.metadata.tables[model.__tablename__] for model in (Patient, Enrolment, Message)]
        last = connection.scalar(select(func.max(Enrolment.id)))
        owner = connection.scalar(select(Enrolment.patient_id).where(Enrolment.id == last))
        wanted = (tables[0].c.id == owner, tables[1].c.id == last, tables[2].c.enrolment_id == last)
        rows = [
            [dict(row) for row in connection.execute(select(each).where(which)).mappings()]
            for each, which in zip(tables, wanted, strict=True)
        ]
    runtime.engine.dispose()
    target = make_runtime(settings(made.migrated(kind)))
    open_clinic(str(target.engine.url.render_as_string(hide_password=False)), 0, utc_now())
    began = time.perf_counter()
    for number in range(1, patients + 1):
        with target.engine.begin() as connection:
            person = rows[0][0] | {"id": number, "phone_hash": str(number)}
            course = rows[1][0] | {"id": number, "patient_id": number}
            texts = [row | {"enrolment_id": number, "patient_id": number} for row in rows[2]]
            for row in texts:
                row.pop("id", None)
            for each, values in zip(tables, ([person], [course], texts), strict=True):
                connection.execute(insert(each), values)
    seconds = time.perf_counter() - began
    target.engine.dispose()
    return seconds


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure bulk enrolment.")
    parser.add_argument("--patients", type=int, default=10_000)
    parser.add_argument("--databases", nargs="+", choices=KINDS, default=KINDS)
    wanted = parser.parse_args(arguments)
    print(f"{machine('sqlalchemy', 'psycopg')}\n")
    with databases(wanted.databases) as made:
        print(table(HEAD, [line for kind in wanted.databases for line in measure(made, kind, wanted.patients)]))


if __name__ == "__main__":
    main()
