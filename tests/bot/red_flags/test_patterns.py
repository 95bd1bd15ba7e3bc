"""Patterns are found the same, whatever is done to find them quickly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.red_flags import Checker, load_checker, patterns
from bot.red_flags.index import Index
from bot.red_flags.lexicon import Lexicon
from bot.red_flags.notation import compile_pattern
from bot.red_flags.patterns import Occurrence, Pattern, Scene, find
from bot.red_flags.tokens import Token

CHECKER = load_checker()
NAMES = "abcde"
SOURCES = [
    "a", "a|b", "a b", "a + b", "a|c b", "{x} ... b", "{x} b c", "{x} & b", "{x} b & c|d", "{x} && b",
    "{x} & b & c d", "e e",
]  # fmt: skip
SENTENCES = st.lists(
    st.sampled_from(
        [
            "jeg kan ikke holde på vandet",
            "ingen feber, ingen prikken i skridtet",
            "benet er følelsesløst og foden hænger",
            "min mand havde det sidste år",
            "jeg har ikke feber men kan ikke tisse",
            "det er blevet bedre",
            "hvad gør jeg hvis benet svigter",
            "my leg is numb and the bladder is not working",
        ]
    ),
    min_size=1,
    max_size=12,
)


def scene_of(rows: list[str]) -> Scene:
    """A text of one-letter words, a row a sentence; "{x}" stands where an a is, and over every b with its follower."""
    tokens = [Token(word, 0, 0, sentence, sentence, True) for sentence, row in enumerate(rows) for word in row]
    found: dict[str, list[Occurrence]] = {}
    for index, token in enumerate(tokens):
        here = Occurrence(index, index, (index,))
        found.setdefault(token.word, []).append(here)
        if token.word == "a":
            found.setdefault("{x}", []).append(here)
        if token.word == "b" and index + 1 < len(tokens) and tokens[index + 1].sentence == token.sentence:
            found.setdefault("{x}", []).append(Occurrence(index, index + 1, (index,), (index + 1,)))
    return Scene(tokens, found)


def compiled(sources: list[str]) -> list[Pattern]:
    lexicon = Lexicon()
    return [compile_pattern(source, lexicon) for source in sources]


ROWS = st.lists(st.text(alphabet=NAMES, max_size=25), max_size=8)


@given(ROWS, st.lists(st.sampled_from(SOURCES), max_size=12))
def test_the_index_finds_what_trying_every_pattern_finds(rows: list[str], sources: list[str]) -> None:
    entries = list(enumerate(compiled(sources)))
    scene = scene_of(rows)
    one_by_one = [(number, where) for number, pattern in entries for where in find(pattern, scene)]
    assert list(Index(entries).find(scene)) == one_by_one


@given(ROWS)
def test_a_text_read_sentence_by_sentence_holds_the_same(rows: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        at_once = [find(pattern, scene_of(rows)) for pattern in compiled(SOURCES)]
        patch.setattr(patterns, "SHORT", 0)
        assert [find(pattern, scene_of(rows)) for pattern in compiled(SOURCES)] == at_once


@given(SENTENCES, st.sampled_from([". ", ", ", " "]))
def test_a_reply_read_sentence_by_sentence_is_judged_the_same(sentences: list[str], between: str) -> None:
    text = between.join(sentences)
    with pytest.MonkeyPatch.context() as patch:
        at_once = CHECKER.check(text)
        patch.setattr(patterns, "SHORT", 0)
        assert CHECKER.check(text) == at_once


def test_evidence_of_an_endless_reply_is_no_longer_than_a_text_message(checker: Checker) -> None:
    text = "det er i skridtet. " + "alt er fint. " * 500 + "det er følelsesløst"
    evidence = checker.check(text).evidence
    assert all(item.text == text[item.start : item.end] for item in evidence)
    assert max(len(item.text) for item in evidence) == 1_600
