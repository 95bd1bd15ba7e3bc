"""Pictures of amounts and courses: true to scale, told apart without colour, harmless whatever the names."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.staff.charts import DASHES, HEIGHT, MOST_LABELS, TEXTURES, TOP, Series, _round_up, bars, lines

SVG = "{http://www.w3.org/2000/svg}"
VALUES = st.lists(st.one_of(st.none(), st.floats(0, 10_000)), min_size=1, max_size=53)


def parsed(picture: str) -> ET.Element:
    """The picture as a browser reads it; one that is not well-formed raises."""
    return ET.fromstring(picture.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def heights(picture: str, tone: str) -> list[float]:
    """Of the bars of a series, from left to right; the last is its swatch in the key."""
    found = [bar for bar in parsed(picture).iter(f"{SVG}rect") if tone in (bar.get("class") or "").split()]
    return [float(bar.get("height", "0")) for bar in found]


def labels(names: list[float | None]) -> list[str]:
    return [str(number) for number in range(len(names))]


def test_bars_are_as_high_as_their_values() -> None:
    picture = bars("a", "Antal", ["1", "2", "3"], [Series("Antal", "tone-1", [10, 5, 0])])
    assert heights(picture, "tone-1") == [HEIGHT - TOP, (HEIGHT - TOP) / 2], "nothing is drawn for nothing"


def test_stacked_bars_stand_on_each_other() -> None:
    series = [Series("Rød", "tone-red", [3]), Series("Gul", "tone-amber", [1])]
    drawn = [
        bar for bar in parsed(bars("a", "x", ["1"], series, stacked=True)).iter(f"{SVG}rect") if bar.get("x") != "0.0"
    ]
    red, amber = (bar for bar in drawn if "bar" in (bar.get("class") or ""))
    assert float(amber.get("y", "0")) + float(amber.get("height", "0")) == float(red.get("y", "0"))
    assert float(red.get("height", "0")) == pytest.approx(3 * float(amber.get("height", "0")), rel=0.01)


def test_each_series_has_a_texture_or_a_stroke_of_its_own() -> None:
    series = [Series(f"Serie {number}", f"tone-{number}", [1, 2]) for number in range(1, 6)]
    drawn = bars("a", "x", ["1", "2"], series)
    assert len({pattern.get("id") for pattern in parsed(drawn).iter(f"{SVG}pattern")}) == len(TEXTURES) - 1
    strokes = [
        line.get("stroke-dasharray", "") for line in parsed(lines("b", "x", ["1", "2"], series)).iter(f"{SVG}polyline")
    ]
    assert set(strokes) == set(DASHES)


def test_a_week_without_an_answer_is_a_hole_in_the_line() -> None:
    picture = parsed(lines("a", "x", ["1", "2", "3", "4"], [Series("Smerter", "tone-1", [4, 5, None, 6])], most=10))
    assert [len((line.get("points") or "").split()) for line in picture.iter(f"{SVG}polyline")] == [2]
    assert len(list(picture.iter(f"{SVG}circle"))) == 3


def test_many_weeks_get_few_labels() -> None:
    weeks = [str(week) for week in range(1, 54)]
    picture = parsed(bars("a", "x", weeks, [Series("Antal", "tone-1", [1] * 53)]))
    shown = [text.text for text in picture.iter(f"{SVG}text") if text.get("text-anchor") == "middle"]
    assert 5 <= len(shown) <= MOST_LABELS


def test_a_picture_has_a_title_for_who_cannot_see_it() -> None:
    picture = parsed(bars("a", "Alarmer <uge for uge>", ["1"], [Series("x", "tone-1", [1])]))
    title = picture.find(f"{SVG}title")
    assert title is not None
    assert (picture.get("role"), picture.get("aria-labelledby")) == ("img", title.get("id"))
    assert title.text == "Alarmer <uge for uge>"


@given(first=VALUES, name=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40))
def test_whatever_the_values_and_names_the_picture_is_well_formed_and_inside_its_frame(
    first: list[float | None], name: str
) -> None:
    series = [Series(name, "tone-1", first), Series("Andet", "tone-2", first[::-1])]
    for picture in (
        bars("a", name, labels(first), series),
        bars("a", name, labels(first), series, stacked=True),
        lines("a", name, labels(first), series),
    ):
        for bar in parsed(picture).iter(f"{SVG}rect"):
            assert 0 <= float(bar.get("y", "0")) <= HEIGHT
            assert float(bar.get("height", "0")) <= HEIGHT


@given(st.floats(0, 1e9))
def test_the_scale_ends_at_a_round_number_not_far_above_the_highest(highest: float) -> None:
    top = _round_up(highest)
    assert highest <= top <= max(1, 2 * highest)
