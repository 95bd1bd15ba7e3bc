"""The shipped checker for a process that seldom reads a text: it is loaded when it is first asked, 40 MB and half a
second later.
"""

from __future__ import annotations

from functools import cached_property

from bot.red_flags.checker import Checker, load_checker
from bot.red_flags.model import Triage


class LateChecker(Checker):
    """Reads as the checker does."""

    def __init__(self) -> None:
        """Not the checker's own: nothing is built yet."""

    @cached_property
    def _shipped(self) -> Checker:
        return load_checker()

    def check(self, text: str, question: str | None = None) -> Triage:
        return self._shipped.check(text, question)
