"""Measure the staff's pages: python -m benchmarks.pages (make bench-pages)

50 clinics with 20,000 patients and 1,000,000 texts, simulated, on PostgreSQL; the clinic looked at has the most of
them, and the alerts of its last week wait again. Each page is asked for many times in this process, without a network:
what the server does, how many statements it sends, and how much the browser fetches. The slowest statement of each page
is explained with --explain.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from benchmarks.clinic import settings
from benchmarks.databases import Databases, analyse, databases
from benchmarks.queries import Query, explained, recorded
from benchmarks.report import machine, milliseconds, table
from benchmarks.years import Template, copy, simulated
from bot.app import create_app
from bot.runtime import Runtime, make_runtime, utc_now
from bot.staff.guard import COOKIE
from bot.staff.sessions import open_session
from core.models import Alert, AlertState, Message, Patient, Role, Staff

CLINICS = 50
PATIENTS = 20_000
SIMULATED = 100
FRESH = CLINICS // 2
TIMES = 50
LARGEST = 100_000
"""Bytes that a page may have with all that it fetches."""
AT = timedelta(hours=10)
HEAD = [
    "page",
    "p50, ms",
    "p99, ms",
    "longest, ms",
    "statements",
    "page, kB",
    "with assets, kB",
    f"of {LARGEST // 1000} kB",
]
_ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')


@dataclass(frozen=True)
class Page:
    name: str
    path: str


class Desk:
    """A logged-in staff member's browser at a filled installation."""

    def __init__(self, runtime: Runtime, clinic_id: str) -> None:
        self.runtime = runtime
        self.clinic_id = clinic_id
        app = create_app(runtime)
        self.routes = {rule.rule for rule in app.url_map.iter_rules()}
        self._client: FlaskClient = app.test_client()
        with runtime.sessions() as session, session.begin():
            staff = session.scalars(select(Staff).where(Staff.clinic_id == clinic_id).order_by(Staff.id)).first()
            if staff is None:
                raise ValueError(f"the clinic {clinic_id} has no staff")
            staff.role = Role.ADMIN
            self._client.set_cookie(COOKIE, open_session(session, staff, utc_now()))

    def get(self, path: str) -> bytes:
        """Raises RuntimeError for an answer that is no page."""
        answer = self._client.get(path, headers={"Accept-Encoding": "gzip"}, buffered=True)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} was answered with {answer.status_code}")
        return answer.get_data()

    def queries(self, path: str) -> list[Query]:
        with recorded(self.runtime.engine) as sent:
            self.get(path)
        return sent

    def _searched(self, words: str) -> str:
        """The address that a search leads to, with the words sealed. Raises RuntimeError when it leads nowhere."""
        page = self._client.get("/patienter").get_data(as_text=True)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        answer = self._client.post("/patienter/vis", data={"q": words, "csrf_token": token[1] if token else ""})
        if answer.status_code != 303:
            raise RuntimeError(f"a search was answered with {answer.status_code}")
        return str(answer.headers["Location"])

    def pages(self) -> list[Page]:
        """What is looked at most, with the longest conversation of the clinic."""
        with self.runtime.sessions() as session:
            longest = session.scalar(
                select(Message.patient_id)
                .where(Message.clinic_id == self.clinic_id, Message.patient_id.is_not(None))
                .group_by(Message.patient_id)
                .order_by(func.count().desc())
                .limit(1)
            )
            name = session.scalars(select(Patient).where(Patient.id == longest)).one().name
        pages = [
            Page("inbox", "/"),
            Page("inbox, asked again", "/indbakke/kort"),
            Page("resolved", "/afsluttede"),
            Page("patients", "/patienter"),
            Page("patients, last page", "/patienter?side=999999"),
            Page("patients, searched", self._searched(name.split()[0])),
            Page("conversation", f"/patienter/{longest}"),
        ]
        return [*pages, *(Page(name, path) for name, path in (("overview", "/overblik"),) if path in self.routes)]


def fill(made: Databases, patients: int, simulated_patients: int, weekdays: int) -> tuple[str, Template]:
    """The URL of the filled database."""
    url = made.migrated("postgresql")
    template = simulated(url, simulated_patients, weekdays)
    copies = max(1, patients // simulated_patients)
    if copies > 1:
        copy(url, template, range(1, copies), FRESH)
    return url, template


def wait_again(runtime: Runtime, clinic_id: str, since: datetime) -> None:
    """What the clinic's alerts since then were before anybody had taken them."""
    with runtime.sessions() as session, session.begin():
        session.execute(
            update(Alert)
            .where(Alert.clinic_id == clinic_id, Alert.opened_at > since)
            .values(state=AlertState.OPEN, acknowledged_at=None, acknowledged_by=None, resolved_at=None)
            .values(resolved_by=None, outcome=None)
        )


def measure(desk: Desk, times: int = TIMES) -> Iterator[list[str]]:
    for page in desk.pages():
        body = desk.get(page.path)
        seconds = [_timed(partial(desk.get, page.path)) for _ in range(times)]
        assets = sum(len(desk.get(path)) for path in dict.fromkeys(_ASSET.findall(body.decode())))
        whole = len(body) + assets
        yield [
            page.name,
            *milliseconds(seconds),
            str(len(desk.queries(page.path))),
            f"{len(body) / 1000:.1f}",
            f"{whole / 1000:.1f}",
            f"{whole / LARGEST:.2f}",
        ]


def _timed(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return time.perf_counter() - began


def slowest(desk: Desk, page: Page) -> str:
    """The plan of the page's slowest statement, told by the database's own time."""
    plans = [explained(desk.runtime.engine, query) for query in desk.queries(page.path) if _reads(query)]
    return max(plans, key=_execution_time)


def _reads(query: Query) -> bool:
    return query.statement.startswith("SELECT")


def _execution_time(plan: str) -> float:
    found = re.search(r"Execution Time: ([\d.]+) ms", plan)
    return float(found[1]) if found else 0.0


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure the staff's pages.")
    parser.add_argument("--patients", type=int, default=PATIENTS)
    parser.add_argument("--explain", action="store_true", help="show how the slowest statement of each page is run")
    wanted = parser.parse_args(arguments)
    print(machine("sqlalchemy", "psycopg", "flask"))
    with databases(["postgresql"]) as made:
        url, template = fill(made, wanted.patients, SIMULATED, 60)
        now = template.now + AT
        runtime = make_runtime(settings(url), lambda: now)
        wait_again(runtime, "nord", now - timedelta(days=7))
        analyse(url)
        desk = Desk(runtime, "nord")
        print(f"{_counted(runtime)}\n")
        print(table(HEAD, list(measure(desk))))
        for page in desk.pages() if wanted.explain else []:
            print(f"\n{page.name}:\n{slowest(desk, page)}")
        runtime.engine.dispose()


def _counted(runtime: Runtime) -> str:
    with runtime.sessions() as session:
        counts = [
            f"{session.scalar(select(func.count()).select_from(model)) or 0:,} {model.__tablename__}"
            for model in (Staff, Patient, Message, Alert)
        ]
    return ", ".join(counts)


if __name__ == "__main__":
    main()
