"""What patients said yes to: by version, and no version is ever edited."""

from __future__ import annotations

from hashlib import sha256

import pytest
from pydantic import ValidationError

from messages.consent_schema import Consents
from messages.loader import load_content

IN_USE = {"2026-11": "6f26a982848aa6f8104b7a0be7e2e5cccdbe999e1e2891f118f54876eb559fd8"}
"""The digest of each version that patients may have agreed to. A line here is added, never changed."""


def digest(words: str) -> str:
    return sha256(words.encode()).hexdigest()


def test_every_version_stands_as_it_was_agreed_to() -> None:
    assert {text.version: digest(text.words) for text in load_content().consent.texts} == IN_USE


def test_the_last_is_the_newest_and_the_others_are_still_found() -> None:
    old, new = {"version": "2026-11", "words": "a" * 20}, {"version": "2027-01", "words": "b" * 20}
    consents = Consents.model_validate({"text": [old, new]})
    assert consents.newest.version == "2027-01"
    assert consents.words("2026-11") == "a" * 20
    assert consents.words("2025-01") is None


def test_a_version_may_stand_there_once() -> None:
    text = {"version": "2026-11", "words": "a" * 20}
    with pytest.raises(ValidationError, match="used twice"):
        Consents.model_validate({"text": [text, text]})
