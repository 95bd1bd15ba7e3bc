"""Versions of a programme: what counts as a change, what differs, and that none goes out without a number."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given

from messages.loader import SHIPPED, ContentError, load_content
from messages.programme_schema import Programme
from messages.releases import release, release_problems
from messages.schema import Purpose
from messages.versions import difference, digest
from tests.programmes import programme, programmes, step

NAME = "akut-laend"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped content, with its programmes as they were released."""
    copy = tmp_path / "content"
    shutil.copytree(SHIPPED, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__", "*.bin"))
    assert problems(copy) == []
    return copy


def reword(folder: Path) -> str:
    """One text of the present file gets other words; returns them."""
    words = load_content(folder).programmes[NAME].steps[2].text
    rewrite(present(folder), words, words.replace("{klinik}:", "{klinik}: Nu"))
    return load_content(folder).programmes[NAME].steps[2].text


def problems(folder: Path) -> list[str]:
    return [problem for _, problem in release_problems(load_content(folder))]


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def present(folder: Path) -> Path:
    return folder / "programmes" / f"{NAME}.toml"


def number(folder: Path) -> int:
    return load_content(folder).programmes[NAME].version


def test_what_ships_has_been_released() -> None:
    assert list(release_problems(load_content())) == []


def test_a_changed_text_without_a_new_version_is_found(folder: Path) -> None:
    reword(folder)
    assert problems(folder) == [
        f"{NAME} has changed since version {number(folder)} was released: run `rygbot messages release {NAME}`"
    ]


def test_comments_space_sources_and_signatures_are_no_change(folder: Path) -> None:
    rewrite(present(folder), "[[step]]\n", "# A comment\n\n[[step]]\n")
    rewrite(present(folder), 'signed_off_by = ""', 'signed_off_by = "En læge"')
    assert problems(folder) == []
    version = load_content(folder).programmes[NAME]
    cited = tuple(one.model_copy(update={"sources": one.sources[1:]}) for one in version.steps)
    assert digest(version.model_copy(update={"steps": cited})) == digest(version)


def test_a_release_numbers_the_change_and_keeps_both_versions(folder: Path) -> None:
    before = load_content(folder).programmes[NAME]
    reword(folder)
    assert release(NAME, folder=folder) == before.version + 1
    content = load_content(folder)
    assert problems(folder) == []
    assert content.programmes[NAME].version == before.version + 1
    assert content.programme(NAME, before.version) == before
    assert content.programme(NAME, before.version + 1) == content.programmes[NAME]
    assert content.programme(NAME, before.version + 2) is None


def test_what_has_not_changed_is_not_released_again(folder: Path) -> None:
    with pytest.raises(ContentError, match="nothing has changed since version"):
        release(NAME, folder=folder)


def test_a_version_nobody_has_may_be_recorded_anew(folder: Path) -> None:
    before = number(folder)
    words = reword(folder)
    assert release(NAME, folder=folder, same_number=True) == before
    assert problems(folder) == []
    assert load_content(folder).released[NAME, before].steps[2].text == words


def test_a_number_raised_by_hand_must_still_be_released(folder: Path) -> None:
    before = number(folder)
    rewrite(present(folder), f"version = {before}\n", f"version = {before + 3}\n")
    assert problems(folder) == [f"version {before + 3} has not been released: run `rygbot messages release {NAME}`"]
    assert release(NAME, folder=folder) == before + 3
    assert problems(folder) == []


def test_a_number_set_back_is_found_and_refused(folder: Path) -> None:
    before = number(folder)
    rewrite(present(folder), f"version = {before}\n", f"version = {before + 3}\n")
    release(NAME, folder=folder)
    rewrite(present(folder), f"version = {before + 3}\n", f"version = {before}\n")
    assert problems(folder) == [f"version {before} is older than the newest that was released, {before + 3}"]
    with pytest.raises(ContentError, match="was released already"):
        release(NAME, folder=folder)


def test_a_released_file_that_was_touched_lost_or_slipped_in_is_found(folder: Path) -> None:
    kept = folder / "programmes" / "released"
    version = number(folder)
    rewrite(kept / f"{NAME}-{version}.toml", "{klinik}: ", "{klinik}: Nu: ")
    name = f"released/{NAME}-{version}.toml"
    assert problems(folder) == [f"{name} has been changed since it was released: put it back as it was"]
    text = (kept / f"{NAME}-{version}.toml").read_text(encoding="utf-8")
    (kept / f"{NAME}-{version}.toml").unlink()
    assert problems(folder) == [f"version {version} stands in released/versions.toml, but {name} is missing"]
    rewrite(kept / "versions.toml", f"[released.{NAME}]\n{version} = ", f"[released.{NAME}]\n7{version} = ")
    (kept / f"{NAME}-{version}.toml").write_text(text, encoding="utf-8")
    assert f"{name} does not stand in released/versions.toml" in problems(folder)


def test_a_released_file_under_a_wrong_name_is_refused(folder: Path) -> None:
    kept = folder / "programmes" / "released"
    version = number(folder)
    (kept / f"{NAME}-{version}.toml").rename(kept / f"{NAME}-99.toml")
    with pytest.raises(ContentError, match=f"it must be called {NAME}-{version}.toml"):
        load_content(folder)


def test_a_content_without_a_register_has_released_nothing(folder: Path) -> None:
    shutil.rmtree(folder / "programmes" / "released")
    assert len(problems(folder)) == len(load_content(folder).programmes)


def test_a_programme_that_does_not_exist_is_named(folder: Path) -> None:
    with pytest.raises(ContentError, match="There is no programme 'lumbago'"):
        release("lumbago", folder=folder)


@given(programmes(), programmes())
def test_two_programmes_differ_exactly_when_their_digests_do(one: Programme, other: Programme) -> None:
    found = difference(one, other)
    assert bool(found.header or found.steps) == (digest(one) != digest(other))
    assert digest(one) == digest(one.model_copy(update={"version": 9, "signed_off_by": "En læge"}))


@given(programmes(), programmes())
def test_a_difference_leads_from_the_one_to_the_other(one: Programme, other: Programme) -> None:
    steps = {step.id: step for step in one.steps}
    for change in difference(one, other).steps:
        steps.pop(change.step_id, None)
        if change.after is not None:
            steps[change.step_id] = change.after
    assert steps == {step.id: step for step in other.steps}


def test_steps_are_told_apart_as_added_removed_moved_and_altered() -> None:
    welcome, closing = step("velkomst", 0, Purpose.WELCOME), step("slut", 7, Purpose.CLOSING)
    asked = step("tjek", 1, Purpose.SCREENING)
    stays, goes = step("bliver", 2, Purpose.QUESTION), step("udgaar", 3, Purpose.QUESTION)
    before = programme([welcome, asked, stays, goes, closing])
    after = programme(
        [welcome, asked, step("ny", 3, Purpose.QUESTION), step("bliver", 5, Purpose.QUESTION, "Nyt."), closing]
    )
    found = difference(before, after)
    assert [change.step_id for change in found.added] == ["ny"]
    assert [change.step_id for change in found.removed] == ["udgaar"]
    assert [change.step_id for change in found.moved] == ["bliver"]
    assert [change.step_id for change in found.altered] == ["bliver"]
    assert found.steps[-1].fields == ("day", "text", "neutral")
