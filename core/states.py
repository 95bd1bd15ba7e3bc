"""The words for what state things are in. Pure, so that pure modules may use them."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    ADMIN = "admin"
    CLINICIAN = "clinician"
    READER = "reader"


class ApiScope(StrEnum):
    """What a script may do: look, or enrol and stop as well."""

    READ = "read"
    ENROL = "enrol"


class EnrolmentState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    STOPPED = "stopped"


class MessageState(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class MessageKind(StrEnum):
    """STEP stands in a programme; ADVICE answers a red or amber reply; ANSWER any other reply; CONTACT_CHECK
    asks whether the patient got hold of a doctor; STAFF was written by a staff member; REMINDER asks a screening again
    that was not answered; ALARM calls somebody on call."""

    STEP = "step"
    ADVICE = "advice"
    ANSWER = "answer"
    CONTACT_CHECK = "contact_check"
    STAFF = "staff"
    REMINDER = "reminder"
    ALARM = "alarm"


class Colour(StrEnum):
    """How an alert is shown, worst first. BLUE is a silence or a text that did not arrive."""

    RED = "red"
    AMBER = "amber"
    BLUE = "blue"


class AlertState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class AlertKind(StrEnum):
    REPLY = "reply"
    CALL_BACK = "call_back"
    NO_CONTACT = "no_contact"
    UNKNOWN_SENDER = "unknown_sender"
    UNREADABLE = "unreadable"
    OUTSIDE_COURSE = "outside_course"
    CHECKER_FAILED = "checker_failed"
    SILENT = "silent"
    UNDELIVERED = "undelivered"
    UNSETTLED = "unsettled"
    MARKED = "marked"


class Verdict(StrEnum):
    """What a staff member says a reply should have been read as."""

    SHOULD_BE_RED = "should_be_red"
    SHOULD_BE_AMBER = "should_be_amber"
    SHOULD_NOT_BE_RED = "should_not_be_red"
    SHOULD_BE_GREEN = "should_be_green"


class ImportState(StrEnum):
    """Where a list that is read in stands: being looked through, being enrolled, or done."""

    DRAFT = "draft"
    RUNNING = "running"
    DONE = "done"
