"""Reads and checks all content once, at start. A bad file stops the start."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from messages.advice_schema import Advice, AdviceFile, AdviceGroup, Calls
from messages.consent_schema import Consents
from messages.exercise_schema import Exercise, ExercisesFile, number_of
from messages.handout_schema import Handout
from messages.languages import Language, Languages
from messages.programme_schema import Programme
from messages.regions import NationalNumbers, Region, RegionsFile
from messages.reply_schema import Replies
from messages.rule_schema import Rule, RulesFile
from messages.source_schema import SourceDocument, SourcesFile
from messages.staff_schema import StaffTexts
from messages.template_schema import ReadyText, ReadyTextsFile
from messages.version_schema import VersionsFile

SHIPPED = Path(__file__).parent
RELEASED = "released"
"""The folder, inside that of the programmes, where every released version lies as it was."""

Model = TypeVar("Model", bound=BaseModel)


class ContentError(Exception):
    """A content file cannot be used. The message names the file, the step or field, and the reason."""


@dataclass(frozen=True)
class Content:
    """Everything a patient may be told, read and checked. Cannot change after it is loaded."""

    programmes: Mapping[str, Programme]
    advice: Mapping[AdviceGroup, Advice]
    calls: Mapping[Language, Calls]
    languages: Languages
    replies: Replies
    regions: Mapping[str, Region]
    national: NationalNumbers
    sources: Mapping[str, SourceDocument]
    exercises: Mapping[str, Exercise]
    """By id, in the order of the file."""
    drawings: Mapping[str, str]
    """The SVG of each exercise, by its id."""
    handout: Handout
    consent: Consents
    rules: Mapping[str, Rule]
    """The rules that programmes share, by id. They answer, as replies.toml does, and are not part of a version."""
    ready_texts: Mapping[str, ReadyText]
    """What staff may choose when they write, by id, in the order of the file."""
    released: Mapping[tuple[str, int], Programme]
    """The released versions, the present ones too, by programme and version."""
    digests: Mapping[tuple[str, int], str]
    """What each released version meant when it was released (messages.versions.digest)."""
    staff_texts: StaffTexts
    """What the people of a clinic are sent."""

    def programme(self, programme_id: str, version: int) -> Programme | None:
        """A programme as an enrolment knows it; None when this version is not at hand."""
        current = self.programmes.get(programme_id)
        if current is not None and current.version == version:
            return current
        return self.released.get((programme_id, version))

    def rules_of(self, programme: Programme) -> tuple[Rule, ...]:
        """The rules that a programme follows, its own first; one that rules.toml has no more is left out."""
        shared = (self.rules.get(name) for name in programme.rules)
        return (*programme.own_rules, *(rule for rule in shared if rule is not None))


def load_content(folder: Path | None = None) -> Content:
    """Reads the content of `folder` (default: the content that ships with the product).

    Raises ContentError when a file is missing, is not TOML, or breaks a rule of its model.
    """
    root = SHIPPED if folder is None else folder
    regions = load_toml(root / "regions.toml", RegionsFile)
    advice = load_toml(root / "advice.toml", AdviceFile)
    exercises = {exercise.id: exercise for exercise in load_toml(root / "exercises.toml", ExercisesFile).exercises}
    programmes = _programmes(root / "programmes")
    released = _released(root / "programmes" / RELEASED)
    _exercises_offered([*programmes.values(), *released.values()], exercises)
    rules = {rule.id: rule for rule in load_toml(root / "rules.toml", RulesFile).rules}
    _rules_known(programmes, rules)
    return Content(
        programmes=MappingProxyType(programmes),
        advice=MappingProxyType(dict(advice.group)),
        calls=MappingProxyType(dict(advice.call)),
        languages=load_toml(root / "languages.toml", Languages),
        replies=load_toml(root / "replies.toml", Replies),
        regions=MappingProxyType(dict(regions.region)),
        national=regions.national,
        sources=MappingProxyType(dict(load_toml(root / "sources.toml", SourcesFile).source)),
        exercises=MappingProxyType(exercises),
        drawings=MappingProxyType({name: _drawing(root, name) for name in exercises}),
        handout=load_toml(root / "handout.toml", Handout),
        consent=load_toml(root / "consent.toml", Consents),
        rules=MappingProxyType(rules),
        ready_texts=MappingProxyType(
            {text.id: text for text in load_toml(root / "templates.toml", ReadyTextsFile).templates}
        ),
        released=MappingProxyType(released),
        digests=_digests(root / "programmes" / RELEASED / "versions.toml"),
        staff_texts=load_toml(root / "staff.toml", StaffTexts),
    )


def _programmes(folder: Path) -> dict[str, Programme]:
    paths = sorted(folder.glob("*.toml"))
    if not paths:
        raise ContentError(f"{folder.name}: no programme files (*.toml) found.")
    programmes = {path.stem: load_toml(path, Programme) for path in paths}
    for stem, programme in programmes.items():
        if programme.id != stem:
            raise ContentError(f"{stem}.toml: the id is '{programme.id}'; it must be the file's name, '{stem}'.")
    return programmes


def _exercises_offered(programmes: Iterable[Programme], exercises: Mapping[str, Exercise]) -> None:
    for programme in programmes:
        for step in programme.steps:
            try:
                if step.exercise is not None:
                    number_of(exercises, programme.id, step.exercise)
            except LookupError as error:
                raise ContentError(f"{programme.id}.toml: step '{step.id}', field exercise: {error}.") from error


def _rules_known(programmes: Mapping[str, Programme], known: Mapping[str, Rule]) -> None:
    for programme in programmes.values():
        if unknown := [name for name in programme.rules if name not in known]:
            raise ContentError(f"{programme.id}.toml: rules: rules.toml has no rule {unknown}.")
        if doubled := [rule.id for rule in programme.own_rules if rule.id in known]:
            raise ContentError(f"{programme.id}.toml: rule: rules.toml has rules of the same name: {doubled}.")


def _released(folder: Path) -> dict[tuple[str, int], Programme]:
    released = {}
    for path in sorted(folder.glob("*-*.toml")):
        programme = load_toml(path, Programme)
        if path.stem != f"{programme.id}-{programme.version}":
            raise ContentError(
                f"{RELEASED}/{path.name}: holds version {programme.version} of '{programme.id}'; "
                f"it must be called {programme.id}-{programme.version}.toml."
            )
        released[programme.id, programme.version] = programme
    return released


def _digests(path: Path) -> Mapping[tuple[str, int], str]:
    """Nothing counts as released where there is no register."""
    return (load_toml(path, VersionsFile) if path.exists() else VersionsFile()).digests()


def _drawing(root: Path, exercise: str) -> str:
    try:
        return (root / "drawings" / f"{exercise}.svg").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ContentError(
            f"exercises.toml: the exercise '{exercise}' has no drawing, drawings/{exercise}.svg."
        ) from error


def load_toml(path: Path, model: type[Model]) -> Model:
    """One file as its model. Raises ContentError."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ContentError(f"{path.name}: the file is missing.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContentError(f"{path.name}: not readable as TOML: {error}.") from error
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ContentError(_sentence(path.name, data, error)) from error


def _sentence(name: str, data: Mapping[str, Any], error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    where = _place(first["loc"], data)
    reason = first["msg"].removeprefix("Value error, ")
    more = error.error_count() - 1
    also = f" ({more} more)" if more else ""
    return f"{name}: {where}{reason}{also}."


def _place(loc: tuple[int | str, ...], data: Mapping[str, Any]) -> str:
    """ "step 'day-3', field text: " where pydantic says ("step", 4, "text")."""
    if not loc:
        return ""
    if len(loc) > 1 and loc[0] in {"step", "rule"} and isinstance(loc[1], int):
        items = data.get(loc[0])
        item = items[loc[1]] if isinstance(items, list) else None
        name = item.get("id") if isinstance(item, dict) else None
        label = f"{loc[0]} '{name}'" if name else f"{loc[0]} number {loc[1] + 1}"
        field = ".".join(str(part) for part in loc[2:])
        return f"{label}, field {field}: " if field else f"{label}: "
    return f"{'.'.join(str(part) for part in loc)}: "
