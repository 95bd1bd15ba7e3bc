"""A form that could not be taken because nobody was logged in (any more): nothing that was typed is lost.

It travels with the log-in page as a hidden field, in the browser and nowhere else, and after log-in it is shown with a
button that sends it again.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from flask import request

CARRIER = "unsaved"
"""The hidden field's name."""
LARGEST = 400_000
"""Characters that travel; the server takes forms of half a megabyte."""
PRIVATE = frozenset({"login", "account"})
"""Blueprints whose forms hold passwords and codes: those are typed again."""
_LEFT_OUT = frozenset({"csrf_token"})
LABELS = {
    "name": "Navn",
    "phone": "Mobilnummer",
    "doctor_phone": "Egen læges telefon",
    "note": "Note",
    "text": "Tekst",
    "body": "Sms",
    "reason": "Grund",
    "until": "Til og med",
    "service": "Ring til",
    "number": "Nummer",
    "source": "Hvor det er læst",
}
"""What people type, by the name of its field; what they choose is sent again too, but not shown."""


@dataclass(frozen=True)
class Unsaved:
    """Where a form was going, and its fields in order."""

    path: str
    fields: tuple[tuple[str, str], ...]

    @property
    def shown(self) -> tuple[tuple[str, str], ...]:
        """What a person typed: known fields, and whatever else has several words."""
        told = [
            (LABELS.get(name, "Tekst"), value.strip()) for name, value in self.fields if name in LABELS or " " in value
        ]
        return tuple((label, value) for label, value in told if value)

    @property
    def packed(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def of_request() -> Unsaved | None:
    """The form that is being posted; None when there is none that can be kept: a file cannot travel."""
    if request.method != "POST" or request.blueprint in PRIVATE or request.headers.get("HX-Request"):
        return None
    fields = tuple((name, value) for name, value in request.form.items(multi=True) if name not in _LEFT_OUT)
    kept = Unsaved(request.full_path.rstrip("?"), fields)
    has_file = any(file.filename for file in request.files.values())
    return None if not fields or has_file or len(kept.packed) > LARGEST else kept


def unpack(text: str) -> Unsaved | None:
    """What `packed` has written; None for anything else."""
    if not text or len(text) > LARGEST:
        return None
    try:
        parsed = json.loads(text)
        path, fields = parsed["path"], tuple((name, value) for name, value in parsed["fields"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(path, str) or not all(isinstance(part, str) for field in fields for part in field):
        return None
    return Unsaved(path, fields)
