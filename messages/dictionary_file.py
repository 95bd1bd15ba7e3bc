"""The dictionary: words of other languages and the Danish ones that the red-flag checker reads in their place.

messages/dictionary/LANGUAGE.tsv: a written word, a tab, the Danish words. A star ends a word that may go on; "-" is a
word that Danish has no place for. Lines that begin with # are for people.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

FOLDER = Path(__file__).parent / "dictionary"
NOTHING = "-"
MOST_WORDS = 5


class DictionaryError(ValueError):
    """A dictionary file cannot be used. The message names the file, the line and the reason."""


@cache
def load_dictionary() -> Mapping[str, Mapping[str, str]]:
    """The shipped dictionary: for each language (by the name of its file) its entries as they are written there.

    Raises DictionaryError.
    """
    return MappingProxyType({path.stem: read_entries(path) for path in sorted(FOLDER.glob("*.tsv"))})


@cache
def dictionary_digest() -> str:
    """What names this dictionary among all others; part of the version of the rules."""
    whole = hashlib.sha256()
    for path in sorted(FOLDER.glob("*.tsv")):
        whole.update(path.name.encode() + b"\n" + path.read_bytes().replace(b"\r\n", b"\n"))
    return whole.hexdigest()[:12]


def read_entries(path: Path) -> Mapping[str, str]:
    """The entries of one file. Raises DictionaryError when a line is not an entry or a word stands twice."""
    entries: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        written, tab, danish = line.partition("\t")
        word = written.rstrip("*")
        if not tab or not word or word != word.strip() or not 1 <= len(danish.split()) <= MOST_WORDS:
            raise DictionaryError(f"{path.name}: line {number}: not a word, a tab and one to {MOST_WORDS} Danish words")
        if written in entries:
            raise DictionaryError(f"{path.name}: line {number}: '{written}' stands twice")
        entries[written] = danish
    return MappingProxyType(entries)
