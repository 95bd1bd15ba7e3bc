"""Pure: a report as an SVG picture: alerts and work a week, and how many questions are answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.simulate.report import COLOURS, Report

WIDTH, HEIGHT = 760, 470
LEFT, RIGHT = 56, 24
FILL = {"red": "#b42318", "amber": "#d98a00", "blue": "#3b6fb6"}
FONT = 'font-family="system-ui, sans-serif" font-size="12"'
INK, GRID = "#1f2933", "#d9dee3"


def chart(shown: Report) -> str:
    """The picture as text; the same figures give the same text."""
    parts = [*_alerts(shown, top=76, height=180), *_rates(shown.reply_rate, top=318, height=104)]
    title = f"{shown.patients} patients, {shown.days} days each, seed {shown.seed}"
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" {FONT} fill="{INK}">',
            f"<title>Simulated clinic: {title}</title>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
            _text(LEFT, 24, title, size=16, weight=600),
            *parts,
            "</svg>",
            "",
        )
    )


def _alerts(shown: Report, top: float, height: float) -> Iterator[str]:
    """Stacked bars, red at the bottom; above each the hours of staff's work."""
    yield _text(LEFT, top - 24, "Alerts a week; above each bar the hours of staff's work", weight=600)
    for place, colour in enumerate(COLOURS):
        key = WIDTH - RIGHT - 190 + 66 * place
        yield _box(key, top - 34, 11, 11, FILL[colour])
        yield _text(key + 16, top - 24, colour)
    most = max([sum(week.alerts.values()) for week in shown.weeks] or [0]) or 1
    yield from _axis(top, height, [(0, "0"), (0.5, f"{most / 2:g}"), (1, str(most))])
    room = (WIDTH - LEFT - RIGHT) / max(len(shown.weeks), 1)
    for number, week in enumerate(shown.weeks):
        x = LEFT + room * (number + 0.15)
        y = top + height
        for colour in COLOURS:
            size = height * week.alerts[colour] / most
            y -= size
            yield _box(x, y, room * 0.7, size, FILL[colour])
        middle = x + room * 0.35
        yield _text(middle, y - 4, f"{week.minutes / 60:.1f}", size=10, anchor="middle")
        yield _text(middle, top + height + 15, str(number + 1), anchor="middle")
    yield _text(WIDTH - RIGHT, top + height + 30, "week of the run", anchor="end")


def _rates(rates: Sequence[float], top: float, height: float) -> Iterator[str]:
    yield _text(LEFT, top - 10, "Timed questions answered within 72 hours", weight=600)
    yield from _axis(top, height, [(0, "0 %"), (0.5, "50 %"), (1, "100 %")])
    room = (WIDTH - LEFT - RIGHT) / max(len(rates), 1)
    points = [(LEFT + room * (week + 0.5), top + height * (1 - rate)) for week, rate in enumerate(rates)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    yield f'<polyline points="{path}" fill="none" stroke="{FILL["blue"]}" stroke-width="2"/>'
    for week, (x, y) in enumerate(points):
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{FILL["blue"]}"/>'
        yield _text(x, top + height + 15, str(week + 1), anchor="middle")
    yield _text(WIDTH - RIGHT, top + height + 30, "week of the course", anchor="end")


def _axis(top: float, height: float, marks: Sequence[tuple[float, str]]) -> Iterator[str]:
    for share, label in marks:
        y = top + height * (1 - share)
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GRID}"/>'
        yield _text(LEFT - 8, y + 4, label, anchor="end")


def _box(x: float, y: float, width: float, height: float, fill: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"/>'


def _text(x: float, y: float, body: str, *, size: int = 12, weight: int = 400, anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}">{body}</text>'
    )
