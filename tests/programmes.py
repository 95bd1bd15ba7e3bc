"""Programmes that tests make up: versions of one course that differ in any way the schema allows."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from types import MappingProxyType

from hypothesis import strategies as st

from messages.programme_schema import Programme
from messages.schema import Purpose, Source, Step
from tests.world import World

_OTHERS = (Purpose.REASSURANCE, Purpose.EXERCISE, Purpose.ACTIVITY, Purpose.QUESTION, Purpose.INFORMATION)
_SOURCE = Source(document="S1", section="Tag kontrol over dine smerter")


def step(step_id: str, day: int, purpose: Purpose, words: str = "Det er en prøve.", **values: object) -> Step:
    question = "screening" if purpose is Purpose.SCREENING else None
    text = f"{{klinik}}: {words}"
    fields = {"question": question, "sources": (_SOURCE,), **values}
    return Step(id=step_id, day=day, purpose=purpose, text=text, **{"neutral": text, **fields})  # type: ignore[arg-type]


def programme(steps: list[Step], version: int = 1, programme_id: str = "akut-laend") -> Programme:
    return Programme(
        id=programme_id,
        version=version,
        name="Prøveforløb",
        neutral_name="Sms-forløb",
        weeks=min(13, max(1, -(-steps[-1].day // 7))),
        step=tuple(steps),
    )


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    """Any course: screenings at most a week apart, up to six texts between two of them, one closing at the end.

    The ids come from a small stock, so that two courses share many of them at other days and for other purposes.
    """
    gaps = draw(st.lists(st.integers(2, 7), min_size=3, max_size=11))
    asked = [1]
    for gap in gaps:
        asked.append(asked[-1] + gap)
    closing = asked.pop()
    free = sorted(set(range(1, closing)) - set(asked))
    others = draw(st.lists(st.sampled_from(free), unique=True, min_size=min(3, len(free)), max_size=len(free)))
    screening_ids = draw(st.permutations([f"tjek-{number}" for number in range(12)]))
    other_ids = draw(st.permutations([f"tekst-{number}" for number in range(80)]))
    steps = [step("velkomst", 0, Purpose.WELCOME, on_holidays=True)]
    steps += [step(name, day, Purpose.SCREENING) for name, day in zip(screening_ids, asked, strict=False)]
    steps += [step(name, day, draw(st.sampled_from(_OTHERS))) for name, day in zip(other_ids, others, strict=False)]
    steps.append(step(draw(st.sampled_from(["slut", "afslutning"])), closing, Purpose.CLOSING))
    return programme(sorted(steps, key=lambda one: one.day))


NAME = "akut-laend"


def newer_version(old: Programme) -> Programme:
    """The next version: one text is new, one has other words, one goes, one stands a day later."""
    steps = {one.id: one for one in old.steps}
    assert {"udsigt", "gaa-en-tur"} <= set(steps)
    question = next(one for one in old.steps if one.purpose is Purpose.QUESTION)
    free = next(day for day in range(60, 80) if day not in {one.day for one in old.steps})
    words = steps["udsigt"].model_copy(update={"text": "{klinik}: Vi har skrevet den her om."})
    changed = {**steps, "udsigt": words, "ny": step("ny", free, Purpose.INFORMATION, "Dette er helt nyt.")}
    changed.pop("gaa-en-tur")
    taken = {one.day for one in changed.values()}
    later = next(day for day in range(question.day + 1, 90) if day not in taken)
    changed[question.id] = question.model_copy(update={"day": later})
    ordered = sorted(changed.values(), key=lambda one: one.day)
    return old.model_copy(update={"version": old.version + 1, "steps": tuple(ordered)})


def bring_out(
    world: World, *, keep_old: bool = True, change: Callable[[Programme], Programme] = newer_version
) -> tuple[int, int]:
    """The installation gets a newer version; returns the numbers of the old and the new one."""
    content = world.runtime.content
    old = content.programmes[NAME]
    new = change(old)
    changed = dataclasses.replace(
        content,
        programmes=MappingProxyType({**content.programmes, NAME: new}),
        released=MappingProxyType({(NAME, old.version): old} if keep_old else {}),
    )
    world.runtime = dataclasses.replace(world.runtime, content=changed)
    return old.version, new.version
