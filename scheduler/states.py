"""Pure: the state machine of a text, as one table. Nothing changes a text's state but by a line of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.states import MessageState

PLANNED, HELD, SENDING, SENT = MessageState.PLANNED, MessageState.HELD, MessageState.SENDING, MessageState.SENT
DELIVERED, UNDELIVERED, FAILED = MessageState.DELIVERED, MessageState.UNDELIVERED, MessageState.FAILED
UNKNOWN, EXPIRED, CANCELLED = MessageState.UNKNOWN, MessageState.EXPIRED, MessageState.CANCELLED

WAITING = (PLANNED, HELD)
"""Not left yet: what a plan, a pause or staff may still change."""
NOT_OUT = (PLANNED, HELD, EXPIRED, CANCELLED)
"""Nobody is sending it; yet a proof may come in that an attempt thought lost arrived after all."""


class Cause(StrEnum):
    """Why a text changed its state; stands in the history of each."""

    HOLD = "hold"
    RELEASE = "release"
    EXPIRE = "expire"
    CANCEL = "cancel"
    CLAIM = "claim"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    NO_ANSWER = "no_answer"
    LEASE_OVER = "lease_over"
    RECEIPT = "receipt"
    FOUND = "found"
    ABSENT = "absent"
    STAFF_SENT = "staff_sent"
    STAFF_AGAIN = "staff_again"


@dataclass(frozen=True)
class Transition:
    """One line of the table.

    `by`: who may cause it. `guard`: what must hold besides the source state, in words. `reason`: what staff read of it,
    in Danish. `only_tried`: the row must have been handed to the provider at least once.
    """

    source: MessageState
    target: MessageState
    cause: Cause
    by: str
    guard: str
    reason: str
    only_tried: bool = False


def _from(
    sources: Sequence[MessageState],
    target: MessageState,
    cause: Cause,
    by: str,
    guard: str,
    reason: str,
    *,
    only_tried: bool = False,
) -> tuple[Transition, ...]:
    return tuple(Transition(source, target, cause, by, guard, reason, only_tried) for source in sources)


_PLAN = "a change of the course: red reply, pause, silence, wish, screening"
_WORKER = "the worker that claimed it"
_PROVIDER = "the provider's signed status callback"
_BOOK = "the reconciler"
_STAFF = "staff, by a button on the alert"
_TOO_LATE = "past its last moment, or late beside one that goes instead"
_SAME_TRY = "the record is of the row's newest attempt"
_OUR_ID = "the callback names our row, and the row has no other provider id"
_TRIED = "the row was handed over before; this proves that it arrived after all"
_IN_BOOK = "a text in the provider's list is this one and no other row's"

TABLE: tuple[Transition, ...] = (
    *_from(WAITING, HELD, Cause.HOLD, _PLAN, "the text's purpose must wait", "holdt tilbage"),
    *_from((HELD,), PLANNED, Cause.RELEASE, _PLAN, "nothing holds it any longer", "frigivet"),
    *_from(WAITING, EXPIRED, Cause.EXPIRE, "the worker's clock", _TOO_LATE, "blev for sen"),
    *_from(WAITING, CANCELLED, Cause.CANCEL, "staff, the patient, a new plan", "not left yet", "aflyst"),
    *_from(
        (PLANNED,),
        SENDING,
        Cause.CLAIM,
        "a worker",
        "due, in its life, its course runs, no red alert forbids it, not opted out",
        "taget til afsendelse",
    ),
    *_from((SENDING, UNKNOWN), SENT, Cause.ACCEPTED, _WORKER, _SAME_TRY, "modtaget af teleselskabet"),
    *_from(
        NOT_OUT,
        SENT,
        Cause.ACCEPTED,
        _WORKER,
        f"{_SAME_TRY}; {_TRIED}",
        "var modtaget af teleselskabet alligevel",
        only_tried=True,
    ),
    *_from((SENDING, UNKNOWN), FAILED, Cause.REFUSED, _WORKER, _SAME_TRY, "afvist af teleselskabet"),
    *_from(
        (SENDING, UNKNOWN),
        PLANNED,
        Cause.NOT_SENT,
        _WORKER,
        f"{_SAME_TRY}; proved not sent",
        "blev ikke modtaget af teleselskabet, prøves igen",
    ),
    *_from((SENDING,), UNKNOWN, Cause.NO_ANSWER, _WORKER, _SAME_TRY, "intet svar fra teleselskabet"),
    *_from((SENDING,), UNKNOWN, Cause.LEASE_OVER, "the sweeper", "its lease is over", "afsendelsen blev afbrudt"),
    *_from((SENDING, UNKNOWN), SENT, Cause.RECEIPT, _PROVIDER, _OUR_ID, "modtaget af teleselskabet"),
    *_from((SENDING, UNKNOWN, SENT), DELIVERED, Cause.RECEIPT, _PROVIDER, _OUR_ID, "leveret"),
    *_from((SENDING, UNKNOWN, SENT), UNDELIVERED, Cause.RECEIPT, _PROVIDER, _OUR_ID, "ikke leveret"),
    *_from((SENDING, UNKNOWN, SENT), FAILED, Cause.RECEIPT, _PROVIDER, _OUR_ID, "ikke sendt"),
    *_from(NOT_OUT, SENT, Cause.RECEIPT, _PROVIDER, _TRIED, "var modtaget af teleselskabet alligevel", only_tried=True),
    *_from(NOT_OUT, DELIVERED, Cause.RECEIPT, _PROVIDER, _TRIED, "var leveret alligevel", only_tried=True),
    *_from((UNKNOWN,), SENT, Cause.FOUND, _BOOK, _IN_BOOK, "fundet i teleselskabets liste"),
    *_from((UNKNOWN,), DELIVERED, Cause.FOUND, _BOOK, _IN_BOOK, "fundet i teleselskabets liste som leveret"),
    *_from((UNKNOWN,), UNDELIVERED, Cause.FOUND, _BOOK, _IN_BOOK, "fundet i teleselskabets liste som ikke leveret"),
    *_from((UNKNOWN,), FAILED, Cause.FOUND, _BOOK, _IN_BOOK, "fundet i teleselskabets liste som ikke sendt"),
    *_from(
        (UNKNOWN,),
        PLANNED,
        Cause.ABSENT,
        _BOOK,
        "settled, and the provider's whole list to that number holds nothing it could be",
        "findes ikke i teleselskabets liste, sendes igen",
    ),
    *_from((UNKNOWN,), SENT, Cause.STAFF_SENT, _STAFF, "still unknown", "markeret som sendt af personalet"),
    *_from((UNKNOWN,), PLANNED, Cause.STAFF_AGAIN, _STAFF, "still unknown", "sendes igen efter ønske fra personalet"),
)

ALLOWED: dict[MessageState, frozenset[MessageState]] = {
    state: frozenset(line.target for line in TABLE if line.source is state and not line.only_tried)
    for state in MessageState
}
"""Which state may follow which, but for a late proof that an attempt arrived after all."""


def lines(cause: Cause, target: MessageState) -> list[Transition]:
    """The lines by which a cause leads to a state. Raises ValueError when there is none."""
    found = [line for line in TABLE if line.cause is cause and line.target is target]
    if not found:
        raise ValueError(f"no text becomes {target} by {cause}")
    return found


def reason_of(source: str, target: str, cause: str) -> str:
    """What staff read of a step in a text's history; the target's own name for one a newer version has written."""
    for line in TABLE:
        if (line.source, line.target, line.cause) == (source, target, cause):
            return line.reason
    return target


def as_markdown() -> str:
    """The table as it stands in docs/delivery.md."""
    rows = ["| from | to | cause | who | guard | what staff read |", "| --- | --- | --- | --- | --- | --- |"]
    rows += [
        f"| {line.source} | {line.target} | `{line.cause}` | {line.by} | {line.guard} | {line.reason} |"
        for line in TABLE
    ]
    return "\n".join(rows) + "\n"
