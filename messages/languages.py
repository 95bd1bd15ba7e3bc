"""The languages a patient may be answered in, and the words by which a reply's language is told."""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from messages.schema import Frozen

_LETTERS = str.maketrans(
    {
        "æ": "ae",
        "ä": "ae",
        "ø": "oe",
        "ö": "oe",
        "å": "aa",
        "ü": "ue",
        "ß": "ss",
        **dict.fromkeys("\u2018\u2019\u00b4`", "'"),
    }
)


class Language(StrEnum):
    """A language that advice is written in. Every other one is answered in Danish."""

    DANISH = "da"
    ENGLISH = "en"
    GERMAN = "de"

    @property
    def danish_name(self) -> str:
        """As it stands after "på" in a Danish sentence."""
        return {Language.DANISH: "dansk", Language.ENGLISH: "engelsk", Language.GERMAN: "tysk"}[self]


def plain_letters(text: str) -> str:
    """The spelling in which words are compared, however they were typed: small letters, ä and æ as ae, ü as ue."""
    return unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)


def _plain(words: frozenset[str]) -> frozenset[str]:
    return frozenset(plain_letters(word) for word in words)


Word = Annotated[str, StringConstraints(pattern=r"^\S+$")]
Words = Annotated[
    frozenset[Word],
    Field(min_length=1),
    BeforeValidator(lambda words: frozenset(words) if isinstance(words, tuple) else words),
    AfterValidator(_plain),
]


class LanguageWords(Frozen):
    """`telling`: words that Danish and its neighbours do not have. `shared`: words that say nothing either way, but
    may stand in a short reply of this language."""

    telling: Words
    shared: Words


class Languages(Frozen):
    """languages.toml. `home`: words that speak for Danish, or for another language that is answered in Danish."""

    en: LanguageWords
    de: LanguageWords
    home: Words

    @model_validator(mode="after")
    def _says_one_thing(self) -> Languages:
        for name, words in (("en", self.en), ("de", self.de)):
            twice = sorted((words.telling & words.shared) | ((words.telling | words.shared) & self.home))
            if twice:
                raise ValueError(f"words in two lists of {name}: {twice}")
        return self
