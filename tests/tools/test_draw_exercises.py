"""The committed drawings are what the tool draws."""

from __future__ import annotations

from messages.loader import load_content
from tools.draw_exercises import drawings


def test_the_drawings_are_drawn_by_the_tool() -> None:
    assert dict(load_content().drawings) == dict(drawings())
