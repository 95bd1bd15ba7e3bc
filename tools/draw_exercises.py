"""Draws the exercises into messages/drawings: python -m tools.draw_exercises

Change a pose here, run it, and look at the pictures at 60 mm and at 300 pixels before committing them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import atan2, degrees
from pathlib import Path

from tools.figure import (
    HEAD_RADIUS,
    NECK,
    OUTLINE,
    TRUNK,
    WIDTH,
    Canvas,
    Person,
    Point,
    arm_at,
    arm_to,
    body,
    leg_at,
    leg_to,
    moved,
    shown,
)

FOLDER = Path(__file__).parents[1] / "messages" / "drawings"
WIDE, TALL = 320, 290
_LETTERS = 'font-family="sans-serif" font-weight="700"'
FIRST_FLOOR, SECOND_FLOOR = 132.0, 284.0
LYING, KNEELING, SITTING, STANDING = 1.22, 0.98, 1.05, 1.06


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


def _floor(y: float, left: float = 8, right: float = WIDE - 8) -> str:
    return f'<path d="M{shown(left)} {shown(y)}H{shown(right)}" stroke-width="2"/>'


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


def _lying(floor: float, *, lift: float = 0.0, near: str = "floor", belly: bool = False, bow: float = 0.0) -> list[str]:
    """On the back with bent knees, head to the left.

    `lift`: how high the hip is above its place on the floor. `near`: where the near knee is, "floor" or "chest".
    `bow`: how far the small of the back is arched from the floor. `belly`: bulges.
    """
    s, canvas = LYING, Canvas(LYING)
    back = floor - 1 - OUTLINE - WIDTH["trunk"] * s / 2
    shoulder = (98.0, back)
    hip = (shoulder[0] + ((TRUNK * s) ** 2 - lift**2) ** 0.5, back - lift)
    ground = floor - 1 - OUTLINE - WIDTH["foot"] * s / 2
    near_leg = leg_to(canvas, hip, (232, ground), -3, 1)
    arm = arm_to(canvas, (shoulder[0] + 2, back + 4), (shoulder[0] + 82, floor - 1 - OUTLINE - 6 * s), -2, 1)
    if near == "chest":
        near_leg = leg_at(canvas, hip, 128, 2, 20)
        knee, ankle = near_leg.joints[1:3]
        grip = (knee[0] + (ankle[0] - knee[0]) * 0.34, knee[1] + (ankle[1] - knee[1]) * 0.34 + 2)
        arm = arm_to(canvas, (shoulder[0] + 2, back), grip, 40, -1)
    small = (hip[0] - 34, back)
    person = Person(
        hip=hip,
        shoulder=shoulder,
        face=90,
        eye=50,
        head_at=(shoulder[0] - NECK * s, floor - 1 - OUTLINE / 2 - HEAD_RADIUS * s),
        near_leg=near_leg,
        far_leg=leg_to(canvas, hip, (245, ground), -3, 1),
        near_arm=arm,
        bow=(small[0], back - bow) if bow else None,
        belly=([(small[0] - 9, back - 7), (small[0] + 1, back - 7)], WIDTH["trunk"] * 0.9, None) if belly else None,
    )
    body(canvas, person)
    return [_floor(floor), *canvas.parts]


def _panels(first: list[str], second: list[str]) -> list[str]:
    return [*first, *second, _word("Først", 312, 24), _word("Så", 312, 174)]


def _knee_to_chest() -> list[str]:
    return [
        *_panels(_lying(FIRST_FLOOR), _lying(SECOND_FLOOR, near="chest")),
        _arrow((226, 182), (190, 160), (150, 176)),
    ]


def _pelvic_tilt() -> list[str]:
    return [
        *_panels(_lying(FIRST_FLOOR, bow=30), _lying(SECOND_FLOOR)),
        _arrow((146, 190), (146, 200), (146, 236)),
    ]


def _navel() -> list[str]:
    bulge = '<path d="M112 240Q140 222 164 240" stroke-width="2.5" stroke-dasharray="1 6"/>'
    return [
        *_panels(_lying(FIRST_FLOOR, belly=True), _lying(SECOND_FLOOR)),
        bulge,
        _arrow((138, 190), (138, 200), (138, 236)),
    ]


def _bridge() -> list[str]:
    return [
        *_panels(_lying(FIRST_FLOOR), _lying(SECOND_FLOOR, lift=46)),
        _arrow((198, 278), (198, 270), (198, 240)),
    ]


def _on_all_fours(floor: float, *, stretched: bool) -> list[str]:
    s, canvas = KNEELING, Canvas(KNEELING)
    knee_y = floor - 1 - OUTLINE - WIDTH["shin"] * s / 2
    hip = (170.0, knee_y - 54 * s)
    hand_y = floor - 1 - OUTLINE - 6 * s
    shoulder = (170.0 - TRUNK * s, hand_y - 69 * s)
    near_leg = leg_at(canvas, hip, 3, 0, -25) if stretched else leg_at(canvas, hip, -90, 0, -8)
    far_arm_start = (shoulder[0] - 3, shoulder[1])
    person = Person(
        hip=hip,
        shoulder=shoulder,
        face=-100,
        eye=-45,
        head_at=(shoulder[0] - (NECK + 1) * s, shoulder[1] + 3),
        near_leg=near_leg,
        far_leg=leg_at(canvas, (hip[0] + (0 if stretched else 8), hip[1]), -90, 0, -8),
        near_arm=arm_to(canvas, shoulder, (shoulder[0] + 1, hand_y), 180, -1),
        far_arm=arm_at(canvas, far_arm_start, 168, 172)
        if stretched
        else arm_to(canvas, far_arm_start, (shoulder[0] - 10, hand_y), 180, -1),
    )
    body(canvas, person)
    return [_floor(floor), *canvas.parts]


def _arm_and_leg() -> list[str]:
    return [
        *_panels(_on_all_fours(FIRST_FLOOR, stretched=False), _on_all_fours(SECOND_FLOOR, stretched=True)),
        _arrow((70, 166), (66, 166), (26, 166)),
        _arrow((216, 188), (222, 188), (262, 188)),
    ]


def _sitting(left: float, *, stretched: bool) -> list[str]:
    s, canvas, floor = SITTING, Canvas(SITTING), 276.0
    hip = (left + 30, floor - 74 * s)
    seat = hip[1] + WIDTH["thigh"] * s / 2 + OUTLINE + 1.5
    back, front, ground = shown(left + 6), shown(left + 54), shown(floor)
    chair = f"M{back} {shown(seat - 66)}V{ground}M{back} {shown(seat)}H{front}V{ground}"
    canvas.add(f'<path d="{chair}" stroke-width="{OUTLINE:g}"/>')
    shoulder = (hip[0] + 1, hip[1] - TRUNK * s)
    ankle_y = floor - 1 - OUTLINE - WIDTH["foot"] * s / 2
    near_leg = leg_at(canvas, hip, 0, 4, 80) if stretched else leg_at(canvas, hip, -2, -104, -42)
    person = Person(
        hip=hip,
        shoulder=shoulder,
        face=0,
        eye=45,
        head_at=(shoulder[0] + 2, shoulder[1] - (NECK + 4) * s),
        near_leg=near_leg,
        far_leg=leg_to(canvas, hip, (hip[0] + 54, ankle_y), 0, 1),
        near_arm=arm_to(canvas, shoulder, (hip[0] + 30, hip[1] - 12), -10, -1),
    )
    body(canvas, person)
    return [*canvas.parts]


def _nerve() -> list[str]:
    return [
        _floor(276),
        *_sitting(8, stretched=False),
        *_sitting(160, stretched=True),
        _word("Først", 118, 30),
        _word("Så", 250, 30),
        _arrow((268, 258), (298, 256), (304, 226)),
    ]


def _upright(x: float, *, walking: bool) -> list[str]:
    s, canvas, floor = STANDING, Canvas(STANDING), 284.0
    ground = floor - 1 - OUTLINE - WIDTH["foot"] * s / 2
    hip = (x, ground - (102 if walking else 106) * s)
    shoulder = (x + (3 if walking else 0), hip[1] - TRUNK * s)
    if walking:
        near_leg, far_leg = leg_at(canvas, hip, -68, -80, 12), leg_at(canvas, hip, -104, -136, -50)
        near_arm, far_arm = arm_at(canvas, shoulder, -114, -98), arm_at(canvas, shoulder, -60, -34)
    else:
        near_leg = leg_at(canvas, hip, -90, -90, 0)
        far_leg = leg_at(canvas, (hip[0] + 5, hip[1]), -90, -90, 0)
        near_arm, far_arm = arm_at(canvas, shoulder, -94, -86), None
    person = Person(
        hip=hip,
        shoulder=shoulder,
        face=0,
        eye=45,
        head_at=(shoulder[0] + 3, shoulder[1] - (NECK + 4) * s),
        near_leg=near_leg,
        far_leg=far_leg,
        near_arm=near_arm,
        far_arm=far_arm,
    )
    body(canvas, person)
    return canvas.parts


def _walk() -> list[str]:
    return [
        _floor(284),
        *_upright(84, walking=False),
        *_upright(206, walking=True),
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
