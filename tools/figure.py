"""A jointed human figure for the exercise drawings, seen from the side: same body in every drawing.

Lengths are in drawing units (a drawing is 320 wide); angles in degrees, 0 to the right, 90 up. Every part is a thick
line with round ends: first all outlines of a layer, then all fillings, so that a layer has one common outline.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import acos, atan2, cos, degrees, hypot, radians, sin

Point = tuple[float, float]

OUTLINE = 3.0
NECK, TRUNK, THIGH, SHIN, FOOT, UPPER_ARM, FOREARM = 26.0, 66.0, 54.0, 52.0, 17.0, 36.0, 35.0
HEAD_RADIUS = 15.5
WIDTH = {
    "trunk": 30.0,
    "thigh": 19.0,
    "shin": 14.5,
    "foot": 10.5,
    "upper": 11.5,
    "fore": 10.0,
    "neck": 11.0,
    "hand": 12.0,
}


@dataclass(frozen=True)
class Limb:
    """Two long parts and an end: hip, knee, ankle, toes or shoulder, elbow, wrist, hand."""

    joints: tuple[Point, Point, Point, Point]


@dataclass
class Canvas:
    """Collects SVG elements; `scale` is the size of bodies drawn on it."""

    scale: float
    parts: list[str] = field(default_factory=list)

    def add(self, element: str) -> None:
        self.parts.append(element)


def shown(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def moved(start: Point, angle: float, length: float) -> Point:
    return start[0] + length * cos(radians(angle)), start[1] - length * sin(radians(angle))


def bent(start: Point, end: Point, first: float, second: float, side: int) -> Point:
    """The joint between two parts of given lengths. `side`: +1 to the left of the way from start to end, -1 right."""
    across, up = end[0] - start[0], start[1] - end[1]
    distance = min(max(hypot(across, up), abs(first - second) + 0.01), first + second - 0.01)
    corner = acos((first**2 + distance**2 - second**2) / (2 * first * distance))
    return moved(start, degrees(atan2(up, across)) + side * degrees(corner), first)


def line(points: list[Point], width: float, filling: bool, bow: Point | None = None) -> str:  # noqa: FBT001
    """One body part; `bow` pulls a two-point line into a curve."""
    path = "M" + " ".join(f"{shown(x)} {shown(y)}" for x, y in points[:1])
    if bow is not None:
        path += f"Q{shown(bow[0])} {shown(bow[1])} {shown(points[1][0])} {shown(points[1][1])}"
    else:
        path += "".join(f"L{shown(x)} {shown(y)}" for x, y in points[1:])
    if filling:
        return f'<path class="skin" d="{path}" stroke="#fff" stroke-width="{shown(width)}"/>'
    return f'<path d="{path}" stroke-width="{shown(width + 2 * OUTLINE)}"/>'


Piece = tuple[list[Point], float, Point | None]


def layer(canvas: Canvas, pieces: list[Piece]) -> None:
    """Draws parts that belong together with one outline around all of them."""
    for filling in (False, True):
        for points, width, bow in pieces:
            canvas.add(line(points, width * canvas.scale, filling, bow))


def leg_pieces(leg: Limb) -> list[Piece]:
    hip, knee, ankle, toes = leg.joints
    return [
        ([hip, knee], WIDTH["thigh"], None),
        ([knee, ankle], WIDTH["shin"], None),
        ([ankle, toes], WIDTH["foot"], None),
    ]


def arm_pieces(arm: Limb) -> list[Piece]:
    shoulder, elbow, wrist, hand = arm.joints
    return [
        ([shoulder, elbow], WIDTH["upper"], None),
        ([elbow, wrist], WIDTH["fore"], None),
        ([wrist, hand], WIDTH["hand"], None),
    ]


def leg_to(canvas: Canvas, hip: Point, ankle: Point, foot: float, side: int) -> Limb:
    """A leg whose ankle stands at a point; `foot`: the angle from the ankle to the toes."""
    scale = canvas.scale
    knee = bent(hip, ankle, THIGH * scale, SHIN * scale, side)
    return Limb((hip, knee, ankle, moved(ankle, foot, FOOT * scale)))


def leg_at(canvas: Canvas, hip: Point, thigh: float, shin: float, foot: float) -> Limb:
    """A leg by the angles of its parts."""
    scale = canvas.scale
    knee = moved(hip, thigh, THIGH * scale)
    ankle = moved(knee, shin, SHIN * scale)
    return Limb((hip, knee, ankle, moved(ankle, foot, FOOT * scale)))


def arm_to(canvas: Canvas, shoulder: Point, wrist: Point, hand: float, side: int) -> Limb:
    """An arm whose wrist is at a point; `hand`: the angle of the hand."""
    scale = canvas.scale
    elbow = bent(shoulder, wrist, UPPER_ARM * scale, FOREARM * scale, side)
    return Limb((shoulder, elbow, wrist, moved(wrist, hand, 4 * scale)))


def arm_at(canvas: Canvas, shoulder: Point, upper: float, fore: float) -> Limb:
    """An arm by the angles of its parts."""
    scale = canvas.scale
    elbow = moved(shoulder, upper, UPPER_ARM * scale)
    wrist = moved(elbow, fore, FOREARM * scale)
    return Limb((shoulder, elbow, wrist, moved(wrist, fore, 4 * scale)))


def head(canvas: Canvas, centre: Point, face: float, eye: float) -> None:
    """A head with nose and eye, so that one sees which way it looks.

    `face`: the angle it looks to; `eye`: how far from it, towards the crown, the eye sits.
    """
    radius = HEAD_RADIUS * canvas.scale
    x, y = centre
    nose = [moved(centre, face + 17, radius), moved(centre, face, radius * 1.27), moved(centre, face - 17, radius)]
    path = "M" + "L".join(f"{shown(px)} {shown(py)}" for px, py in nose)
    canvas.add(f'<circle class="head" cx="{shown(x)}" cy="{shown(y)}" r="{shown(radius)}" fill="#fff"/>')
    canvas.add(f'<path class="nose" d="{path}" fill="#fff"/>')
    eye_x, eye_y = moved(centre, face + eye, radius * 0.55)
    canvas.add(f'<circle cx="{shown(eye_x)}" cy="{shown(eye_y)}" r="1.8" fill="currentColor" stroke="none"/>')


@dataclass(frozen=True)
class Person:
    """All that makes a pose. `face`, `eye`: see `head`. `bow`: pulls the trunk into a curve. `belly`: stands out."""

    hip: Point
    shoulder: Point
    head_at: Point
    face: float
    eye: float
    near_leg: Limb
    far_leg: Limb
    near_arm: Limb
    far_arm: Limb | None = None
    bow: Point | None = None
    belly: Piece | None = None


def body(canvas: Canvas, person: Person) -> None:
    """A whole person: far limbs behind, then trunk and near leg as one shape, the head, the near arm in front."""
    layer(canvas, leg_pieces(person.far_leg))
    if person.far_arm is not None:
        layer(canvas, arm_pieces(person.far_arm))
    trunk: list[Piece] = [
        ([person.shoulder, person.head_at], WIDTH["neck"], None),
        ([person.shoulder, person.hip], WIDTH["trunk"], person.bow),
    ]
    if person.belly is not None:
        trunk.append(person.belly)
    layer(canvas, [*trunk, *leg_pieces(person.near_leg)])
    head(canvas, person.head_at, person.face, person.eye)
    layer(canvas, arm_pieces(person.near_arm))
