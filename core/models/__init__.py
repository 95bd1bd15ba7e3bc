"""The tables."""

from core.models.api import ApiEnrolment, ApiKey
from core.models.base import Base
from core.models.clinic import Audit, Clinic, Heartbeat, RegionNumber, Staff, StaffSession
from core.models.course import Enrolment, Message, Patient
from core.models.inbox import Alert, AlertEvent, Reply, Triage, TriageMark
from core.states import (
    AlertKind,
    AlertState,
    ApiScope,
    Colour,
    EnrolmentState,
    MessageKind,
    MessageState,
    Role,
    Verdict,
)

__all__ = [
    "Alert",
    "AlertEvent",
    "AlertKind",
    "AlertState",
    "ApiEnrolment",
    "ApiKey",
    "ApiScope",
    "Audit",
    "Base",
    "Clinic",
    "Colour",
    "Enrolment",
    "EnrolmentState",
    "Heartbeat",
    "Message",
    "MessageKind",
    "MessageState",
    "Patient",
    "RegionNumber",
    "Reply",
    "Role",
    "Staff",
    "StaffSession",
    "Triage",
    "TriageMark",
    "Verdict",
]
