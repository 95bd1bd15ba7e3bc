from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers import Answer, Barrier, parse


@dataclass(frozen=True)
class Words:
    yes: tuple[str, ...] = ("ja", "jo", "jep", "ok", "yes")
    no: tuple[str, ...] = ("nej", "næ", "nope", "ikke endnu")
    better: tuple[str, ...] = ("bedre",)
    same: tuple[str, ...] = ("det samme", "ikke bedre")
    worse: tuple[str, ...] = ("værre",)
    numbers: dict[str, int] = field(
        default_factory=lambda: {"nul": 0, "syv": 7, "otte": 8, "tre": 3, "fire": 4, "ti": 10}
    )
    commands: dict[str, tuple[str, ...]] = field(
        default_factory=lambda: {
            "stop": ("stop", "afmeld", "meld mig fra"),
            "start": ("start",),
            "pause": ("pause",),
            "help": ("hjælp", "help"),
        }
    )
    barriers: dict[Barrier, tuple[str, ...]] = field(
        default_factory=lambda: {
            "pain": ("ondt", "for svær"),
            "fear": ("usikker", "tør ikke"),
            "forgot": ("glemt",),
            "time": ("tid", "travlt"),
        }
    )


WORDS = Words()


@pytest.mark.parametrize("text", ["Ja", "JA!!", "Ja tak det gør jeg", "jep", "👍", "👍🏽", "jaaa", "ja 😀"])
def test_yes_is_read(text: str) -> None:
    assert parse(text, WORDS).yes is True


@pytest.mark.parametrize("text", ["NEJ!!", "nej", "Nej desværre", "næ", "👎", "ikke endnu"])
def test_no_is_read(text: str) -> None:
    assert parse(text, WORDS).yes is False


@pytest.mark.parametrize("text", ["", "måske", "ved ikke", "hvad mener I?"])
def test_neither_yes_nor_no_is_none(text: str) -> None:
    assert parse(text, WORDS).yes is None


def test_a_correction_counts() -> None:
    assert parse("ja... nej vent, læste forkert, NEJ", WORDS).yes is False


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7),
        ("syv", 7),
        ("7-8", 8),
        ("et 4 tal", 4),
        ("vist en 8'er", 8),
        ("7–8", 8),
        ("7/10", 7),
        ("7 ud af 10", 7),
        ("otte en halv", 9),
        ("mellem 3 og 4", 4),
        ("mellem tre og fire", 4),
        ("7,5", 8),
        ("Vel en 5'er", 5),
        ("0", 0),
        ("11", 10),
        ("gik 3 km", None),
        ("kl 8", None),
        ("fint", None),
        ("12345678", None),
    ],
)
def test_a_score_is_read(text: str, number: int | None) -> None:
    assert parse(text, WORDS).number == number


@pytest.mark.parametrize(
    "text", ["STOP", "Stop. Tak", "stop!!", "Afmeld", "meld mig fra tak", "stop beskederne", "Stop nu"]
)
def test_stop_is_a_command(text: str) -> None:
    assert parse(text, WORDS).command == "stop"


@pytest.mark.parametrize(
    "text", ["stop smerterne", "kan ikke stoppe", "jeg må stoppe op på trappen", "skal jeg stop med øvelserne"]
)
def test_stop_in_a_sentence_is_not_a_command(text: str) -> None:
    assert parse(text, WORDS).command is None


@pytest.mark.parametrize(("text", "command"), [("START", "start"), ("pause", "pause"), ("Hjælp", "help")])
def test_other_commands_are_read(text: str, command: str) -> None:
    assert parse(text, WORDS).command == command


@pytest.mark.parametrize("text", ["det gør ondt", "Ingen tid", "jeg har så travlt", "glemt det"])
def test_what_is_in_the_way_and_nothing_besides_is_known_as_such(text: str) -> None:
    assert parse(text, WORDS).only_barrier


@pytest.mark.parametrize("text", ["", "det ved jeg ikke", "ondt 9", "tid? livet er slut", "ondt, kan ikke tisse"])
def test_more_words_than_what_is_in_the_way_are_not_only_that(text: str) -> None:
    assert not parse(text, WORDS).only_barrier


def test_thanks_are_read() -> None:
    assert parse("Tusind tak for hjælpen", WORDS).thanks
    assert not parse("7", WORDS).thanks


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=200))
def test_any_text_gives_an_answer(text: str) -> None:
    answer = parse(text, WORDS)
    assert isinstance(answer, Answer)
    assert answer.number is None or 0 <= answer.number <= 10
