"""The calendar of a course, with the real planner, checker and conversation behind it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.advice import CallPlace
from bot.calendar_page import calendar_html
from bot.cli.main import cli
from bot.preview import NO_ANSWER, TOLD_AT_ONCE, WAITS_CLEAN, WAITS_RED, Preview, Sender, preview
from bot.red_flags import load_checker
from messages.loader import load_content
from scheduler.calendar import Window
from scheduler.planning import Course, plan

CONTENT = load_content()
COURSE = Course(
    CONTENT.programmes["nerverod-laend"], datetime(2026, 11, 23, 9, tzinfo=UTC), date(2026, 11, 23), "morgen",
    instructed=True, window=Window(),
)  # fmt: skip


@pytest.fixture(scope="module")
def shown() -> Preview:
    sender = Sender("Ryg & Co", "+4587654321", CallPlace(CONTENT.regions["midtjylland"]))
    return preview(CONTENT, load_checker(), COURSE, sender)


def test_the_times_are_the_planners(shown: Preview) -> None:
    assert [(text.step_id, text.due_at) for text in shown.texts] == [(row.step.id, row.due_at) for row in plan(COURSE)]


def test_reassurance_and_exercise_say_what_they_wait_for(shown: Preview) -> None:
    waits = {text.step_id: text.waits for text in shown.texts}
    assert (waits["udsigt"], waits["oevelse-nerve"], waits["tjek-uge-1"]) == (WAITS_CLEAN, WAITS_RED, "")


@pytest.mark.parametrize(
    ("step", "colours"),
    [
        ("tjek-uge-2", {"NEJ": "green", "JA": "red", "Måske": "amber"}),
        ("smerte-uge-1", {"3": "green", "9": "amber"}),
        ("fremgang-uge-6", {"BEDRE": "green", "DET SAMME": "amber", "VÆRRE": "amber", "NEJ": "amber"}),
        ("soevn", {"NEJ": "green", "JA": "amber"}),
        ("humoer", {"NEJ": "green", "JA": "amber"}),
        ("arbejde-uge-4", {"NEJ": "green", "JA": "amber"}),
    ],
)
def test_every_branch_has_its_colour_and_amber_and_red_reach_staff(
    shown: Preview, step: str, colours: dict[str, str]
) -> None:
    branches = {branch.reply: branch for text in shown.texts if text.step_id == step for branch in text.branches}
    assert colours.items() <= {reply: branch.colour for reply, branch in branches.items()}.items()
    assert all(branch.alert == (branch.colour != "green") for branch in branches.values())


def unanswered(shown: Preview) -> dict[str, str]:
    return {
        text.step_id: branch.answer for text in shown.texts for branch in text.branches if branch.reply == NO_ANSWER
    }


def test_a_screening_without_an_answer_shows_its_reminder(shown: Preview) -> None:
    answers = unanswered(shown)
    assert answers.keys() == {row.step.id for row in plan(COURSE) if row.step.question == "screening"}
    assert "så vi spørger igen. Er noget af dette nyt?" in answers["tjek-uge-1"]


def test_a_reminder_that_yields_to_another_text_is_not_promised() -> None:
    sender = Sender("Ryg & Co", "+4587654321", CallPlace(CONTENT.regions["midtjylland"]))
    course = replace(COURSE, programme=CONTENT.programmes["hekseskud"])
    answers = unanswered(preview(CONTENT, load_checker(), course, sender))
    assert next(step for step, answer in answers.items() if answer == TOLD_AT_ONCE) == "tjek-uge-2"


def test_every_question_shows_its_branches(shown: Preview) -> None:
    asking = {row.step.id for row in plan(COURSE) if row.step.question}
    assert {text.step_id for text in shown.texts if text.branches} == asking


def test_the_page_holds_every_text_and_escapes_the_clinics_name(shown: Preview) -> None:
    page = calendar_html(shown)
    assert page.count("<article>") == len(shown.texts)
    assert "Ryg &amp; Co: " in page
    assert "Ryg & Co" not in page


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    file = tmp_path / "kalender.html"
    done = CliRunner().invoke(cli, ["messages", "preview", "hekseskud", "--start", "2026-11-23", "--html", str(file)])
    assert done.exit_code == 0, done.output
    assert "Uge 13" in file.read_text(encoding="utf-8")


def test_an_exercise_shows_its_other_forms_with_its_number_on_the_sheet(shown: Preview) -> None:
    forms = {text.step_id: dict(text.forms) for text in shown.texts}
    assert set(forms["oevelse-baekkenvip"]) == {"lettere", "sværere"}
    assert forms["oevelse-baekkenvip"]["lettere"].startswith("Ryg & Co: Øvelse 2 på dit ark, lidt lettere: ")
    assert forms["tjek-uge-1"] == {}


def test_every_rule_of_the_course_is_shown_with_its_text(shown: Preview) -> None:
    assert [rule.rule_id for rule in shown.adapting] == [
        rule.id for rule in CONTENT.rules_of(CONTENT.programmes["nerverod-laend"])
    ]
    rules = {rule.rule_id: rule for rule in shown.adapting}
    assert rules["sprunget-over"].follows == "Øvelserne bliver lettere. Højst 1 gang i et forløb."
    assert rules["sprunget-over"].answer.startswith("Ryg & Co: Tak for dit svar.")
    assert rules["smerter-stiger"].follows == "Kommer i indbakken som gult."
    assert "Ring straks til din egen læge, hvis det bliver værre" in rules["smerter-stiger"].answer


def test_the_page_and_the_command_show_the_rules(shown: Preview) -> None:
    page = calendar_html(shown)
    assert "<h2>Når det går godt eller skidt</h2>" in page
    assert page.count("lidt lettere: ") == 2
    done = CliRunner().invoke(cli, ["messages", "preview", "nerverod-laend", "--start", "2026-11-23"])
    assert "smerter-stiger: de sidste tre tal for smerter stiger\n    Klinikken: Tak for din sms." in done.output
    assert "(lettere) Klinikken: Øvelse 2 på dit ark, lidt lettere: " in done.output


def test_the_neutral_calendar_has_the_same_texts_and_other_words(shown: Preview) -> None:
    sender = Sender("Ryg & Co", "+4587654321", CallPlace(CONTENT.regions["midtjylland"]), neutral=True)
    neutral = preview(CONTENT, load_checker(), COURSE, sender)
    assert [text.step_id for text in neutral.texts] == [text.step_id for text in shown.texts]
    words = " ".join(f"{text.body} {' '.join(branch.answer for branch in text.branches)}" for text in neutral.texts)
    assert "øvelse 3 på dit ark" in words
    assert "ondt" not in words
    assert [[branch.colour for branch in text.branches] for text in neutral.texts] == [
        [branch.colour for branch in text.branches] for text in shown.texts
    ]


@pytest.mark.parametrize(("words", "said"), [((), "Prøv varme på ryggen"), (("--neutral",), "Prøv, om varme hjælper")])
def test_the_command_shows_either_form(words: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(cli, ["messages", "preview", "hekseskud", "--start", "2026-11-23", *words])
    assert done.exit_code == 0, done.output
    assert said in done.output
