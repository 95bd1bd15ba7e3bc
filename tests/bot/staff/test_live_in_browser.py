"""The inbox and the conversation renew themselves: nothing is lost, what is new is told, and silence is not hidden."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from bot.heartbeat import beat
from tests.bot.staff.inbox_site import WORRIED, inbox_site, karen_writes, mette_takes, soeren_writes
from tests.bot.staff.site import Site

NO_SOUND = """
window.AudioContext = function () {
  this.state = "suspended";
  this.resume = function () { return new Promise(function () {}); };
};
"""
CLICK_AT_THE_SWAP = """
document.addEventListener("htmx:afterSwap", function () {
  var button = document.querySelector("[data-card] .act button");
  var box = button.getBoundingClientRect();
  var at = { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 };
  var click = new MouseEvent("click", { bubbles: true, cancelable: true, detail: 1, ...at });
  button.dispatchEvent(click);
  window.wasPrevented = click.defaultPrevented;
});
"""


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Site]:
    with inbox_site(sqlite_url) as site:
        yield site


def test_a_poll_disturbs_neither_the_place_nor_what_is_unfolded_or_half_written(site: Site, page: Page) -> None:
    alert_id = karen_writes(site.world, WORRIED)
    site.log_in(page)
    page.get_by_role("button", name="Kvittér").click()
    page.get_by_text("Giv videre eller læg tilbage").click()
    page.locator(f"#note-{alert_id}").fill("halv")
    page.locator(f"#outcome-{alert_id}").select_option("talked")
    page.keyboard.press("Escape")
    new = soeren_writes(site.world)
    expect(page.locator(f"#alarm-{new}")).to_be_visible()
    expect(page.locator(f"#alarm-{alert_id}")).to_be_focused()
    expect(page.locator(f"#note-{alert_id}")).to_have_value("halv")
    expect(page.locator(f"#outcome-{alert_id}")).to_have_value("talked")
    expect(page.get_by_role("button", name="Læg tilbage")).to_be_visible()


def test_a_half_written_note_survives_that_a_colleague_takes_the_alert(site: Site, page: Page) -> None:
    alert_id = karen_writes(site.world)
    site.log_in(page)
    page.locator(f"#note-{alert_id}").fill("jeg ville lige")
    mette_takes(site.world, alert_id)
    expect(page.get_by_role("button", name="Overtag fra Mette")).to_be_visible()
    expect(page.locator(f"#note-{alert_id}")).to_have_value("jeg ville lige")
    expect(page.locator(f"#note-{alert_id}")).to_be_focused()


def test_a_new_alert_is_announced_and_marked_until_it_has_been_looked_at(site: Site, page: Page) -> None:
    old = karen_writes(site.world, WORRIED)
    site.log_in(page)
    expect(page.locator(f"#alarm-{old} [data-new]")).to_be_hidden()
    new = soeren_writes(site.world)
    expect(page.locator("#news-red")).to_have_text("Ny alarm, RØD: Søren Prøve")
    badge = page.locator(f"#alarm-{new} [data-new]")
    expect(badge).to_be_visible()
    expect(page.locator(f"#alarm-{old} [data-new]")).to_be_hidden()
    expect(badge).to_be_hidden(timeout=8000)


def test_a_new_alert_that_is_used_is_not_new_any_more(site: Site, page: Page) -> None:
    site.log_in(page)
    karen_writes(site.world, WORRIED)
    expect(page.locator("#news")).to_have_text("Ny alarm, GUL: Karen Testsen")
    page.keyboard.press("j")
    expect(page.locator("[data-new]")).to_be_hidden()
    page.reload()
    expect(page.locator("[data-new]")).to_be_hidden()


def test_a_new_red_alert_is_heard_by_those_who_want_it(site: Site, page: Page) -> None:
    site.log_in(page)
    button = page.locator("[data-sound]")
    button.click()
    expect(button).to_have_text("Slå lyd fra")
    expect(button).to_have_attribute("data-played", "1")
    soeren_writes(site.world, WORRIED)
    expect(page.locator("#news")).not_to_be_empty()
    expect(button).to_have_attribute("data-played", "1")
    karen_writes(site.world)
    expect(button).to_have_attribute("data-played", "2")
    page.reload()
    expect(page.get_by_role("button", name="Slå lyd fra")).to_be_visible()


def test_a_browser_that_refuses_the_sound_is_not_silent_about_it(site: Site, page: Page) -> None:
    page.add_init_script(NO_SOUND)
    site.log_in(page)
    page.get_by_role("button", name="Slå lyd til").click()
    expect(page.get_by_text("Browseren spærrer for lyden")).to_be_visible()


def test_a_click_in_the_moment_the_list_moves_hits_nobody(site: Site, page: Page) -> None:
    karen_writes(site.world, WORRIED)
    site.log_in(page)
    page.evaluate(CLICK_AT_THE_SWAP)
    soeren_writes(site.world)
    expect(page.locator("article")).to_have_count(2)
    assert page.evaluate("window.wasPrevented") is True
    expect(page.get_by_role("alert").filter(has_text="Listen flyttede sig")).to_be_visible()
    expect(page.locator(".taken")).to_have_count(0)


def test_a_click_on_the_button_that_stood_there_before_the_list_moved_counts(site: Site, page: Page) -> None:
    karen_writes(site.world)
    site.log_in(page)
    page.evaluate(CLICK_AT_THE_SWAP)
    soeren_writes(site.world, WORRIED)
    expect(page.locator("article").filter(has_text="Karen").locator(".taken")).to_contain_text("Du har kvitteret")
    expect(page.get_by_text("Listen flyttede sig")).to_be_hidden()


def test_without_a_network_an_act_is_not_sent_and_what_was_typed_stays(site: Site, page: Page) -> None:
    alert_id = karen_writes(site.world)
    site.log_in(page)
    page.locator(f"#note-{alert_id}").fill("ringer nu")
    page.context.set_offline(True)
    expect(page.get_by_text("Ingen forbindelse")).to_be_visible()
    page.get_by_role("button", name="Kvittér").click()
    expect(page.get_by_role("alert").filter(has_text="så der er ikke gemt noget")).to_be_visible()
    expect(page.locator(f"#note-{alert_id}")).to_have_value("ringer nu")
    page.context.set_offline(False)
    expect(page.locator("#connection-lost")).to_be_hidden()
    page.get_by_role("button", name="Kvittér").click()
    expect(page.locator(".taken")).to_contain_text("ringer nu")


def test_a_page_that_does_not_renew_itself_says_when_the_network_is_back(site: Site, page: Page) -> None:
    site.log_in(page, "/patienter")
    page.context.set_offline(True)
    expect(page.get_by_text("Ingen forbindelse")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("Ingen forbindelse")).to_be_hidden()


def test_what_answers_in_the_servers_place_does_not_take_the_inboxs(site: Site, page: Page) -> None:
    karen_writes(site.world)
    site.log_in(page)
    page.route("**/indbakke/kort*", lambda route: route.fulfill(status=200, body="<h1>Velkommen til gæstenettet</h1>"))
    expect(page.get_by_text("Ingen forbindelse")).to_be_visible()
    expect(page.get_by_role("link", name="Karen Testsen")).to_be_visible()
    page.unroute("**/indbakke/kort*")
    expect(page.get_by_text("Ingen forbindelse")).to_be_hidden()


def test_a_page_that_hears_nothing_for_half_a_minute_says_so(site: Site, page: Page) -> None:
    page.clock.install()
    site.log_in(page)
    page.route("**/indbakke/kort*", lambda route: None)
    expect(page.get_by_text("Ingen forbindelse")).to_be_hidden()
    page.clock.fast_forward(36_000)
    expect(page.get_by_text("Ingen forbindelse")).to_be_visible()


def test_the_page_says_by_itself_when_texts_stop_being_sent(site: Site, page: Page) -> None:
    site.log_in(page)
    told = page.get_by_text("Der bliver ikke sendt sms'er lige nu")
    expect(told).to_be_hidden()
    site.world.clock.forward(seconds=61)
    expect(told).to_be_visible()
    with site.world.session() as session, session.begin():
        beat(session, site.world.clock())
    expect(told).to_be_hidden()


def test_a_reply_appears_in_the_open_conversation_and_what_is_written_there_stays(site: Site, page: Page) -> None:
    karen_writes(site.world, WORRIED)
    site.log_in(page, "/patienter/1")
    page.get_by_text("Er læsningen forkert?").click()
    note = page.get_by_label("Note (valgfri)", exact=True)
    note.fill("Lød træt")
    site.world.write("Nu gør det også ondt i foden")
    expect(page.get_by_text("Nu gør det også ondt i foden")).to_be_visible()
    expect(note.first).to_have_value("Lød træt")
    expect(note.first).to_be_focused()
    expect(note.first).to_be_visible()


def test_the_head_of_the_conversation_follows_the_thread(site: Site, page: Page) -> None:
    site.log_in(page, "/patienter/1")
    karen_writes(site.world)
    expect(page.locator("#patient-head").get_by_text("RØD · ventet")).to_be_visible()
    expect(page.locator(".nav-count")).to_have_text("1")
