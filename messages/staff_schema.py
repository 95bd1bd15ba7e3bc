"""The shape of staff.toml: what is written to the people of a clinic, and how they take an alarm by text."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from messages.schema import Frozen, only

_TO_FILL = frozenset({"farve", "farver", "antal", "antal_alarmer", "siden", "link", "klinik", "navn"})

StaffText = Annotated[str, StringConstraints(min_length=10, strip_whitespace=True), AfterValidator(only(_TO_FILL))]


class StaffSms(Frozen):
    """The texts. `trial`: of an alarm; `own_trial`: of texts at all. `already`: another took it first; `closed`: the
    same, when nobody knows who.
    """

    alarm_one: StaffText
    alarm_many: StaffText
    trial: StaffText
    own_trial: StaffText
    taken_one: StaffText
    taken_many: StaffText
    already: StaffText
    closed: StaffText
    tried: StaffText
    nothing: StaffText
    how: StaffText


class StaffMail(Frozen):
    alarm_subject: StaffText
    alarm_body: StaffText
    trial_subject: StaffText
    trial_body: StaffText


class ColourWords(Frozen):
    """Each colour's adjective for one alarm and for several."""

    red: tuple[str, str]
    amber: tuple[str, str]
    blue: tuple[str, str]


class TakingWords(Frozen):
    take: tuple[str, ...]


class StaffTexts(Frozen):
    """staff.toml."""

    sms: StaffSms
    mail: StaffMail
    colour: ColourWords
    reply: TakingWords

    def takes(self, reply: str) -> bool:
        """Whether a text as a whole says: I take the alarm."""
        return plain(reply) in {plain(word) for word in self.reply.take}


def plain(text: str) -> str:
    """Lower case, without accents and punctuation, spaces as one."""
    bare = "".join(
        letter if letter.isalnum() else " "
        for letter in unicodedata.normalize("NFD", text.casefold())
        if not unicodedata.combining(letter)
    )
    return " ".join(bare.split())
