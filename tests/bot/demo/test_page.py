"""The demo's page in a real browser, beside the real inbox."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from bot.demo import script
from bot.demo.stage import Demo

RED = "kan ikke mærke mig selv i skridtet"


@pytest.fixture(autouse=True)
def _no_network_watch(demo: Demo) -> None:
    demo.clock.resume()


def _name(person: script.Person) -> str:
    return person.name.split()[0]


def test_a_red_reply_brings_advice_to_the_phone_and_stands_marked_in_the_inbox(page: Page, demo: Demo) -> None:
    page.goto(demo.address)
    inbox = page.frame_locator("#inbox")
    expect(inbox.locator("article.alert")).to_have_count(2)
    page.get_by_role("button", name=RED).click()
    page.get_by_role("button", name="Send").click()
    first = inbox.locator("article.alert").first
    expect(first).to_contain_text(script.STEADY.name)
    expect(first.locator("mark").last).to_contain_text("skridtet")
    expect(page.locator("#texts .text-mine").last).to_contain_text(RED)
    expect(page.locator("#texts .text").last).to_contain_text("112")
    expect(page.locator("#note")).to_contain_text("langsomt")


def test_next_shows_a_dot_on_the_phones_that_got_a_text(page: Page, demo: Demo) -> None:
    page.goto(demo.address)
    page.get_by_role("tab", name=_name(script.NEW)).click()
    before = page.locator("#texts .text").count()
    page.get_by_role("button", name="Næste besked").click()
    expect(page.locator("#texts .text")).to_have_count(before + 1)
    other = page.get_by_role("tab", name=_name(script.REFERRED))
    expect(other.locator(".dot")).to_be_visible()
    other.click()
    expect(page.locator("#people .dot")).not_to_have_count(5)
    expect(other.locator(".dot")).to_have_count(0)


def test_pause_stops_the_clock_on_the_page(page: Page, demo: Demo) -> None:
    page.goto(demo.address)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#note")).to_contain_text("står stille")
    expect(page.get_by_role("button", name="Fortsæt")).to_be_visible()
    assert demo.clock.read().paused


def test_on_a_phone_the_page_fits_and_switches_between_telephones_and_inbox(phone_page: Page, demo: Demo) -> None:
    phone_page.goto(demo.address)
    expect(phone_page.locator("#handset")).to_be_visible()
    expect(phone_page.locator("#inbox")).to_be_hidden()
    assert phone_page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    phone_page.get_by_role("button", name="Indbakke").click()
    expect(phone_page.locator("#inbox")).to_be_visible()
    expect(phone_page.locator("#handset")).to_be_hidden()
