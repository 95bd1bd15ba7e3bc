from __future__ import annotations

from datetime import datetime, timedelta

from messages.schema import Purpose
from scheduler.backlog import (
    BESIDE_SCREENING,
    BY_NEWER,
    BY_ONE_TODAY,
    BY_SCREENING,
    PACE,
    SPREAD,
    Day,
    Gone,
    Text,
    judge,
    place,
)
from scheduler.planning import MIN_GAP
from tests.world import MONDAY

HOUR = timedelta(hours=1)
CLOSES = MONDAY + 9 * HOUR
OPENS = MONDAY + 23 * HOUR


def text(
    id_: int,
    purpose: str = Purpose.EXERCISE,
    due: timedelta = -HOUR,
    life: timedelta = 12 * HOUR,
    clinic: str = "vest",
    closes: datetime = CLOSES,
) -> Text:
    return Text(id_, clinic, purpose, MONDAY + due, MONDAY + due + life, closes, OPENS)


def gone(purpose: str, due: timedelta, ago: timedelta, *, today: bool = True) -> Gone:
    return Gone(purpose, MONDAY + due, MONDAY - ago, today)


def test_of_several_late_texts_the_newest_goes() -> None:
    found = judge(Day([text(1, due=-20 * HOUR, life=30 * HOUR), text(2)]))
    assert found.first is not None
    assert found.first.id == 2
    assert found.dropped == {1: BY_NEWER}


def test_a_screening_goes_before_anything_newer() -> None:
    found = judge(Day([text(1, Purpose.SCREENING, due=-20 * HOUR, life=24 * HOUR), text(2)]))
    assert found.first is not None
    assert found.first.id == 1
    assert found.dropped == {2: BY_SCREENING}


def test_a_late_text_gives_way_to_the_one_of_its_day() -> None:
    found = judge(Day([text(1)], to_come=[text(2, due=HOUR)]))
    assert found.first is None
    assert found.dropped == {1: BY_NEWER}


def test_a_late_screening_takes_the_place_of_what_the_day_had() -> None:
    found = judge(Day([text(1, Purpose.SCREENING)], to_come=[text(2, due=HOUR)]))
    assert found.first is not None
    assert found.first.id == 1
    assert found.dropped == {2: BY_SCREENING}


def test_after_a_text_has_gone_the_lasting_wait_for_another_day_and_the_rest_is_dropped() -> None:
    day = Day([text(1, Purpose.SCREENING), text(2)], gone=[gone(Purpose.ACTIVITY, -2 * HOUR, HOUR)])
    found = judge(day)
    assert [one.id for one in found.another_day] == [1]
    assert found.dropped == {2: BY_ONE_TODAY}


def test_reassurance_does_not_go_once_a_newer_screening_has_been_asked() -> None:
    asked = gone(Purpose.SCREENING, -HOUR, 20 * HOUR, today=False)
    assert judge(Day([text(1, Purpose.REASSURANCE, due=-3 * HOUR)], gone=[asked])).dropped == {1: BESIDE_SCREENING}


def test_reassurance_that_answers_the_last_screening_still_goes() -> None:
    asked = gone(Purpose.SCREENING, -30 * HOUR, 30 * HOUR, today=False)
    assert judge(Day([text(1, Purpose.REASSURANCE)], gone=[asked])).dropped == {}


def test_a_late_welcome_goes_first_and_the_next_text_keeps_its_distance() -> None:
    welcome = text(1, Purpose.WELCOME, due=-20 * HOUR, life=48 * HOUR)
    places = place([Day([welcome, text(2, Purpose.SCREENING)])], MONDAY)
    assert places.at == {1: MONDAY, 2: MONDAY + MIN_GAP}


def test_the_text_of_the_day_moves_away_from_a_late_welcome() -> None:
    welcome = text(1, Purpose.WELCOME, life=48 * HOUR)
    places = place([Day([welcome], to_come=[text(2, due=HOUR)])], MONDAY)
    assert places.at == {1: MONDAY, 2: MONDAY + MIN_GAP}


def test_what_has_no_room_after_a_late_welcome_waits_for_another_day() -> None:
    closes = MONDAY + HOUR
    welcome = text(1, Purpose.WELCOME, life=48 * HOUR, closes=closes)
    places = place([Day([welcome, text(2, Purpose.SCREENING, life=24 * HOUR, closes=closes)])], MONDAY)
    assert places.another_day == {2: OPENS}


def test_a_few_late_texts_of_a_clinic_stand_a_minute_apart() -> None:
    places = place([Day([text(number)]) for number in range(30)], MONDAY)
    assert sorted(places.at.values()) == [MONDAY + number * PACE for number in range(30)]


def test_many_late_texts_of_a_clinic_are_through_in_two_hours() -> None:
    places = place([Day([text(number)]) for number in range(1000)], MONDAY)
    assert max(places.at.values()) < MONDAY + SPREAD
    assert len(set(places.at.values())) == 1000


def test_clinics_begin_one_after_the_other() -> None:
    places = place([Day([text(number, clinic=f"c{number}")]) for number in range(60)], MONDAY)
    assert len(set(places.at.values())) == 60
    assert max(places.at.values()) < MONDAY + PACE


def test_those_whose_life_ends_first_go_first_and_in_time() -> None:
    late = [text(number, due=-HOUR, life=12 * HOUR) for number in range(60)]
    short = text(99, due=-11 * HOUR, life=11 * HOUR + timedelta(minutes=20))
    places = place([Day([one]) for one in [*late, short]], MONDAY)
    assert places.at[99] == MONDAY


def test_what_does_not_fit_before_the_window_closes_waits_if_it_lives_so_long() -> None:
    closes = MONDAY + timedelta(minutes=10)
    lasting = [text(number, Purpose.SCREENING, life=48 * HOUR, closes=closes) for number in range(30)]
    places = place([Day([one]) for one in lasting], MONDAY)
    assert len(places.at) == 10
    assert set(places.another_day.values()) == {OPENS}
    assert len(places.another_day) == 20


def test_what_dies_tonight_stands_closer_rather_than_being_lost() -> None:
    closes = MONDAY + timedelta(minutes=10)
    places = place([Day([text(number, closes=closes)]) for number in range(30)], MONDAY)
    assert len(places.at) == 30
    assert max(places.at.values()) < closes


def test_without_a_pace_all_that_goes_goes_at_once() -> None:
    places = place([Day([text(number)]) for number in range(9)], MONDAY, timedelta(0))
    assert set(places.at.values()) == {MONDAY}
