"""Pain scores from 0 to 10 as patients write them: "7", "syv", "7-8", "7/10", "otte en halv"."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

HIGHEST = 10
_NUMBER = re.compile(r"\d{1,2}(?:[.,]\d+)?")
_UNITS = frozenset(
    """km kilometer m meter timer time dag dage doegn uge uger maaned maaneder aar min minutter gange gang pct
    procent kl kg mg ml liter skridt stk stykker piller tabletter panodil panodiler saet oevelser grader trin""".split()
)
_BEFORE_A_CLOCK = frozenset("kl klokken nr nummer uge".split())
_ARTICLES = frozenset({"en", "et"})
_LINKS = frozenset({"-", "til", "eller", "og"})


def pain_score(tokens: Sequence[str], numbers: Mapping[str, int]) -> int | None:
    """The score from 0 to 10 in a reply, or None. Of "7-8" or "mellem 7 og 8" the worse; halves go up.

    Numbers with a unit ("3 km", "kl 8") and the article of one ("en 8'er") are not scores; more than 10 counts as 10
    ("12 hvis jeg måtte").
    """
    values = [_value(token, numbers) for token in tokens]
    for index, value in enumerate(values):
        if value is not None and _is_score(tokens, index) and not _is_article(tokens, values, index):
            return min(HIGHEST, math.ceil(_whole_score(tokens, values, index, value)))
    return None


def _whole_score(tokens: Sequence[str], values: Sequence[float | None], index: int, value: float) -> float:
    """The score that begins at `index`, with its half or the other end of its range."""
    score = _with_half(tokens, values, index, value)
    if index + 2 < len(values) and tokens[index + 1] in _LINKS:
        other = values[index + 2]
        if other is not None and _is_score(tokens, index + 2):
            return _joined(tokens, index, score, other)
    return score


def _joined(tokens: Sequence[str], index: int, value: float, other: float) -> float:
    """Two numbers with a link between them: a range gives the worse, "fra 8 til 4" where it went."""
    link = tokens[index + 1]
    if link == "til" and index and tokens[index - 1] == "fra":
        return other
    if link == "og" and not (index and tokens[index - 1] == "mellem"):
        return value
    return max(value, other)


def _with_half(tokens: Sequence[str], values: Sequence[float | None], index: int, value: float) -> float:
    after = list(tokens[index + 1 : index + 4])
    if after[:2] == ["en", "halv"] or after[:3] == ["og", "en", "halv"] or after[:2] == ["en", "halvt"]:
        return value + 0.5
    if after[:1] == ["komma"] and index + 2 < len(values) and values[index + 2] is not None:
        return value + 0.5
    return value


def _value(token: str, numbers: Mapping[str, int]) -> float | None:
    if token in numbers:
        return float(numbers[token])
    if _NUMBER.fullmatch(token):
        return float(token.replace(",", "."))
    return None


def _is_article(tokens: Sequence[str], values: Sequence[float | None], index: int) -> bool:
    """ "en 8'er", "et ottetal": the number comes after it."""
    return tokens[index] in _ARTICLES and index + 1 < len(values) and values[index + 1] is not None


def _is_score(tokens: Sequence[str], index: int) -> bool:
    after = tokens[index + 1] if index + 1 < len(tokens) else ""
    before = tokens[index - 1] if index else ""
    if after in _UNITS or before in _BEFORE_A_CLOCK:
        return False
    if before == "/" and index >= 2:
        return False
    number = tokens[index]
    return not number[0].isdigit() or float(number.replace(",", ".")) <= 20
