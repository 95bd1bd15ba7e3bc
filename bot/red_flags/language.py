"""In which language a reply is written, for the advice to be sent in: Danish unless it is clearly another.

Words are counted, no more: a telling word is one that Danish and its neighbours do not have. A patient who mixes gets
Danish. So does everybody whose language advice is not written in.
"""

from __future__ import annotations

import re

from messages.languages import Language, Languages, LanguageWords, plain_letters

_READ = 2000
"""Letters of a reply that are looked at."""
_SHORT = 6
"""Words up to which a reply is told by every one of them being known, though but one is telling."""
_SEVERAL = 2
_SHARE = 1 / 6
"""Of a longer reply at least so many of the words are telling."""
_OVER_HOME = 2
"""And more than so many for each word that speaks for Danish, or for another language that is answered in Danish."""
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


def language_of(text: str, languages: Languages) -> Language:
    """The language of any string, in time proportional to its length; Danish when in doubt, and for no words at all."""
    words = _WORD.findall(plain_letters(text[:_READ]))
    home = sum(word in languages.home for word in words)
    english, german = (sum(word in known.telling for word in words) for known in (languages.en, languages.de))
    if english > german and _is_clearly(words, languages.en, home):
        return Language.ENGLISH
    if german > english and _is_clearly(words, languages.de, home):
        return Language.GERMAN
    return Language.DANISH


def _is_clearly(words: list[str], known: LanguageWords, home: int) -> bool:
    """Whether the words are this language's; at least one of them is telling."""
    if len(words) <= _SHORT and all(word in known.telling or word in known.shared for word in words):
        return True
    telling = [word for word in words if word in known.telling]
    return len(set(telling)) >= _SEVERAL and len(telling) >= _SHARE * len(words) and len(telling) > _OVER_HOME * home
