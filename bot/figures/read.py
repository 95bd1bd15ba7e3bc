"""All figures of a period at once, in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.figures.counts import Alerts, Courses, Scope, Talk, Texts, alerts, courses, talk, texts
from bot.figures.pain import PainCourse, pain_course
from bot.figures.waits import Wait, waits


@dataclass(frozen=True)
class Figures:
    scope: Scope
    courses: Courses
    talk: Talk
    alerts: Alerts
    waits: dict[str, Wait]
    texts: Texts
    pain: PainCourse


def figures(session: Session, scope: Scope) -> Figures:
    return Figures(
        scope,
        courses(session, scope),
        talk(session, scope),
        alerts(session, scope),
        waits(session, scope),
        texts(session, scope),
        pain_course(session, scope),
    )
