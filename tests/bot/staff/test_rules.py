"""The rules page: what every flag rests on, a search, and a text tried without a trace."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import inspect, text
from structlog.testing import capture_logs

from bot.staff import rules as page_of_rules
from bot.staff import words
from bot.staff.explaining import UNREADABLE
from core.models import AlertKind
from messages.advice_schema import AdviceGroup
from messages.red_flag_schema import shipped_rules
from tests.bot.staff.conftest import Desk, Sit
from tests.world import World

PAGE = "/regler"
SECRET = "min hemmelige blåbærgrød kan ikke tisse"


@pytest.fixture
def reader(sit: Sit) -> Desk:
    return sit("reader")


def result(desk: Desk, typed: str, question: str = "") -> str:
    response = desk.post(PAGE, text=typed, question=question)
    assert response.status_code == 200
    return unescape(response.get_data(as_text=True))


def rows_of(world: World) -> dict[str, int]:
    with world.session() as session:
        names = inspect(session.get_bind()).get_table_names()
        return {name: session.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in names}


def test_the_head_counts_flags_and_rules_and_names_their_version(reader: Desk) -> None:
    rules = shipped_rules()
    count = sum(len(flag.rules) for flag in rules.flags)
    assert f"{len(rules.flags)} flag, {count} regler, version {rules.rule_version}" in reader.text(PAGE)


def test_every_flag_stands_under_its_own_name_with_meaning_sources_and_examples(reader: Desk) -> None:
    page = unescape(reader.text(PAGE))
    for flag in shipped_rules().flags:
        card = page[page.index(f'<section class="card" id="{flag.id}"') :]
        card = card[: card.index("</section>")]
        for shown in (flag.name, flag.meaning, *flag.examples, *flag.counter_examples, flag.needs_sign_off):
            assert shown in card, (flag.id, shown)
        for source in flag.sources:
            assert source.section in card
        assert ("GUL" if flag.level == "amber" else "RØD") in card
        assert f"Regler og ord ({len(flag.rules)})" in card


def test_a_flag_without_a_signature_says_so(reader: Desk) -> None:
    page = reader.text(PAGE)
    unsigned = [flag for flag in shipped_rules().flags if not flag.signed_off_by]
    assert page.count("Ikke underskrevet af en kliniker") == len(unsigned)


def test_the_five_documents_are_named_with_their_files(lite_world: World, reader: Desk) -> None:
    page = unescape(reader.text(PAGE))
    for document in lite_world.runtime.content.sources.values():
        assert document.title in page
        assert document.file in page


def test_the_advice_is_shown_as_this_clinics_patients_get_it(reader: Desk) -> None:
    page = reader.text(PAGE)
    assert "Rygklinik Vest: Ring 112 nu." in page
    assert "lægevagten på 70 11 31 31" in page
    assert "{laege}" not in page


@pytest.mark.parametrize("typed", ["", "jeg kan ikke tisse"])
def test_every_link_within_the_page_leads_somewhere(reader: Desk, typed: str) -> None:
    page = result(reader, typed) if typed else reader.text(PAGE)
    wanted = set(re.findall(r'href="#([^"]+)"', page))
    assert "bladder" in wanted
    assert "ord-urinate" in wanted
    assert wanted <= set(re.findall(r'id="([^"]+)"', page))


def test_a_search_shows_the_flags_that_hold_the_word(reader: Desk) -> None:
    page = unescape(reader.text(f"{PAGE}?q=toiletpapiret"))
    assert 'id="saddle_anaesthesia"' in page
    assert 'id="suicidal"' not in page
    assert 'value="toiletpapiret"' in page


def test_a_search_that_finds_nothing_says_what_to_do(reader: Desk) -> None:
    page = unescape(reader.text(f"{PAGE}?q=<b>xyzzy"))
    assert "Intet i reglerne passer til »<b>xyzzy«" in page
    assert "Prøv et kortere ord" in page


@pytest.mark.parametrize("query", ["%00", "%ff", "*", "{", "a" * 3000, "%20"])
def test_strange_searches_are_answered(reader: Desk, query: str) -> None:
    assert reader.get(f"{PAGE}?q={query}").status_code == 200


def test_a_tried_text_shows_level_marked_words_rule_source_and_why(reader: Desk) -> None:
    page = result(reader, "Hej, jeg kan ikke tisse")
    tried = page[page.index('class="stack tried"') : page.index("</section>")]
    assert "RØD" in tried
    assert '<mark title="Vandladning">kan ikke tisse</mark>' in tried
    for shown in ("regel bladder_cannot_pass", "Nervetryk i lænden (S3)", "Kan ikke komme af med vandet"):
        assert shown in tried
    assert 'href="#bladder"' in tried
    assert '<section class="card" id="bladder"' in page
    assert '<section class="card" id="fever"' not in page


def test_the_question_decides_what_a_bare_yes_means(reader: Desk) -> None:
    assert "Ja til spørgsmålet er rødt" in result(reader, "ja", "screening")
    assert "Ja til spørgsmålet er rødt" not in result(reader, "ja", "exercise")
    assert "Ja til spørgsmålet er rødt" not in result(reader, "ja", "unheard of")


def test_a_tried_text_says_in_which_language_the_advice_is_sent(reader: Desk) -> None:
    reader.text(PAGE)
    assert "Rådet sendes på engelsk." in result(reader, "I can't pee since last night")
    assert "Rådet sendes på dansk." in result(reader, "jeg kan ikke tisse")


def test_a_text_in_which_nothing_is_found_is_not_called_safe(reader: Desk) -> None:
    assert "Det er ikke det samme som, at alt er godt" in result(reader, "Tak, det går fint")


def test_a_text_is_shown_as_text(reader: Desk) -> None:
    page = reader.post(PAGE, text="<img src=x> kan ikke tisse").get_data(as_text=True)
    assert "<img src=x" not in page


@pytest.mark.parametrize(
    ("typed", "said"), [("", "Skriv en tekst"), (" \n", "Skriv en tekst"), ("a" * 2001, "højst 2000")]
)
def test_a_text_that_cannot_be_tried_is_answered_with_what_to_do(reader: Desk, typed: str, said: str) -> None:
    response = reader.post(PAGE, text=typed, question="pain")
    assert response.status_code == 400
    page = response.get_data(as_text=True)
    assert said in page
    assert '<option value="pain" selected>' in page


def test_a_tried_text_is_neither_stored_nor_logged(
    lite_world: World, reader: Desk, capfd: pytest.CaptureFixture[str]
) -> None:
    reader.text(PAGE)
    before = rows_of(lite_world)
    with capture_logs() as logs:
        result(reader, SECRET)
    assert rows_of(lite_world) == before
    assert "blåbær" not in repr(logs)
    assert "blåbær" not in "".join(capfd.readouterr())


def test_a_text_that_breaks_the_checker_is_answered(reader: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr("bot.red_flags.checker.Checker.check", broken)
    assert UNREADABLE in result(reader, "hej")


def test_the_advice_groups_the_questions_and_the_alerts_all_have_danish_names() -> None:
    assert set(words.ADVICE_GROUPS) == set(AdviceGroup)
    never_asked_by_hand = {"reached_doctor", "stop_reason", "staff_asked"}
    assert {key for key, _ in page_of_rules._ASKED} | never_asked_by_hand == set(words.QUESTIONS)
    assert set(words.ALERT_KINDS) == set(AlertKind)
