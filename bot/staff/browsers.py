"""Pure: a browser's own description of itself, made short enough to recognise one's own by."""

from __future__ import annotations

_PROGRAMS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
"""Most browsers name others too: the first that is found is the one."""
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"), ("Linux", "Linux"),
)  # fmt: skip
UNKNOWN = "Ukendt browser"


def short_name(user_agent: str) -> str:
    """ "Firefox på Windows"; only one half when the other is unknown."""
    program = _first(_PROGRAMS, user_agent)
    system = _first(_SYSTEMS, user_agent)
    return " på ".join(half for half in (program, system) if half) or UNKNOWN


def _first(known: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for mark, name in known if mark in user_agent), "")
