"""docs/api.md is true: each of its examples is run as it stands, and answers what the page says."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from bot.api.door import BROKEN, SAID
from bot.api.views import MOST_ALERTS, STOP_REASONS
from bot.api_keys import PER_MINUTE
from bot.app import create_app
from tests.bot.api.keys import add_key
from tests.world import World

PAGE = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"```sh\n(curl.*?)```\s+```json (\d{3})\n(.*?)```", re.DOTALL)
ROW = re.compile(r"^\| (\d{3}) \| `(\w+)` \|", re.MULTILINE)


@dataclass
class Curl:
    """What a curl command asks for."""

    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    path: str = ""


def read(command: str, key: str) -> Curl:
    words = iter(shlex.split(command.replace("\\\n", " ").replace("$KEY", key)))
    assert next(words) == "curl"
    asked = Curl()
    for word in words:
        if word == "-X":
            asked.method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            asked.headers[name] = value
        elif word == "-d":
            asked.body = next(words)
        else:
            assert word.startswith("$RYGBOT/"), f"curl has no {word!r} here"
            asked.path = word.removeprefix("$RYGBOT")
    return asked


def run(app: Flask, asked: Curl) -> TestResponse:
    return app.test_client().open(asked.path, method=asked.method, headers=asked.headers, data=asked.body)


def settled(answer: dict[str, Any], length: int) -> dict[str, Any]:
    """The page shows the first of a long list, and does not follow each new version of a programme."""
    if "programmes" not in answer:
        return answer
    return {"programmes": [programme | {"version": 0} for programme in answer["programmes"][:length]]}


def test_every_example_answers_what_the_page_says(lite_world: World) -> None:
    key = add_key(lite_world)
    app = create_app(lite_world.runtime, wall_clock=lite_world.clock)
    examples = EXAMPLE.findall(PAGE)
    assert len(examples) == PAGE.count("```sh") == 7
    for command, status, body in examples:
        if "/alerts" in command:
            lite_world.enrol(phone="20123457")
            lite_world.write("jeg kan ikke tisse", sender="+4520123457")
        response = run(app, read(command, key))
        said = json.loads(body)
        assert response.json is not None
        shown = len(said.get("programmes", ()))
        answer = settled(response.json, shown)
        assert (command, response.status_code, answer) == (command, int(status), settled(said, shown))


def test_the_table_of_refusals_is_whole() -> None:
    told = {int(status): code for status, code in ROW.findall(PAGE)}
    assert told == {status: code for status, (code, _) in SAID.items()} | {500: BROKEN[0]}


def test_the_page_names_every_reason_and_limit() -> None:
    assert [reason for reason in STOP_REASONS if f"`{reason}`" not in PAGE] == []
    assert f"more than {PER_MINUTE} requests" in PAGE
    assert f"At most {MOST_ALERTS} at a time" in PAGE
