"""Whatever is sent: an answer, true spans, in bounded time; and a red reply stays red however it is dressed."""

import gc
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.red_flags import Checker, Level, check_safely, load_checker

CHECKER = load_checker()
QUESTIONS = st.sampled_from([None, "screening", "pain", "exercise", "activity", "open", "reached_doctor"])
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=300)
WORDS = st.lists(
    st.sampled_from("jeg kan ikke tisse mærker ingen følelse i skridtet benet , . ja nej 39,2 men og hvis".split()),
    max_size=40,
).map(" ".join)
RED_REPLIES = st.sampled_from(
    [
        "jeg kan ikke tisse",
        "det sover i skridtet",
        "benet giver efter på trappen",
        "kan ikke mærke når jeg tørrer mig",
        "jeg vil ikke leve mere",
        "det trykker for brystet",
        "afføringen kommer af sig selv",
        "jeg har 39,2 i feber",
    ]
)


@given(st.one_of(ANY_TEXT, WORDS), QUESTIONS)
def test_any_text_gets_an_answer_with_true_spans(text: str, question: str | None) -> None:
    triage, error = check_safely(CHECKER, text, question)
    assert error is None
    for item in triage.evidence:
        assert item.text == text[item.start : item.end]
        assert item.text


@given(st.one_of(ANY_TEXT, WORDS), QUESTIONS)
def test_the_same_text_gets_the_same_answer(text: str, question: str | None) -> None:
    assert CHECKER.check(text, question) == CHECKER.check(text, question)


@given(
    RED_REPLIES,
    st.sampled_from(["", "Hej. ", "Hej klinik, ", "Kære Lone! ", "STOP ", "5. ", "Nej. "]),
    st.sampled_from(["", "!!", " ...", ". Mvh Bent", " 😭", "\n\nHilsen Karen"]),
    st.sampled_from([str.lower, str.upper, str.capitalize]),
    QUESTIONS,
)
def test_a_red_reply_stays_red(reply: str, before: str, after: str, case: object, question: str | None) -> None:
    text = before + case(reply) + after  # type: ignore[operator]
    assert CHECKER.check(text, question).level is Level.RED


@given(RED_REPLIES)
def test_a_red_reply_stays_red_without_danish_letters(reply: str) -> None:
    for letters in (("ae", "oe", "aa"), ("Æ", "Ø", "Å")):
        text = reply.replace("æ", letters[0]).replace("ø", letters[1]).replace("å", letters[2])
        assert CHECKER.check(text).level is Level.RED


@pytest.mark.parametrize(
    "text",
    [
        "jeg kan ikke fÃ¥ vandet ud siden i gÃ¥r",
        "ｆøｌｅｌｓｅｓｌøｓ ｉ ｓｋｒｉｄｔｅｔ",
        "jeg\u200b kan\u200b ik\u200bke\u200b tisse",
        "foden h&aelig;nger",
        "jeg kna ikke tise",
        "jegkanikketisse",
        "følelseløs i skridtet",
        "kan ik holde på vandet",
        "𝗸𝗮𝗻 𝗶𝗸𝗸𝗲 𝗵𝗼𝗹𝗱𝗲 𝗽å 𝗮𝗳𝗳ø𝗿𝗶𝗻𝗴𝗲𝗻",
        "bеnеt svіgtеr på trappen",
    ],
)
def test_odd_spelling_is_read(checker: Checker, text: str) -> None:
    assert checker.check(text).level is Level.RED


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "a" * 100_000, "😀" * 5_000, "\u0301" * 1_000])
def test_broken_and_endless_texts_get_an_answer(checker: Checker, text: str) -> None:
    triage, error = check_safely(checker, text, "open")
    assert error is None
    assert triage.level is Level.GREEN


@pytest.mark.parametrize(
    "unit",
    [
        "jeg kan ikke mærke mit ben, men ikke feber og ingen følelse i skridtet når jeg tisser. ",
        "kan ikke mærke benet, ",
        "ikke ",
        "følelsesløs skridt ",
        "uden at ingen ",
        "x",
        ",",
        "a\u0301",
        "fÃ¥",
    ],
)
def test_time_grows_with_length_and_no_faster(checker: Checker, unit: str) -> None:
    short, long = (min(seconds(checker, (unit * size)[:size]) for _ in range(3)) for size in (5_000, 50_000))
    assert long < 30 * short + 0.05


def seconds(checker: Checker, text: str) -> float:
    """Without the garbage collector, whose work depends on what else is in memory."""
    gc.disable()
    started = time.process_time()
    checker.check(text)
    used = time.process_time() - started
    gc.enable()
    return used


def test_a_fault_inside_becomes_amber_for_a_human(checker: Checker) -> None:
    class Broken(Checker):
        def __init__(self) -> None:
            self.rule_version = "broken"

        def check(self, text: str, question: str | None = None) -> object:  # type: ignore[override]
            raise RuntimeError("no")

    triage, error = check_safely(Broken(), "hej")
    assert triage.level is Level.AMBER
    assert triage.flags == ("unclear",)
    assert isinstance(error, RuntimeError)
