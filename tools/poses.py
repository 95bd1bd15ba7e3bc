"""The positions the exercises start and end in, as SVG elements of a jointed figure."""

from __future__ import annotations

from tools.figure import (
    HEAD_RADIUS,
    NECK,
    OUTLINE,
    TRUNK,
    WIDTH,
    Canvas,
    Person,
    arm_at,
    arm_to,
    body,
    leg_at,
    leg_to,
    shown,
)

WIDE = 320
LYING, KNEELING, SITTING, STANDING = 1.22, 0.98, 1.05, 1.06


def floor_line(y: float, left: float = 8, right: float = WIDE - 8) -> str:
    return f'<path d="M{shown(left)} {shown(y)}H{shown(right)}" stroke-width="2"/>'


def lying(floor: float, *, lift: float = 0.0, near: str = "floor", belly: bool = False, bow: float = 0.0) -> list[str]:
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
    return [floor_line(floor), *canvas.parts]


def on_all_fours(floor: float, *, stretched: bool) -> list[str]:
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
    return [floor_line(floor), *canvas.parts]


def sitting(left: float, *, stretched: bool) -> list[str]:
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


def upright(x: float, *, walking: bool) -> list[str]:
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
