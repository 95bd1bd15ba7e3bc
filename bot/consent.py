"""What the patient agrees to at the desk. A changed text gets a new version; an enrolment keeps its own."""

CONSENT_VERSION = "2026-11"
CONSENT_TEXT = (
    "Patienten har sagt ja til at få sms om sit forløb og ved, at sms ikke er en sikker kanal, at svar ikke læses "
    "døgnet rundt, at svar gemmes i klinikken, og at man altid kan stoppe ved at sende STOP."
)
