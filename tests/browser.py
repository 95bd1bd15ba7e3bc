"""Pages in a real browser: the system's Chromium, driven by Playwright.

The browser lives as long as one test file, not the whole run: while Playwright is at work, its event loop
counts as running in this thread, and every `asyncio.run` of a later test would be refused.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_OPTIONS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


def chromium() -> str:
    """The path of the browser. Fails the test, never skips it, when there is none."""
    if given := os.environ.get("RYGBOT_CHROMIUM"):
        return given
    for name in _NAMES:
        if path := shutil.which(name):
            return path
    pytest.fail(
        "No Chromium found. Install it: apt-get install chromium (or set RYGBOT_CHROMIUM to its path).",
        pytrace=False,
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A running browser; most tests want `page` or `phone_page`, which have a profile of their own."""
    options = [*_OPTIONS, "--no-sandbox"] if os.geteuid() == 0 else _OPTIONS
    executable = chromium()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=options)
        try:
            yield running
        finally:
            running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page on a desk screen. Script errors and what its security policy refused fail the test."""
    with _opened(browser, width=1280, height=800) as page:
        yield page


@pytest.fixture
def phone_page(browser: Browser) -> Iterator[Page]:
    """A page as wide as a phone, with touch; otherwise like `page`."""
    with _opened(browser, width=390, height=844, touch=True) as page:
        yield page


@contextmanager
def _opened(browser: Browser, *, width: int, height: int, touch: bool = False) -> Iterator[Page]:
    faults: list[str] = []

    def on_error(error: Error) -> None:
        faults.append(f"script error: {error}")

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            faults.append(message.text)

    context = browser.new_context(
        viewport={"width": width, "height": height},
        has_touch=touch,
        is_mobile=touch,
        locale="da-DK",
        timezone_id="Europe/Copenhagen",
    )
    context.set_default_timeout(15_000)
    context.on("weberror", lambda web_error: on_error(web_error.error))
    context.on("console", on_console)
    try:
        yield context.new_page()
    finally:
        context.close()
    assert not faults, "\n".join(faults)
