"""The small notation of red_flags.toml, compiled.

`{concept}` any of its words · a space: soon after · `+`: directly after · `...`: later in the sentence · `&`: in the
same sentence, either order · `&&`: anywhere in the message. See messages/red_flag_schema.py for words.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.red_flags.lexicon import Lexicon
from bot.red_flags.patterns import Names, Part, Pattern

NEAR = 3
"""Words and marks that may stand between two elements written with a space."""
FAR = 8
"""The same for elements written with `...`."""


def compile_pattern(source: str, lexicon: Lexicon, *, exact: bool = False) -> Pattern:
    """Read one line of the notation; the words in it become part of the lexicon.

    `exact`: plain words stand for themselves alone, without their inflections, as idioms need.
    """
    return Pattern(source, tuple(_part(part, lexicon, exact=exact) for part in source.split(" && ")))


def _part(source: str, lexicon: Lexicon, *, exact: bool) -> Part:
    names: list[Names] = []
    reaches: list[tuple[int, ...]] = []
    for sequence in source.split(" & "):
        elements = list(_elements(sequence))
        if not elements:
            raise ValueError(f"empty pattern in {source!r}")
        for element, _ in elements:
            names.append(tuple(_name(name, lexicon, exact=exact) for name in element.split("|") if name))
        reaches.append(tuple(reach for _, reach in elements))
    return Part(tuple(names), tuple(reaches))


def _elements(sequence: str) -> Iterator[tuple[str, int]]:
    """Each element as written, and how far it may stand from the one before."""
    phrase = "{" not in sequence and "..." not in sequence
    reach = NEAR
    for element in sequence.split():
        if element in ("...", "+"):
            reach = FAR if element == "..." else 0
        else:
            yield element, 0 if phrase else reach
            reach = NEAR


def _name(name: str, lexicon: Lexicon, *, exact: bool) -> str:
    if name.startswith("{"):
        return name
    plain = exact and not name.startswith(("=", "re:")) and "*" not in name
    return lexicon.add(f"={name}" if plain else name)
