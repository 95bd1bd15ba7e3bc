from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
import structlog

from core import log

Lines = Callable[[], list[dict[str, object]]]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    log.configure("json")

    def read() -> list[dict[str, object]]:
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    yield read
    structlog.reset_defaults()


def test_a_field_nobody_vouched_for_is_left_out(lines: Lines) -> None:
    structlog.get_logger().info("reply kept", reply=7, body="jeg kan ikke tisse")
    (line,) = lines()
    assert line["reply"] == 7
    assert line["body"] == "(left out)"


def test_an_exception_is_logged_with_its_place_and_without_its_words(lines: Lines) -> None:
    try:
        int("Karen, +4520123456")
    except ValueError:
        structlog.get_logger().exception("tick failed", job="send")
    (line,) = lines()
    assert "ValueError at test_log.py" in str(line["exception"])
    assert "Karen" not in json.dumps(line)
