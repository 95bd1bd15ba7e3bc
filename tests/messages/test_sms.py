"""What a text costs, and how it is made to fit the GSM alphabet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.sms import GSM7, GSM7_BASIC, GSM7_EXTENSION, Measure, measure, shorten, to_gsm7

BASIC = st.sampled_from(sorted(GSM7_BASIC))
GSM_TEXT = st.text(st.sampled_from(sorted(GSM7)), max_size=700)
ANY_TEXT = st.text(max_size=300)


def reference_segments(widths: list[int], single: int, joined: int) -> int:
    """An independent count: fills segments one by one, and moves a character that does not fit to the next."""
    if sum(widths) <= single:
        return 1
    filled = [0]
    for width in widths:
        if filled[-1] + width <= joined:
            filled[-1] += width
        else:
            filled.append(width)
    return len(filled)


def test_the_alphabet_has_its_127_characters_and_10_extensions() -> None:
    assert len(GSM7_BASIC) == 127  # 128 places, one of which is the escape
    assert len(GSM7_EXTENSION) == 10
    assert not GSM7_BASIC & GSM7_EXTENSION


def test_danish_letters_are_gsm7() -> None:
    assert set("æøåÆØÅäöüéàß") <= GSM7_BASIC


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Measure("GSM-7", 1, 0)),
        ("a" * 160, Measure("GSM-7", 1, 160)),
        ("a" * 161, Measure("GSM-7", 2, 161)),
        ("a" * 306, Measure("GSM-7", 2, 306)),
        ("a" * 307, Measure("GSM-7", 3, 307)),
        ("å" * 160, Measure("GSM-7", 1, 160)),
        ("€" * 80, Measure("GSM-7", 1, 160)),
        ("€" * 80 + "a", Measure("GSM-7", 2, 161)),
        ("–" + "a" * 69, Measure("UCS-2", 1, 70)),
        ("–" + "a" * 70, Measure("UCS-2", 2, 71)),
        ("–" + "a" * 133, Measure("UCS-2", 2, 134)),
        ("–" + "a" * 134, Measure("UCS-2", 3, 135)),
        ("😀" * 35, Measure("UCS-2", 1, 70)),
        ("😀" * 36, Measure("UCS-2", 2, 72)),
    ],
)
def test_a_text_costs_exactly(text: str, expected: Measure) -> None:
    assert measure(text) == expected


def test_an_escape_pair_is_not_split_over_two_segments() -> None:
    assert measure("a" * 152 + "€" + "a" * 152) == Measure("GSM-7", 3, 306)
    assert measure("a" * 151 + "€" + "a" * 153) == Measure("GSM-7", 2, 306)


def test_a_surrogate_pair_is_not_split_over_two_segments() -> None:
    assert measure("a" * 66 + "😀" + "a" * 66) == Measure("UCS-2", 3, 134)
    assert measure("a" * 65 + "😀" + "a" * 67) == Measure("UCS-2", 2, 134)


@given(GSM_TEXT)
def test_gsm_segments_agree_with_filling_them_one_by_one(text: str) -> None:
    widths = [2 if char in GSM7_EXTENSION else 1 for char in text]
    cost = measure(text)
    assert (cost.encoding, cost.units) == ("GSM-7", sum(widths))
    assert cost.segments == reference_segments(widths, 160, 153)


@given(ANY_TEXT.map(lambda text: text + "😀"))
def test_unicode_segments_agree_with_filling_them_one_by_one(text: str) -> None:
    widths = [len(char.encode("utf-16-le", "surrogatepass")) // 2 for char in text]
    cost = measure(text)
    assert (cost.encoding, cost.units) == ("UCS-2", sum(widths))
    assert cost.segments == reference_segments(widths, 70, 67)


@given(ANY_TEXT, ANY_TEXT)
def test_a_longer_text_never_costs_less(text: str, more: str) -> None:
    assert measure(text + more).segments >= measure(text).segments


@given(ANY_TEXT)
def test_everything_becomes_gsm7(text: str) -> None:
    assert measure(to_gsm7(text)).encoding == "GSM-7"


@given(GSM_TEXT)
def test_what_is_in_the_alphabet_stays(text: str) -> None:
    assert to_gsm7(text) == text


@given(ANY_TEXT)
def test_turning_twice_changes_nothing_more(text: str) -> None:
    assert to_gsm7(to_gsm7(text)) == to_gsm7(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“Hej” ‘du’ – vent…", "\"Hej\" 'du' - vent..."),
        ("12\u00a034", "12 34"),
        ("Café à la René", "Café à la René"),
        ("Noël, façade, Łódź", "Noel, facade, Lodz"),
        ("re\u0301sume\u0301", "résumé"),
        ("A\u030arhus", "Århus"),
        ("zero\u200bwidth\u00ad", "zerowidth"),
        ("½ time", "1/2 time"),
        ("tak 🙂", "tak ?"),
        ("привет", "??????"),
        ("a\u0301", "a"),
    ],
)
def test_other_letters_become_the_nearest(text: str, expected: str) -> None:
    assert to_gsm7(text) == expected


@given(ANY_TEXT, st.integers(0, 100))
def test_a_shortened_text_fits_and_is_a_beginning(text: str, units: int) -> None:
    short = shorten(text, units)
    assert measure(short).units <= units
    assert text.startswith(short)


def test_shortening_leaves_no_space_at_the_end() -> None:
    assert shorten("Fysioterapien på Torvet", 17) == "Fysioterapien på"
