"""What carries a text to a telephone. Only dispatch calls a gateway."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from core.deadline import Deadline


class Verdict(StrEnum):
    """What is known after an attempt that did not succeed."""

    REFUSED = "refused"
    """Not sent, and never will be: a wrong number, a landline, an opt-out."""
    NOT_SENT = "not_sent"
    """Proved not sent; may be tried again."""
    UNKNOWN = "unknown"
    """The provider may or may not have taken it: never sent again on a guess."""


class SendError(Exception):
    """An attempt failed. `code` is the provider's, `retry_after` in seconds when the provider named one.

    `is_providers`: the fault is the provider's (no connection, no sense, 5xx, too many requests), not this text's nor
    ours. `gateway`: which one failed, where there are several.
    """

    def __init__(
        self, verdict: Verdict, code: str, retry_after: float | None = None, *, is_providers: bool = False
    ) -> None:
        super().__init__(f"{verdict}: {code}")
        self.verdict = verdict
        self.code = code
        self.retry_after = retry_after
        self.is_providers = is_providers
        self.gateway: str | None = None


@dataclass(frozen=True)
class Outbound:
    """One text on its way. `message_id` rides in the status callback; `sender` is the clinic's own number.

    `attempt`: which try this is, counted from 1. `deadline`: after it the row may be another's, so a try that has not
    begun by then never begins.
    """

    message_id: int
    to: str
    body: str
    sender: str
    attempt: int = 1
    deadline: Deadline | None = None


class UnreadableError(Exception):
    """The provider's list could not be read to its end: nothing is proved by what was read. The message is a code."""


@dataclass(frozen=True)
class Found:
    """A text that stands in the provider's list as sent by us. `status`: the provider's word; `created_at`: UTC.

    `sender`: empty where it says nothing of whose text it is. `gateway`: in whose list it stands.
    """

    provider_id: str
    to: str
    sender: str
    body: str
    status: str
    error_code: str | None
    created_at: datetime
    gateway: str | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Received:
    """A text that stands in the provider's list as sent to us. `at`: when the provider got it, UTC."""

    provider_id: str
    sender: str
    recipient: str
    body: str
    media_count: int
    at: datetime


class Gateway(Protocol):
    """Made inside a running event loop; closed by the same."""

    name: str

    async def send(self, outbound: Outbound) -> str:
        """The provider's id of the accepted text. Raises SendError."""
        ...

    async def close(self) -> None: ...


class Book(Protocol):
    """The provider's own record of what went and came. Made inside a running event loop; closed by the same."""

    async def find(self, to: str, since: datetime, until: datetime) -> list[Found]:
        """Every text of ours to a number that was made in that time. Raises UnreadableError: all, or nothing."""
        ...

    async def received(self, number: str, since: datetime) -> list[Received]:
        """Every text to a number of ours since then, oldest first. Raises UnreadableError: all, or nothing."""
        ...

    async def close(self) -> None: ...


OPTED_OUT = "21610"
TOO_LATE = "too late to begin"
"""Our own code: a try that had not begun by its deadline never does."""

PERMANENT_CODES = frozenset({"21211", "21214", "21217", "21408", OPTED_OUT, "21612", "21614", "21617", "21635"})
"""Twilio refusals that another attempt cannot change (numbers that cannot receive, opt-outs, too long)."""

DANISH_REASONS = {
    "21211": "nummeret findes ikke",
    "21214": "nummeret kan ikke modtage sms",
    "21217": "nummeret er skrevet forkert",
    "21408": "der kan ikke sendes til det land",
    OPTED_OUT: "modtageren har afmeldt sms",
    "21612": "nummeret kan ikke nås fra klinikkens nummer",
    "21614": "nummeret er ikke en mobiltelefon",
    "21617": "beskeden er for lang",
    "21635": "nummeret er en fastnettelefon",
    "30003": "telefonen er slukket eller uden dækning",
    "30004": "beskeden er blokeret på telefonen",
    "30005": "nummeret er ukendt hos teleselskabet",
    "30006": "fastnettelefon, eller teleselskabet kan ikke nås",
    "30007": "teleselskabet har filtreret beskeden",
    "30008": "ukendt fejl hos teleselskabet",
}


def danish_reason(code: str | None) -> str:
    """Why a text did not arrive, as staff read it."""
    if not code:
        return "teleselskabet gav ingen grund"
    return DANISH_REASONS.get(code, f"teleselskabets fejlkode {code}")


@dataclass(frozen=True)
class NextStep:
    """What staff do about a text that did not arrive, in Danish. `is_number`: the patient's number is to be mended."""

    text: str
    is_number: bool = False


_MEND = NextStep("Ret patientens nummer.", is_number=True)
_LANDLINE = NextStep("Bed patienten om et mobilnummer, og ret nummeret.", is_number=True)
_CALL = NextStep("Ring op, hvis det er vigtigt.")
_NEXT_STEPS = {
    **dict.fromkeys(("21211", "21214", "21217", "30005"), _MEND),
    **dict.fromkeys(("21614", "21635", "30006"), _LANDLINE),
    "21408": NextStep("Kontrollér landekoden. Ellers må I ringe.", is_number=True),
    OPTED_OUT: NextStep("Ring op. Patienten må selv sende START, før der kan sendes igen."),
    "21617": NextStep("Skriv en kortere sms, eller ring op."),
    "30003": NextStep("Den næste sms kan godt nå frem. Ring op, hvis det er vigtigt."),
    "30004": NextStep("Patienten kan have blokeret jeres nummer. Ring op."),
}


def next_step(code: str | None) -> NextStep:
    """What to do when a text did not arrive."""
    return _NEXT_STEPS.get(code or "", _CALL)
