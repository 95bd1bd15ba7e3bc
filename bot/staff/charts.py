"""Pure: bars and lines as SVG. Series differ by texture, stroke and mark, not by colour alone; a table stands beside.

Colours come from the style sheet by class, so that a picture follows the page into the dark and onto paper. Drawn
narrow, so that its letters can be read on a telephone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 340, 170
LEFT, RIGHT, TOP = 34, 8, 14
MOST_LABELS = 9
LINE = 18
"""Height of a line of the key."""
SHORT_NAME = 16
"""Names no longer than this stand two to a line of the key."""
TEXTURES = ("plain", "lines", "dots", "cross", "open")
DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 4")
MARKS = ("circle", "square", "triangle", "diamond", "ring")


@dataclass(frozen=True)
class Series:
    """`tone`: the class its colour comes from. `values`: one for each label; None where there is nothing to show."""

    name: str
    tone: str
    values: Sequence[float | None]


def bars(chart_id: str, title: str, labels: Sequence[str], series: Sequence[Series], *, stacked: bool = False) -> str:
    """A picture of amounts. `chart_id`: unlike any other on the page. `stacked`: the first series lies lowest."""
    tops = [sum(_shown(values)) for values in zip(*(one.values for one in series), strict=True)] if stacked else []
    scale = _Scale(max([*tops, *(value for one in series for value in _shown(one.values))], default=0))
    room = (WIDTH - LEFT - RIGHT) / max(len(labels), 1)
    parts = [_textures(chart_id, series), *_grid(scale), *_labels(labels, room)]
    breadth = room * 0.76 / (1 if stacked else len(series))
    for place in range(len(labels)):
        left, low = LEFT + room * (place + 0.12), 0.0
        for number, one in enumerate(series):
            value = one.values[place] or 0
            if value:
                x = left if stacked else left + breadth * number
                parts.append(_bar(chart_id, number, one, x, breadth, scale.y(low + value), scale.y(low)))
            low += value if stacked else 0
    swatches = [_swatch_bar(chart_id, number, one) for number, one in enumerate(series)]
    return _picture(chart_id, title, parts, series, swatches)


def lines(
    chart_id: str, title: str, labels: Sequence[str], series: Sequence[Series], *, most: float | None = None
) -> str:
    """A picture of a course over time. `most`: the end of the scale where it is known, such as 10 for pain."""
    scale = _Scale(max([value for one in series for value in _shown(one.values)], default=0), most)
    room = (WIDTH - LEFT - RIGHT) / max(len(labels), 1)
    parts = [*_grid(scale), *_labels(labels, room)]
    for number, one in enumerate(series):
        points = [
            None if value is None else (LEFT + room * (place + 0.5), scale.y(value))
            for place, value in enumerate(one.values)
        ]
        parts += [_path(number, one, stretch) for stretch in _stretches(points)]
        parts += [_mark(number, one, *point) for point in points if point is not None]
    swatches = [_swatch_line(number, one) for number, one in enumerate(series)]
    return _picture(chart_id, title, parts, series, swatches)


class _Scale:
    """From 0 to a round number; half of it is drawn as well where that is a whole number."""

    def __init__(self, highest: float, most: float | None = None) -> None:
        self.top = most or _round_up(highest)

    def y(self, value: float) -> float:
        return TOP + (HEIGHT - TOP) * (1 - value / self.top)

    @property
    def ticks(self) -> tuple[float, ...]:
        half = self.top / 2
        return (0, half, self.top) if half == floor(half) else (0, self.top)


def _round_up(highest: float) -> float:
    """1, 2, 3, 4, 5, 6, 8 or 10 times a power of ten."""
    if highest <= 1:
        return 1
    unit = 10.0 ** floor(log10(highest))
    return next(step * unit for step in (1, 2, 3, 4, 5, 6, 8, 10) if step * unit >= highest)


def _shown(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _grid(scale: _Scale) -> Iterator[str]:
    for tick in scale.ticks:
        y = scale.y(tick)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield _text(LEFT - 5, y + 4, f"{tick:g}", "end")


def _labels(labels: Sequence[str], room: float) -> Iterator[str]:
    every = max(1, ceil(len(labels) / MOST_LABELS))
    for place in range(0, len(labels), every):
        yield _text(LEFT + room * (place + 0.5), HEIGHT + 15, labels[place], "middle")


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _picture(chart_id: str, title: str, parts: Sequence[str], series: Sequence[Series], swatches: Sequence[str]) -> str:
    """The parts with a title for who cannot see them, and beneath them the key when there is more than one series."""
    key, height = ("", HEIGHT + 22) if len(series) < 2 else _key(series, swatches)
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="{chart_id}-title">'
        f'<title id="{chart_id}-title">{escape(title)}</title>{"".join(parts)}{key}</svg>'
    )


def _key(series: Sequence[Series], swatches: Sequence[str]) -> tuple[str, int]:
    """The key and how far down the picture reaches with it."""
    columns = 2 if all(len(one.name) <= SHORT_NAME for one in series) else 1
    top = HEIGHT + 26
    placed = []
    for place, swatch in enumerate(swatches):
        row, column = divmod(place, columns)
        x, y = LEFT + column * (WIDTH - LEFT) // 2, top + row * LINE
        placed.append(f'<g transform="translate({x} {y})">{swatch}</g>')
    return "".join(placed), top + ceil(len(swatches) / columns) * LINE


def _swatch_bar(chart_id: str, number: int, one: Series) -> str:
    return f"{_bar(chart_id, number, one, 0, 16, 0, 12)}{_text(22, 11, one.name)}"


def _swatch_line(number: int, one: Series) -> str:
    return f"{_path(number, one, [(0, 6), (26, 6)])}{_mark(number, one, 13, 6)}{_text(32, 11, one.name)}"


def _bar(chart_id: str, number: int, one: Series, x: float, breadth: float, top: float, bottom: float) -> str:
    texture = TEXTURES[number % len(TEXTURES)]
    fill = "" if texture == "plain" else f' fill="url(#{chart_id}-{number})"'
    return (
        f'<rect class="bar {one.tone}{" plain" if not fill else ""}" x="{x:.1f}" y="{top:.1f}" '
        f'width="{breadth:.1f}" height="{max(bottom - top, 0):.1f}"{fill}/>'
    )


_DRAWN = {
    "lines": '<path class="drawn" d="M-1 1 1 -1M0 6 6 0M5 7 7 5"/>',
    "dots": '<circle class="dot" cx="3" cy="3" r="1.400"/>',
    "cross": '<path class="drawn" d="M0 3H6M3 0V6"/>',
    "open": "",
}


def _textures(chart_id: str, series: Sequence[Series]) -> str:
    patterns = [
        f'<pattern id="{chart_id}-{number}" class="{one.tone}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<rect class="ground" width="6" height="6"/>{_DRAWN[texture]}</pattern>'
        for number, one in enumerate(series)
        if (texture := TEXTURES[number % len(TEXTURES)]) != "plain"
    ]
    return f"<defs>{''.join(patterns)}</defs>" if patterns else ""


def _stretches(points: Sequence[tuple[float, float] | None]) -> Iterator[list[tuple[float, float]]]:
    """The points that follow each other without a hole, where there are at least two."""
    stretch: list[tuple[float, float]] = []
    for point in [*points, None]:
        if point is not None:
            stretch.append(point)
            continue
        if len(stretch) > 1:
            yield stretch
        stretch = []


def _path(number: int, one: Series, points: Sequence[tuple[float, float]]) -> str:
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dashes = DASHES[number % len(DASHES)]
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<polyline class="line {one.tone}" points="{drawn}"{dashed}/>'


def _mark(number: int, one: Series, x: float, y: float) -> str:
    mark = MARKS[number % len(MARKS)]
    shape = {
        "circle": f'<circle class="mark {one.tone}" cx="{x:.1f}" cy="{y:.1f}" r="3.500"/>',
        "ring": f'<circle class="mark hollow {one.tone}" cx="{x:.1f}" cy="{y:.1f}" r="3.500"/>',
        "square": f'<rect class="mark {one.tone}" x="{x - 3.2:.1f}" y="{y - 3.2:.1f}" width="6.4" height="6.4"/>',
        "triangle": f'<path class="mark {one.tone}" d="M{x:.1f} {y - 4:.1f}l4 7h-8z"/>',
        "diamond": f'<path class="mark {one.tone}" d="M{x:.1f} {y - 4.5:.1f}l4.5 4.5-4.5 4.5-4.5-4.5z"/>',
    }
    return shape[mark]
