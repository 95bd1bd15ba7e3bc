"""A patient's own wish: what is one, and the many things that only sound like one. Monday 23 November 2026."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wish_days import LONGEST_PAUSE, say_day
from bot.wishes import FewerWish, GoOnWish, PauseWish, TimeWish, read_wish, say_time
from scheduler.calendar import local
from tests.bot.wish_texts import FEWER, FEWER_BARE, GO_ON, NO_WISH, NOW, PAUSES, TIMES


@pytest.mark.parametrize(("text", "wish"), TIMES.items())
def test_a_wished_hour_is_read(text: str, wish: tuple[str, bool, bool]) -> None:
    time, earliest, bare = wish
    assert read_wish(text, NOW) == TimeWish(time, earliest=earliest, bare=bare)


@pytest.mark.parametrize("text", FEWER)
def test_a_wish_for_fewer_texts_is_read(text: str) -> None:
    assert read_wish(text, NOW) == FewerWish()


@pytest.mark.parametrize("text", FEWER_BARE)
def test_a_wish_for_fewer_without_a_word_about_texts_is_marked_as_such(text: str) -> None:
    assert read_wish(text, NOW) == FewerWish(bare=True)


@pytest.mark.parametrize(("text", "until"), PAUSES.items())
def test_a_pause_is_read_with_its_end(text: str, until: date) -> None:
    assert read_wish(text, NOW) == PauseWish(until)


@pytest.mark.parametrize("text", GO_ON)
def test_a_wish_to_go_on_is_read(text: str) -> None:
    assert read_wish(text, NOW) == GoOnWish()


@pytest.mark.parametrize("text", NO_WISH)
def test_what_only_sounds_like_a_wish_is_none(text: str) -> None:
    assert read_wish(text, NOW) is None


def test_the_tables_are_as_long_as_agreed() -> None:
    assert len(TIMES) + len(FEWER) + len(FEWER_BARE) + len(PAUSES) + len(GO_ON) >= 60
    assert len(set(NO_WISH)) >= 120


WORDS = st.sampled_from(
    "pause ferie i til den uge 3 14. 42 dage mandag næste december om morgenen kl 9 efter ikke før færre beskeder "
    "hjemme igen jeg vi er på vil gerne have så mange kun en gang ugen 31. februar 29. 99 3/12 uger stop".split()
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))


@given(st.one_of(st.text(max_size=400), st.lists(WORDS, max_size=8).map(" ".join)), MOMENTS)
def test_any_text_is_read_and_a_pause_always_ends_1_to_28_days_ahead(text: str, now: datetime) -> None:
    wish = read_wish(text, now)
    if isinstance(wish, PauseWish):
        assert 1 <= (wish.until - local(now).date()).days <= LONGEST_PAUSE


TAILS = st.one_of(
    st.integers(1, 60).map("i {} dage".format),
    st.integers(1, 9).map("i {} uger".format),
    st.sampled_from("mandag tirsdag onsdag torsdag fredag lørdag søndag".split()).map("til {}".format),
    st.integers(1, 28).map("til den {}.".format),
)


@given(TAILS, MOMENTS)
def test_every_length_and_weekday_is_understood_over_the_change_of_the_clocks(tail: str, now: datetime) -> None:
    wish = read_wish(f"pause {tail}", now)
    assert isinstance(wish, PauseWish)
    assert 1 <= (wish.until - local(now).date()).days <= LONGEST_PAUSE


def test_a_day_is_counted_in_danish_time() -> None:
    just_past_midnight = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert read_wish("pause i 1 dag", just_past_midnight) == PauseWish(date(2026, 11, 25))
    assert read_wish("pause til mandag", NOW - timedelta(days=1)) == PauseWish(date(2026, 11, 23))


@pytest.mark.parametrize(
    ("text", "now", "until"),
    [
        ("pause til den 14.", datetime(2026, 12, 20, 9, tzinfo=UTC), date(2027, 1, 14)),
        ("pause til 2. januar", datetime(2026, 12, 20, 9, tzinfo=UTC), date(2027, 1, 2)),
        ("ferie uge 1", datetime(2026, 12, 29, 9, tzinfo=UTC), date(2027, 1, 11)),
        ("pause til efter nytår", datetime(2026, 12, 20, 9, tzinfo=UTC), date(2027, 1, 2)),
        ("pause til den 31.", datetime(2026, 12, 31, 9, tzinfo=UTC), date(2027, 1, 28)),
        ("ferie uge 42", datetime(2026, 10, 9, 9, tzinfo=UTC), date(2026, 10, 19)),
    ],
)
def test_the_turn_of_the_year_is_read_right(text: str, now: datetime, until: date) -> None:
    assert read_wish(text, now) == PauseWish(until)


def test_a_text_without_end_is_no_wish() -> None:
    assert read_wish("pause i 3 dage " * 1000, NOW) is None


@pytest.mark.parametrize(
    ("time", "said"),
    [("morgen", "om morgenen"), ("17:00", "klokken 17"), ("09:30", "klokken 9.30")],
)
def test_a_time_is_said_in_danish(time: str, said: str) -> None:
    assert say_time(time) == said


def test_a_day_is_said_in_danish() -> None:
    assert say_day(date(2026, 11, 30)) == "mandag den 30. november"
