"""`rygbot marks export`: the same lines as on the page, for one clinic or all, and a trace of it."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result
from sqlalchemy import select

from bot import marks
from bot.cli.main import cli
from bot.standing import Act
from core.models import Audit, Verdict
from tests.world import World


@pytest.fixture
def world_with_marks(lite_world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[World]:
    """Two clinics with a marked reply each, and an environment in which commands find them."""
    lite_world.add_clinic("nord", sender="+4552512346")
    for clinic_id, to in (("vest", "+4552512345"), ("nord", "+4552512346")):
        staff = lite_world.add_staff(f"mette@{clinic_id}.example", clinic_id=clinic_id)
        lite_world.enrol(clinic_id=clinic_id, name="Karen Testsen")
        reply = lite_world.write(f"Hilsen Karen fra {clinic_id}, ring 20 12 34 56", to=to)
        with lite_world.session() as session, session.begin():
            done = marks.mark(
                session,
                reply,
                clinic_id=clinic_id,
                staff_id=staff,
                verdict=Verdict.SHOULD_BE_RED,
                note="",
                now=lite_world.clock(),
            )
            assert done.act is Act.DONE
    settings = lite_world.runtime.settings
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("ENCRYPTION_KEYS", settings.encryption_keys)
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    yield lite_world
    structlog.reset_defaults()


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["marks", "export", *words])


def texts(file: Path) -> list[str]:
    return [json.loads(line)["text"] for line in file.read_text(encoding="utf-8").split("\n") if line]


def exports(world: World) -> list[tuple[str, int | None]]:
    with world.session() as session:
        rows = session.scalars(select(Audit).where(Audit.action == "mark.export").order_by(Audit.clinic_id)).all()
        return [(row.clinic_id, row.staff_id) for row in rows]


def test_the_marks_of_one_clinic_are_written_without_what_names_the_patient(
    world_with_marks: World, tmp_path: Path
) -> None:
    result = run("--clinic", "vest", "ud.jsonl")
    assert result.exit_code == 0, result.output
    assert "1 lines in ud.jsonl" in result.output
    assert "health data" in result.output
    assert texts(tmp_path / "ud.jsonl") == ["Hilsen [navn] fra vest, ring [nummer]"]
    assert exports(world_with_marks) == [("vest", None)]


def test_without_a_clinic_all_of_them_are_written(world_with_marks: World, tmp_path: Path) -> None:
    assert "2 lines" in run("ud.jsonl").output
    assert len(texts(tmp_path / "ud.jsonl")) == 2
    assert exports(world_with_marks) == [("nord", None), ("vest", None)]


def test_the_file_can_be_read_by_its_owner_alone(world_with_marks: World, tmp_path: Path) -> None:
    run("ud.jsonl")
    assert stat.S_IMODE((tmp_path / "ud.jsonl").stat().st_mode) == 0o600


def test_an_unknown_clinic_is_named_and_no_file_is_made(world_with_marks: World, tmp_path: Path) -> None:
    result = run("--clinic", "syd", "ud.jsonl")
    assert result.exit_code == 1
    assert "syd" in result.output
    assert not (tmp_path / "ud.jsonl").exists()


def test_a_file_that_cannot_be_written_leaves_no_trace_of_an_export(world_with_marks: World, tmp_path: Path) -> None:
    assert run("--clinic", "vest", str(tmp_path / "findes-ikke" / "ud.jsonl")).exit_code != 0
    assert exports(world_with_marks) == []
