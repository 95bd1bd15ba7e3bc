"""What every text must keep to, one function for each rule. Pure.

A rule looks at a Specimen and yields one English sentence for each breach.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from messages.handout_schema import SIGNS_FIELD
from messages.languages import Language
from messages.lint_words import WORDS, LintWords
from messages.readability import lix, sentences, words
from messages.schema import Purpose, Source, Step
from messages.sms import GSM7, measure

MAX_SEGMENTS = 2
MAX_LIX = 30
LIX_FROM_WORDS = 15
MAX_SENTENCE_WORDS = 15
PREFIX = "{klinik}: "
NECK = "nerverod-nakke"

LINK = re.compile(r"https?:|www\.|[^\W_]\.[^\W\d_]{2,}", re.IGNORECASE)
_SCREENED = ("ny", "tisse", "afføring", "mellem benene", "feber", "JA eller NEJ")
_SCREENED_NEUTRALLY = (f'feltet "{SIGNS_FIELD}"', "dit ark", "nyt", "JA eller NEJ", "ring straks til lægen")
_SCREENED_BACK = ("svagt ben",)
_SCREENED_NECK = ("svag arm", "klodset hånd", "svage ben", "usikker gang")


Mode = Literal["ordinary", "neutral", "both"]


@dataclass(frozen=True)
class Specimen:
    """One text as it is judged: the template, and filled in with the longest clinic name and real-looking numbers.

    `place`: the programme, or "advice", "answers", "rules" or "sheet" (exercises and what is printed).
    `red`: answers a red flag. `step`: None outside programmes. `mode`: "neutral" is for clinics whose texts name no
    illness, body part or symptom, "both" is sent by all clinics. `asks`: the question that a rule's text asks.
    """

    place: str
    name: str
    kind: Literal["step", "rule", "advice", "answer", "sheet"]
    template: str
    filled: str
    sources: tuple[Source, ...] = ()
    step: Step | None = None
    red: bool = False
    language: Language = Language.DANISH
    asks: str | None = None
    mode: Mode = "ordinary"

    @property
    def words(self) -> LintWords:
        return WORDS[self.language]

    @property
    def body(self) -> str:
        """The filled text without the clinic's name in front."""
        return self.filled.split(": ", 1)[-1]

    @property
    def purpose(self) -> Purpose | None:
        return self.step.purpose if self.step else None


Rule = Callable[[Specimen], Iterator[str]]


def _alphabet(specimen: Specimen) -> Iterator[str]:
    odd = sorted({char for char in specimen.template if char not in GSM7})  # filling in turns all to GSM-7
    if odd:
        yield f"not GSM-7: {' '.join(odd)}"


def _length(specimen: Specimen) -> Iterator[str]:
    cost = measure(specimen.filled)
    if cost.segments > MAX_SEGMENTS:
        yield f"{cost.segments} segments ({cost.units} units) with the longest clinic name; at most {MAX_SEGMENTS}"


def _easy(specimen: Specimen) -> Iterator[str]:
    """LIX was made for Swedish and Danish; English and German are held to the same figure, which is stricter there."""
    index = lix(specimen.body)
    if len(words(specimen.body)) >= LIX_FROM_WORDS and index > MAX_LIX:
        yield f"LIX {index:.0f}; at most {MAX_LIX}"


def _short_sentences(specimen: Specimen) -> Iterator[str]:
    if specimen.kind not in {"step", "rule", "sheet"}:
        return  # telephone numbers count as words, and advice is full of them
    for sentence in sentences(specimen.body):
        if len(words(sentence)) > MAX_SENTENCE_WORDS:
            yield f"a sentence of {len(words(sentence))} words; at most {MAX_SENTENCE_WORDS}: '{sentence}'"


def _clinic_first(specimen: Specimen) -> Iterator[str]:
    if not specimen.template.startswith(PREFIX):
        yield f"must begin with '{PREFIX}'"


def _no_link(specimen: Specimen) -> Iterator[str]:
    if LINK.search(specimen.body):
        yield "holds a link, or a full stop without a space after it"


def _no_promise(specimen: Specimen) -> Iterator[str]:
    for match in specimen.words.promise.finditer(specimen.body):
        yield f"promises or frightens: '{match.group()}'"


def _no_diagnosis(specimen: Specimen) -> Iterator[str]:
    for match in specimen.words.diagnosis.finditer(specimen.body):
        yield f"names a diagnosis: '{match.group()}'"


def _no_medicine(specimen: Specimen) -> Iterator[str]:
    for match in specimen.words.medicine.finditer(specimen.body):
        yield f"names a medicine or a dose: '{match.group()}'"


def _neutral(specimen: Specimen) -> Iterator[str]:
    if specimen.mode != "ordinary":
        for match in specimen.words.telling.finditer(specimen.body):
            yield f"tells of an illness, a body part or a symptom: '{match.group()}'"


def _plain_signs(specimen: Specimen) -> Iterator[str]:
    if specimen.body.count("?") > 1:
        yield "more than one question"
    if "!" in specimen.body:
        yield "an exclamation mark"
    for match in specimen.words.abbreviation.finditer(specimen.body):
        yield f"an abbreviation: '{match.group()}'"
    if re.search(r"\bcpr\b", specimen.body, re.IGNORECASE):
        yield "asks about CPR"


def _no_soothing(specimen: Specimen) -> Iterator[str]:
    """Nothing soothing stands beside a question about symptoms, or in answer to a reply."""
    asks = specimen.step is not None and specimen.step.question is not None
    if specimen.kind != "step" or asks:
        for match in specimen.words.soothing.finditer(specimen.body):
            yield f"soothes in a question or an answer: '{match.group()}'"


def _welcome(specimen: Specimen) -> Iterator[str]:
    if specimen.purpose is Purpose.WELCOME:
        for needed in ("STOP", "112", "ikke døgnet rundt", "læge", "lægevagt"):
            if needed not in specimen.body:
                yield f"the welcome must say '{needed}'"
        if specimen.mode == "neutral" and "Gem arket" not in specimen.body:
            yield "the welcome must tell the patient to keep the sheet: 'Gem arket'"


def _screening(specimen: Specimen) -> Iterator[str]:
    if specimen.purpose is Purpose.SCREENING:
        own = _SCREENED_NECK if specimen.place == NECK else _SCREENED_BACK
        for needed in _SCREENED_NEUTRALLY if specimen.mode == "neutral" else (*_SCREENED, *own):
            if needed.lower() not in specimen.body.lower():
                yield f"the screening must ask about '{needed}'"


def _question(specimen: Specimen) -> Iterator[str]:
    question = specimen.step.question if specimen.step else specimen.asks
    if question and "?" not in specimen.body:
        yield "a question without a question mark"
    if question in {"exercise", "activity", "sleep", "mood", "work"} and "Svar JA eller NEJ" not in specimen.body:
        yield "must ask for JA or NEJ"
    if question == "progress" and "BEDRE, DET SAMME eller VÆRRE" not in specimen.body:
        yield "must ask for BEDRE, DET SAMME or VÆRRE"
    if question == "pain" and "fra 0 til 10" not in specimen.body:
        yield "must ask for a number from 0 to 10"
    if question == "barrier" and not all(word in specimen.body for word in ("TID", "USIKKER", "GLEMT")):
        yield "must name the answers TID, USIKKER and GLEMT"
    if (specimen.step or specimen.kind == "rule") and not question and "?" in specimen.body:
        yield "asks something, but names no question kind"


def _exercise(specimen: Specimen) -> Iterator[str]:
    if specimen.purpose is Purpose.EXERCISE and "Stop, hvis" not in specimen.body:
        yield "an exercise must say when to stop ('Stop, hvis ...')"


def _red_advice(specimen: Specimen) -> Iterator[str]:
    if not specimen.red:
        return
    if "112" not in specimen.body:
        yield "red advice must name 112"
    if not specimen.words.do_not_wait.search(specimen.body):
        yield "red advice must say not to wait for an answer from us"


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "alphabet": _alphabet,
        "length": _length,
        "lix": _easy,
        "sentence": _short_sentences,
        "clinic-first": _clinic_first,
        "link": _no_link,
        "promise": _no_promise,
        "diagnosis": _no_diagnosis,
        "medicine": _no_medicine,
        "neutral": _neutral,
        "signs": _plain_signs,
        "soothing": _no_soothing,
        "welcome": _welcome,
        "screening": _screening,
        "question": _question,
        "exercise": _exercise,
        "red-advice": _red_advice,
    }
)
