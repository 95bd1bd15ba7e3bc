"""The shape of programmes/released/versions.toml: which versions of a programme went out, and what each one meant."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from messages.schema import Frozen, Identifier

Number = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]*$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class VersionsFile(Frozen):
    """`released`: by programme and version (a number, as TOML writes its keys) the digest of what was released."""

    released: Mapping[Identifier, Mapping[Number, Digest]] = Field(default_factory=dict)

    @field_validator("released")
    @classmethod
    def _frozen(cls, value: Mapping[str, Mapping[str, str]]) -> Mapping[str, Mapping[str, str]]:
        return MappingProxyType({programme: MappingProxyType(dict(numbers)) for programme, numbers in value.items()})

    def digests(self) -> Mapping[tuple[str, int], str]:
        """The same by (programme, version)."""
        return MappingProxyType(
            {
                (programme, int(number)): value
                for programme, numbers in self.released.items()
                for number, value in numbers.items()
            }
        )
