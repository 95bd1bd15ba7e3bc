"""Pure: the Danish words for every act in the audit log, and what sort of act it is."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Sort(StrEnum):
    SEEN = "set"
    CHANGED = "aendret"
    FETCHED = "hentet"
    WAY_IN = "adgang"


SORTS: Mapping[Sort, str] = {
    Sort.SEEN: "Så",
    Sort.CHANGED: "Ændrede",
    Sort.FETCHED: "Hentede ud",
    Sort.WAY_IN: "Adgang",
}

_SEEN = {
    "patient.list": "Så en liste over patienter",
    "patient.view": "Så patienten",
    "alert.view": "Så alarmen",
    "mark.list": "Så listen over mærkede svar",
    "log.view": "Så loggen",
    "import.view": "Så en liste, der er hentet ind",
    "overview.view": "Så overblikket",
    "api.enrolment_view": "Et system så forløbet",
    "api.alerts_list": "Et system hentede alarmer",
}
_CHANGED = {
    "alert.opened": "Alarmen kom ind igen",
    "alert.acknowledge": "Kvitterede for alarmen",
    "alert.acknowledge_by_text": "Kvitterede for alarmen på sms",
    "alert.hand_over": "Gav alarmen videre",
    "alert.take_over": "Overtog alarmen",
    "alert.give_back": "Lagde alarmen tilbage",
    "alert.resolve": "Afsluttede alarmen",
    "alert.settle": "Alarmen om sms'en blev afklaret af sig selv",
    "alert.send_again": "Lukkede alarmen ved at sende sms'en igen",
    "alert.mark_sent": "Lukkede alarmen, fordi sms'en er sendt",
    "message.send_again": "Bad om at få sms'en sendt igen",
    "message.mark_sent": "Markerede sms'en som sendt",
    "alert.reopen": "Genåbnede alarmen",
    "alert.undo": "Fortrød sin handling på alarmen",
    "import.read": "Hentede en liste ind",
    "import.enrol": "Tilmeldte patienter fra en liste",
    "enrolment.create": "Tilmeldte patienten",
    "enrolment.pause": "Satte forløbet på pause",
    "enrolment.resume": "Genoptog forløbet",
    "enrolment.stop": "Stoppede forløbet",
    "enrolment.stop_answer": "Patienten svarede på, hvorfor forløbet stoppede",
    "enrolment.reopen": "Patienten fortrød at stoppe",
    "enrolment.complete": "Forløbet blev gennemført",
    "enrolment.move_version": "Flyttede forløbet til en nyere udgave",
    "enrolment.wish_fewer": "Patienten bad om færre sms'er",
    "enrolment.wish_time": "Patienten bad om et andet tidspunkt",
    "enrolment.forget_wishes": "Nulstillede patientens ønsker",
    "enrolment.form_easier": "Øvelserne blev gjort lettere",
    "enrolment.form_usual": "Øvelserne blev igen de sædvanlige",
    "enrolment.form_harder": "Øvelserne blev gjort sværere",
    "enrolment.texts_again": "Sendte igen alle sms'er efter tavshed",
    "mark.should_be_red": "Mærkede svaret: burde være rødt",
    "mark.should_be_amber": "Mærkede svaret: burde være gult",
    "mark.should_not_be_red": "Mærkede svaret: ikke rødt",
    "mark.withdraw": "Fjernede sit mærke på svaret",
    "clinic.neutral_on": "Slog neutrale sms'er til",
    "clinic.neutral_off": "Slog neutrale sms'er fra",
    "region_number.change": "Rettede nummeret til lægevagten",
    "opening_hours.change": "Ændrede åbningstider eller lukkedage",
    "deadlines.change": "Ændrede fristerne",
    "contact.change": "Ændrede en person på vagtlisten",
    "contact.remove": "Fjernede en person fra vagtlisten",
    "roster.change": "Ændrede vagtplanen",
    "alarm.try": "Sendte en prøvealarm",
    "clinic.change": "Rettede klinikkens oplysninger",
    "clinic.keep_months": "Ændrede, hvor længe patienter gemmes",
    "patient.correct": "Rettede patientens oplysninger",
    "patient.correct_phone": "Rettede patientens mobilnummer",
    "note.add": "Skrev en note",
    "note.correct": "Rettede en note",
    "note.remove": "Fjernede en note",
    "message.write": "Skrev en sms til patienten",
    "message.write_in_doubt": "Skrev en sms til patienten trods en advarsel",
    "message.move": "Flyttede en planlagt sms",
    "message.cancel": "Aflyste en planlagt sms",
    "message.restore": "Satte en aflyst sms ind igen",
    "enrolment.switch": "Skiftede forløb",
    "text_template.change": "Rettede en skabelon",
    "text_template.remove": "Fjernede en skabelon",
    "text_template.reset": "Satte en skabelon tilbage, som den var fra start",
    "patient.erase": "Slettede patientens navn, numre og ord",
    "connection.try": "Prøvede forbindelsen til Twilio",
    "message.trial": "Sendte en prøve-sms",
    "api.enrol": "Et system tilmeldte patienten",
    "api.stop": "Et system stoppede forløbet",
    "api_key.create": "Lavede en API-nøgle",
    "api_key.revoke": "Trak en API-nøgle tilbage",
}
_FETCHED = {
    "patient.export": "Hentede listen over patienter ud",
    "patient.journal": "Hentede tekst til journalen ud",
    "import.export": "Hentede de rækker ud, der skal rettes",
    "mark.export": "Hentede mærkede svar ud",
    "log.export": "Hentede loggen ud",
}
_WAY_IN = {
    "staff.log_in": "Loggede ind",
    "staff.log_out": "Loggede ud",
    "staff.lock": "Log ind blev spærret efter forkerte forsøg",
    "staff.change_password": "Skiftede adgangskode",
    "staff.code_on": "Slog kode fra telefonen til",
    "staff.code_off": "Slog kode fra telefonen fra",
    "staff.recovery_make": "Lavede nye nødkoder",
    "staff.passkey_add": "Tilføjede en adgangsnøgle",
    "staff.passkey_remove": "Fjernede en adgangsnøgle",
    "staff.end_sessions": "Loggede ud andre steder",
    "staff.add": "Tilføjede en medarbejder",
    "staff.role_admin": "Gjorde til administrator",
    "staff.role_clinician": "Gjorde til behandler",
    "staff.role_reader": "Gav læseadgang",
    "staff.deactivate": "Lukkede en medarbejders adgang",
    "staff.reactivate": "Åbnede en medarbejders adgang igen",
    "staff.link_make": "Lavede et link til ny adgangskode",
    "staff.link_use": "Valgte ny adgangskode med et link",
}

BY_SORT: Mapping[Sort, Mapping[str, str]] = {
    Sort.SEEN: _SEEN,
    Sort.CHANGED: _CHANGED,
    Sort.FETCHED: _FETCHED,
    Sort.WAY_IN: _WAY_IN,
}
WORDS: Mapping[str, str] = {action: word for words in BY_SORT.values() for action, word in words.items()}
THINGS: Mapping[str, str] = {
    "patient": "patient",
    "alert": "alarm",
    "enrolment": "forløb",
    "reply": "svar",
    "clinic": "klinik",
    "staff": "medarbejder",
    "region_number": "nummer",
    "message": "sms",
    "note": "note",
    "text_template": "skabelon",
    "contact": "person på vagtlisten",
    "roster_shift": "vagt",
    "roster_change": "ændring i vagtplanen",
    "closed_days": "lukkedage",
    "api_key": "API-nøgle",
    "import": "liste",
}


def word_of(action: str) -> str:
    """The Danish words, or the stored one when a newer version has written an act this one does not know."""
    return WORDS.get(action, action)


def actions_of(kind: str) -> tuple[str, ...]:
    """What the filter's choice stands for: all acts of a sort, one act, or none when it is unknown."""
    if kind in BY_SORT:
        return tuple(BY_SORT[Sort(kind)])
    return (kind,) if kind in WORDS else ()
