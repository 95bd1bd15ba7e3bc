"""The benchmarks of long tables measure what they say, on a clinic of four patients and some copies of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from benchmarks.claims import measure as measure_claims
from benchmarks.clinic import settings
from benchmarks.databases import Databases
from benchmarks.pages import HEAD, Desk, fill, slowest, wait_again
from benchmarks.pages import measure as measure_pages
from benchmarks.years import copy, simulated
from bot.runtime import make_runtime
from core.models import Alert, AlertState, Clinic, Enrolment, EnrolmentState, Message, MessageState, Patient
from tests import postgres

PATIENTS = 4
WEEKDAYS = 2


@pytest.fixture
def made(tmp_path_factory: pytest.TempPathFactory, postgres_server: postgres.Server) -> Databases:
    return Databases(tmp_path_factory.mktemp("benchmark"), postgres_server)


def test_the_worker_is_timed_at_each_size(made: Databases, capsys: pytest.CaptureFixture[str]) -> None:
    sizes, *lines = measure_claims(made, [100, 600], PATIENTS, WEEKDAYS, many=300)
    assert int(sizes[1]) >= 100
    assert int(sizes[2]) >= 600
    assert {"claim, 2,000 due, ms", "claim, 2,300 due, ms", "tick: silence, ms"} <= {line[0] for line in lines}
    assert all(float(cell) >= 0 for line in lines for cell in line[1:])
    assert "Execution Time" in capsys.readouterr().out


def test_pages_of_copied_clinics_are_timed_counted_and_weighed(made: Databases) -> None:
    url, template = fill(made, 3 * PATIENTS, PATIENTS, WEEKDAYS)
    now = template.now + timedelta(hours=10)
    runtime = make_runtime(settings(url), lambda: now)
    wait_again(runtime, "nord", now - timedelta(days=30))
    desk = Desk(runtime, "nord")
    lines = [dict(zip(HEAD, line, strict=True)) for line in measure_pages(desk, times=2)]
    assert [line["page"] for line in lines][:3] == ["inbox", "inbox, asked again", "resolved"]
    assert all(int(line["statements"]) > 0 for line in lines)
    assert all(0 < float(line["page, kB"]) <= float(line["with assets, kB"]) < 100 for line in lines)
    assert "Execution Time" in slowest(desk, desk.pages()[0])
    with runtime.sessions() as session:
        counts = [session.scalar(select(func.count()).select_from(table)) for table in (Clinic, Patient, Message)]
    runtime.engine.dispose()
    assert counts == [3 * template.clinics, 3 * PATIENTS, 3 * template.messages]


def test_old_copies_are_over_and_stand_in_the_first_clinics(made: Databases) -> None:
    url = made.migrated("postgresql")
    template = simulated(url, PATIENTS, WEEKDAYS)
    copy(url, template, range(1, 4), fresh=2)
    runtime = make_runtime(settings(url))
    with runtime.sessions() as session:
        old = Patient.id > 2 * template.stride
        states = session.scalars(select(Enrolment.state).join(Patient).where(old).distinct()).all()
        texts = session.scalars(select(Message.state).join(Message.patient).where(old).distinct()).all()
        alerts = session.scalars(select(Alert.state).where(Alert.patient_id > 2 * template.stride).distinct()).all()
        clinics = set(session.scalars(select(Clinic.id)))
        theirs = set(session.scalars(select(Patient.clinic_id).where(old)))
    runtime.engine.dispose()
    assert set(states) <= {EnrolmentState.COMPLETED, EnrolmentState.STOPPED}
    assert not {MessageState.PLANNED, MessageState.HELD} & set(texts)
    assert set(alerts) <= {AlertState.RESOLVED}
    assert clinics == {"nord", "syd", "nord-1", "syd-1"}
    assert theirs <= clinics
