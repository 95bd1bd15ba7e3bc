"""The answers that a question expects: yes or no, a number from 0 to 10, a command, thanks.

Pure: the words for them come in as a vocabulary, so that clinics and tests can bring their own. Whether an answer
is dangerous is not decided here; the red-flag checker has read the reply first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, Protocol

from bot.red_flags.normalise import fold
from bot.red_flags.scores import pain_score

Command = Literal["stop", "start", "pause", "help"]
Progress = Literal["better", "same", "worse"]
Barrier = Literal["time", "pain", "fear", "forgot"]
StopAnswer = Literal["well", "too_many", "other", "unsaid"]
"""Why a patient stopped, in one word; `unsaid`: does not want to say."""

_TOKEN = re.compile(r"\d+(?:[.,]\d+)?|\w+(?:'\w+)?|[^\w\s]")
_SOLO_WORDS_IN_COMMAND = 4
_POLITE = frozenset("tak hej venligst please nu mvh hilsen jeg vil gerne bare venlig med".split())
_STOP_OBJECTS = frozenset("sms sms'er sms'erne sms'en beskeder beskederne besked det her jer i mig".split())
_THANKS = frozenset("tak takker mange tusind thanks thx thank taak".split())
_STOP_ANSWERS: Mapping[StopAnswer, frozenset[str]] = {
    "well": frozenset({"rask", "jeg er rask", "er rask", "rask igen", "jeg er rask igen"}),
    "too_many": frozenset(
        {"for mange", "for mange beskeder", "for mange sms", "for mange sms'er", "for mange smser", "formange"}
    ),
    "other": frozenset({"andet", "noget andet", "anden grund", "andre grunde"}),
    "unsaid": frozenset({"nej", "vil ikke sige", "det vil jeg ikke sige"}),
}
_DENIAL = frozenset("ikke ingen intet uden hverken".split())
_SMALL = frozenset(
    "det de den der er goer har jeg mig min mit saa for og at i paa ikke ingen nok lidt bare mangler".split()
)
"""Words, as they are compared, that add nothing to what is in the way."""
_THUMBS_UP = "\U0001f44d"
_THUMBS_DOWN = "\U0001f44e"


class Vocabulary(Protocol):
    """Words that are recognised in a reply (messages/replies.toml): `commands` by name, each a list of phrases."""

    @property
    def yes(self) -> Sequence[str]: ...
    @property
    def no(self) -> Sequence[str]: ...
    @property
    def better(self) -> Sequence[str]: ...
    @property
    def same(self) -> Sequence[str]: ...
    @property
    def worse(self) -> Sequence[str]: ...
    @property
    def numbers(self) -> Mapping[str, int]: ...
    @property
    def commands(self) -> Mapping[str, Sequence[str]]: ...
    @property
    def barriers(self) -> Mapping[Barrier, Sequence[str]]: ...


@dataclass(frozen=True)
class Answer:
    """What a reply says as an answer. `yes`: True, False, or None when it says neither or both.

    `progress`: how it goes compared to before, the worst that is said. `barrier`: what is in the way; `only_barrier`:
    the reply says nothing besides ("det gør for ondt", "ingen tid").
    """

    yes: bool | None = None
    number: int | None = None
    command: Command | None = None
    thanks: bool = False
    progress: Progress | None = None
    stop_answer: StopAnswer | None = None
    barrier: Barrier | None = None
    only_barrier: bool = False


def parse(text: str, vocabulary: Vocabulary) -> Answer:
    """Read a reply as an answer. Any string gives an Answer; what it does not say is None."""
    plain = fold(text[:2000])
    tokens = _TOKEN.findall(plain)
    words = [token for token in tokens if token[0].isalnum()]
    command = _command(words, vocabulary)
    barrier = _barrier(words, vocabulary)
    return Answer(
        yes=_yes_or_no(tokens, vocabulary),
        number=pain_score(tokens, {_folded(word): number for word, number in vocabulary.numbers.items()}),
        command=command,
        thanks=bool(words) and any(word in _THANKS for word in words),
        progress=_progress(words, vocabulary),
        stop_answer=_stop_answer(words),
        barrier=barrier,
        only_barrier=barrier is not None and _SMALL.union(*_barrier_words(vocabulary)).issuperset(words),
    )


def _barrier(words: list[str], vocabulary: Vocabulary) -> Barrier | None:
    """The first kind that is named, in the order of the vocabulary: pain and fear before what is only in the way."""
    for name, phrases in vocabulary.barriers.items():
        for phrase in phrases:
            wanted = _words_of(phrase)
            for index in _places(words, wanted):
                is_denied = name in {"pain", "fear"} and not _DENIAL.isdisjoint(words[max(0, index - 2) : index])
                if not is_denied:
                    return name
    return None


def _barrier_words(vocabulary: Vocabulary) -> Iterator[tuple[str, ...]]:
    return (_words_of(phrase) for phrases in vocabulary.barriers.values() for phrase in phrases)


@lru_cache(maxsize=2048)
def _folded(known: str) -> str:
    """A word of the vocabulary as it is compared. What patients write is never remembered here."""
    return fold(known)


@lru_cache(maxsize=2048)
def _words_of(phrase: str) -> tuple[str, ...]:
    """The words of a phrase of the vocabulary, as they are compared."""
    return tuple(fold(phrase).split())


def _places(words: list[str], wanted: tuple[str, ...]) -> Sequence[int]:
    """Where in the reply a phrase begins."""
    if wanted[0] not in words:  # nearly always, and told at once
        return ()
    size = len(wanted)
    return [index for index in range(len(words) - size + 1) if tuple(words[index : index + size]) == wanted]


def _stop_answer(words: list[str]) -> StopAnswer | None:
    """The answer to why, when it is one of those we asked for and nothing besides: more words are for a person."""
    said = " ".join(word for word in words if word != "tak")
    return next((name for name, forms in _STOP_ANSWERS.items() if said in forms), None)


def _yes_or_no(tokens: list[str], vocabulary: Vocabulary) -> bool | None:
    """The first yes or no counts, unless a correction follows it: "ja, nej vent, nej"."""
    yes, no = ({_folded(word) for word in words} for words in (vocabulary.yes, vocabulary.no))
    said: list[bool] = []
    for index, token in enumerate(tokens):
        if token in yes or token == _THUMBS_UP:
            said.append(True)
        elif token in no or token == _THUMBS_DOWN:
            said.append(False)
        elif " ".join(tokens[index : index + 2]) in yes:
            said.append(True)
        elif " ".join(tokens[index : index + 2]) in no:
            said.append(False)
    if not said:
        return None
    if any(answer is not said[0] for answer in said):
        corrected = {"vent", "hov", "undskyld", "mente", "forkert", "eller", "altsaa"} & set(tokens)
        return said[-1] if corrected else said[0] if tokens and len(said) == 2 and said[0] else None
    return said[0]


def _progress(words: list[str], vocabulary: Vocabulary) -> Progress | None:
    """The worst that is said: "lidt bedre om dagen, men værre om natten" is worse, "ikke bedre" the same."""
    said: tuple[tuple[Progress, Sequence[str]], ...] = (
        ("worse", vocabulary.worse),
        ("same", vocabulary.same),
        ("better", vocabulary.better),
    )
    for progress, phrases in said:
        if any(_places(words, _words_of(phrase)) for phrase in phrases):
            return progress
    return None


def _command(words: list[str], vocabulary: Vocabulary) -> Command | None:
    """A command stands alone or with little beside it; "stop smerterne" and "kan ikke stoppe" are not one."""
    if not words:
        return None
    for name in ("stop", "start", "pause", "help"):
        for phrase in vocabulary.commands.get(name, ()):
            wanted = _words_of(phrase)
            places = _places(words, wanted)
            if not places:
                continue
            rest = words[: places[0]] + words[places[0] + len(wanted) :]
            allowed = _POLITE | _STOP_OBJECTS if name == "stop" else _POLITE
            if all(word in allowed for word in rest) and len(rest) <= _SOLO_WORDS_IN_COMMAND:
                return name
    return None
