"""Reading the content: what is good is frozen, what is bad is named."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest
from pydantic import ValidationError

from messages.advice_schema import AdviceGroup
from messages.loader import SHIPPED, Content, ContentError, load_content
from messages.regions import REGION_IDS

STEP = """
[[step]]
id = "{id}"
day = {day}
purpose = "information"
text = "{text}"
neutral = "{text}"
sources = [{{ document = "S1", section = "Tag kontrol over dine smerter" }}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped content that a test may spoil."""
    copy = tmp_path / "content"
    shutil.copytree(SHIPPED, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__", "red_flags.toml"))
    return copy


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_shipped_content_has_the_five_programmes() -> None:
    assert set(load_content().programmes) == {
        "akut-laend",
        "hekseskud",
        "nerverod-laend",
        "nerverod-nakke",
        "langvarig",
    }


def test_every_advice_group_and_every_region_is_there() -> None:
    content = load_content()
    assert set(content.advice) == set(AdviceGroup)
    assert set(content.regions) == set(REGION_IDS)


def test_no_shipped_programme_claims_a_clinical_signature() -> None:
    assert {programme.signed_off_by for programme in load_content().programmes.values()} == {""}


def test_a_copied_folder_reads_the_same(folder: Path) -> None:
    assert load_content(folder) == load_content()


def test_loaded_content_cannot_be_changed() -> None:
    content = load_content()
    with pytest.raises(dataclasses.FrozenInstanceError):
        content.regions = {}  # type: ignore[misc]
    with pytest.raises(TypeError):
        content.programmes["nyt"] = content.programmes["hekseskud"]  # type: ignore[index]
    with pytest.raises(ValidationError):
        content.programmes["hekseskud"].steps[0].text = "{klinik}: Noget andet."  # type: ignore[misc]
    with pytest.raises(TypeError):
        content.replies.vocabulary.numbers["elleve"] = 11  # type: ignore[index]


def error_of(folder: Path) -> str:
    with pytest.raises(ContentError) as caught:
        load_content(folder)
    return str(caught.value)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "advice.toml").unlink()
    assert error_of(folder) == "advice.toml: the file is missing."


def test_an_empty_folder_of_programmes_is_named(folder: Path) -> None:
    shutil.rmtree(folder / "programmes")
    assert error_of(folder) == "programmes: no programme files (*.toml) found."


def test_broken_toml_names_file_and_line(folder: Path) -> None:
    (folder / "regions.toml").write_text("[region.hovedstaden\n", encoding="utf-8")
    assert error_of(folder).startswith("regions.toml: not readable as TOML: ")


def test_a_file_that_is_not_utf8_is_named(folder: Path) -> None:
    (folder / "replies.toml").write_bytes("navn = 'å'".encode("latin-1"))
    assert error_of(folder).startswith("replies.toml: not readable as TOML: ")


def test_an_unknown_placeholder_names_file_step_field_and_reason(folder: Path) -> None:
    replace(folder / "programmes" / "hekseskud.toml", "{klinik}: Prøv varme", "{klinik}: Kære {navn}, prøv varme")
    assert error_of(folder) == (
        "hekseskud.toml: step 'varme', field text: unknown placeholder ['navn']; "
        "known are ['klinik', 'nummer', 'telefon']."
    )


def test_a_step_without_source_names_file_step_and_reason(folder: Path) -> None:
    path = folder / "programmes" / "nerverod-nakke.toml"
    replace(path, 'sources = [{ document = "S4", section = "Prognose" }]\n', "")
    assert error_of(folder) == (
        "nerverod-nakke.toml: step 'udsigt': a text that tells the patient something needs at least one source."
    )


def test_a_step_without_id_is_named_by_its_number(folder: Path) -> None:
    replace(folder / "programmes" / "langvarig.toml", 'id = "udsigt"\n', "")
    assert error_of(folder) == "langvarig.toml: step number 3, field id: Field required."


def test_a_misspelt_field_is_refused(folder: Path) -> None:
    replace(folder / "programmes" / "langvarig.toml", "on_holidays = true", "on_holiday = true")
    assert error_of(folder) == ("langvarig.toml: step 'velkomst', field on_holiday: Extra inputs are not permitted.")


def test_several_faults_are_counted(folder: Path) -> None:
    path = folder / "programmes" / "langvarig.toml"
    replace(path, "day = 2\n", "day = -2\n")
    replace(path, "day = 4\n", "day = -4\n")
    assert error_of(folder).endswith("(1 more).")


def test_a_course_with_a_gap_in_its_screening_is_refused(folder: Path) -> None:
    replace(folder / "programmes" / "hekseskud.toml", 'id = "tjek-uge-5"\nday = 29', 'id = "tjek-uge-5"\nday = 30')
    assert error_of(folder) == ("hekseskud.toml: no screening between day 22 and day 30: at most 7 days apart.")


def test_a_step_id_used_twice_is_refused(folder: Path) -> None:
    path = folder / "programmes" / "akut-laend.toml"
    with path.open("a", encoding="utf-8") as file:
        file.write(STEP.format(id="velkomst", day=84, text="{klinik}: Det er en prøve."))
    assert error_of(folder) == "akut-laend.toml: step ids used twice: ['velkomst']."


def test_a_programme_id_must_be_the_name_of_its_file(folder: Path) -> None:
    (folder / "programmes" / "hekseskud.toml").rename(folder / "programmes" / "lumbago.toml")
    assert error_of(folder) == "lumbago.toml: the id is 'hekseskud'; it must be the file's name, 'lumbago'."


def test_a_missing_advice_group_is_named(folder: Path) -> None:
    replace(folder / "advice.toml", "[group.fever]", "[group.cold]")
    message = error_of(folder)
    assert message.startswith("advice.toml: ")
    assert "cold" in message


def test_advice_without_a_number_is_refused(folder: Path) -> None:
    path = folder / "advice.toml"
    text = path.read_text(encoding="utf-8")
    start = text.index("[group.unclear]")
    spoiled = text[:start] + text[start:].replace("{laege}", "lægen", 1).replace(" Ved livsfare: ring 112.", "", 1)
    path.write_text(spoiled, encoding="utf-8")
    assert error_of(folder) == (
        "advice.toml: group.unclear.doctor_open: the text must name a number to call: "
        "112 or one of the telephone placeholders."
    )


def test_red_advice_that_does_not_name_112_is_refused(folder: Path) -> None:
    path = folder / "advice.toml"
    text = path.read_text(encoding="utf-8")
    start, end = text.index("[group.fever]"), text.index("[group.trauma]")
    path.write_text(text[:start] + text[start:end].replace("112", "os") + text[end:], encoding="utf-8")
    assert error_of(folder) == "advice.toml: the red group fever must name 112."


def test_advice_without_its_english_form_is_refused(folder: Path) -> None:
    replace(folder / "advice.toml", "[group.fever.en]", "[group.fever.fr]")
    assert error_of(folder).startswith("advice.toml: group.fever.en: Field required")


def test_advice_that_sends_elsewhere_in_german_is_refused(folder: Path) -> None:
    path = folder / "advice.toml"
    text = path.read_text(encoding="utf-8")
    start = text.index("[group.fever.de]")
    path.write_text(text[:start] + text[start:].replace("{laege}", "{giftlinjen}", 1), encoding="utf-8")
    assert error_of(folder) == (
        "advice.toml: group.fever: de.doctor_open must name the same to call in the same order: "
        "['{laege}', '{vagt}', '112']."
    )


def test_a_language_without_words_for_whom_to_call_is_named(folder: Path) -> None:
    path = folder / "advice.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("[call.de]")] + text[text.index("[group.emergency]") :], encoding="utf-8")
    assert error_of(folder) == "advice.toml: nothing for ['de']."


def test_a_call_without_its_number_is_refused(folder: Path) -> None:
    replace(folder / "advice.toml", "the on-call doctor ({navn}) on {nummer}", "the on-call doctor ({navn})")
    assert error_of(folder) == (
        "advice.toml: call.en.vagt: must hold ['navn', 'nummer'] in braces, each once, and nothing else."
    )


def test_a_word_that_tells_of_two_languages_is_refused(folder: Path) -> None:
    replace(folder / "languages.toml", '"jeg", "det"', '"jeg", "yesterday"')
    assert error_of(folder) == "languages.toml: words in two lists of en: ['yesterday']."


def test_a_missing_answer_is_named(folder: Path) -> None:
    replace(folder / "replies.toml", "paused = ", "holding = ")
    assert "answers.paused: Field required" in error_of(folder)


def test_a_word_with_two_meanings_is_refused(folder: Path) -> None:
    replace(folder / "replies.toml", '"ja", "jaa"', '"ja", "nej"')
    assert error_of(folder) == "replies.toml: vocabulary: words with two meanings: ['nej']."


def test_a_region_without_number_is_named(folder: Path) -> None:
    text = (folder / "regions.toml").read_text(encoding="utf-8")
    (folder / "regions.toml").write_text(text[: text.index("[region.nordjylland]")], encoding="utf-8")
    assert error_of(folder) == "regions.toml: no number for ['nordjylland']."


def test_content_is_one_object() -> None:
    assert isinstance(load_content(), Content)


def test_a_step_without_its_neutral_form_is_named(folder: Path) -> None:
    path = folder / "programmes" / "hekseskud.toml"
    lines = path.read_text(encoding="utf-8").split("\n")
    dropped = next(line for line in lines if line.startswith("neutral = ") and "Prøv, om varme" in line)
    replace(path, f"{dropped}\n", "")
    assert error_of(folder) == "hekseskud.toml: step 'varme', field neutral: Field required."


def test_an_exercise_that_the_programme_does_not_use_is_named(folder: Path) -> None:
    path = folder / "programmes" / "langvarig.toml"
    replace(path, 'exercise = "baekkenvip"', 'exercise = "knae-til-bryst"')
    assert error_of(folder) == (
        "langvarig.toml: step 'oevelse-baekkenvip', field exercise: "
        "the programme 'langvarig' does not offer the exercise 'knae-til-bryst'."
    )


def test_the_number_of_an_exercise_needs_the_exercise(folder: Path) -> None:
    replace(folder / "programmes" / "langvarig.toml", 'exercise = "baekkenvip"\n', "")
    assert "{nummer} is the number of an exercise: the step must name it" in error_of(folder)


def test_a_neutral_answer_to_nothing_is_named(folder: Path) -> None:
    replace(folder / "replies.toml", "[neutral]\n", '[neutral]\nhelbredt = "{klinik}: Tak for dit svar."\n')
    assert "there are no such answers: ['helbredt']" in error_of(folder)


def test_neutral_advice_must_send_to_the_same_numbers(folder: Path) -> None:
    path = folder / "advice.toml"
    start = path.read_text(encoding="utf-8").index("[group.pain.neutral]")
    text = path.read_text(encoding="utf-8")
    path.write_text(text[:start] + text[start:].replace("ring til {vagt}. ", "", 1), encoding="utf-8")
    assert "doctor_open must name the same to call in the same order" in error_of(folder)
