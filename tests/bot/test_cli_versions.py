"""`rygbot messages release` and `diff`, and what `messages check` says of a programme that changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import texts, versions
from bot.cli.main import cli
from messages import releases
from messages.loader import SHIPPED, load_content
from messages.schema import Purpose

NAME = "akut-laend"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The commands work on a copy of the shipped content."""
    copy = tmp_path / "content"
    shutil.copytree(SHIPPED, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__", "*.bin"))
    for module in (texts, versions):
        monkeypatch.setattr(module, "load_content", lambda: load_content(copy))
    # The walk through every sequence of replies is slow and has its own tests.
    monkeypatch.setattr(texts, "_reach_findings", lambda content: iter(()))
    monkeypatch.setattr(versions, "release", lambda name, **values: releases.release(name, folder=copy, **values))
    return copy


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["messages", *words])


def change(folder: Path) -> int:
    """One text of the file gets other words and another day; returns the version it stands at."""
    path = folder / "programmes" / f"{NAME}.toml"
    programme = load_content(folder).programmes[NAME]
    spare = next(step for step in programme.steps if step.purpose is Purpose.ACTIVITY)
    old = f"day = {spare.day}\n"
    before, found, after = path.read_text(encoding="utf-8").partition(f'id = "{spare.id}"\n')
    assert found
    assert after.startswith(old)
    changed = after.replace(old, f"day = {spare.day}\nat = 17:30:00\n", 1).replace("{klinik}:", "{klinik}: Nu", 1)
    path.write_text(before + found + changed, encoding="utf-8")
    return programme.version


def test_the_check_names_a_programme_that_changed_without_a_version(folder: Path) -> None:
    version = change(folder)
    result = run("check")
    assert result.exit_code == 1
    assert f"{NAME} has changed since version {version} was released: run `rygbot messages release {NAME}`" in (
        result.output
    )


def test_a_release_says_its_number_and_the_check_is_content(folder: Path) -> None:
    version = change(folder)
    assert run("release", NAME).output == f"{NAME}: version {version + 1} is released.\n"
    assert "was released" not in run("check").output


def test_a_draft_is_compared_with_what_was_released(folder: Path) -> None:
    version = change(folder)
    result = run("diff", NAME)
    assert f"{NAME}: version {version} as released -> version {version}\n" in result.output
    assert "       - text: {klinik}: " in result.output
    assert "       + text: {klinik}: Nu " in result.output
    assert "       - at: none\n       + at: 17:30:00\n" in result.output
    assert result.output.endswith("\n0 added, 0 removed, 1 altered, 1 moved.\n")


def test_two_released_versions_are_compared(folder: Path) -> None:
    version = change(folder)
    run("release", NAME)
    newest, named = run("diff", NAME), run("diff", NAME, "--from", str(version))
    assert newest.output == named.output
    assert f"version {version} -> version {version + 1}" in newest.output


def test_a_version_that_never_was_is_refused_with_those_that_are(folder: Path) -> None:
    result = run("diff", NAME, "--from", "97")
    assert result.exit_code == 2
    assert "there is no released version 97" in result.output


def test_an_unknown_programme_is_refused_with_those_that_are(folder: Path) -> None:
    result = run("diff", "lumbago")
    assert result.exit_code == 2
    assert NAME in result.output
