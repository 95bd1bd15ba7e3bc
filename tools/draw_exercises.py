"""Draws the exercises into messages/drawings: python -m tools.draw_exercises

Change a pose here, run it, and look at the pictures at 60 mm and at 300 pixels before committing them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import atan2, degrees
from pathlib import Path

from tools.figure import OUTLINE, Point, moved, shown
from tools.poses import WIDE, floor_line, lying, on_all_fours, sitting, upright

FOLDER = Path(__file__).parents[1] / "messages" / "drawings"
TALL = 290
_LETTERS = 'font-family="sans-serif" font-weight="700"'
FIRST_FLOOR, SECOND_FLOOR = 132.0, 284.0


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, drawing in drawings().items():
        (FOLDER / f"{name}.svg").write_text(drawing, encoding="utf-8")


def drawings() -> Mapping[str, str]:
    """The drawings by exercise id, as they stand in messages/drawings."""
    return {name: _svg(*_WORDS[name], draw()) for name, draw in _DRAW.items()}


def _svg(title: str, description: str, elements: list[str]) -> str:
    lines = "\n".join(f"  {element}" for element in elements)
    return f"""<svg class="drawing" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {TALL}" role="img"
  fill="none" stroke="currentColor" stroke-width="{OUTLINE:g}" stroke-linecap="round" stroke-linejoin="round">
  <title>{title}</title>
  <desc>{description}</desc>
{lines}
  <circle class="number" cx="24" cy="24" r="21" fill="currentColor" stroke="none"/>
  <text class="digit" x="24" y="34" fill="#fff" stroke="none" {_LETTERS} font-size="28" text-anchor="middle"></text>
</svg>
"""


def _word(text: str, x: float, y: float) -> str:
    return (
        f'<text x="{shown(x)}" y="{shown(y)}" fill="currentColor" stroke="none" {_LETTERS} '
        f'font-size="19" text-anchor="end">{text}</text>'
    )


def _arrow(start: Point, bow: Point, end: Point) -> str:
    """A bowed arrow with a broad head, the one thing in a drawing that is thicker than the body's outline."""
    angle = degrees(atan2(bow[1] - end[1], end[0] - bow[0]))
    tips = [moved(end, angle + 180 + turn, 15) for turn in (-32, 32)]
    head = "M" + "L".join(f"{shown(x)} {shown(y)}" for x, y in (tips[0], end, tips[1]))
    path = f"M{shown(start[0])} {shown(start[1])}Q{shown(bow[0])} {shown(bow[1])} {shown(end[0])} {shown(end[1])}"
    return f'<path class="arrow" d="{path}{head}" stroke-width="5.5"/>'


def _panels(first: list[str], second: list[str]) -> list[str]:
    return [*first, *second, _word("Først", 312, 24), _word("Så", 312, 174)]


def _knee_to_chest() -> list[str]:
    return [
        *_panels(lying(FIRST_FLOOR), lying(SECOND_FLOOR, near="chest")),
        _arrow((226, 182), (190, 160), (150, 176)),
    ]


def _pelvic_tilt() -> list[str]:
    return [
        *_panels(lying(FIRST_FLOOR, bow=30), lying(SECOND_FLOOR)),
        _arrow((146, 190), (146, 200), (146, 236)),
    ]


def _navel() -> list[str]:
    bulge = '<path d="M112 240Q140 222 164 240" stroke-width="2.5" stroke-dasharray="1 6"/>'
    return [
        *_panels(lying(FIRST_FLOOR, belly=True), lying(SECOND_FLOOR)),
        bulge,
        _arrow((138, 190), (138, 200), (138, 236)),
    ]


def _bridge() -> list[str]:
    return [
        *_panels(lying(FIRST_FLOOR), lying(SECOND_FLOOR, lift=46)),
        _arrow((198, 278), (198, 270), (198, 240)),
    ]


def _arm_and_leg() -> list[str]:
    return [
        *_panels(on_all_fours(FIRST_FLOOR, stretched=False), on_all_fours(SECOND_FLOOR, stretched=True)),
        _arrow((70, 166), (66, 166), (26, 166)),
        _arrow((216, 188), (222, 188), (262, 188)),
    ]


def _nerve() -> list[str]:
    return [
        floor_line(276),
        *sitting(8, stretched=False),
        *sitting(160, stretched=True),
        _word("Først", 118, 30),
        _word("Så", 250, 30),
        _arrow((268, 258), (298, 256), (304, 226)),
    ]


def _walk() -> list[str]:
    return [
        floor_line(284),
        *upright(84, walking=False),
        *upright(206, walking=True),
        _word("Først", 118, 28),
        _word("Så", 226, 28),
        _arrow((258, 120), (262, 120), (308, 120)),
    ]


_DRAW: Mapping[str, Callable[[], list[str]]] = {
    "gaatur": _walk,
    "knae-til-bryst": _knee_to_chest,
    "baekkenvip": _pelvic_tilt,
    "mave": _navel,
    "nerve": _nerve,
    "bro": _bridge,
    "arm-og-ben": _arm_and_leg,
}
_WORDS: Mapping[str, tuple[str, str]] = {
    "gaatur": ("En kort gåtur", "Først: en person står op. Så: personen går fremad."),
    "knae-til-bryst": (
        "Knæ til bryst",
        (
            "Først: en person ligger på ryggen med bøjede knæ. Så: personen trækker det ene knæ op mod brystet "
            "med hænderne om skinnebenet."
        ),
    ),
    "baekkenvip": (
        "Vip bækkenet",
        "Først: en person ligger på ryggen med bøjede knæ og luft under lænden. Så: lænden presses ned mod gulvet.",
    ),
    "mave": (
        "Navlen ind",
        "Først: en person ligger på ryggen med bøjede knæ. Så: navlen trækkes let ind mod ryggen.",
    ),
    "nerve": (
        "Stræk knæet på en stol",
        (
            "Først: en person sidder på en stol med bøjet knæ og tæerne pegende ned. Så: knæet strækkes, "
            "og tæerne trækkes op."
        ),
    ),
    "bro": (
        "Løft bækkenet",
        "Først: en person ligger på ryggen med bøjede knæ. Så: personen løfter bækkenet fra gulvet.",
    ),
    "arm-og-ben": (
        "Stræk arm og ben",
        "Først: en person står på hænder og knæ. Så: personen strækker den ene arm frem og det modsatte ben tilbage.",
    ),
}

if __name__ == "__main__":
    main()
