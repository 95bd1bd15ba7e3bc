"""The second reader: raises what the rules say, never lowers it, and says by which words."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.red_flags import SECOND_READER, Checker, Level, load_checker
from bot.red_flags.model_file import MODEL_FILE, ReaderError, read_model, whole_numbers, write_model
from bot.red_flags.network import PARTS
from bot.red_flags.reader import MOST_WINDOWS, STEP, Opinion, Standing, load_reader
from messages.red_flag_schema import load_rules

READER = load_reader()
RULES_ALONE = Checker(load_rules())
BOTH = load_checker()
QUESTIONS = st.sampled_from([None, "screening", "pain", "exercise", "activity", "open"])
WORDS = st.sampled_from(
    "jeg kan ikke mærke tisse benet er svagt som det plejer nej ja tak dag føles følelsesløst skridtet godt men".split()
)


def test_it_was_trained_beside_the_rules_that_are_shipped() -> None:
    assert READER.rule_version == load_rules().rule_version, "the rules have changed: run `make reader`"


@given(st.lists(WORDS, max_size=25).map(" ".join), QUESTIONS)
def test_it_never_lowers_what_the_rules_say(text: str, question: str | None) -> None:
    assert BOTH.check(text, question).level.rank >= RULES_ALONE.check(text, question).level.rank


@given(st.text(max_size=300), QUESTIONS)
def test_any_text_has_a_probability_and_evidence_that_stands_in_it(text: str, question: str | None) -> None:
    opinion, _ = READER.read(BOTH.reading(text, question))
    assert 0 <= opinion.red <= opinion.eyes <= 1
    for evidence in BOTH.check(text, question).evidence:
        assert text[evidence.start : evidence.end] == evidence.text


def test_a_wording_that_no_rule_knows_is_raised_and_the_words_are_named() -> None:
    text = "Nu røg koppen igen, tredje i denne uge. Det er samme side som nakken driller"
    assert RULES_ALONE.check(text).level is Level.GREEN
    triage = BOTH.check(text)
    assert triage.level is Level.RED
    assert {evidence.rule for evidence in triage.evidence} == {SECOND_READER}
    assert {"koppen", "røg", "nakken"} & {evidence.text for evidence in triage.evidence}


@pytest.mark.parametrize("text", ["telefonen døde så jeg kunne ikke se videoen", "15 dage uden en dråbe, altså vin"])
def test_a_suspicion_in_a_short_reply_goes_to_staff_when_it_is_sure_of_the_contrary(text: str) -> None:
    assert RULES_ALONE.check(text, "open").level is Level.RED
    assert BOTH.check(text, "open").level is Level.AMBER


def test_a_symptom_late_in_a_long_reply_is_read() -> None:
    before = "Vi har haft besøg af børnene og gået ture i skoven. " * 25
    text = before + "Kaffen ryger på gulvet hver morgen, fingrene vil ikke lystre mere"
    triage = BOTH.check(text)
    assert triage.level is Level.RED
    assert all(evidence.start >= len(before) for evidence in triage.evidence)


def test_a_long_reply_is_read_in_a_bounded_number_of_windows() -> None:
    _, window = READER.read(BOTH.reading("ord " * 5_000))
    assert window.stretch.start <= STEP * MOST_WINDOWS


@pytest.mark.parametrize(
    ("standing", "enough"),
    [
        (Standing(suspects=True, plain=True), READER.settings.red.plainly_suspected),
        (Standing(suspects=True, denied=True), READER.settings.red.suspected),
        (Standing(denied=True, plain=True), READER.settings.red.plainly_denied),
        (Standing(denied=True, amber=True), READER.settings.red.alone),
        (Standing(amber=True), READER.settings.red.beside_amber),
        (Standing(), READER.settings.red.alone),
    ],
)
def test_how_sure_it_must_be_depends_on_what_the_rules_made_of_the_reply(standing: Standing, enough: float) -> None:
    just, short = (Opinion(odds, odds, "", "") for odds in (enough, enough - 0.001))
    assert READER.level(just, standing) is Level.RED
    assert READER.level(short, standing) is not Level.RED


def test_a_suspicion_needs_less_and_a_denial_more() -> None:
    sure = READER.settings.red
    assert sure.plainly_suspected < sure.suspected < sure.beside_amber <= sure.alone < sure.plainly_denied


def test_a_file_that_is_no_model_is_refused_in_a_sentence(tmp_path: Path) -> None:
    whole = MODEL_FILE.read_bytes()
    for content in (
        b"",
        b"{}\n",
        b"not json\nxx",
        whole[:500],
        whole.partition(b"\n")[0] + b"\n" + zlib.compress(b"x"),
    ):
        broken = tmp_path / "reader.bin"
        broken.write_bytes(content)
        with pytest.raises(ReaderError, match=r"reader\.bin: "):
            read_model(broken)
    with pytest.raises(ReaderError, match="FileNotFoundError"):
        read_model(tmp_path / "none.bin")


def test_a_model_is_written_as_it_was_read(tmp_path: Path) -> None:
    settings, network = READER.settings, READER.model.network
    parts = {name: whole_numbers(network.part(name))[0] for name in PARTS}
    write_model(tmp_path / "again.bin", settings, READER.model.linear.weights, parts)
    assert (tmp_path / "again.bin").read_bytes() == MODEL_FILE.read_bytes()
