"""Which programme a course runs in. Pure."""

from __future__ import annotations

from core.models import Enrolment
from messages.loader import Content
from messages.programme_schema import Programme


def programme_of(content: Content, enrolment: Enrolment | None) -> Programme | None:
    """The programme of a course in its own version; None without a course, or when that version is gone."""
    return content.programme(enrolment.programme_id, enrolment.programme_version) if enrolment else None
