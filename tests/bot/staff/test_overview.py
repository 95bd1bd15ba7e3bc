"""The overview: its figures, its filters, and what it says when there is nothing to show."""

from __future__ import annotations

import random
import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from bot.staff import words
from core.models import Audit, Message, MessageKind, MessageState
from tests.bot.figures.rows import fill
from tests.bot.staff.conftest import Desk, Sit
from tests.world import MONDAY, World

PAGE = "/overblik"
TILE = re.compile(r'<strong class="tile-figure">(.*?)</strong><span>(.*?)</span>')


def shown(desk: Desk, query: str = "") -> str:
    return unescape(desk.text(PAGE + query))


def tiles(page: str) -> dict[str, str]:
    return {what: figure for figure, what in TILE.findall(page)}


def test_a_clinic_without_patients_sees_empty_figures(sit: Sit) -> None:
    page = shown(sit("reader"))
    assert "02-11-2026 til 23-11-2026" in page
    assert tiles(page)["forløb i gang nu"] == "0"
    assert tiles(page)["af spørgsmålene er besvaret"] == "-"
    assert "Ingen patienter har svaret på spørgsmålet om smerter i perioden." in page


def test_what_happened_is_counted(lite_world: World, sit: Sit) -> None:
    lite_world.enrol()
    lite_world.enrol(phone="20123457", programme="hekseskud")
    lite_world.run_until(MONDAY + timedelta(days=3), every=timedelta(hours=3))
    lite_world.write("jeg kan ikke tisse")
    page = shown(sit("reader"))
    sent = len(lite_world.messages(MessageState.SENT))
    assert tiles(page)["forløb i gang nu"] == "2"
    assert tiles(page)["rød alarm"] == "1"
    assert f"i {sent} sms'er" in page
    assert '<th scope="row">Hekseskud</th><td>1</td><td>0</td>' in page


def test_the_figures_can_be_had_for_one_programme(lite_world: World, sit: Sit) -> None:
    lite_world.enrol()
    reader = sit("reader")
    assert tiles(shown(reader, "?forloeb=akut-laend"))["forløb i gang nu"] == "1"
    page = shown(reader, "?forloeb=hekseskud")
    assert tiles(page)["forløb i gang nu"] == "0"
    assert "Sms'er og alarmer, som ikke hører til et forløb, er ikke talt med." in page
    assert tiles(shown(reader, "?forloeb=findes-ikke"))["forløb i gang nu"] == "1"


def test_a_period_is_chosen_by_its_days(sit: Sit) -> None:
    page = shown(sit("reader"), "?fra=2026-10-05&til=18-10-2026")
    assert "05-10-2026 til 18-10-2026" in page
    assert '<th scope="row">41</th>' in page
    assert '<th scope="row">43</th>' not in page


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("?fra=x&til=2026-11-01", "Skriv dagene som 21-11-2026."),
        ("?fra=2026-11-02&til=2026-11-01", "Byt om på dem."),
        ("?fra=2020-01-01&til=2026-11-01", "højst 53 uger"),
        ("?fra=2026-13-99", "Skriv dagene"),
    ],
)
def test_a_period_that_cannot_be_shown_is_explained_and_the_usual_one_shown(sit: Sit, query: str, says: str) -> None:
    page = shown(sit("reader"), query)
    assert says in page
    assert "02-11-2026 til 23-11-2026" in page


def test_all_tables_unfold_without_javascript(sit: Sit) -> None:
    reader = sit("reader")
    assert "<details>" in shown(reader)
    assert "<details>" not in shown(reader, "?tabeller=alle")


def test_a_text_that_did_not_arrive_has_its_reason_in_the_words_of_the_conversation(
    lite_world: World, sit: Sit
) -> None:
    lite_world.enrol()
    lost = {"30003": MessageState.UNDELIVERED, "99999": MessageState.FAILED, None: MessageState.EXPIRED}
    with lite_world.session() as session, session.begin():
        rows = session.scalars(select(Message).order_by(Message.due_at)).all()
        for row, (code, state) in zip(rows, lost.items(), strict=False):
            row.state, row.error_code, row.due_at = state, code, MONDAY
    page = shown(sit("reader"))
    assert "Ikke leveret</th><td>telefonen er slukket eller uden dækning</td><td>1</td>" in page
    assert "Ikke sendt</th><td>teleselskabets fejlkode 99999</td><td>1</td>" in page
    assert "Blev for sen</th><td>tiden gik, mens den ventede, for eksempel under en pause</td><td>1</td>" in page


def test_a_period_may_be_typed_as_danes_write_it_and_is_shown_so(sit: Sit) -> None:
    page = shown(sit("reader"), "?fra=2.11&til=8/11 26")
    assert "02-11-2026 til 08-11-2026" in page
    assert 'name="fra" value="02-11-2026"' in page
    assert 'type="date"' not in page


def test_every_kind_of_text_has_a_word() -> None:
    assert set(words.MESSAGE_KINDS) == set(MessageKind)


def test_another_clinics_work_is_not_counted(lite_world: World, sit: Sit) -> None:
    lite_world.add_clinic("nord", sender="+4552512346")
    with lite_world.session() as session, session.begin():
        fill(session, random.Random(1), "nord", MONDAY, patients=20, days=20)
    assert set(tiles(shown(sit("reader"))).values()) == {"0", "-"}


def test_a_look_is_in_the_audit_log(lite_world: World, sit: Sit) -> None:
    shown(sit("reader"))
    with lite_world.session() as session:
        assert session.scalars(select(Audit.object_id).where(Audit.action == "overview.view")).all() == ["vest"]
