"""The tables."""

from core.models.base import Base
from core.models.clinic import Audit, Clinic, Heartbeat, RegionNumber, Staff, StaffSession
from core.models.course import Enrolment, Message, Patient
from core.models.inbox import Alert, AlertEvent, Reply, Triage, TriageMark
from core.models.on_call import (
    Alarm,
    AlarmAlert,
    ClosedDays,
    Contact,
    Deadline,
    Mail,
    OpeningDay,
    RosterChange,
    RosterShift,
)
from core.states import AlertKind, AlertState, Colour, EnrolmentState, MessageKind, MessageState, Role, Verdict

__all__ = [
    "Alarm",
    "AlarmAlert",
    "Alert",
    "AlertEvent",
    "AlertKind",
    "AlertState",
    "Audit",
    "Base",
    "Clinic",
    "ClosedDays",
    "Colour",
    "Contact",
    "Deadline",
    "Enrolment",
    "EnrolmentState",
    "Heartbeat",
    "Mail",
    "Message",
    "MessageKind",
    "MessageState",
    "OpeningDay",
    "Patient",
    "RegionNumber",
    "Reply",
    "Role",
    "RosterChange",
    "RosterShift",
    "Staff",
    "StaffSession",
    "Triage",
    "TriageMark",
    "Verdict",
]
