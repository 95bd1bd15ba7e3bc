"""The second reader: raises what the rules say, never lowers it, and says by which words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.red_flags import SECOND_READER, Checker, Level, load_checker
from bot.red_flags.reader import MODEL_FILE, ReaderError, dump_reader, load_reader
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
    opinion = READER.read(BOTH.reading(text, question))
    assert 0 <= opinion.probability <= 1
    for evidence in BOTH.check(text, question).evidence:
        assert text[evidence.start : evidence.end] == evidence.text


def test_a_wording_that_no_rule_knows_is_raised_and_the_words_are_named() -> None:
    text = "Nu røg koppen igen, tredje i denne uge. Det er samme side som nakken driller"
    assert RULES_ALONE.check(text).level is Level.GREEN
    triage = BOTH.check(text)
    assert triage.level is Level.RED
    assert {evidence.rule for evidence in triage.evidence} == {SECOND_READER}
    assert "koppen" in {evidence.text for evidence in triage.evidence}


def test_a_file_that_is_no_model_is_refused_in_a_sentence(tmp_path: Path) -> None:
    for content in (b"", b"{}\n", b"not json\nxx", MODEL_FILE.read_bytes()[:500]):
        broken = tmp_path / "reader.bin"
        broken.write_bytes(content)
        with pytest.raises(ReaderError, match=r"reader\.bin: "):
            load_reader(broken)
    with pytest.raises(ReaderError, match="FileNotFoundError"):
        load_reader(tmp_path / "none.bin")


def test_a_model_is_written_as_it_was_read() -> None:
    assert load_reader().weights == READER.weights
    assert dump_reader(READER) == MODEL_FILE.read_bytes()
