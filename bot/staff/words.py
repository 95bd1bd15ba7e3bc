"""The Danish words for what the tables hold in English."""

from __future__ import annotations

from bot.alerts import BY_TEXT
from core.models import AlertKind, AlertState, Colour, EnrolmentState, MessageKind, MessageState, Role, Verdict
from messages.advice_schema import AdviceGroup
from messages.languages import Language

COLOURS: dict[str, str] = {Colour.RED: "RØD", Colour.AMBER: "GUL", Colour.BLUE: "BLÅ"}

ALERT_KINDS: dict[str, str] = {
    AlertKind.REPLY: "Svar fra patienten",
    AlertKind.CALL_BACK: "Ring op: Patienten har afmeldt sms og får ikke vores svar",
    AlertKind.NO_CONTACT: "Ring op: Patienten har ikke fået fat i en læge",
    AlertKind.UNKNOWN_SENDER: "Sms fra et nummer, som ikke hører til en patient",
    AlertKind.UNREADABLE: "Kunne ikke læses automatisk. Læs selv, eller ring op",
    AlertKind.OUTSIDE_COURSE: "Skrevet uden for et forløb, der er i gang",
    AlertKind.CHECKER_FAILED: "Blev ikke vurderet automatisk. Læs svaret selv",
    AlertKind.SILENT: "Har ikke svaret på spørgsmålet",
    AlertKind.UNDELIVERED: "Sms'en nåede ikke frem",
    AlertKind.UNSETTLED: "Uvist, om sms'en blev sendt",
    AlertKind.MARKED: "Ring op: En medarbejder har vurderet svaret som rødt",
}

ALERT_STATES: dict[str, str] = {
    AlertState.OPEN: "Åben",
    AlertState.ACKNOWLEDGED: "Kvitteret",
    AlertState.RESOLVED: "Afsluttet",
}

ALERT_ACTIONS: dict[str, str] = {
    "opened": "kom ind",
    "acknowledge": "kvitteret",
    "hand_over": "givet videre",
    "take_over": "overtaget",
    "give_back": "lagt tilbage",
    "resolve": "afsluttet",
    "reopen": "genåbnet",
    "undo": "fortrudt",
    "settle": "afklaret: sms'en er gjort rede for",
    "send_again": "sms'en sendes igen",
    "mark_sent": "sms'en er markeret som sendt",
    BY_TEXT: "kvitteret på sms af",
}


ENROLMENT_STATES: dict[str, str] = {
    EnrolmentState.ACTIVE: "I gang",
    EnrolmentState.PAUSED: "På pause",
    EnrolmentState.COMPLETED: "Gennemført",
    EnrolmentState.STOPPED: "Stoppet",
}

MESSAGE_STATES: dict[str, str] = {
    MessageState.PLANNED: "planlagt",
    MessageState.HELD: "holdt tilbage",
    MessageState.SENDING: "er ved at blive sendt",
    MessageState.SENT: "sendt",
    MessageState.DELIVERED: "leveret",
    MessageState.UNDELIVERED: "ikke leveret",
    MessageState.FAILED: "ikke sendt",
    MessageState.UNKNOWN: "uvist, om den er sendt",
    MessageState.EXPIRED: "ikke sendt: blev for sen",
    MessageState.CANCELLED: "aflyst",
}

MESSAGE_KINDS: dict[str, str] = {
    MessageKind.STEP: "Planlagte sms'er",
    MessageKind.REMINDER: "Påmindelser",
    MessageKind.ADVICE: "Råd efter rødt eller gult svar",
    MessageKind.CONTACT_CHECK: "Fik du fat i en læge?",
    MessageKind.ANSWER: "Svar på patientens sms",
    MessageKind.STAFF: "Skrevet af klinikken",
    MessageKind.ALARM: "Alarmer til vagten",
}

NOT_ARRIVED = frozenset({MessageState.UNDELIVERED, MessageState.FAILED, MessageState.UNKNOWN})
NOT_SENT = frozenset({MessageState.EXPIRED, MessageState.CANCELLED})

LANGUAGES: dict[str, str] = {language: language.danish_name for language in Language}

LEVELS: dict[str, str] = {"red": "RØD", "amber": "GUL", "green": "Ingen flag fundet", "blue": "BLÅ"}

VERDICTS: dict[str, str] = {
    Verdict.SHOULD_BE_RED: "Burde være rød",
    Verdict.SHOULD_BE_AMBER: "Burde være gul",
    Verdict.SHOULD_NOT_BE_RED: "Ikke rød",
    Verdict.SHOULD_BE_GREEN: "Burde være grøn",
}

QUESTIONS: dict[str, str] = {
    "screening": "Har du fået et af de alvorlige symptomer?",
    "pain": "Hvor ondt har du fra 0 til 10?",
    "exercise": "Fik du lavet dine øvelser?",
    "activity": "Har du været ude at gå?",
    "open": "Hvordan går det?",
    "progress": "Hvordan går det i forhold til starten?",
    "sleep": "Holder smerter dig vågen?",
    "mood": "Er du mere trist eller bange?",
    "work": "Er du sygemeldt, fordi du har ondt?",
    "barrier": "Hvad står mest i vejen?",
    "reached_doctor": "Fik du fat i en læge?",
    "stop_reason": "Hvorfor stopper du?",
    "staff_asked": "Spørgsmål, som klinikken selv har skrevet",
}

ADVICE_GROUPS: dict[str, str] = {
    AdviceGroup.EMERGENCY: "Ring 112 nu",
    AdviceGroup.OVERDOSE: "Ring til Giftlinjen eller 112 nu",
    AdviceGroup.SUICIDAL: "Læge nu, og Livslinien",
    AdviceGroup.CAUDA_EQUINA: "Læge nu: blære, tarm, skridt eller begge ben",
    AdviceGroup.WEAKNESS: "Læge nu: pas på ikke at falde",
    AdviceGroup.FEVER: "Læge nu: feber",
    AdviceGroup.TRAUMA: "Læge nu: efter fald eller slag",
    AdviceGroup.PAIN: "Læge nu: stærke smerter",
    AdviceGroup.RED: "Læge nu",
    AdviceGroup.CONTACT_MISSED: "Ring igen til lægen nu",
    AdviceGroup.AMBER_DOCTOR: "Tal med lægen i dag eller i morgen",
    AdviceGroup.AMBER: "Klinikken læser. Ring til lægen, hvis det bliver værre",
    AdviceGroup.AMBER_CONTACT: "Klinikken svarer i åbningstiden",
    AdviceGroup.UNCLEAR: "Klinikken læser, fordi svaret er uklart",
}

LOWERED: dict[str, str] = {
    "past": "ser ud til at være forbi",
    "hypothetical": "noget, patienten forestiller sig",
    "other_person": "ser ud til at handle om en anden",
    "long_known": "ser ud til at være gammelt og kendt",
    "as_it_should": "patienten kalder det normalt",
}
"""Why a finding that would be red only became amber."""

ROLES: dict[str, str] = {Role.ADMIN: "administrator", Role.CLINICIAN: "behandler", Role.READER: "læseadgang"}

STOP_REASONS = (
    "Patienten ønsker det",
    "Patienten har det godt og er færdig",
    "Patienten er henvist videre",
    "Tilmeldt ved en fejl",
    "Andet",
)


def say(words: dict[str, str], key: str) -> str:
    """The Danish word, or the stored one when a newer version has written a state this one does not know."""
    return words.get(key, key)
