"""Released versions of the programmes: what is wrong with the register, and writing a new version into it.

A version counts as released when it stands in programmes/released/versions.toml. Its file lies beside that one as it
was then, so that courses which began with it can go on with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from messages.loader import RELEASED, SHIPPED, Content, ContentError, load_content
from messages.programme_schema import Programme
from messages.versions import digest

_HEADER = """\
# Written by `rygbot messages release`: the versions of each programme that patients may have been enrolled in, each
# with a digest of what it says and when. The files beside this one are those versions; they are never changed.
"""
_VERSION_LINE = re.compile(r"(?m)^version = \d+[ \t]*$")


def release_problems(content: Content) -> Iterator[tuple[str, str]]:
    """(programme, problem): a programme that changed without a new version, a released version that was touched."""
    for programme in content.programmes.values():
        if (problem := _unreleased(content, programme)) is not None:
            yield programme.id, problem
    for name, number in sorted({*content.digests, *content.released}):
        kept, known = content.released.get((name, number)), content.digests.get((name, number))
        file = f"released/{name}-{number}.toml"
        if kept is None:
            yield name, f"version {number} stands in released/versions.toml, but {file} is missing"
        elif known is None:
            yield name, f"{file} does not stand in released/versions.toml"
        elif digest(kept) != known:
            yield name, f"{file} has been changed since it was released: put it back as it was"


def _unreleased(content: Content, programme: Programme) -> str | None:
    command = f"run `rygbot messages release {programme.id}`"
    numbers = versions_of(content, programme.id)
    if not numbers or programme.version > numbers[-1]:
        return f"version {programme.version} has not been released: {command}"
    if programme.version < numbers[-1]:
        return f"version {programme.version} is older than the newest that was released, {numbers[-1]}"
    if digest(programme) != content.digests[programme.id, programme.version]:
        return f"{programme.id} has changed since version {programme.version} was released: {command}"
    return None


def versions_of(content: Content, programme_id: str) -> list[int]:
    """The released versions of a programme, oldest first."""
    return sorted(number for name, number in content.digests if name == programme_id)


def release(programme_id: str, *, folder: Path = SHIPPED, same_number: bool = False) -> int:
    """Make the programme's file as it stands now a released version; returns its number.

    A file that changed gets the next number. `same_number`: the newest version is recorded anew instead; only for one
    that no patient has been enrolled in. Raises ContentError when there is nothing to release, and OSError when the
    folder cannot be written.
    """
    content = load_content(folder)
    if programme_id not in content.programmes:
        raise ContentError(f"There is no programme '{programme_id}'; there are {', '.join(content.programmes)}.")
    programme = content.programmes[programme_id]
    number = _number(content, programme, same_number=same_number)
    path = folder / "programmes" / f"{programme_id}.toml"
    text, changed = _VERSION_LINE.subn(f"version = {number}", path.read_text(encoding="utf-8"), count=1)
    if not changed:
        raise ContentError(f"{path.name}: no line 'version = {programme.version}' found.")
    kept = folder / "programmes" / RELEASED
    kept.mkdir(exist_ok=True)
    (kept / f"{programme_id}-{number}.toml").write_text(text, encoding="utf-8")
    digests = {**content.digests, (programme_id, number): digest(programme)}
    (kept / "versions.toml").write_text(_register(digests), encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    return number


def _number(content: Content, programme: Programme, *, same_number: bool) -> int:
    numbers = versions_of(content, programme.id)
    newest = numbers[-1] if numbers else 0
    if programme.version > newest:
        return programme.version
    if programme.version < newest:
        raise ContentError(f"{programme.id}.toml: the version is {programme.version}; {newest} was released already.")
    if same_number:
        return newest
    if digest(programme) == content.digests[programme.id, newest]:
        raise ContentError(f"{programme.id}.toml: nothing has changed since version {newest} was released.")
    return newest + 1


def _register(digests: Mapping[tuple[str, int], str]) -> str:
    lines = [_HEADER]
    for programme in sorted({name for name, _ in digests}):
        lines.append(f"[released.{programme}]")
        numbers = sorted(number for name, number in digests if name == programme)
        lines += [f'{number} = "{digests[programme, number]}"' for number in numbers]
        lines.append("")
    return "\n".join(lines)
