"""`rygbot staff reset-link` and `rygbot audit verify`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result
from sqlalchemy import update

from bot.cli.main import cli
from core.models import Audit
from tests.bot.staff.conftest import Desk, app_of
from tests.world import World

EMAIL = "mette@vest.example"
NEW = "en ny og lang adgangskode"


@pytest.fixture
def installed(lite_world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[World]:
    """A clinic with a staff member and a patient, and an environment in which commands find them."""
    lite_world.add_staff(EMAIL)
    lite_world.enrol()
    lite_world.drain()
    settings = lite_world.runtime.settings
    monkeypatch.chdir(tmp_path)
    for name in ("secret_key", "encryption_keys", "database_url", "public_url"):
        monkeypatch.setenv(name.upper(), getattr(settings, name))
    yield lite_world
    structlog.reset_defaults()


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words))


def last_seal(result: Result) -> str:
    return result.output.rpartition("last seal: ")[2].strip()


def test_the_printed_link_sets_a_new_password(installed: World) -> None:
    from bot.runtime import utc_now

    installed.clock.now = utc_now()
    result = run("staff", "reset-link", "--email", EMAIL.upper())
    assert result.exit_code == 0
    link = result.stdout.strip()
    assert link.startswith("https://rygbot.example/ny-adgangskode/")
    desk = Desk(app_of(installed))
    path = link.removeprefix("https://rygbot.example")
    desk.get(path)
    assert desk.post(path, password=NEW, again=NEW).status_code == 303
    assert desk.log_in(EMAIL, NEW).status_code == 303


def test_a_link_for_nobody_is_refused(installed: World) -> None:
    result = run("staff", "reset-link", "--email", "ingen@vest.example")
    assert result.exit_code == 1
    assert "there is no staff member" in result.output


def test_an_untouched_log_is_found_whole_and_its_last_seal_is_printed(installed: World) -> None:
    result = run("audit", "verify")
    assert result.exit_code == 0, result.output
    assert "0 rows are not sealed yet" in result.output
    assert len(last_seal(result)) == 64
    assert run("audit", "verify", "--expect", last_seal(result).upper()).exit_code == 0


def test_rows_not_sealed_yet_are_counted(installed: World) -> None:
    run("staff", "reset-link", "--email", EMAIL)
    assert "1 row is not sealed yet" in run("audit", "verify").output


def test_a_changed_row_makes_the_command_fail_and_is_named(installed: World) -> None:
    with installed.session() as session, session.begin():
        session.execute(update(Audit).where(Audit.id == 1).values(object_id="99"))
    result = run("audit", "verify")
    assert result.exit_code == 1
    assert "FAIL  row 1 " in result.output


def test_a_seal_that_is_no_longer_there_makes_the_command_fail(installed: World) -> None:
    result = run("audit", "verify", "--expect", "f" * 64)
    assert result.exit_code == 1
    assert "no row bears the seal" in result.output
