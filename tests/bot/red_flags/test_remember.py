"""A memory for words: bounded, and without a word too long to be one."""

from bot.red_flags import remember
from bot.red_flags.remember import Memory


def test_a_word_is_looked_up_once() -> None:
    asked: list[str] = []

    def read(word: str) -> str:
        asked.append(word)
        return word.upper()

    memory = Memory(read)
    assert [memory["ben"], memory["ben"], memory["fod"]] == ["BEN", "BEN", "FOD"]
    assert asked == ["ben", "fod"]


def test_the_memory_stays_bounded() -> None:
    memory = Memory(len)
    for number in range(remember.WORDS_KEPT * 2 + 10):
        assert memory[str(number)] == len(str(number))
    assert len(memory) <= remember.WORDS_KEPT


def test_a_text_without_spaces_is_not_kept() -> None:
    memory = Memory(len)
    assert memory["a" * 1_000] == 1_000
    assert not memory
