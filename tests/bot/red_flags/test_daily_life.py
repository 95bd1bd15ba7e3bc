"""Weakness, both sides, neck and unrelenting pain as patients tell them: by what fails in daily life."""

import pytest

from bot.red_flags import Checker, Level
from messages.red_flag_schema import load_rules

RULES_ALONE = Checker(load_rules())
RED = {
    "leg_weakness": [
        "Knæet gav bare op på vej ned ad trappen",
        "Benet forsvandt under mig ved køleskabet",
        "Må bruge begge hænder til at få benet ind i bilen",
        "Foden fanger hele tiden i fliserne",
        "Kan kun komme op på tå på det ene ben",
        "taber skoen når jeg går, kun den højre",
        "Benet er upålideligt",
        "Ingen feber, ingen styr på benet",
    ],
    "arm_weakness": [
        "Hammeren røg ud af hånden tre gange i formiddags",
        "Kan ikke skrue låget af med højre",
        "Hånden åbnede sig af sig selv",
        "Skal have to hænder til at løfte kanden",
    ],
    "bilateral": [
        "Det summer i begge underben",
        "Før var det kun venstre ben, nu også højre",
        "iskias i begge sider",
        "hun kan ikke mærke sine fødder",
    ],
    "myelopathy": [
        "jeg går på vat",
        "Begge hænder er langsomme, og benene går som på stylter",
        "Får små lyn ned i benene når jeg nikker",
        "naboen spurgte om jeg havde drukket",
    ],
    "unrelenting_pain": [
        "Der er ikke et sekunds fred",
        "Har ligget på badegulvet og grædt hele natten, morfinen gør ikke en døjt ved smerten",
        "Jeg vrider mig af smerte",
        "pillerne er kalktabletter, jeg hyler af smerte",
    ],
}

NOT_RED = [
    "Har gravet have hele dagen, så armene er som spaghetti",
    "Ja, men benene er gelé efter spinning",
    "Fødderne var tunge af mudder",
    "Jeg taber ikke kopper mere og kan knappe min skjorte",
    "taber alting, men det har jeg gjort siden jeg blev født",
    "Har lige gået på hæle hele vejen ned ad gangen",
    "Gik en tur med rollatoren",
    "Nøglen vil ikke dreje, låsesmeden er på vej",
    "Reolen vaklede som en fuld mand",
    "Hånden på hjertet: det går godt",
    "Uudholdeligt vejr, men ryggen er god",
    "Har været på hug i haven i to timer uden problemer",
    "Drømte at jeg ikke kunne bevæge benene",
    "kraften er god i begge ben",
    "Børnene skreg hele natten",
]


@pytest.mark.parametrize(("flag", "text"), [(flag, text) for flag, texts in RED.items() for text in texts])
def test_what_fails_in_daily_life_is_red(checker: Checker, flag: str, text: str) -> None:
    triage = checker.check(text)
    assert triage.level is Level.RED
    assert flag in triage.flags


@pytest.mark.parametrize("text", NOT_RED)
def test_effort_things_and_old_habits_are_not_red_to_the_rules(text: str) -> None:
    assert RULES_ALONE.check(text).level is not Level.RED


def test_the_second_reader_takes_few_of_them_for_red(checker: Checker) -> None:
    taken = [text for text in NOT_RED if checker.check(text).level is Level.RED]
    assert len(taken) <= len(NOT_RED) / 5, taken


def test_effort_does_not_hide_one_weak_leg(checker: Checker) -> None:
    assert checker.check("Efter løbeturen hænger højre fod").level is Level.RED


def test_a_score_beyond_the_scale_is_red(checker: Checker) -> None:
    assert checker.check("over ti", "pain").level is Level.RED


def test_one_denial_does_not_reach_past_the_next(checker: Checker) -> None:
    assert checker.check("Ingen feber, ingen kraft i foden").level is Level.RED
    assert checker.check("Ingen feber, ingen svaghed, ingen dropfod").level is Level.GREEN
