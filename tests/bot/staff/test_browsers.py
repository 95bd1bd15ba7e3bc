from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.staff.browsers import UNKNOWN, short_name

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0.0.0 Safari/537.36", "Chrome på Windows"),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0",
            "Edge på Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Safari/604.1",
            "Safari på iPhone",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15",
            "Safari på Mac",
        ),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/140.0 Mobile Safari/537.36", "Chrome på Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox på Linux"),
        ("curl/8.5.0", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_a_browser_is_named_as_its_owner_would(user_agent: str, name: str) -> None:
    assert short_name(user_agent) == name


@given(st.text())
def test_no_browser_has_a_long_name(user_agent: str) -> None:
    assert 0 < len(short_name(user_agent)) < 40
