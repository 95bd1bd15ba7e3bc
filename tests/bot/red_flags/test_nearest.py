"""Replies that are like a given one, for staff who ask why."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.red_flags.model import Level
from bot.red_flags.nearest import Labelled, Neighbours, load_neighbours, pack

REPLIES = [
    Labelled("Koppen røg ud af hånden igen", Level.RED),
    Labelled("Koppen står på bordet", Level.GREEN),
    Labelled("Jeg snubler over dørtrinnet hele tiden", Level.RED),
    Labelled("Har gået en tur", Level.GREEN),
]


def test_the_likest_reply_of_the_level_comes_first() -> None:
    near = Neighbours(REPLIES).nearest("nu røg koppen igen", Level.RED)
    assert near[0].text == "Koppen røg ud af hånden igen"
    assert {reply.level for reply in near} == {Level.RED}


def test_nothing_is_shown_when_nothing_is_alike() -> None:
    assert Neighbours(REPLIES).nearest("xylofonkoncert", Level.RED) == ()


def test_inflection_and_spelling_of_ae_oe_aa_do_not_part_replies() -> None:
    near = Neighbours(REPLIES).nearest("snublede over doertrin", Level.RED, count=1)
    assert [reply.text for reply in near] == ["Jeg snubler over dørtrinnet hele tiden"]


@given(st.text(max_size=400), st.sampled_from(list(Level)))
def test_any_text_gets_at_most_as_many_as_asked_for(text: str, level: Level) -> None:
    assert len(Neighbours(REPLIES).nearest(text, level, count=1)) <= 1


def test_the_shipped_replies_are_those_that_a_raise_can_be_compared_with() -> None:
    neighbours = load_neighbours()
    assert neighbours.nearest("jeg kan ikke holde på vandet", Level.RED)
    assert neighbours.nearest("jeg er bekymret for min ryg", Level.AMBER)
    assert not neighbours.nearest("jeg har gået en tur", Level.GREEN)


def test_the_same_replies_are_packed_into_the_same_bytes() -> None:
    assert pack(REPLIES) == pack(list(REPLIES))
