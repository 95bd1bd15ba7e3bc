"""The stages one by one."""

import pytest

from bot.red_flags import Level, worst
from bot.red_flags.joined import Splitter
from bot.red_flags.normalise import fold, normalise
from bot.red_flags.scores import pain_score
from bot.red_flags.tokens import Tokeniser, stem
from bot.red_flags.typos import Mender, distance


@pytest.mark.parametrize(
    ("one", "other"), [("skridtet", "skridt"), ("ballerne", "balle"), ("dødt", "død"), ("slapt", "slap")]
)
def test_inflections_share_a_stem(one: str, other: str) -> None:
    assert stem(fold(one)) == stem(fold(other))


def test_tokens_know_sentence_and_clause() -> None:
    tokens = Tokeniser({}).tokens(normalise("Nej, men benet. Det sover"))
    assert [token.sentence for token in tokens if token.is_word] == [0, 0, 0, 1, 1]
    assert tokens[0].clause != tokens[2].clause


def test_a_dictated_full_stop_ends_the_sentence() -> None:
    tokens = Tokeniser({}).tokens(normalise("nej punktum benet sover"))
    assert tokens[-1].sentence == 1


@pytest.mark.parametrize(
    ("one", "other", "edits"), [("ab", "ab", 0), ("ab", "ba", 1), ("kitten", "sitting", 3), ("abc", "", 3)]
)
def test_distance_counts_edits(one: str, other: str, edits: int) -> None:
    assert distance(one, other, 3) == edits


def test_distance_gives_up_beyond_the_limit() -> None:
    assert distance("abcdef", "uvwxyz", 2) == 3


def test_long_words_are_mended_and_short_or_ordinary_ones_are_not() -> None:
    mender = Mender(["foelelsesloes", "tisse", "skridtet"], ["skriftet"])
    assert mender.mend("foelelsesloss") == "foelelsesloes"
    assert mender.mend("disse") is None
    assert mender.mend("skriftet") is None
    assert mender.mend("skritdet") == "skridtet"


@pytest.mark.parametrize(
    ("tokens", "score"),
    [
        (["7"], 7),
        (["7", "-", "8"], 8),
        (["7", "/", "10"], 7),
        (["mellem", "3", "og", "4"], 4),
        (["fra", "8", "til", "4"], 4),
        (["otte", "en", "halv"], 9),
        (["7,5"], 8),
        (["3", "km"], None),
        (["kl", "8"], None),
        (["12"], 10),
        (["hej"], None),
    ],
)
def test_scores_are_read(tokens: list[str], score: int | None) -> None:
    assert pain_score(tokens, {"otte": 8}) == score


def test_the_worst_level_wins() -> None:
    assert worst(Level.GREEN, Level.RED, Level.AMBER) is Level.RED
    assert worst() is Level.GREEN


def test_words_run_together_are_taken_apart() -> None:
    splitter = Splitter({"jeg", "kan", "ikke", "tisse"}, lambda word: False)
    assert splitter.split("jegkanikketisse") == ["jeg", "kan", "ikke", "tisse"]


def test_a_word_that_means_something_is_left_whole() -> None:
    known = {"inder", "laar", "ene", "jeg", "kan"}
    assert Splitter(known, lambda word: True).split("inderlaarenejeg") == ["inderlaarenejeg"]
    assert Splitter(known, lambda word: False).split("ukendtlangtord") == ["ukendtlangtord"]
