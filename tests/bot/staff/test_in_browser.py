"""The staff's pages in a real browser: live, readable for all, and honest when the line is cut."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from bot import marks
from bot.standing import Act
from core.models import Message, MessageState
from tests.bot.staff.site import EMAIL, LOOKS, Site, assert_fit, running
from tests.world import World, make_world

RED = "Hej, jeg kan ikke tisse siden i nat"
UNFOLDED = 6
"""Folded parts that are opened on a page; the rules have some sixty, all alike, and axe is slow on them."""


def deliver(world: World) -> None:
    """All that is due has arrived. Dispatch itself needs an event loop, which Playwright has taken in this thread."""
    with world.session() as session, session.begin():
        session.execute(
            update(Message)
            .where(Message.due_at <= world.clock(), Message.state == MessageState.PLANNED)
            .values(state=MessageState.DELIVERED, sent_at=world.clock())
        )


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Site]:
    world = make_world(sqlite_url, public_url="http://127.0.0.1", inbox_poll_seconds=1)
    world.add_clinic()
    world.add_staff(EMAIL)
    world.enrol(name="Karen Testsen")
    deliver(world)
    with running(world) as site:
        yield site
    world.close()


def test_a_red_reply_appears_by_itself_and_a_note_being_written_stays(site: Site, page: Page) -> None:
    site.world.write("Er bekymret og vil gerne ringes op")
    site.log_in(page)
    note = page.get_by_placeholder("Note (valgfri)")
    note.fill("Ringer kl. 11 og")
    site.world.enrol(phone="20123457", name="Søren Testsen")
    site.world.write(RED, sender="+4520123457")
    expect(page.locator("article").first).to_contain_text("Søren Testsen")
    expect(page.locator("article mark").first).to_be_visible()
    expect(page).to_have_title("(2) Indbakke · Rygbot")
    expect(page.locator(".nav-count")).to_have_text("2")
    older = page.locator("article").nth(1).get_by_placeholder("Note (valgfri)")
    expect(older).to_have_value("Ringer kl. 11 og")
    expect(older).to_be_focused()
    page.keyboard.type(" igen kl. 12")
    page.keyboard.press("Enter")
    expect(page.get_by_text("»Ringer kl. 11 og igen kl. 12«")).to_be_visible()
    expect(page).to_have_title("(1) Indbakke · Rygbot")


def test_acknowledging_and_resolving_by_hand(site: Site, page: Page) -> None:
    site.world.write(RED)
    site.log_in(page)
    page.get_by_role("button", name="Kvittér").click()
    expect(page.get_by_text("har kvitteret")).to_be_visible()
    page.get_by_role("button", name="Afslut").click()
    expect(page.get_by_text("har kvitteret")).to_be_visible()
    page.get_by_label("Udfald").select_option(label="Sendt til læge")
    page.get_by_role("button", name="Afslut").click()
    expect(page.get_by_text("Ingen svar venter")).to_be_visible()


def test_a_lost_connection_is_said_at_once_and_unsaid_when_it_is_back(site: Site, page: Page) -> None:
    site.log_in(page)
    banner = page.get_by_text("Ingen forbindelse")
    expect(banner).to_be_hidden()
    page.route("**/indbakke/kort*", lambda route: route.abort())
    expect(banner).to_be_visible()
    page.unroute("**/indbakke/kort*")
    expect(banner).to_be_hidden()


def test_a_server_that_answers_with_errors_counts_as_lost(site: Site, page: Page) -> None:
    site.log_in(page)
    page.route("**/indbakke/kort*", lambda route: route.fulfill(status=500, body="x"))
    expect(page.get_by_text("Ingen forbindelse")).to_be_visible()


def test_a_session_that_ends_leads_the_open_inbox_to_the_login_page(site: Site, page: Page) -> None:
    site.log_in(page)
    site.world.clock.forward(minutes=31)
    expect(page.get_by_role("heading", name="Log ind")).to_be_visible()
    expect(page.get_by_text("Du er logget ud")).to_be_visible()


def test_a_patient_is_enrolled_with_the_number_checked_while_typing(site: Site, phone_page: Page) -> None:
    site.log_in(phone_page, "/tilmeld")
    phone_page.get_by_label("Navn eller initialer").fill("Ida Prøve")
    phone_page.get_by_label("Mobilnummer").press_sequentially("20123456")
    expect(phone_page.locator("#phone-check")).to_contain_text("allerede i et forløb")
    phone_page.get_by_label("Mobilnummer").fill("+4520987654")
    expect(phone_page.locator("#phone-check")).to_contain_text("20 98 76 54")
    phone_page.get_by_label("Forløb", exact=True).select_option("hekseskud")
    phone_page.get_by_label("Egen læges telefon").fill("86123456")
    phone_page.get_by_label("Samtykke").check()
    phone_page.get_by_role("button", name="Tilmeld").click()
    expect(phone_page.get_by_text("Ida Prøve er tilmeldt")).to_be_visible()


def test_a_reading_is_marked_and_the_mark_taken_back_without_javascript(site: Site, browser: Browser) -> None:
    site.world.write("Har det fint, kaffen løber ned ad hagen")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    site.log_in(page, "/patienter/1")
    page.get_by_text("Er læsningen forkert?").click()
    page.get_by_label("Note (valgfri)").first.fill("Lød svag i stemmen")
    page.get_by_role("button", name="Burde være rød").click()
    expect(page.get_by_text("der ligger nu en rød alarm i indbakken")).to_be_visible()
    expect(page.locator("#svar-1")).to_contain_text("Burde være rød mener Admin")
    expect(page.locator("article.alert-red")).to_contain_text("En medarbejder har vurderet svaret som rødt")
    page.get_by_role("button", name="Fortryd").click()
    expect(page.get_by_text("Dit mærke er fjernet")).to_be_visible()
    expect(page.locator("#svar-1")).not_to_contain_text("mener Admin")
    context.close()


def test_the_marked_replies_are_fetched_as_a_file(site: Site, page: Page) -> None:
    mark_something(site.world)
    site.log_in(page, "/maerkede-svar")
    with page.expect_download() as download:
        page.get_by_role("button", name="Hent fil").click()
    assert download.value.suggested_filename == "maerkede-svar-vest-2026-11-23.jsonl"
    assert '"text": "Hilsen [navn] [nummer]"' in download.value.path().read_text(encoding="utf-8")


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_a_text_is_tried_and_leads_to_its_flag_and_the_words_behind(
    site: Site, page: Page, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    site.log_in(page, "/regler")
    page.get_by_label("Svaret").fill("Nej, men det sover i skridtet. For et år siden kunne jeg ikke tisse")
    page.get_by_label("Sidste spørgsmål til patienten").select_option("screening")
    page.get_by_role("button", name="Læs svaret").click()
    expect(page.locator("mark", has_text="sover i skridtet")).to_be_visible()
    expect(page.get_by_text("Sat ned til gult: ser ud til at være forbi.")).to_be_visible()
    assert_fit(page, "a tried text")
    page.get_by_role("link", name="Følelsesløshed i skridtet").first.click()
    expect(page.locator("#saddle_anaesthesia h2")).to_be_in_viewport()
    page.locator("#saddle_anaesthesia").get_by_text("Regler og ord").click()
    page.locator("#saddle_anaesthesia dd a", has_text="følelsesløs").first.click()
    expect(page.locator("#ord-numb")).to_be_in_viewport()


def mark_something(world: World) -> None:
    """Karen's first reply of the test is marked by the administrator."""
    reply = world.write("Hilsen Karen 20123456")
    with world.session() as session, session.begin():
        done = marks.mark(
            session, reply, clinic_id="vest", staff_id=1, verdict="should_be_amber", note="Ring", now=world.clock()
        )
        assert done.act is Act.DONE


def full_of_everything(world: World) -> list[str]:
    """A clinic with something on every page; the pages' paths."""
    mark_something(world)
    world.write(RED)
    world.write("Er bekymret og vil gerne ringes op")
    world.write("Hvem er I?", sender="+4521212121")
    deliver(world)
    return [
        "/", "/afsluttede", "/patienter", "/patienter?uge=9", "/patienter/1", "/patienter/1/ark", "/patienter/1/stop",
        "/tilmeld", "/tilmeld/1", "/tilmeld/import", "/indstillinger/numre", "/indstillinger/neutral", "/regler",
        "/regler?q=sadel", "/regler?q=xyzzy", "/maerkede-svar", "/forloeb", "/findes-ikke",
    ]  # fmt: skip


@LOOKS
def test_axe_finds_nothing_and_nothing_sticks_out(site: Site, page: Page, size: tuple[int, int], scheme: str) -> None:
    paths = full_of_everything(site.world)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(site.url + "/login")
    assert_fit(page, "/login")
    site.log_in(page)
    for path in paths:
        page.goto(site.url + path)
        for summary in page.locator("summary").all()[:UNFOLDED]:
            summary.click()
        assert_fit(page, path)
