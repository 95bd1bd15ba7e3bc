"""The application behind a real server, for tests that drive a browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.serving import BaseWSGIServer, make_server

from tests.bot.staff.conftest import app_of
from tests.world import PASSWORD, World

LOOKS = pytest.mark.parametrize(("size", "scheme"), [((1280, 800), "light"), ((390, 844), "dark")])
"""Each size once, each scheme once: colours are the same at every size, and places in every scheme."""
TOO_LOW = """
    [...document.querySelectorAll('button, select, summary, nav a')]
      .filter(control => control.checkVisibility({visibilityProperty: true}))
      .map(control => [control.innerText, control.getBoundingClientRect().height])
      .filter(([text, height]) => height > 0 && height < 44)
"""

EMAIL = "admin@vest.example"


@dataclass
class Site:
    world: World
    server: BaseWSGIServer
    app: Flask
    host: str = "127.0.0.1"

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.server.port}"

    def log_in(self, page: Page, path: str = "/") -> None:
        page.goto(self.url + path)
        page.get_by_label("E-mail").fill(EMAIL)
        page.get_by_label("Adgangskode").fill(PASSWORD)
        page.get_by_role("button", name="Log ind").click()
        expect(page.get_by_role("navigation", name="Hovedmenu")).to_be_visible()
        page.wait_for_load_state()  # the scripts run after the page is drawn, and only then listen to keys


@contextmanager
def running(world: World, port: int = 0) -> Iterator[Site]:
    app = app_of(world)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Site(world, server, app)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def assert_fit(page: Page, path: str) -> None:
    """No rule of axe broken, no sideways scrolling, nothing to tap smaller than a fingertip."""
    found = Axe().run(page).response["violations"]
    told = [(item["id"], [node["target"] for node in item["nodes"]]) for item in found]
    assert told == [], f"{path}: {told}"
    sticks_out = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert sticks_out <= 0, f"{path} is {sticks_out} pixels too wide"
    outside = page.evaluate(
        "[...document.querySelectorAll('.field')].filter(f => f.scrollWidth > f.clientWidth + 1).length"
    )
    assert outside == 0, f"{path}: {outside} fields reach into their neighbours"
    assert page.evaluate(TOO_LOW) == [], f"{path}: too low for a fingertip"
