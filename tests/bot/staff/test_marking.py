"""The words that raised a flag are marked, and nothing else of the reply is touched."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.staff.marking import UNNAMED_FLAG, Piece, pieces

NAMES = {"bladder": "Vandladning", "fever": "Feber"}
SPANS = st.fixed_dictionaries(
    {"flag": st.sampled_from(["bladder", "fever", "new"]), "start": st.integers(-5, 60), "end": st.integers(-5, 60)}
)


def span(flag: str, start: int, end: int) -> dict[str, Any]:
    return {"flag": flag, "start": start, "end": end, "text": "", "rule": "r"}


def test_a_span_is_cut_out_and_named() -> None:
    assert pieces("kan ikke tisse nu", [span("bladder", 4, 14)], NAMES) == (
        Piece("kan "),
        Piece("ikke tisse", ("Vandladning",)),
        Piece(" nu"),
    )


def test_overlapping_spans_share_a_piece() -> None:
    cut = pieces("abcdef", [span("bladder", 0, 4), span("fever", 2, 6)], NAMES)
    assert [(piece.text, piece.title) for piece in cut] == [
        ("ab", "Vandladning"),
        ("cd", "Vandladning, Feber"),
        ("ef", "Feber"),
    ]


def test_spans_of_one_flag_that_overlap_or_touch_are_one_piece() -> None:
    assert pieces("abcdef", [span("fever", 0, 3), span("fever", 2, 4), span("fever", 4, 6)], NAMES) == (
        Piece("abcdef", ("Feber",)),
    )


def test_a_flag_without_a_name_is_called_unclear() -> None:
    assert pieces("av", [span("unheard_of", 0, 2)], NAMES) == (Piece("av", (UNNAMED_FLAG,)),)


def test_an_empty_reply_has_no_pieces() -> None:
    assert pieces("", [span("fever", 0, 3)], NAMES) == ()


@given(st.text(max_size=50), st.lists(SPANS, max_size=6))
def test_the_pieces_together_are_the_reply(body: str, spans: list[dict[str, Any]]) -> None:
    cut = pieces(body, spans, NAMES)
    assert "".join(piece.text for piece in cut) == body
    assert all(piece.text for piece in cut)


@given(st.text(min_size=1, max_size=50), st.lists(SPANS, max_size=6))
def test_a_character_is_marked_exactly_when_a_span_holds_it(body: str, spans: list[dict[str, Any]]) -> None:
    marked = [bool(piece.flags) for piece in pieces(body, spans, NAMES) for _ in piece.text]
    usable = [item for item in spans if 0 <= item["start"] < item["end"]]
    assert marked == [any(item["start"] <= i < item["end"] for item in usable) for i in range(len(body))]
