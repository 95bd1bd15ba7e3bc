"""Telephone numbers that depend on the place and on the date they were last checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import StringConstraints, model_validator

from messages.schema import Frozen, Identifier

STALE_AFTER = timedelta(days=90)
SERVICE_MAX = 16
"""Letters in the name of a service; with more, the longest advice would take a third segment."""
NUMBER_MAX = 12

ShownNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]+( [0-9]+)*$", max_length=NUMBER_MAX)]
REGION_IDS = ("hovedstaden", "sjaelland", "syddanmark", "midtjylland", "nordjylland")


class CheckedNumber(Frozen):
    """A number with where it comes from, how sure that is, and when somebody last looked.

    `service` as it is said to a patient after "ring til"; `number` as it is shown to a patient.
    """

    service: Annotated[str, StringConstraints(min_length=3, max_length=SERVICE_MAX)]
    number: ShownNumber
    hours: str
    source: Annotated[str, StringConstraints(min_length=5)]
    certainty: Literal["high", "medium", "low"]
    checked_on: date
    recheck_from: date | None = None

    def is_stale(self, today: date) -> bool:
        """Must a person look again: checked over 90 days ago, or the day of a known change has come."""
        if self.recheck_from is not None and self.checked_on < self.recheck_from <= today:
            return True
        return today - self.checked_on > STALE_AFTER


class Region(CheckedNumber):
    """A region and its out-of-hours medical service. A clinic may hold its own corrected copy."""

    id: Identifier
    name: Annotated[str, StringConstraints(min_length=3, max_length=40)]


class NationalNumbers(Frozen):
    """Numbers that are the same in the whole country."""

    alarm: CheckedNumber
    lifeline: CheckedNumber
    poison: CheckedNumber


class RegionsFile(Frozen):
    """The shape of regions.toml."""

    national: NationalNumbers
    region: Mapping[str, Region]

    @model_validator(mode="after")
    def _complete(self) -> RegionsFile:
        missing = [key for key in REGION_IDS if key not in self.region]
        if missing:
            raise ValueError(f"no number for {missing}")
        odd = [key for key, region in self.region.items() if region.id != key]
        if odd:
            raise ValueError(f"the id differs from the table's name: {odd}")
        return self
