"""One plain spelling, whichever way it is reached."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.red_flags.normalise import Normalised, fold, normalise, piece_by_piece

TRICKY = "aaabeæøåÆüß …ij½ Ã¥¦&;#amp \u0301\u030aажеi  \n\t\u200b\u200d\ufe0f😭ﬁｊĲŀʼn\ud800\x00"
ANY_TEXT = st.one_of(
    st.text(alphabet=st.sampled_from(TRICKY), max_size=60),
    st.text(alphabet=st.characters(exclude_categories=()), max_size=60),
    st.lists(st.sampled_from("fÃ¥ h&aelig;nger bеnеt a\u030a jaaa blæren følelsesløs 39,2 nej!".split())).map(" ".join),
)


def all_of(plain: Normalised) -> tuple[str, list[int], list[int]]:
    return plain.text, list(plain.starts), list(plain.ends)


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("BLÆRE", "blaere"),
        ("fÃ¥", "faa"),
        ("h&aelig;nger", "haenger"),
        ("heeeelt", "helt"),
        ("jaaaa", "ja"),
        ("ik\u200bke", "ikke"),
        ("a\u030a", "aa"),
        ("ｊａ", "ja"),
    ],
)
def test_odd_writing_becomes_plain(raw: str, plain: str) -> None:
    assert fold(raw) == plain


def test_the_map_leads_back_to_the_original() -> None:
    text = "Gå fÃ¥ ud"
    plain = normalise(text)
    start = plain.text.index("faa")
    assert text[plain.starts[start] : plain.ends[start + 2]] == "fÃ¥"


@given(ANY_TEXT)
def test_the_quick_way_spells_like_the_slow_one(text: str) -> None:
    assert all_of(normalise(text)) == all_of(piece_by_piece(text, 0, len(text)))


def test_the_quick_way_spells_every_common_character_like_the_slow_one() -> None:
    for char in map(chr, [*range(0x3000), *range(0xFE00, 0xFE10), *range(0x1F000, 0x1FB00)]):
        for text in (char, char * 3, f"a{char}a", f"{char}{char.upper()}{char.lower()}{char}", f"a {char} {char}b"):
            assert all_of(normalise(text)) == all_of(piece_by_piece(text, 0, len(text))), text
