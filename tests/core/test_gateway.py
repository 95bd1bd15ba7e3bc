"""What staff are told of a text that did not arrive: why, and what to do."""

from __future__ import annotations

import pytest

from core.gateway import DANISH_REASONS, OPTED_OUT, danish_reason, next_step


@pytest.mark.parametrize("code", [*DANISH_REASONS, None, "99999"])
def test_every_reason_has_a_next_step_that_is_a_sentence(code: str | None) -> None:
    step = next_step(code)
    assert step.text[0].isupper()
    assert step.text.endswith(".")
    assert danish_reason(code)


@pytest.mark.parametrize(
    ("code", "is_number"), [("21211", True), ("21635", True), ("30003", False), (OPTED_OUT, False)]
)
def test_a_wrong_number_leads_to_mending_it(code: str, *, is_number: bool) -> None:
    assert next_step(code).is_number is is_number
