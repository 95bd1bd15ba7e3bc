"""Pure: why a text was read as it was, in Danish: the words, the rule, its source and the reason."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.red_flags import SECOND_READER, UNCLEAR, Evidence, Triage
from bot.red_flags.nearest import load_neighbours
from bot.staff.marking import SECOND_READER_WORDS, UNNAMED_FLAG, YES_TO_SCREENING
from bot.staff.words import LOWERED
from messages.red_flag_schema import Flag, RedFlagRules, RuleSource

HEADLINES = {
    "red": "Patienten skal kontakte læge nu, og klinikken får en rød alarm.",
    "amber": "En fra klinikken skal læse svaret.",
    "green": "Reglerne fandt intet. Det er ikke det samme som, at alt er godt.",
}
UNREADABLE = "Teksten kunne ikke læses automatisk. Derfor skal et menneske læse den."
_SECOND_READER = "Vejet af statistik, ikke af en regel. Denne læser kan kun hæve det, reglerne siger."
_ANSWERS = {
    ("answer_screening", ""): "Ja til spørgsmålet er rødt, også uden at et symptom er nævnt.",
    ("answer_screening", UNCLEAR): "Et kort svar, som hverken er ja eller nej. Derfor skal et menneske læse det.",
    ("answer_pain", "high_pain"): "Et tal på 8 eller derover.",
    ("answer_progress", "no_improvement"): "Det går ikke bedre end i starten.",
    ("answer_sleep", "sleep"): "Ja til, at smerter holder patienten vågen.",
    ("answer_mood", "distress"): "Ja til at være mere trist eller bange end før.",
    ("answer_work", "no_improvement"): "Sygemeldt efter fire uger, fordi det gør ondt.",
    ("answer_smerter-stiger", "worsening"): "De sidste tre tal for smerter stiger.",
    ("answer_pain", UNCLEAR): "Et kort svar uden et tal. Derfor skal et menneske læse det.",
}
_ANSWER_RULE = "svaret på spørgsmålet"
_SECOND_READER_RULE = "den anden læser"


@dataclass(frozen=True)
class Seen:
    """The patient's words, and the rule that read them."""

    words: str
    rule: str


@dataclass(frozen=True)
class Why:
    """One finding and all that was seen of it.

    `flag`: the name under which the rules page explains it, "" when no flag stands behind it. `alike`: invented
    replies of the same level that the second reader has learnt from and that are like this one.
    """

    name: str
    flag: str
    reason: str
    sources: tuple[RuleSource, ...]
    seen: tuple[Seen, ...]
    alike: tuple[str, ...] = ()


def explained(text: str, triage: Triage, rules: RedFlagRules) -> tuple[Why, ...]:
    """The reasons, and beside those of the second reader the labelled replies that are most like this one."""
    whys = reasons(triage, rules)
    if not any(item.rule == SECOND_READER for item in triage.evidence):
        return whys
    alike = tuple(reply.text for reply in load_neighbours().nearest(text, triage.level))
    return tuple(replace(why, alike=alike) if _is_second_readers(why) else why for why in whys)


def _is_second_readers(why: Why) -> bool:
    return any(seen.rule == _SECOND_READER_RULE for seen in why.seen)


def reasons(triage: Triage, rules: RedFlagRules) -> tuple[Why, ...]:
    """What was found, in the order it was found, with everything that speaks for the same thing together."""
    owners = {rule.id: flag for flag in rules.flags for rule in flag.rules}
    flags = {flag.id: flag for flag in rules.flags}
    together: dict[Why, dict[Seen, None]] = {}
    for item in triage.evidence:
        finding, seen = _why(item, owners, flags)
        together.setdefault(finding, {})[seen] = None
    return tuple(replace(finding, seen=tuple(seen)) for finding, seen in together.items())


def _why(item: Evidence, owners: dict[str, Flag], flags: dict[str, Flag]) -> tuple[Why, Seen]:
    rule, _, cue = item.rule.partition("/")
    if rule == SECOND_READER:
        guessed = flags.get(item.flag)
        name = f"{SECOND_READER_WORDS}: {guessed.name}" if guessed and item.flag != UNCLEAR else SECOND_READER_WORDS
        return Why(name, guessed.id if guessed else "", _SECOND_READER, (), ()), Seen(item.text, _SECOND_READER_RULE)
    if (named := owners.get(rule)) is not None:
        reason = f"Sat ned til gult: {LOWERED[cue]}." if cue in LOWERED else named.meaning
        return Why(named.name, named.id, reason, named.sources, ()), Seen(item.text, f"regel {rule}")
    seen = Seen(item.text, _ANSWER_RULE)
    reason = _ANSWERS.get((rule, item.flag), "")
    if (flag := flags.get(item.flag)) is not None:
        return Why(flag.name, flag.id, reason or flag.meaning, flag.sources, ()), seen
    return Why(UNNAMED_FLAG if item.flag else YES_TO_SCREENING, "", reason, (), ()), seen
