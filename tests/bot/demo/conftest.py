"""One running demo for a test file: real server, real ticks, on a port the system gave."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, OpenerDirector, ProxyHandler, Request, build_opener

import pytest

from bot.demo.run import listen, running
from bot.demo.stage import Demo
from bot.red_flags import Checker, load_checker
from messages.loader import Content, load_content


@dataclass
class Visitor:
    """A browser without a screen: keeps cookies, sends the page's token."""

    demo: Demo
    opener: OpenerDirector
    token: str

    def get(self, path: str) -> str:
        with self.opener.open(self.demo.runtime.settings.public_url + path) as response:
            return str(response.read().decode())

    def state(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.get("/demo/state"))
        return answer

    def post(self, path: str, sent: object, *, token: str | None = None) -> tuple[int, dict[str, Any]]:
        headers = {"Content-Type": "application/json", "X-CSRFToken": self.token if token is None else token}
        url = self.demo.runtime.settings.public_url + path
        try:
            with self.opener.open(Request(url, json.dumps(sent).encode(), headers)) as response:
                return response.status, json.load(response)
        except HTTPError as error:
            with error:
                text = error.read().decode()
            return error.code, json.loads(text) if text.startswith("{") else {}

    def texts(self, name: str) -> list[dict[str, Any]]:
        return next(phone["texts"] for phone in self.state()["phones"] if phone["name"] == name)

    def phone(self, name: str) -> dict[str, Any]:
        return next(phone for phone in self.state()["phones"] if phone["name"] == name)


@pytest.fixture(scope="session")
def content() -> Content:
    return load_content()


@pytest.fixture(scope="session")
def checker() -> Checker:
    return load_checker()


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    with listen(0) as held:
        yield held


@pytest.fixture(scope="module")
def demo(listener: socket.socket, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running(listener, tmp_path_factory.mktemp("demo"), 20.0) as demo:
        demo.clock.pause()
        yield demo


@pytest.fixture
def visitor(demo: Demo) -> Visitor:
    opener = build_opener(HTTPCookieProcessor(CookieJar()), ProxyHandler({}))
    with opener.open(demo.address) as response:
        page = response.read().decode()
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found
    return Visitor(demo, opener, found[1])
