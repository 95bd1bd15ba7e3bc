"""The checker's benchmark measures what it says, on a corpus of four replies."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from benchmarks.checker import Row, compared, corpus, in_fresh_process, joined, microseconds
from benchmarks.rivals import Keywords, NegEx, bare_answer
from bot.red_flags import Checker, Level
from messages.red_flag_schema import load_rules

REPLIES: list[dict[str, Any]] = [
    {"id": "1", "question": "open", "text": "jeg har feber", "level": "red", "accept": ["red"], "flags": ["fever"]},
    {"id": "2", "question": None, "text": "ingen feber", "level": "green", "accept": ["green"], "flags": []},
    {"id": "3", "question": "pain", "text": "9", "level": "amber", "accept": ["amber"], "flags": ["high_pain"]},
    {"id": "4", "question": "screening", "text": "ja", "level": "red", "accept": ["red"], "flags": []},
]


def test_texts_have_their_length_and_are_the_same_every_time() -> None:
    texts = joined(REPLIES, 14, 3)
    assert [len(text) for text, _ in texts] == [14, 14, 14]
    assert texts == joined(REPLIES, 14, 3)
    assert texts[0] != texts[1]


def test_a_text_is_asked_what_its_first_reply_answers() -> None:
    questions = {reply["text"]: reply["question"] for reply in REPLIES}
    assert all(questions[text] == question for text, question in joined(REPLIES, 1, 4) if text in questions)


def test_each_text_is_read_once_to_warm_up_and_then_timed_in_rounds() -> None:
    read: list[str] = []
    times = microseconds(lambda text, _: read.append(text), [("a", None), ("b", None)], rounds=3)
    assert read == ["a"] * 4 + ["b"] * 4
    assert len(times) == 2
    assert times == sorted(times)


def test_a_fresh_process_starts_and_reads() -> None:
    seconds, megabytes = in_fresh_process(["jeg kan ikke tisse"])
    assert 0 < seconds < 60
    assert 10 < megabytes < 1_000


def test_a_measurement_stands_beside_its_ceiling() -> None:
    assert Row("start-up", 0.25, "s", 0.5).cells() == ["start-up", "0.25 s", "0.5 s", "0.50"]
    assert Row("p99", 1234.5, "µs").cells() == ["p99", "1,234 µs", "", ""]


def test_the_list_of_terms_does_not_understand_a_denial() -> None:
    assert compared("terms", Keywords().level, REPLIES)[:4] == ["terms", "1.000", "1.000", "1.000"]


def test_the_checker_does() -> None:
    checker = Checker(load_rules())
    row = compared("rules", lambda text, question: checker.check(text, question).level, REPLIES)
    assert row[:4] == ["rules", "1.000", "0.000", "1.000"]


def test_negex_passes_over_what_is_denied_or_says_what_it_lacks() -> None:
    """Negspacy is an optional library of the benchmark."""
    if find_spec("negspacy") is None:
        with pytest.raises(ImportError, match="spacy"):
            NegEx()
        return
    row = compared("negex", NegEx().level, REPLIES)
    assert row[:4] == ["negex", "1.000", "0.000", "1.000"]


@pytest.mark.parametrize(
    ("text", "question", "level"),
    [
        ("Ja!", "screening", Level.RED),
        ("nej", "screening", Level.GREEN),
        ("8", "pain", Level.AMBER),
        ("8", None, Level.GREEN),
    ],
)
def test_bare_answers_are_known(text: str, question: str | None, level: Level) -> None:
    assert bare_answer(text, question) is level


def test_the_corpus_is_read_in_the_order_of_ids(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text('{"id": "1"}\n', encoding="utf-8")
    (tmp_path / "a.jsonl").write_text('{"id": "2"}\n', encoding="utf-8")
    assert [reply["id"] for reply in corpus(tmp_path)] == ["1", "2"]
