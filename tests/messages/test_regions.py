"""Telephone numbers that grow old."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from messages.loader import load_content
from messages.regions import CheckedNumber

CHECKED = date(2026, 11, 21)


def number(recheck_from: date | None = None) -> CheckedNumber:
    return CheckedNumber(
        service="lægevagten",
        number="70 11 07 07",
        hours="Hverdage 16-08",
        source="regionens side",
        certainty="high",
        checked_on=CHECKED,
        recheck_from=recheck_from,
    )


def test_a_number_is_fresh_for_ninety_days() -> None:
    assert not number().is_stale(CHECKED + timedelta(days=90))
    assert number().is_stale(CHECKED + timedelta(days=91))


def test_a_known_change_makes_a_number_stale_on_its_day() -> None:
    changing = number(recheck_from=date(2027, 1, 1))
    assert not changing.is_stale(date(2026, 12, 31))
    assert changing.is_stale(date(2027, 1, 1))


def test_a_number_checked_after_the_change_is_fresh_again() -> None:
    checked_again = number(recheck_from=date(2027, 1, 1)).model_copy(update={"checked_on": date(2027, 1, 2)})
    assert not checked_again.is_stale(date(2027, 1, 3))


@pytest.mark.parametrize("region", ["hovedstaden", "sjaelland"])
def test_the_regions_that_merge_in_2027_ask_to_be_checked_again(region: str) -> None:
    assert load_content().regions[region].is_stale(date(2027, 1, 1))


def test_the_other_regions_do_not() -> None:
    assert not load_content().regions["syddanmark"].is_stale(date(2027, 1, 1))


def test_the_lifeline_is_not_given_as_certain() -> None:
    assert load_content().national.lifeline.certainty != "high"
