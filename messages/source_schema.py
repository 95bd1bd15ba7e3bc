"""The shape of sources.toml: the register of the five clinical documents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import StringConstraints

from messages.schema import Frozen


class SourceDocument(Frozen):
    """One document. `sections`: its headings, spelled as they stand there."""

    title: Annotated[str, StringConstraints(min_length=3)]
    publisher: Annotated[str, StringConstraints(min_length=3)]
    kind: Annotated[str, StringConstraints(min_length=3)]
    file: str
    published: date | None = None
    updated: date | None = None
    note: str = ""
    sections: tuple[str, ...]


class SourcesFile(Frozen):
    """sources.toml."""

    source: Mapping[str, SourceDocument]
