"""Enrolment in a real browser: one patient with few keys, and many from a list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.lists.enrolling import BATCH, go_on_with_lists
from bot.staff import lists
from bot.tables import xlsx_file
from tests.bot.staff.site import EMAIL, Site, assert_fit, running
from tests.world import make_world

SIZES = [(1280, 800), (390, 844)]
HEAD = ["Fornavn", "Efternavn", "Mobil", "Egen læge tlf."]
PEOPLE = [
    ["Karen", "Østergaard", "20 98 76 54", "86 12 34 56"],
    ["Bo", "Hansen", "20 98 76", "86 12 34 56"],
    ["Åse", "Lund", "20987655", "86 12 34 57"],
    ["Anna", "Testsen", "20123456", "86 12 34 57"],
]
MOST_KEYS = 27
"""Presses for a patient by initials, the two numbers' sixteen digits among them."""


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Site]:
    world = make_world(sqlite_url, public_url="http://127.0.0.1")
    world.add_clinic()
    world.add_staff(EMAIL)
    world.enrol(name="Anna Testsen")
    with running(world) as site:
        yield site
    world.close()


def pasted(*rows: list[str], more: tuple[str, ...] = ()) -> str:
    """A list as it comes from Excel's clipboard. `more`: headings besides the usual ones."""
    return "\n".join("\t".join(row) for row in [[*HEAD, *more], *rows])


class Hands:
    """A receptionist who never touches the mouse. `presses` counts the keys."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.presses = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.presses += 1

    def type(self, text: str) -> None:
        self.press(*text)


def test_a_patient_is_enrolled_with_few_keys_and_without_the_mouse(site: Site, page: Page) -> None:
    site.log_in(page, "/tilmeld")
    hands = Hands(page)
    expect(page.get_by_label("Navn eller initialer")).to_be_focused()
    hands.type("KT")
    hands.press("Tab")
    hands.type("20987654")
    hands.press("Tab")
    hands.type("H")
    expect(page.locator("#week")).to_contain_text("Med det samme")
    hands.press("Tab", "Tab", "Tab")
    hands.type("86123456")
    hands.press("Tab", "Space", "Enter")
    expect(page.get_by_text("KT er tilmeldt Hekseskud")).to_be_visible()
    assert hands.presses <= MOST_KEYS, hands.presses
    page.get_by_role("link", name="Udskriv ark").click()
    expect(page.get_by_role("heading", name="Ark til KT")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_the_first_week_fills_in_as_the_form_is_filled(site: Site, page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    site.log_in(page, "/tilmeld")
    week = page.locator("#week")
    expect(week).to_contain_text("Vælg et forløb")
    page.get_by_label("Forløb", exact=True).select_option("akut-laend")
    expect(week).to_contain_text("24-11-2026 kl. 10.30")
    page.get_by_label("Hvornår på dagen?").select_option("aften")
    expect(week).to_contain_text("24-11-2026 kl. 18.00")
    page.get_by_label("Startdato", exact=True).fill("1/12")
    page.get_by_label("Startdato", exact=True).press("Tab")
    expect(week).to_contain_text("01-12-2026")
    expect(page.get_by_role("button", name="Se den første uge")).to_be_hidden()
    assert_fit(page, "/tilmeld with the first week")


def test_a_day_is_typed_as_danes_write_it_and_the_browsers_calendar_is_an_aid(site: Site, page: Page) -> None:
    site.log_in(page, "/tilmeld")
    page.get_by_label("Forløb", exact=True).select_option("akut-laend")
    day = page.get_by_label("Startdato", exact=True)
    expect(day).to_have_attribute("type", "text")
    expect(day).to_have_attribute("placeholder", "dd-mm-åååå")
    day.fill("3.12.26")
    page.get_by_role("button", name="Vælg i kalender: Startdato").click()
    calendar = page.locator(".day-native")
    expect(calendar).to_have_value("2026-12-03")
    calendar.fill("2026-12-02")
    expect(day).to_have_value("02-12-2026")
    expect(page.locator("#week")).to_contain_text("02-12-2026")


def test_what_is_wrong_is_said_at_the_field_and_the_cursor_stands_there(site: Site, phone_page: Page) -> None:
    site.log_in(phone_page, "/tilmeld")
    phone_page.get_by_label("Navn eller initialer").fill("KT")
    phone_page.get_by_role("button", name="Tilmeld", exact=True).click()
    expect(phone_page.get_by_label("Mobilnummer")).to_be_focused()
    expect(phone_page.locator("#phone-error")).to_be_in_viewport()
    assert_fit(phone_page, "/tilmeld with errors")


def test_without_scripts_the_week_is_a_button_and_enrolling_one_press(site: Site, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    site.log_in(page, "/tilmeld")
    page.get_by_label("Navn eller initialer").fill("KT")
    page.get_by_label("Forløb", exact=True).select_option("hekseskud")
    page.get_by_role("button", name="Se den første uge").click()
    expect(page.locator("#week")).to_contain_text("Med det samme")
    expect(page.get_by_label("Navn eller initialer")).to_have_value("KT")
    page.get_by_label("Mobilnummer").fill("20987654")
    page.get_by_label("Egen læges telefon").fill("86123456")
    page.get_by_label("Samtykke").check()
    page.get_by_label("Samtykke").press("Enter")
    expect(page.get_by_text("KT er tilmeldt Hekseskud")).to_be_visible()
    context.close()


@pytest.mark.parametrize("size", SIZES)
def test_a_pasted_list_is_looked_through_and_enrolled(site: Site, page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    site.log_in(page, "/tilmeld")
    page.get_by_role("link", name="Tilmeld flere").click()
    assert_fit(page, "/tilmeld/import")
    page.get_by_label("Indsæt fra Excel").fill(pasted(*PEOPLE))
    page.get_by_role("button", name="Læs listen").click()
    expect(page.get_by_text("Vælg først, hvad der gælder for: Forløb, Samtykke til sms")).to_be_visible()
    assert_fit(page, "a list that lacks columns")
    page.get_by_label("Forløb", exact=True).select_option(label="Alle: Hekseskud")
    page.get_by_label("Samtykke til sms").select_option(label="Alle på listen har sagt ja")
    page.get_by_role("button", name="Brug de valgte kolonner").click()
    expect(page.get_by_role("button", name="Tilmeld de valgte (2)")).to_be_visible()
    page.get_by_text("Findes allerede (1)").click()
    assert_fit(page, "a list with verdicts")
    page.get_by_label("Tilmeld Åse Lund").uncheck()
    expect(page.get_by_role("button", name="Tilmeld de valgte (1)")).to_be_visible()
    page.get_by_role("button", name="Vælg alle eller ingen").click()
    page.get_by_role("button", name="Tilmeld de valgte (2)").click()
    expect(page.get_by_text("2 patienter er tilmeldt")).to_be_visible()
    assert_fit(page, "a list that is done")
    with page.expect_download() as download:
        page.get_by_role("button", name="Hent dem som CSV").click()
    mended = download.value.path().read_text(encoding="utf-8-sig")
    assert [line.split(";")[0] for line in mended.splitlines()] == ["navn", "Bo"]


def test_a_workbook_is_uploaded_without_scripts(site: Site, browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "liste.xlsx"
    rows = [[*HEAD, "Forløb", "Samtykke"], *([*person, "akut-laend", "ja"] for person in PEOPLE)]
    file.write_bytes(xlsx_file(rows, "Ark1"))
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    site.log_in(page, "/tilmeld/import")
    page.get_by_label("Eller vælg en fil").set_input_files(file)
    page.get_by_role("button", name="Læs listen").click()
    page.get_by_label("Tilmeld Åse Lund").uncheck()
    page.get_by_role("button", name="Tilmeld de valgte").click()
    expect(page.get_by_text("1 patient er tilmeldt")).to_be_visible()
    expect(page.get_by_role("link", name="Karen Østergaard", exact=True)).to_be_visible()
    context.close()


def test_a_long_list_shows_how_far_it_is_until_the_worker_is_done(
    site: Site, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "AT_ONCE", 0.0)
    rows = [[f"P{number}", "Lund", f"209876{number:02d}", "86123456", "hekseskud", "ja"] for number in range(BATCH + 3)]
    site.log_in(page, "/tilmeld/import")
    page.get_by_label("Indsæt fra Excel").fill(
        "\n".join("\t".join(row) for row in [[*HEAD, "Forløb", "Samtykke"], *rows])
    )
    page.get_by_role("button", name="Læs listen").click()
    page.get_by_role("button", name="Tilmeld de valgte").click()
    expect(page.get_by_text(f"{BATCH} af {BATCH + 3} er behandlet")).to_be_visible()
    assert_fit(page, "a list under way")
    runtime, clock = site.world.runtime, site.world.clock
    go_on_with_lists(runtime.sessions, runtime.content, now=clock, wall_now=clock)
    expect(page.get_by_text(f"{BATCH + 3} patienter er tilmeldt")).to_be_visible()
