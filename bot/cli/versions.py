"""`rygbot messages release` and `diff`: a changed programme becomes a new version, and what differs between two."""

from __future__ import annotations

from collections.abc import Iterator

import click

from messages.loader import Content, load_content
from messages.programme_schema import Programme
from messages.releases import release, versions_of
from messages.schema import Step
from messages.versions import StepChange, difference, digest


@click.command("release")
@click.argument("programme_ids", metavar="PROGRAMME...", nargs=-1, required=True)
@click.option("--same-number", is_flag=True, help="Record the newest version anew; only while no patient has it.")
def messages_release(programme_ids: tuple[str, ...], same_number: bool) -> None:  # noqa: FBT001
    """Make a changed programme a new version. Running courses keep theirs until staff move them."""
    for programme_id in programme_ids:
        number = release(programme_id, same_number=same_number)
        click.echo(f"{programme_id}: version {number} is released.")


@click.command("diff")
@click.argument("programme_id", metavar="PROGRAMME")
@click.option("--from", "number", type=click.IntRange(1), help="The version before; the last other one when left out.")
def messages_diff(programme_id: str, number: int | None) -> None:
    """What differs between the present version of a programme and an earlier one."""
    content = load_content()
    if programme_id not in content.programmes:
        raise click.BadParameter(f"there is no such programme; there are {', '.join(content.programmes)}")
    after = content.programmes[programme_id]
    before = _before(content, after, number)
    found = difference(before, after)
    what = "as released" if before.version == after.version else ""
    click.echo(f"{programme_id}: version {before.version} {what}".rstrip() + f" -> version {after.version}")
    for name in found.header:
        click.echo(f"\nchanged  {name}")
    for change in found.steps:
        click.echo("\n" + "\n".join(_lines(change)))
    click.echo(
        f"\n{len(found.added)} added, {len(found.removed)} removed, {len(found.altered)} altered, "
        f"{len(found.moved)} moved."
    )


def _before(content: Content, after: Programme, number: int | None) -> Programme:
    """The version asked for; else the present one as it was released, if it has changed since; else the one before.

    Raises click.BadParameter when there is none.
    """
    numbers = versions_of(content, after.id)
    if number is None:
        kept = content.released.get((after.id, after.version))
        if kept is not None and digest(kept) != digest(after):
            return kept
        number = max((known for known in numbers if known < after.version), default=0)
        if not number:
            raise click.UsageError(f"{after.id} has one version only: {after.version}")
    found = content.released.get((after.id, number))
    if found is None:
        raise click.BadParameter(f"there is no released version {number}; there are {numbers}", param_hint="--from")
    return found


def _lines(change: StepChange) -> Iterator[str]:
    if change.before is None and change.after is not None:
        yield f"added    {change.step_id}, {_when(change.after)}"
        yield f"       + {change.after.text}"
    elif change.after is None and change.before is not None:
        yield f"removed  {change.step_id}, {_when(change.before)}"
        yield f"       - {change.before.text}"
    elif change.before is not None and change.after is not None:
        yield f"changed  {change.step_id}, {_when(change.after)}"
        for name in change.fields:
            yield f"       - {name}: {_shown(change.before, name)}"
            yield f"       + {name}: {_shown(change.after, name)}"


def _when(step: Step) -> str:
    return f"day {step.day}" + (f" at {step.at:%H:%M}" if step.at else "")


def _shown(step: Step, name: str) -> str:
    value = getattr(step, name)
    return "none" if value is None else str(value)


COMMANDS = (messages_release, messages_diff)
