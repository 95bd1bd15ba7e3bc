"""The words a text must not or must hold, in each language that texts are written in. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from messages.languages import Language


@dataclass(frozen=True)
class LintWords:
    """`do_not_wait`: what red advice must say. All the others must not be found, `telling` not in neutral texts."""

    abbreviation: re.Pattern[str]
    promise: re.Pattern[str]
    diagnosis: re.Pattern[str]
    medicine: re.Pattern[str]
    telling: re.Pattern[str]
    soothing: re.Pattern[str]
    do_not_wait: re.Pattern[str]


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_NAMES_OF_MEDICINE = (
    "paracetamol|panodil|pamol|ibuprofen|ipren|ibumetin|naproxen|nsaid|tramadol|gabapentin|diclofenac|voltaren"
)

# What tells a bystander why somebody is a patient: parts of the body, symptoms, illness and its treatment, in every
# inflection and compound. Allowed: the doctor and whom to call, the sheet, rest and walks.
_TELLING_DANISH = (
    r"\bryg(?!te)\w*|lænd|\bnakke|\bhals(?:en)?\b|\bskuld(?:er|re)|\barm(?:en|e|ene)?\b|albue|\bhånd(?:en|s|led\w*)?\b",
    r"\bhænder|\bfing(?:er|re)|\bben(?:et|ene|s)?\b|knæ|\bfod(?:en)?\b|fødder|\btå(?:en)?\b|\btæer|\bhæl(?:en|e)?\b",
    r"hofte|\blår|inderlår|\bballe|\bnums|\bbag(?:del|en)\b|bækken|\bmave|\bnavle|\bbryst|\bhoved(?:et|pine)?\b|underliv",
    r"kønsdel|\bmusk(?:el|ler)|\bknogle|hvirvel|\bnerve|blære|\btarm|\bskridt|\brygrad|\bled(?:dene|det|smerte\w*)\b",
    r"smert|\bondt\b|\bøm(?:t|me|hed)?\b|\btiss|vandlad|\bvandet\b|afføring|\blort|feber|følelse|følelsesløs|\bkraft(?:en)?\b",
    r"\bsvag(?:t|e|hed)?\b|\blam(?:t|me|mels\w*)?\b|prikke|snurre|stikken|sovende|svimmel|kvalme|hævel|hævet|krampe",
    r"klodset|usikker gang|\btrist|\bbange\b|angst|depres|stress|\bsyg|symptom|diagnos|betændels|skadet",
    r"medicin|\bpille|tablet|behandl|patient|genoptræn|operation|operer|indsprøjt|scan|røntgen|\bMR\b",
    r"\bøvelse(?:n|r|rne)?\b(?!(?: \d)? (?:på|fra) dit ark)",
)
_TELLING_ENGLISH = (
    r"\bpain|\bhurt|\bache|\bsore\b|fever|\bpee\b|urin|bladder|bowel|stool|numb|tingl|weak|\bstrength|\bfeeling\b",
    r"\bspine|\bback (?:pain|ache)|backache|\byour back\b|\bneck|\blegs?\b|\barms?\b|\bhands?\b|\bfoot|\bfeet",
    r"\bknees?\b|dizz|\bgroin|crotch|\bnerve|muscle|symptom|diagnos|disease|medic|tablet|pill|surgery|scan|exercise",
    r"\bsad\b|afraid|anxi|depress",
)
_TELLING_GERMAN = (
    r"schmerz|\bweh\b|fieber|wasserlassen|urin|blase|\bdarm|stuhl|taub|kribbel|schwäche|\bschwach|\bkraft|gefühl|schwindel",
    r"rücken|nacken|\bbeine?n?\b|\barme?n?\b|\bhände?\b|\bhand\b|\bfuß|\bfüße|\bknie|schritt|\bnerv|muskel|symptom|diagnos",
    r"krank(?!en(?:wagen|haus))|medikament|tablette|operation|übung|traurig|angst|depress|sturz",
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
            telling=_any(*_TELLING_DANISH),
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
            telling=_any(*_TELLING_ENGLISH),
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
            telling=_any(*_TELLING_GERMAN),
            soothing=_any(
                r"selten|harmlos|ungefährlich|\bnormal|üblich|keine sorge|geht vorbei|in ordnung|viel besser",
                r"nicht schlimm|nichts ernstes|sorgen machen|keine angst|anzeichen für einen schaden",
            ),
            do_not_wait=_any("warten sie nicht auf (?:antwort von )?uns"),
        ),
    }
)
