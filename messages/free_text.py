"""A text that staff write themselves, held to what programmes are held to. Pure.

What must not go out at all is a stop; what a person may judge otherwise is a doubt, and is told in plain Danish.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from messages.languages import Language
from messages.lint_rules import LINK, LIX_FROM_WORDS, MAX_LIX, MAX_SEGMENTS
from messages.lint_words import WORDS
from messages.readability import lix, words
from messages.render import render
from messages.sms import GSM7, Measure, measure, to_gsm7

MOST_SEGMENTS = 4
"""Longer texts are for a letter, or a call."""
ROOM = 160
"""Letters in one SMS."""
_WORDS = WORDS[Language.DANISH]
_CPR = re.compile(r"(?<![\d+])(\d{2})[ ./-]?(\d{2})[ ./-]?(\d{2})[ ./-]{0,3}(\d{4})(?!\d)")


@dataclass(frozen=True)
class Judgement:
    """What a staff member's text would be as an SMS.

    `body`: the whole text as it is sent, the clinic's name first, in GSM-7. `cost`: of that. `replaced`: characters the
    alphabet lacks, each with what is sent instead. `stops`: why it cannot be sent. `doubts`: what must be said yes to.
    `hints`: good to know. All in Danish.
    """

    body: str
    cost: Measure
    replaced: tuple[tuple[str, str], ...]
    stops: tuple[str, ...]
    doubts: tuple[str, ...]
    hints: tuple[str, ...]


@dataclass(frozen=True)
class Circumstances:
    """What a text is judged in. `clinic`: its name. `phone`: as shown. `red_open`: a red alert is not closed.

    `patient`: the name, which a text should not hold; "" when there is none. `neutral`: the clinic's texts name no
    illness, body part or symptom.
    """

    clinic: str
    phone: str = ""
    neutral: bool = False
    red_open: bool = False
    patient: str = ""


def opened(text: str, clinic: str) -> str:
    """The text as it is sent: the clinic's name first, once, and in the letters of an SMS."""
    name = render("{klinik}: ", clinic=clinic, phone="")
    said = to_gsm7(text).strip()
    said = said[len(name) :].strip() if said.casefold().startswith(name.casefold()) else said
    return f"{name}{said}"


def judge(text: str, given: Circumstances) -> Judgement:
    body = opened(text, given.clinic)
    cost = measure(body)
    return Judgement(
        body=body,
        cost=cost,
        replaced=_replaced(text),
        stops=tuple(_stops(text, cost)),
        doubts=tuple(_doubts(body.partition(": ")[2], cost, given)),
        hints=tuple(_hints(body.partition(": ")[2], given)),
    )


def has_cpr(text: str) -> bool:
    """Whether ten digits stand in it that begin with a day and a month, however they are parted."""
    return any(1 <= int(day) <= 31 and 1 <= int(month) <= 12 for day, month, *_ in _CPR.findall(text))


def _replaced(text: str) -> tuple[tuple[str, str], ...]:
    odd = dict.fromkeys(char for char in text.replace("\r", "") if char not in GSM7 and not char.isspace())
    return tuple((char, to_gsm7(char)) for char in odd if char.isprintable())


def _stops(text: str, cost: Measure) -> Iterator[str]:
    if not words(text):
        yield "Skriv en besked først."
    if has_cpr(text):
        yield "Der står et CPR-nummer. Det må ikke sendes på sms."
    if found := LINK.search(to_gsm7(text)):
        yield f"Der står et link ved »{found.group()}«, eller der mangler et mellemrum efter et punktum. Ret det."
    if cost.segments > MOST_SEGMENTS:
        yield f"Teksten fylder {cost.segments} sms'er. Gør den kortere, højst {MOST_SEGMENTS}, eller ring op."


def _doubts(said: str, cost: Measure, given: Circumstances) -> Iterator[str]:
    if MAX_SEGMENTS < cost.segments <= MOST_SEGMENTS:
        yield f"Teksten fylder {cost.segments} sms'er. Gør den gerne kortere: Hold den på {MAX_SEGMENTS}."
    if given.red_open and (found := _found(_WORDS.soothing, said)):
        yield f"Der er en rød alarm, som ikke er afsluttet. {found} kan berolige en patient, der skal til læge."
    if found := _found(_WORDS.promise, said):
        yield f"{found} lover noget eller kan skræmme."
    if found := _found(_WORDS.diagnosis, said):
        yield f"{found} er en diagnose. Andre kan læse med på en låst telefon."
    if found := _found(_WORDS.medicine, said):
        yield f"{found} er medicin eller en dosis. Råd om medicin hører hjemme i en samtale."
    if given.neutral and (found := _found(_WORDS.telling, said)):
        yield f"{found} fortæller, hvad patienten fejler. Klinikken sender neutrale sms'er."
    if re.search(r"\bcpr\b", said, re.IGNORECASE):
        yield "Bed ikke om CPR-nummer på sms. Patienten kan komme til at sende det."


def _hints(said: str, given: Circumstances) -> Iterator[str]:
    if len(words(said)) >= LIX_FROM_WORDS and lix(said) > MAX_LIX:
        yield "Teksten er svær at læse. Korte sætninger og korte ord hjælper."
    names = [name for name in words(given.patient) if len(name) > 2]
    if any(re.search(rf"\b{re.escape(name)}\b", said, re.IGNORECASE) for name in names):
        yield "Patientens navn står i teksten. Det er sikrere at lade det være."


def _found(pattern: re.Pattern[str], said: str) -> str:
    """The words that were found, quoted, or nothing."""
    return ", ".join(dict.fromkeys(f"»{match.group()}«" for match in pattern.finditer(said)))
