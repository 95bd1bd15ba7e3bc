"""The words a text must not or must hold, in each language that texts are written in. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from messages.languages import Language


@dataclass(frozen=True)
class LintWords:
    """`do_not_wait`: what red advice must say. All the others must not be found."""

    abbreviation: re.Pattern[str]
    promise: re.Pattern[str]
    diagnosis: re.Pattern[str]
    medicine: re.Pattern[str]
    soothing: re.Pattern[str]
    do_not_wait: re.Pattern[str]


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_NAMES_OF_MEDICINE = (
    "paracetamol|panodil|pamol|ibuprofen|ipren|ibumetin|naproxen|nsaid|tramadol|gabapentin|diclofenac|voltaren"
)

WORDS: Mapping[Language, LintWords] = MappingProxyType(
    {
        Language.DANISH: LintWords(
            abbreviation=_any(r"\b(?:f\.?eks|bl\.?a|pga|evt|ca|mht|osv|fx|tlf|kl|sek|dvs|inkl|nr|mv|stk|hhv)\b"),
            promise=_any(
                r"\bvæk\b|\bhelbred(?:t|e|er|es)\b|\bgarant|\bkurer|\bsmertefri|\bbliver? rask|\bhelt rask",
                r"(?<!sjældent )\bfarlig",
            ),
            diagnosis=_any(
                "prolaps|diskus|hekseskud|nerverod|iskias|ischias|stenose|slidgigt|cauda|lumbago|kræft",
            ),
            medicine=_any(r"\d\s*(?:mg|milligram|gram|pille|tablet)|morfin", _NAMES_OF_MEDICINE),
            soothing=_any(
                r"sjældent|ufarlig|\bnormalt|almindeligt|bare rolig|går over|i orden|meget bedre|ikke alvorlig",
                "bekymre dig|intet at frygte|tegn på skade",
            ),
            do_not_wait=_any("vent ikke på (?:svar fra )?os"),
        ),
        Language.ENGLISH: LintWords(
            abbreviation=_any(r"\b(?:e\.?g|i\.?e|etc|approx|asap|tel|hrs?|mins?|secs?|dr|gp|ooh)\b\.?"),
            promise=_any(
                r"\bgone\b|\bcur(?:e|ed|es)\b|\bheal(?:s|ed)?\b|\bguarant|\bpain[- ]free|\bget well|\bfully recover",
                r"(?<!rarely )\bdangerous",
            ),
            diagnosis=_any(
                r"prolapse|\bdis[ck]s?\b|slipped|nerve root|sciatic|stenosis|arthritis|cauda|lumbago|cancer|tumou?r",
            ),
            medicine=_any(r"\d\s*(?:mg|milligram|gram|pill|tablet)|morphine", _NAMES_OF_MEDICINE),
            soothing=_any(
                r"\brare(?:ly)?\b|harmless|\bnormal|\bcommon\b|\bcalm down|will pass|all right|\bokay\b|much better",
                r"not serious|nothing serious|\bworry\b|\bworries\b|nothing to fear|sign of damage",
            ),
            do_not_wait=_any("do not wait for (?:an answer from )?us"),
        ),
        Language.GERMAN: LintWords(
            abbreviation=_any(
                r"\b(?:z\.? ?B|bzw|ggf|evtl|usw|ca|tel|nr|std|min|sek|inkl|d\.? ?h|u\.? ?a|v\.? ?a)\b\.?"
            ),
            promise=_any(
                r"\bweg\b|\bgeheilt|\bheil(?:t|en|ung)\b|\bgarant|\bkurier|\bschmerzfrei|\bwieder gesund|\bganz gesund",
                r"(?<!selten )\bgefährlich",
            ),
            diagnosis=_any(
                "prolaps|bandscheibe|hexenschuss|nervenwurzel|ischias|stenose|arthrose|cauda|lumbago|krebs|tumor",
            ),
            medicine=_any(r"\d\s*(?:mg|milligramm|gramm|pille|tablette)|morphi(?:n|um)", _NAMES_OF_MEDICINE),
            soothing=_any(
                r"selten|harmlos|ungefährlich|\bnormal|üblich|keine sorge|geht vorbei|in ordnung|viel besser",
                r"nicht schlimm|nichts ernstes|sorgen machen|keine angst|anzeichen für einen schaden",
            ),
            do_not_wait=_any("warten sie nicht auf (?:antwort von )?uns"),
        ),
    }
)
