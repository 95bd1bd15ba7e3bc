"""The shape of templates.toml: ready-made texts that staff choose when they write to a patient."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from messages.schema import Frozen, Identifier, begins_with_the_clinic, only

PLACEHOLDERS = frozenset({"klinik", "telefon"})
LONGEST_TITLE = 40

TemplateText = Annotated[
    str,
    StringConstraints(min_length=15, strip_whitespace=True),
    AfterValidator(only(PLACEHOLDERS)),
    AfterValidator(begins_with_the_clinic),
]


class ReadyText(Frozen):
    """One ready-made text. `neutral`: the same without illness, body part or symptom; None when `text` names none."""

    id: Identifier
    title: Annotated[str, StringConstraints(min_length=3, max_length=LONGEST_TITLE)]
    text: TemplateText
    neutral: TemplateText | None = None

    def template(self, *, neutral: bool) -> str:
        return self.neutral or self.text if neutral else self.text


class ReadyTextsFile(Frozen):
    """templates.toml."""

    templates: tuple[ReadyText, ...] = Field(alias="template", min_length=1)

    @model_validator(mode="after")
    def _each_id_once(self) -> ReadyTextsFile:
        ids = [template.id for template in self.templates]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise ValueError(f"ids used twice: {twice}")
        return self
