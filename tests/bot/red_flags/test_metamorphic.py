"""What must not matter does not: a red reply stays red however it is typed, and a denial before it changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.red_flags import Level, load_checker

CHECKER = load_checker()
RED = [
    "jeg kan ikke tisse",
    "kan ikke mærke mig selv i skridtet",
    "jeg har mistet kraften i højre ben",
    "foden hænger og slår mod gulvet",
    "jeg kan ikke holde på afføringen",
    "jeg har feber og kulderystelser",
    "jeg vil ikke leve mere",
    "jeg er følelsesløs mellem benene",
    "jeg tisser i bukserne uden at mærke det",
    "jeg har stærke smerter efter et fald fra en stige",
]
GREEN = [
    "nej alt er som det plejer",
    "jeg har gået en tur og lavet mine øvelser",
    "ingen feber og ingen problemer med at tisse",
    "det går meget bedre nu, tak",
]
GREETINGS = ["Hej ", "Kære klinik. ", "Godmorgen, ", "Hej igen det er Karen. "]
ENDINGS = [" Mvh Karen", "\nHilsen Ole", " Tak", " 😟", "!!!", " ."]


@pytest.mark.parametrize("text", RED)
@given(before=st.sampled_from(["", *GREETINGS]), after=st.sampled_from(["", *ENDINGS]))
def test_a_greeting_and_a_signature_change_nothing(text: str, before: str, after: str) -> None:
    assert CHECKER.check(before + text + after).level is Level.RED


@pytest.mark.parametrize("text", RED)
def test_case_and_letters_without_ae_oe_aa_change_nothing(text: str) -> None:
    plain = text.replace("æ", "ae").replace("ø", "oe").replace("å", "aa")
    for spelling in (text.upper(), text.capitalize(), plain, plain.upper(), text.replace(",", "")):
        assert CHECKER.check(spelling).level is Level.RED, spelling


@pytest.mark.parametrize("text", RED)
def test_nej_before_it_never_makes_it_green(text: str) -> None:
    for question in (None, "screening", "exercise", "activity", "pain"):
        for start in ("nej ", "Nej, men ", "nej. "):
            assert CHECKER.check(start + text, question).level is not Level.GREEN, start


def slips(word: str) -> Iterator[str]:
    """Every slip of the thumb inside a word: a letter doubled, lost, or changed places with the next."""
    for at in range(1, len(word) - 1):
        yield word[:at] + word[at] + word[at:]
        yield word[:at] + word[at + 1 :]
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def slipped(text: str) -> Iterator[tuple[int, str]]:
    """The text with one slip, and in which word. Words under four letters are left alone: a slip makes another word."""
    words = text.split(" ")
    for place, word in enumerate(words):
        if len(word) >= 4:
            for slip in slips(word):
                yield place, " ".join([*words[:place], slip, *words[place + 1 :]])


def seen_share(texts: list[str]) -> tuple[float, float]:
    """Shares of the texts that are red, and that are not green."""
    levels = [CHECKER.check(text).level for text in texts]
    return levels.count(Level.RED) / len(levels), 1 - levels.count(Level.GREEN) / len(levels)


def test_a_slip_of_the_thumb_hides_hardly_any_red_reply() -> None:
    red, not_green = seen_share([typo for text in RED for _, typo in slipped(text)])
    assert red >= 0.9
    assert not_green >= 0.95


def test_two_slips_hide_few_red_replies() -> None:
    both = [
        twice
        for text in RED
        for first, once in islice(slipped(text), 0, None, 5)
        for second, twice in islice(slipped(once), 0, None, 7)
        if second != first
    ]
    red, not_green = seen_share(both)
    assert red >= 0.8
    assert not_green >= 0.88


@pytest.mark.parametrize("text", RED)
def test_it_stays_red_in_the_second_half_of_a_text_of_two_segments(text: str) -> None:
    before = (
        "Hej, jeg ville bare lige skrive, at vi har haft en god weekend med børnebørnene og gået en lang tur i skoven. "
    )
    long = f"{before}Nu til det andet: {text}. Vi høres ved, og hils i klinikken fra mig."
    assert len(long) > 160
    assert CHECKER.check(long).level is Level.RED


@pytest.mark.parametrize("text", RED)
@given(
    emoji=st.sampled_from(["🙂", "😟😟", "👍🏽", "❤️", "😂", "🤷‍♀️"]),
    place=st.sampled_from(["before", "after", "between"]),
)
def test_emoji_change_nothing(text: str, emoji: str, place: str) -> None:
    first, _, rest = text.partition(" ")
    shown = {"before": f"{emoji} {text}", "after": f"{text} {emoji}", "between": f"{first} {emoji} {rest}"}[place]
    assert CHECKER.check(shown).level is Level.RED, shown


@pytest.mark.parametrize("text", RED)
def test_punctuation_changes_nothing(text: str) -> None:
    for shown in (f"{text}.", f"...{text}...", f'"{text}"', text.replace(" ", "  "), f"- {text}\n"):
        assert CHECKER.check(shown).level is Level.RED, shown


@pytest.mark.parametrize("text", GREEN)
@given(before=st.sampled_from(["", *GREETINGS]), after=st.sampled_from(["", " Mvh Karen", " Tak", " 🙂", "!"]))
def test_a_green_reply_stays_green(text: str, before: str, after: str) -> None:
    assert CHECKER.check(before + text + after).level is Level.GREEN
