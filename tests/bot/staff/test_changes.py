"""The word that stands at a change says what the patients of this clinic would notice."""

from __future__ import annotations

import pytest

from bot.staff.changes import rows_between
from messages.schema import Purpose
from messages.versions import StepChange
from tests.programmes import step

BEFORE = step("tur", 3, Purpose.ACTIVITY, "Gå en tur.")
AFTER = step("tur", 3, Purpose.ACTIVITY, "Gå en lang tur.")


@pytest.mark.parametrize(
    ("new_body", "word"), [("Vest: Gå en lang tur.", "Anden tekst"), ("Vest: Gå en tur.", "Anden indstilling")]
)
def test_a_text_is_another_only_when_the_patient_reads_another(new_body: str, word: str) -> None:
    """A neutral clinic's patients read the neutral form: what changed in the ordinary one is nothing to them."""
    change = StepChange("tur", BEFORE, AFTER, fields=("text",))
    (row,) = rows_between([change], {BEFORE: "Vest: Gå en tur.", AFTER: new_body})
    assert row.word == word
