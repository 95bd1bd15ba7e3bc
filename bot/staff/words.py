"""The Danish words for what the tables hold in English."""

from __future__ import annotations

from core.models import AlertKind, AlertState, Colour, EnrolmentState, MessageState, Role

COLOURS: dict[str, str] = {Colour.RED: "RØD", Colour.AMBER: "GUL", Colour.BLUE: "BLÅ"}

ALERT_KINDS: dict[str, str] = {
    AlertKind.REPLY: "Svar fra patienten",
    AlertKind.CALL_BACK: "Ring op: Patienten har afmeldt sms og får ikke vores svar",
    AlertKind.NO_CONTACT: "Ring op: Patienten har ikke fået fat i en læge",
    AlertKind.UNKNOWN_SENDER: "Sms fra et nummer, som ikke hører til en patient",
    AlertKind.UNREADABLE: "Kunne ikke læses automatisk. Læs selv, eller ring op",
    AlertKind.CHECKER_FAILED: "Blev ikke vurderet automatisk. Læs svaret selv",
    AlertKind.SILENT: "Har ikke svaret på spørgsmålet",
    AlertKind.UNDELIVERED: "Sms'en nåede ikke frem",
    AlertKind.UNSETTLED: "Uvist, om sms'en nåede frem",
}

ALERT_STATES: dict[str, str] = {
    AlertState.OPEN: "Åben",
    AlertState.ACKNOWLEDGED: "Kvitteret",
    AlertState.RESOLVED: "Afsluttet",
}

ALERT_ACTIONS: dict[str, str] = {
    "opened": "kom ind",
    "acknowledge": "kvitteret",
    "resolve": "afsluttet",
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

NOT_ARRIVED = frozenset({MessageState.UNDELIVERED, MessageState.FAILED, MessageState.UNKNOWN})
NOT_SENT = frozenset({MessageState.EXPIRED, MessageState.CANCELLED})

LEVELS: dict[str, str] = {"red": "RØD", "amber": "GUL", "green": "Ingen flag fundet"}

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
