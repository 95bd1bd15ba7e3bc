"""Pure: which texts of unknown fate stand in the provider's list. Each entry of the list is one text's, at most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.gateway import Found

CLOCKS_DIFFER = timedelta(minutes=10)
"""By so much, at the most, the provider's clock and ours."""
TRY_LASTS = timedelta(minutes=2)
"""From the claim to the end of the lease: when a try may have reached the provider."""


@dataclass(frozen=True)
class Lost:
    """A text of unknown fate. `sender`: the number it went from. `first_tried_at`, `tried_at`: its first and last try
    (UTC). `is_settled`: long enough ago for the list to prove that it was not sent. `worker`: whose try it was, when
    nobody has written down how that ended.
    """

    message_id: int
    attempt: int
    body: str
    sender: str
    first_tried_at: datetime
    tried_at: datetime
    is_settled: bool
    worker: str | None = None


@dataclass
class Settled:
    """`present`: by message, the entry that is its text. `absent`: proved not sent. `in_doubt`: neither can be said."""

    present: dict[int, Found] = field(default_factory=dict)
    absent: list[int] = field(default_factory=list)
    in_doubt: list[int] = field(default_factory=list)


def settle(lost: Sequence[Lost], entries: Sequence[Found], known: Collection[str]) -> Settled:
    """Match the lost texts to one number with the provider's whole list of texts to it.

    `known`: provider ids that stand on rows of ours already; those entries are accounted for. Of several lost texts
    with the same words as many are present as there are entries, the oldest first: which is which makes no difference
    to the patient. A text is absent only when no entry left over could be it, be it with other words (a provider may
    blot out or change a body): such a one leaves it in doubt.
    """
    free = sorted((entry for entry in entries if entry.provider_id not in known), key=lambda entry: entry.created_at)
    result = Settled()
    by_words: defaultdict[str, list[Lost]] = defaultdict(list)
    for text in sorted(lost, key=lambda text: (text.tried_at, text.message_id)):
        by_words[_plain(text.body)].append(text)
    left: list[Lost] = []
    for words, texts in by_words.items():
        for text in texts:
            entry = next((one for one in free if _plain(one.body) == words and _may_be(one, text)), None)
            if entry is None:
                left.append(text)
            else:
                free.remove(entry)
                result.present[text.message_id] = entry
    for text in left:
        doubtful = any(_sent_by(entry, text) and _during_try(entry, text) for entry in free)
        (result.in_doubt if doubtful else result.absent).append(text.message_id)
    return result


def earliest(lost: Sequence[Lost]) -> datetime:
    """From when on the list must be read."""
    return min(text.first_tried_at for text in lost) - CLOCKS_DIFFER


def latest(lost: Sequence[Lost], now: datetime) -> datetime:
    """Until when the list must be read: our clock may have been put back since the last try."""
    return max(now, *(text.tried_at + TRY_LASTS for text in lost)) + CLOCKS_DIFFER


def _may_be(entry: Found, text: Lost) -> bool:
    return _sent_by(entry, text) and entry.created_at >= text.first_tried_at - CLOCKS_DIFFER


def _during_try(entry: Found, text: Lost) -> bool:
    return text.tried_at - CLOCKS_DIFFER <= entry.created_at <= text.tried_at + TRY_LASTS + CLOCKS_DIFFER


def _sent_by(entry: Found, text: Lost) -> bool:
    """A messaging service chooses the number: then every entry of the service may be ours."""
    return entry.sender in {"", text.sender}


def _plain(body: str) -> str:
    return " ".join(body.split())
