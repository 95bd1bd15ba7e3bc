"""The pages about a newer version in a real browser, with every text of a course changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.bot.staff.site import EMAIL, LOOKS, Site, assert_fit, running
from tests.programmes import bring_out
from tests.world import make_world


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Site]:
    world = make_world(sqlite_url, public_url="http://127.0.0.1")
    world.add_clinic(name="Lægerne og Fysioterapeuterne på Vesterbro")
    world.add_staff(EMAIL)
    for number in range(7):
        world.enrol(phone=f"2012345{number}", name=f"Karen Margrethe Testsen-Nummer {number}")
    bring_out(world)
    with running(world) as site:
        yield site
    world.close()


@LOOKS
def test_axe_finds_nothing_and_nothing_sticks_out(site: Site, page: Page, size: tuple[int, int], scheme: str) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    site.log_in(page)
    for path in ("/patienter/1", "/patienter/1/udgave", "/forloeb/udgaver"):
        page.goto(site.url + path)
        for summary in page.locator("summary").all():
            summary.click()
        assert_fit(page, path)


def test_staff_find_the_newer_version_read_it_and_move_the_patient(site: Site, phone_page: Page) -> None:
    site.log_in(phone_page, "/patienter/1")
    phone_page.get_by_role("link", name="Se, hvad der ændrer sig").click()
    expect(phone_page.get_by_text("Dette er helt nyt.")).to_be_visible()
    phone_page.get_by_role("button", name="Flyt til udgave").click()
    expect(phone_page.get_by_text("Forløbet fortsætter i udgave")).to_be_visible()
    expect(phone_page.get_by_text("Der er en nyere udgave")).to_be_hidden()


def test_all_are_moved_from_the_list_of_those_who_are_behind(site: Site, page: Page) -> None:
    site.log_in(page, "/forloeb/udgaver")
    page.get_by_role("button", name="Flyt alle 7").click()
    expect(page.get_by_text("7 forløb er flyttet til udgave")).to_be_visible()
    expect(page.get_by_text("Alle forløb kører på den nyeste udgave")).to_be_visible()
