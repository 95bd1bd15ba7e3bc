"""What people write instead of the plain words, and the harmless wording that lies next to it."""

import pytest

from bot.red_flags import Checker, Level

RED = {
    "suicidal": [
        "Gemmer lidt af de stærke hver uge, så jeg har nok den dag",
        "Har givet min bil væk og ordnet alle papirerne. Snart er det slut",
        "I får ikke brug for at skrive mere der hvor jeg skal hen",
        "Tænker tit på at køre over i modsatte vejbane",
        "Lysten til at leve er 0",
        "Kan man få aktiv dødshjælp for en nerve",
    ],
    "emergency_other": [
        "Jeg har blod i det jeg kaster op",
        "Vågnede på badeværelsesgulvet og aner ikke hvor længe jeg lå",
        "afføringen er sort og klistret på tredje dag",
        "Læberne er blå og vejret er kort",
    ],
    "overdose": ["Har vist fået taget for mange af pillerne i dag"],
    "fever": [
        "Vågner badet i sved hver nat, og det værker midt i ryggen",
        "Såret efter rygoperationen lugter og dunker",
        "Uden panodil ryger temperaturen op over 38",
    ],
    "trauma": [
        "Blev ramt bagfra i et kryds og nu er nakken helt låst",
        "hesten smed mig af og jeg kan ikke rejse mig",
        "Mor er skredet på badeværelset og skriger når vi rører hende",
    ],
    "unrelenting_pain": [
        "Har ligget på køkkengulvet hele natten, pillerne er ligegyldige og jeg kan ikke mere",
        "bare det holder op, amputer det ben",
    ],
}

NOT_RED = [
    "Turen var lige ved at tage livet af mig, jeg er i elendig form",
    "Tænker tit på toget til Skagen, glæder mig",
    "Overdosis af julesmåkager, ryggen har det godt",
    "Hånden på hjertet: nej",
    "så glad at jeg ikke kan få vejret, er blevet mormor",
    "Vinterbadede i dag, rystede i ti minutter bagefter, skønt",
    "Fik kuldegys af den koncert i går",
    "nej, feber har jeg ikke haft siden corona",
    "Uudholdeligt vejr, udmærket ryg",
    "Falder om i sengen nu, godnat",
]


@pytest.mark.parametrize(("flag", "text"), [(flag, text) for flag, texts in RED.items() for text in texts])
def test_an_indirect_telling_is_red(checker: Checker, flag: str, text: str) -> None:
    triage = checker.check(text)
    assert triage.level is Level.RED
    assert flag in triage.flags


@pytest.mark.parametrize("text", NOT_RED)
def test_its_harmless_neighbour_is_not(checker: Checker, text: str) -> None:
    assert checker.check(text).level is not Level.RED


@pytest.mark.parametrize(
    "text",
    [
        "punkt 4",
        "1 og 3",
        "de første 2",
        "Det må jeg desværre svare bekræftende på",
        "nej ... eller jo",
        "jaer",
        "Nej, på nær nummer tre",
        "Kun det sidste du skriver, resten nej",
        "det kan jeg ikke svare nej til længere",
    ],
)
def test_an_answer_in_other_words_is_a_yes(checker: Checker, text: str) -> None:
    assert checker.check(text, "screening").level is Level.RED


@pytest.mark.parametrize("text", ["nej nej", "nej til det hele", "Nej, jo det er fint nok", "nej eller... nej"])
def test_a_no_stays_a_no(checker: Checker, text: str) -> None:
    assert checker.check(text, "screening").level is not Level.RED
