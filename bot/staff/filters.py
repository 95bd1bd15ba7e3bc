"""Pure: what the patients list shows, as chosen by staff, as it stands in an address, and as it is kept in a view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from bot.staff.words import COLOURS, ENROLMENT_STATES
from core.models import Colour, EnrolmentState
from messages.loader import Content

NOT_STARTED = "0"
LONGEST_WORDS = 100
SORTS: Mapping[str, str] = {
    "new": "Sidst tilmeldt",
    "name": "Navn",
    "reply": "Seneste svar",
    "start": "Startdato",
}
ADDRESS: Mapping[str, str] = {
    "colour": "farve",
    "programme": "forloeb",
    "week": "uge",
    "state": "status",
    "silent": "svarer-ikke",
    "undelivered": "fejlet",
    "opted_out": "afmeldt",
    "sort": "sorter",
}
"""Field -> its name in an address. The words searched for are not among them: see bot/staff/people.py."""
FLAGS: Mapping[str, str] = {"silent": "Svarer ikke", "undelivered": "Sms nåede ikke frem", "opted_out": "Afmeldt sms"}
_YES = "ja"


@dataclass(frozen=True)
class Filters:
    """All must hold. `words`: parts of a name, or digits of a number. Empty: whatever it is.

    `colour`: the worst open alert's. `week`: of a running course, "0" before its start. `silent`: asked without an
    answer. `undelivered`: the last text that was sent did not arrive.
    """

    words: str = ""
    colour: str = ""
    programme: str = ""
    week: str = ""
    state: str = ""
    silent: bool = False
    undelivered: bool = False
    opted_out: bool = False
    sort: str = "new"

    @property
    def is_narrowed(self) -> bool:
        return replace(self, sort="new") != Filters()

    @property
    def can_be_kept(self) -> bool:
        return replace(self, words="").is_narrowed

    def address(self) -> dict[str, str]:
        """What stands in an address: everything but the words, and nothing that is as it is anyway."""
        return {ADDRESS[name]: value for name, value in self.kept().items()}

    def kept(self) -> dict[str, str]:
        """What a saved view keeps: everything but the words, which are mostly a patient's name and would outlive it."""
        plain = Filters()
        chosen = {item.name: getattr(self, item.name) for item in fields(self)}
        return {
            name: _YES if value is True else value
            for name, value in chosen.items()
            if name != "words" and value != getattr(plain, name)
        }

    def toggled(self, **values: Any) -> Filters:
        """With these values, or without them where they are set already."""
        plain = Filters()
        return replace(
            self,
            **{name: getattr(plain, name) if getattr(self, name) == value else value for name, value in values.items()},
        )

    def told(self) -> str:
        """For the audit log: without the words, which may be a patient's name."""
        parts = [f"{name}={value}" for name, value in self.address().items()]
        return " ".join([*parts, *(["søgning"] if self.words else [])]) or "alle"


def read(values: Mapping[str, str], words: str, content: Content) -> Filters:
    """The filters of an address or a form; what there is no such choice for is left out."""
    kept = {name: values.get(key, "") for name, key in ADDRESS.items()}
    return restore({**kept, "words": words}, content)


def restore(kept: Mapping[str, str], content: Content) -> Filters:
    """The filters of a saved view, which may name a programme that is gone."""

    def one_of(name: str, known: Mapping[str, object]) -> str:
        value = kept.get(name, "")
        return value if value in known else ""

    return Filters(
        words=kept.get("words", "").replace("\0", "").strip()[:LONGEST_WORDS],
        colour=one_of("colour", dict.fromkeys(Colour)),
        programme=one_of("programme", content.programmes),
        week=one_of("week", dict(weeks(content))),
        state=one_of("state", dict.fromkeys(EnrolmentState)),
        silent=kept.get("silent") == _YES,
        undelivered=kept.get("undelivered") == _YES,
        opted_out=kept.get("opted_out") == _YES,
        sort=one_of("sort", SORTS) or "new",
    )


def weeks(content: Content) -> list[tuple[str, str]]:
    """The weeks a running course may be in."""
    last = max(programme.weeks for programme in content.programmes.values())
    return [(NOT_STARTED, "Ikke startet endnu"), *((str(week), f"Uge {week}") for week in range(1, last + 1))]


def named(filters: Filters, content: Content) -> str:
    """A name for a view that nobody has named: "Rød, Hekseskud, Uge 2"."""
    programme = content.programmes.get(filters.programme)
    parts = [
        COLOURS.get(filters.colour, "").capitalize(),
        *(word for name, word in FLAGS.items() if getattr(filters, name)),
        programme.name if programme else "",
        dict(weeks(content)).get(filters.week, ""),
        ENROLMENT_STATES.get(filters.state, ""),
    ]
    return ", ".join(part for part in parts if part)
