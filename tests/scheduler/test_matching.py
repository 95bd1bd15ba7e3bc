"""Which lost texts stand in the provider's list: every entry is one text's at most, and nothing is guessed."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.gateway import Found
from scheduler.matching import Lost, settle
from tests.world import MONDAY, PHONE, SENDER

HELLO, BYE = "Rygklinik Vest: Hej", "Rygklinik Vest: Farvel"


def lost(number: int, body: str = HELLO, minutes: float = 0) -> Lost:
    at = MONDAY + timedelta(minutes=minutes)
    return Lost(number, 1, body, SENDER, at, at, is_settled=True)


def entry(number: int, body: str = HELLO, minutes: float = 0, sender: str = SENDER) -> Found:
    return Found(f"SM{number}", PHONE, sender, body, "queued", None, MONDAY + timedelta(minutes=minutes))


def test_a_text_in_the_list_is_present_and_one_that_is_not_is_absent() -> None:
    result = settle([lost(1), lost(2, BYE)], [entry(9, BYE)], known=())
    assert {key: found.provider_id for key, found in result.present.items()} == {2: "SM9"}
    assert (result.absent, result.in_doubt) == ([1], [])


def test_an_entry_that_stands_on_a_row_already_is_no_second_row() -> None:
    assert settle([lost(1)], [entry(9)], known={"SM9"}).absent == [1]


def test_of_texts_with_the_same_words_as_many_are_present_as_the_list_holds() -> None:
    result = settle([lost(1), lost(2, minutes=1), lost(3, minutes=2)], [entry(8), entry(9, minutes=1)], known=())
    assert sorted(result.present) == [1, 2]
    assert result.absent == [3]


def test_an_entry_from_before_the_text_was_tried_is_another_text() -> None:
    assert settle([lost(1, minutes=60)], [entry(9)], known=()).absent == [1]


def test_the_clocks_of_provider_and_ours_may_differ_by_minutes() -> None:
    assert list(settle([lost(1)], [entry(9, minutes=-9)], known=()).present) == [1]
    assert list(settle([lost(1)], [entry(9, minutes=9)], known=()).present) == [1]


def test_an_entry_with_other_words_from_the_time_of_the_try_leaves_the_text_in_doubt() -> None:
    result = settle([lost(1)], [entry(9, body="[redacted]")], known=())
    assert (result.present, result.absent, result.in_doubt) == ({}, [], [1])


def test_an_entry_with_other_words_from_another_time_or_number_proves_nothing() -> None:
    assert settle([lost(1)], [entry(9, body="andet", minutes=200)], known=()).absent == [1]
    assert settle([lost(1)], [entry(9, body="andet", sender="+4500000000")], known=()).absent == [1]


def test_a_text_from_a_messaging_service_matches_whatever_number_it_chose() -> None:
    assert list(settle([lost(1)], [entry(9, sender="")], known=()).present) == [1]


def test_spaces_a_provider_changed_are_not_other_words() -> None:
    assert list(settle([lost(1, "Hej  du\nder ")], [entry(9, "Hej du der")], known=()).present) == [1]


TEXTS = st.lists(st.tuples(st.sampled_from([HELLO, BYE]), st.integers(0, 30)), max_size=6)


@given(rows=TEXTS, entries=TEXTS, known=st.sets(st.integers(0, 5)))
def test_each_text_gets_one_verdict_and_each_entry_serves_one_text(
    rows: list[tuple[str, int]], entries: list[tuple[str, int]], known: set[int]
) -> None:
    texts = [lost(number, body, minutes) for number, (body, minutes) in enumerate(rows)]
    listed = [entry(number, body, minutes) for number, (body, minutes) in enumerate(entries)]
    result = settle(texts, listed, {f"SM{number}" for number in known})
    assert sorted([*result.present, *result.absent, *result.in_doubt]) == list(range(len(rows)))
    used = [found.provider_id for found in result.present.values()]
    assert len(used) == len(set(used))
    assert not {f"SM{number}" for number in known} & set(used)
    assert all(found.body == rows[key][0] for key, found in result.present.items())
