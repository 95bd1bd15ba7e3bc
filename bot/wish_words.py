"""Pure: the phrasings of a patient's wishes about the texts, as patterns over whole messages in plain spelling."""

from __future__ import annotations

import re
from functools import cache

from bot.red_flags.normalise import fold
from bot.red_flags.typos import distance, one_letter_less
from bot.wish_days import MONTHS, PLAIN_WEEKDAYS

MAX_LENGTH = 300
SHORTEST_MENDED = 5
"""Letters a word must have before it is led back to one of ours."""


def _any(*forms: str) -> str:
    return "(?:" + "|".join(forms) + ")"


TEXTS = _any(
    "beskeder",
    "beskederne",
    "besked",
    "beskeden",
    "sms",
    "sms'er",
    "sms'erne",
    "smser",
    "smserne",
    "tekster",
    "paamindelser",
    "spoergsmaal",
)
MY_TEXTS = rf"(?:(?:(?:mine|jeres|de|flere|alle|nogen) )?{TEXTS}|dem)"
ASK = _any(
    r"(?:jeg|vi) (?:vil|ville|oensker|foretraekker|kunne)(?: (?:helst|gerne|hellere|bare|meget|godt|taenke mig))*"
    r"(?: (?:have|faa|at faa|at have|modtage|at modtage))?",
    r"(?:kan|maa|kunne|vil) (?:jeg|vi|i|du|man)(?: ikke)?(?: (?:godt|gerne|evt|eventuelt|mon))*"
    r"(?: (?:faa|have|sende|skrive|bede om|noejes med))?(?: (?:til )?mig)?",
    r"(?:send|skriv|giv)(?: (?:mig|til mig|gerne|helst|kun))*",
    r"(?:det )?(?:passer|vil passe) (?:mig )?(?:bedst|bedre|fint)(?: (?:at faa|med|hvis i skriver|hvis i sender))?",
    "helst|gerne|hellere",
)
PARTS = {"morgenen": "morgen", "formiddagen": "formiddag", "eftermiddagen": "eftermiddag", "aftenen": "aften"}
_PART = "|".join(PARTS)
_HOUR = r"(?:\d{1,2}(?:[.:]\d{2})?|syv|otte|ni|ti|elleve|tolv)"
_LEAST = "efter|ikke foer|foerst efter|foerst|tidligst|fra"

TIME = re.compile(
    rf"(?:(?P<ask>{ASK}) ?)?(?P<texts>{MY_TEXTS} ?)?(?:(?:er bedst|kun|helst|gerne|hellere|altid) )*"
    rf"(?:(?:om |hver )?(?P<part>{_PART})|(?P<plain>{'|'.join(PARTS.values())})"
    rf"|(?:ved |omkring |ca )?(?:(?P<least>{_LEAST}) )?(?P<kl>(?:kl|klokken) )?(?P<hour>{_HOUR})"
    rf"(?: om (?P<half>{_PART}))?(?: tiden)?)"
    rf"(?: i stedet(?: for (?:om )?{_any(_PART, *PARTS.values())})?)?(?: fremover)?"
)
TODAY_OR_TOMORROW = re.compile(r"\bi (?:morgen|formiddag|eftermiddag|aften|dag|nat|morges|aftes)\b")

_A_WEEK = "(?:om ugen|ugentligt|ugentlig|pr uge|per uge)"
_AT_MOST = "(?:kun|hoejst|max|maks|maksimalt|bare)"
_WEEKLY = rf"(?:{_AT_MOST} )?(?:en|et|een|1)(?: gang)?(?: (?:besked|sms))? {_A_WEEK}"
FEWER_BARE = re.compile(
    rf"(?:{_AT_MOST} (?:en|een|1) gang {_A_WEEK}|ikke saa (?:mange|tit|ofte|meget)|faerre|lidt faerre|lidt sjaeldnere"
    "|sjaeldnere|mindre tit)"
)
FEWER = re.compile(
    rf"(?:{ASK} )?(?:(?:lidt|meget|noget) )?(?:faerre|mindre) {TEXTS}(?: fra jer)?(?: {_WEEKLY})?(?: fremover)?"
    rf"|(?:{ASK} )?(?:mig )?ikke saa mange {TEXTS}(?: fra jer)?"
    r"|(?:send|skriv|i maa gerne (?:sende|skrive)|kan i (?:sende|skrive)) (?:til )?(?:mig )?"
    r"(?:ikke saa (?:tit|ofte|meget|mange)|(?:lidt )?(?:sjaeldnere|mindre tit|faerre))"
    rf"|{TEXTS} (?:lidt )?(?:sjaeldnere|mindre tit)|sjaeldnere {TEXTS}"
    r"|(?:(?:i sender|i skriver|jeg faar|der er|der kommer|det er|det bliver|der bliver) )?(?:alt )?for mange"
    rf" {TEXTS}(?: fra jer)?|(?:i sender|i skriver) (?:mig )?(?:alt )?for (?:tit|meget|ofte)"
    rf"|(?:{ASK} )(?:{MY_TEXTS} )?{_AT_MOST} (?:en|et|een|1)(?: gang)?(?: (?:besked|sms))? {_A_WEEK}"
    rf"|(?:{ASK} )?(?:{_AT_MOST} )?(?:en|1) (?:besked|sms) {_A_WEEK}(?: er (?:nok|fint))?"
    rf"|{MY_TEXTS} {_WEEKLY}(?: er (?:nok|fint))?|(?:kan i )?skrue? (?:lidt )?ned for (?:maengden af )?{TEXTS}"
)

PAUSE = re.compile(
    r"(?:(?:jeg|vi) (?:vil gerne|vil|skal|oensker(?: at)?|har|er|holder|tager|har brug for)"
    r"(?: (?:have|holde|tage|paa))? "
    r"|(?:kan|maa) (?:jeg|vi|i|du)(?: (?:godt|gerne))?(?: (?:holde|tage|faa|have|saette(?: mig| det)?))? "
    r"|(?:hold|tag|saet|saet mig|holder|goer) )?"
    rf"(?:(?:en|gerne|lidt|lille|min|vores|det|forloebet|{TEXTS}) )*"
    rf"(?:(?:paa )?pause(?: (?:med|fra) {_any(MY_TEXTS, 'forloebet', 'jer')})?"
    r"|(?:paa )?(?:ferie|sommerferie|vinterferie|efteraarsferie|juleferie)|bortrejst|ude at rejse|udenlands)"
    r"(?: (?:fra nu|fra i dag|nu))? (?P<when>.+)"
)
WAIT = re.compile(
    r"(?:(?:vil|kan) i )?(?:vent|vente|stop|stoppe|hold inde|holde inde)(?: (?:helst|gerne))?"
    rf"(?: med)?(?: {_any(MY_TEXTS, 'at skrive', 'at sende')}(?: (?:til mig|{TEXTS}))?)? (?P<when>(?:til|indtil|i) .+)"
)
NOT_BEFORE = re.compile(
    rf"(?:ingen {TEXTS}|(?:skriv|send) ikke(?: til mig| {TEXTS}| mere)*|jeg vil ikke have {TEXTS}) foer (?P<day>.+)"
    rf"|(?:skriv|send) foerst (?:{TEXTS} )?igen (?P<again>.+)"
)
HOME_BY = re.compile(
    r"(?:pause |(?:paa )?ferie |(?:jeg|vi) er (?:paa ferie|vaek|bortrejst|ude at rejse) )?"
    r"(?:til|indtil) (?:vi|jeg) (?:er|kommer) (?:hjemme|hjem)(?: igen)? (?P<day>.+)"
    r"|(?:vi|jeg) (?:er|kommer) (?:foerst )?(?:hjemme|hjem) igen (?P<again>.+)"
)
GO_ON = re.compile(
    r"(?:jeg|vi) (?:er|kom) (?:nu )?(?:hjemme|tilbage|hjem)"
    r"(?: igen| (?:igen )?(?:fra|efter) (?:ferie|ferien|pausen|rejsen))(?: (?:nu|igen))?"
    r"|hjemme igen|tilbage (?:fra|efter) (?:ferie|ferien|pausen|rejsen)"
    r"|(?:min |vores )?(?:ferien?|pausen) er (?:slut|forbi|ovre|faerdig)(?: nu)?|slut med (?:pause|pausen|ferie|ferien)"
    r"|(?:(?:nu )?(?:i|du) (?:maa|kan)|nu (?:maa|kan) i) (?:(?:godt|gerne) )*(?:skrive|sende|begynde|starte|fortsaette)"
    rf"(?: til mig| {TEXTS}| med {TEXTS})? igen(?: nu)?"
    rf"|(?:start|send|skriv|begynd|fortsaet)(?: {TEXTS})? (?:igen|nu|igen nu|nu igen)"
    r"|(?:jeg|vi) (?:vil gerne|er klar til at) (?:starte|fortsaette|begynde|i gang|"
    rf"(?:have|faa) {TEXTS})(?: igen)(?: nu)?|(?:jeg|vi) (?:vil gerne|er klar til at) fortsaette"
)

_KEYWORDS = (
    *PARTS,
    *PLAIN_WEEKDAYS,
    *MONTHS,
    *"faerre beskeder sjaeldnere pause ferie hjemme formiddag eftermiddag klokken bortrejst weekenden indtil".split(),
    *"morgen aften gerne helst hellere oensker skrive sende".split(),
)
_OTHER_WORDS = frozenset("aftes morges sorgen moren borgen borgen hjemmet skrev pauser pausede ferier".split())
"""Words that stand one letter from one of ours and mean something else."""
_PATTERNS = (TIME, FEWER_BARE, FEWER, PAUSE, WAIT, NOT_BEFORE, HOME_BY, GO_ON)
_NEVER_MENDED = _OTHER_WORDS.union(*(re.findall("[a-z]+", pattern.pattern) for pattern in _PATTERNS))

_TOKEN = re.compile(r"\d+(?:[.:/-]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)?")
_GREETING = re.compile(r"^(?:(?:hej|hejsa|goddag|godmorgen|godaften|kaere)(?: (?:igen|klinik|alle|med jer|jer))? )+")
_SIGNATURE = re.compile(r" (?:mvh|vh|kh|(?:med )?venlig hilsen|hilsen|hilsner)(?: [a-z]+){0,3}$")
_POLITE = re.compile(
    r"\b(?:(?:mange|paa forhaand) tak|tak|venligst|please|undskyld|saa(?! (?:mange|tit|ofte|meget))|lige|ok|okay)\b"
)


def plain_words(text: str) -> str:
    """Folded and mended words without greeting, thanks and signature, one space between them."""
    words = " ".join(_mend(token) for token in _TOKEN.findall(fold(text[:MAX_LENGTH])))
    words = _SIGNATURE.sub("", _GREETING.sub("", f"{words} ").strip())
    return " ".join(_POLITE.sub(" ", words).split())


@cache
def _alike() -> dict[str, list[str]]:
    """Our words by what is left of them without a letter."""
    found: dict[str, list[str]] = {}
    for word in _KEYWORDS:
        for form in one_letter_less(word):
            found.setdefault(form, []).append(word)
    return found


def _mend(token: str) -> str:
    """The keyword one slip away, when there is exactly one."""
    if len(token) < SHORTEST_MENDED or token in _KEYWORDS or token in _NEVER_MENDED or not token.isalpha():
        return token
    alike = {word for form in one_letter_less(token) for word in _alike().get(form, ())}
    near = [word for word in alike if distance(token, word, 1) <= 1]
    return near[0] if len(near) == 1 else token
