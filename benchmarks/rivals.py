"""What the checker is measured against: the same replies read by simpler means.

`Keywords` calls a reply red when it has one of the terms that the leaflets use for their warnings. `NegEx` looks for
the same terms with spaCy and passes over those that NegEx finds denied. Both know a bare "ja" to the screening and a
high number to the question of pain, as the checker does, so that what is compared is how symptoms are read.
"""

from __future__ import annotations

import importlib
import re
from typing import Any

from bot.red_flags import Level

INSTALL = ".tools/bin/uv pip install --python .venv/bin/python --group bench"
HIGH_PAIN = 8
_YES = re.compile(r"\W*(?:ja|jo|jep|yes)\b", re.IGNORECASE)
_SCORE = re.compile(r"(?<![\d.,])(?:10|\d)(?!\d)")

RED_TERMS = (
    # the leaflets' words for bladder and bowel
    "vandladning", "lade vandet", "holde på vandet", "afføring", "inkontinen", "blære", "tarmkontrol", "tab af kontrol",
    # numbness of the saddle
    "følelsesløshed i skridtet", "følelsesløs i skridtet", "følelsesløshed omkring underliv", "følelsesløs i underliv",
    "føleforstyrrelser i underliv", "indersiden af lår", "skridtområdet", "sædeanæstesi",
    # loss of strength
    "svaghed i ben", "svaghed i mit ben", "svaghed i fod", "svag i ben", "svag i fod", "kraftnedsættelse",
    "nedsat kraft", "mister kraft", "mistet kraft", "muskelsvaghed", "trække tæerne op", "lammelse", "lammet",
    # infection, injury, unrelenting pain
    "feber", "kulderystelser", "traume", "ulykke", "uophørlig", "uudholdelig",
)  # fmt: skip
AMBER_TERMS = (
    "vægttab", "kræft", "stråler", "udstråling", "prikke", "snurre", "følelsesløs", "føleforstyrrelse", "faldt",
    "faldet", "ingen bedring", "ikke bedre", "værre", "forværr", "sover dårligt", "søvn", "bekymre", "usikker", "bange",
    "medicin", "piller", "læge", "ringe", "kontakt",
)  # fmt: skip

BEFORE = [
    "ikke", "ik", "ingen", "intet", "ingenting", "uden", "aldrig", "hverken", "nej", "ej", "fri for", "heller ikke",
    "ikke haft", "ikke noget", "ikke nogen", "ingen problemer med", "ikke problemer med", "ingen tegn på",
]  # fmt: skip
BEHIND = [
    "er væk", "er forsvundet", "er gået over", "er fint", "er normal", "er normalt", "fungerer fint", "har jeg ikke",
    "mærker jeg ikke",
]  # fmt: skip
NO_DENIAL = [
    "ikke kun", "ikke bare", "ikke væk", "ikke sikker", "ikke gået over", "ingen tvivl", "ingen bedring", "ikke bedre",
]  # fmt: skip
STOPS = ["men", "dog", "derimod", "undtagen", "bortset", "fordi", "nu"]


def bare_answer(text: str, question: str | None) -> Level:
    """What a reply says by its first word or number alone."""
    if question == "screening" and _YES.match(text):
        return Level.RED
    if question == "pain" and any(int(score) >= HIGH_PAIN for score in _SCORE.findall(text)):
        return Level.AMBER
    return Level.GREEN


class Keywords:
    """A list of terms, looked for anywhere in the text."""

    name = "list of the leaflets' terms"

    def level(self, text: str, question: str | None) -> Level:
        plain = text.lower()
        if any(term in plain for term in RED_TERMS):
            return Level.RED
        amber = any(term in plain for term in AMBER_TERMS)
        answer = bare_answer(text, question)
        return Level.AMBER if amber and answer is Level.GREEN else answer


class NegEx:
    """The same terms in spaCy's blank Danish pipeline, without those that negspacy's NegEx finds denied.

    Raises ImportError when spaCy or negspacy is missing.
    """

    def __init__(self) -> None:
        spacy = importlib.import_module("spacy")
        negation = importlib.import_module("negspacy.negation")
        self.name = f"those terms, spaCy {spacy.__version__} + NegEx"
        self._nlp = spacy.blank("da")
        self._nlp.add_pipe("sentencizer")
        self._negex = negation.Negex(
            self._nlp,
            "negex",
            neg_termset={
                "preceding_negations": BEFORE,
                "following_negations": BEHIND,
                "pseudo_negations": NO_DENIAL,
                "termination": STOPS,
            },
        )
        self._terms = [
            (label, re.compile("|".join(map(re.escape, terms)), re.IGNORECASE))
            for label, terms in ((Level.RED, RED_TERMS), (Level.AMBER, AMBER_TERMS))
        ]
        self._longest_first = importlib.import_module("spacy.util").filter_spans

    def level(self, text: str, question: str | None) -> Level:
        doc = self._nlp(text)
        doc.ents = self._longest_first([span for label, terms in self._terms for span in _spans(doc, label, terms)])
        asserted = {span.label_ for span in self._negex(doc).ents if not span._.negex}
        if Level.RED in asserted:
            return Level.RED
        answer = bare_answer(text, question)
        return Level.AMBER if asserted and answer is Level.GREEN else answer


def _spans(doc: Any, label: Level, terms: re.Pattern[str]) -> list[Any]:
    found = terms.finditer(doc.text)
    spans = [doc.char_span(*match.span(), label=label.value, alignment_mode="expand") for match in found]
    return [span for span in spans if span is not None]
