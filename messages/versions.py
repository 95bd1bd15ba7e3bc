"""Pure: what a programme means to its patients, as a digest, and what differs between two versions of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from messages.programme_schema import Programme
from messages.schema import Step

_NOT_OF_THE_STEP = {"sources"}
_NOT_OF_THE_PROGRAMME = {"version", "signed_off_by"}
"""What may change without a patient noticing: who vouches for a text, and which text it goes back to."""


def digest(programme: Programme) -> str:
    """SHA-256, in hex, of all that a patient is sent and asked, and when.

    Fields that stand at their default are left out, so that a field added to the schema later changes no digest.
    """
    said = programme.model_dump(
        mode="json",
        by_alias=True,
        exclude_defaults=True,
        exclude={"steps": {"__all__": _NOT_OF_THE_STEP}} | dict.fromkeys(_NOT_OF_THE_PROGRAMME, True),
    )
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True)
class StepChange:
    """A step that differs. `before` None: the step is new; `after` None: it is gone. `fields`: names of what differs
    in a step that stands in both.
    """

    step_id: str
    before: Step | None
    after: Step | None
    fields: tuple[str, ...] = ()

    @property
    def is_moved(self) -> bool:
        return bool({"day", "at"} & set(self.fields))


@dataclass(frozen=True)
class Difference:
    """All that differs between two versions. `header`: names of what differs outside the steps.

    `steps`: in the order of their days, a step that stands in both by its new day.
    """

    header: tuple[str, ...]
    steps: tuple[StepChange, ...]

    @property
    def added(self) -> tuple[StepChange, ...]:
        return tuple(change for change in self.steps if change.before is None)

    @property
    def removed(self) -> tuple[StepChange, ...]:
        return tuple(change for change in self.steps if change.after is None)

    @property
    def moved(self) -> tuple[StepChange, ...]:
        return tuple(change for change in self.steps if change.is_moved)

    @property
    def altered(self) -> tuple[StepChange, ...]:
        """Steps in both of which something else than the day or hour differs: above all the words."""
        return tuple(change for change in self.steps if set(change.fields) - {"day", "at"})


def difference(before: Programme, after: Programme) -> Difference:
    """What differs from `before` to `after`, steps paired by their ids; sources and signatures are not compared."""
    earlier = {step.id: step for step in before.steps}
    later = {step.id: step for step in after.steps}
    changes = [
        StepChange(
            step_id, earlier.get(step_id), later.get(step_id), _differing(earlier.get(step_id), later.get(step_id))
        )
        for step_id in {**later, **earlier}
        if _is_other(earlier.get(step_id), later.get(step_id))
    ]
    ordered = sorted(changes, key=lambda change: (change.after or change.before or after.steps[0]).day)
    header = [
        name
        for name in Programme.model_fields
        if name != "steps" and name not in _NOT_OF_THE_PROGRAMME and getattr(before, name) != getattr(after, name)
    ]
    return Difference(tuple(header), tuple(ordered))


def _is_other(before: Step | None, after: Step | None) -> bool:
    return before is None or after is None or bool(_differing(before, after))


def _differing(before: Step | None, after: Step | None) -> tuple[str, ...]:
    if before is None or after is None:
        return ()
    return tuple(
        name
        for name in Step.model_fields
        if name not in _NOT_OF_THE_STEP and getattr(before, name) != getattr(after, name)
    )
