"""The shape of handout.toml: the words of the printed sheet that are the same for all patients of a kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from messages.schema import Frozen, Identifier, Source, only

HANDOUT_PLACEHOLDERS = frozenset({"telefon", "afsender", "laege", "vagt", "antal", "uger", "om_ugen"})
"""What a line may name: the clinic's number, the number the texts come from, the doctor's number, the out-of-hours
service with its number, and how many texts there are in how many weeks, and in a week."""

SIGNS_FIELD = "Ring straks"
"""How texts that may name no symptom call the list of signs on the sheet: its heading begins so."""

Line = Annotated[
    str,
    StringConstraints(min_length=5, max_length=160, strip_whitespace=True),
    AfterValidator(only(HANDOUT_PLACEHOLDERS)),
]


class Signs(Frozen):
    """What to look for. `programmes`: who gets this list. `outside_sources`: signs a clinician answers for."""

    programmes: tuple[Identifier, ...]
    lines: tuple[Line, ...] = Field(min_length=3, max_length=9)
    sources: tuple[Source, ...] = Field(min_length=1)
    outside_sources: str = ""


class Section(Frozen):
    """A heading with its lines."""

    heading: Line
    lines: tuple[Line, ...] = Field(min_length=1, max_length=8)


class Handout(Frozen):
    """handout.toml."""

    exercises: Section
    red_flags: Section
    """What to do; the signs stand in `signs`."""
    signs: tuple[Signs, ...] = Field(min_length=1)
    sms: Section
    keep: Line
    """On the sheets of a clinic whose texts name no symptom: they point at this sheet."""
    own_notes: Line
    """Above the empty part of the sheet, where the clinic writes and draws by hand."""

    def signs_for(self, programme: str) -> Signs:
        """The signs a patient of a programme looks for. Raises KeyError when no list names the programme."""
        for signs in self.signs:
            if programme in signs.programmes:
                return signs
        raise KeyError(programme)

    def lines(self) -> Iterator[str]:
        """Every line, for the lint."""
        for section in (self.exercises, self.red_flags, self.sms):
            yield from (section.heading, *section.lines)
        for signs in self.signs:
            yield from signs.lines
        yield from (self.keep, self.own_notes)
