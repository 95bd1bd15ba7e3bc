"""The shape of consent.toml: what patients agreed to, by version, the newest last."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from messages.schema import Frozen


class ConsentText(Frozen):
    """One version. `words`: the very words staff say yes to on the patient's behalf."""

    version: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}(-\d+)?$")]
    words: Annotated[str, StringConstraints(min_length=20, max_length=1000, strip_whitespace=True)]


class Consents(Frozen):
    """consent.toml."""

    texts: tuple[ConsentText, ...] = Field(alias="text", min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> Consents:
        versions = [text.version for text in self.texts]
        if twice := sorted({version for version in versions if versions.count(version) > 1}):
            raise ValueError(f"versions used twice: {twice}")
        return self

    @property
    def newest(self) -> ConsentText:
        return self.texts[-1]

    def words(self, version: str) -> str | None:
        """The text of a version; None when it is not at hand."""
        return next((text.words for text in self.texts if text.version == version), None)
