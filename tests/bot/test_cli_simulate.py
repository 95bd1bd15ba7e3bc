"""The command: a table or JSON, and a picture."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from bot.cli.main import cli


def test_json_and_picture_come_from_one_run(tmp_path: Path) -> None:
    picture = tmp_path / "months.svg"
    arguments = ["simulate", "--patients", "3", "--days", "2", "--json", "--coverage", "--chart", str(picture)]
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    shown = json.loads(result.stdout)
    assert shown["patients"] == 3
    assert shown["texts"]["step"] >= 3
    assert "alert checker_failed" in shown["never_reached"]
    assert ET.fromstring(picture.read_text(encoding="utf-8")).tag.endswith("svg")


def test_a_year_without_known_holidays_is_refused() -> None:
    result = CliRunner().invoke(cli, ["simulate", "--patients", "1", "--start", "1999-01-01"])
    assert result.exit_code == 2
    assert "--start" in result.stderr


@pytest.mark.parametrize("table", ["[arrival]\nweekdays = 0", "not toml"])
def test_a_bad_behaviour_file_is_named(tmp_path: Path, table: str) -> None:
    path = tmp_path / "clinic.toml"
    path.write_text(table, encoding="utf-8")
    result = CliRunner().invoke(cli, ["simulate", "--behaviour", str(path)])
    assert "clinic.toml" in str(result.exception)
