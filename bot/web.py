"""What a page needs of the request it answers: the runtime, one database session, the clocks."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from flask import Flask, current_app, g
from sqlalchemy.orm import Session

from bot.runtime import Clock, Runtime

_EXTENSION = "rygbot"
_WALL_CLOCK = "rygbot_wall_clock"


def attach(app: Flask, runtime: Runtime, wall_clock: Clock) -> None:
    """Give an application its runtime; the session of each request is closed when the request is over."""
    app.extensions[_EXTENSION] = runtime
    app.extensions[_WALL_CLOCK] = wall_clock
    app.teardown_appcontext(_close_session)


def runtime() -> Runtime:
    return cast("Runtime", current_app.extensions[_EXTENSION])


def now() -> datetime:
    """The product's present instant in UTC."""
    return runtime().now()


def wall_now() -> datetime:
    """The true present instant in UTC: a demo that runs fast must not log people out fast."""
    return cast("Clock", current_app.extensions[_WALL_CLOCK])()


def db() -> Session:
    """This request's session, opened when first asked for. Views commit; what they leave is rolled back."""
    if "db" not in g:
        g.db = runtime().sessions()
    return cast("Session", g.db)


def _close_session(_error: BaseException | None) -> None:
    session = g.pop("db", None)
    if session is not None:
        session.close()
