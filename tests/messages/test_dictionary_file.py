"""The dictionary files: one entry a line, and a clear sentence when one is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from messages import dictionary_file
from messages.dictionary_file import DictionaryError, load_dictionary, read_entries


def written(folder: Path, text: str) -> Path:
    path = folder / "pl.tsv"
    path.write_text(text, encoding="utf-8")
    return path


def test_entries_are_read_and_lines_for_people_are_not(tmp_path: Path) -> None:
    assert read_entries(written(tmp_path, "# a note\nnie\tikke\n\nsiku*\ttisse\n")) == {"nie": "ikke", "siku*": "tisse"}


@pytest.mark.parametrize(
    "line",
    ["nie ikke", "\tikke", "nie\t", "nie\ten to tre fire fem seks", " nie\tikke", "nie\tikke\nnie\tej", "*\tikke"],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(DictionaryError, match=r"pl\.tsv: line \d"):
        read_entries(written(tmp_path, line))


def test_the_shipped_files_can_be_read() -> None:
    assert {"pl", "tr", "uk", "ar"} <= set(load_dictionary())
    assert all(len(entries) > 500 for entries in load_dictionary().values())


def test_another_dictionary_is_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = dictionary_file.dictionary_digest()
    written(tmp_path, "nie\tikke\n")
    monkeypatch.setattr(dictionary_file, "FOLDER", tmp_path)
    dictionary_file.dictionary_digest.cache_clear()
    try:
        assert dictionary_file.dictionary_digest() != shipped
    finally:
        dictionary_file.dictionary_digest.cache_clear()
