"""Every flag in plain words, and the plain words that only look like it."""

import pytest

from bot.red_flags import Checker, Level

RED = {
    "bladder": [
        "Jeg kan ikke tisse",
        "Har ikke kunnet lade vandet siden i går aftes",
        "Der kommer ikke en dråbe når jeg er på toilettet",
        "Jeg kan ikke holde på vandet",
        "Tisser i bukserne uden at mærke det",
        "Jeg mærker ikke når jeg tisser",
        "Strålen er blevet tynd, og blæren føles aldrig tømt",
        "hun har tisset i sengen tre nætter i træk",
    ],
    "bowel": [
        "Jeg kan ikke holde på afføringen",
        "har lavet i bukserne uden at opdage det",
        "Afføringen kommer af sig selv",
        "Jeg mærker ikke når der kommer afføring",
    ],
    "saddle_anaesthesia": [
        "Det sover i skridtet",
        "Jeg kan ikke mærke toiletpapiret når jeg tørrer mig",
        "Indersiden af lårene er helt følelsesløs",
        "Underlivet føles bedøvet",
        "Ingen følelse mellem benene",
    ],
    "sexual_dysfunction": ["Rejsningen er forsvundet siden prolapsen", "Kan ikke få den op siden ryggen gik"],
    "leg_weakness": [
        "Benet giver efter på trappen",
        "Foden hænger når jeg går",
        "Jeg kan ikke løfte tæerne",
        "Der er ingen kraft i benet",
        "Kan ikke gå på hælene",
        "Dropfod siden i nat",
    ],
    "arm_weakness": ["Jeg taber kaffekoppen, der er ingen kraft i hånden", "Kan ikke løfte armen siden i morges"],
    "bilateral": ["Nu stråler det ned i begge ben på én gang", "Begge ben sover helt ned i tæerne"],
    "myelopathy": ["Hænderne er klodsede og jeg går som en fuld mand", "Får stød ned ad ryggen når jeg bøjer nakken"],
    "fever": ["Jeg har feber og ondt i ryggen", "Termometeret siger 38,9", "Ligger med kuldegysninger"],
    "trauma": ["Faldt ned fra stigen og kan ikke rejse mig", "Væltede på cykel og har voldsomme smerter i ryggen"],
    "unrelenting_pain": ["Intet hjælper, jeg har ikke sovet i tre nætter af smerte", "Jeg kan ikke holde det ud mere"],
    "suicidal": ["Jeg vil ikke leve mere", "Tænker på at tage mit eget liv", "Familien får det bedre uden mig"],
    "overdose": [
        "Jeg har taget 20 panodil siden i morges",
        "Er kommet til at tage alt for meget morfin",
        "Har taget femten ipren i dag for at holde det ud",
        "Jeg tog alle sovepillerne i aftes",
        "Har slugt hele pakken med tramadol",
        "I took too many painkillers by mistake",
        "Ich hab alle Tabletten auf einmal geschluckt",
    ],
    "emergency_other": [
        "Det trykker for brystet",
        "Jeg kan ikke få luft",
        "Afføringen er sort som tjære",
        "Hun hænger i den ene mundvig og taler sort",
    ],
}

GREEN = [
    "Jeg kan godt tisse",
    "Alt er som det plejer på toilettet",
    "Var ved at tisse i bukserne af grin",
    "Har fået en vabel på hælen",
    "Øm i numsen af den nye sadel",
    "Ingen feber",
    "Der er 39 grader her på Kreta og ryggen elsker det",
    "Trætte ben efter træning, på den gode måde",
    "Gik 10.000 skridt i dag",
    "Hunden tissede på måtten",
    "Det går skidegodt",
    "Jeg var ved at dø af grin",
    "Det eneste der er svagt er kaffen",
    "Ja, lavede alle øvelserne",
    "Jeg har ikke taget for meget medicin",
    "Har spist for meget til jul",
]


@pytest.mark.parametrize(("flag", "text"), [(flag, text) for flag, texts in RED.items() for text in texts])
def test_a_red_flag_in_plain_words_is_red(checker: Checker, flag: str, text: str) -> None:
    triage = checker.check(text)
    assert triage.level is Level.RED
    assert flag in triage.flags


@pytest.mark.parametrize("text", GREEN)
def test_what_only_looks_like_a_symptom_is_green(checker: Checker, text: str) -> None:
    assert checker.check(text).level is Level.GREEN


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("Må jeg tage panodil til øvelserne?", "medication"),
        ("Vil I ringe til mig", "wants_contact"),
        ("Det er blevet lidt værre", "worsening"),
        ("Jeg kan ikke sove for det", "sleep"),
        ("Det snurrer i foden", "sensory"),
        ("Jeg faldt på cyklen, men slog mig ikke meget", "fall"),
        ("Jeg er så ked af det", "distress"),
        ("Jeg har tabt otte kilo uden grund", "cancer_weight_loss"),
    ],
)
def test_what_staff_must_read_is_amber(checker: Checker, text: str, flag: str) -> None:
    triage = checker.check(text)
    assert triage.level is Level.AMBER
    assert flag in triage.flags


def test_the_most_serious_finding_decides(checker: Checker) -> None:
    triage = checker.check("2, fint, snubler bare over dørtrinnet hele tiden", "pain")
    assert triage.level is Level.RED


def test_stop_does_not_hide_a_red_flag(checker: Checker) -> None:
    assert checker.check("STOP kan ikke tisse").level is Level.RED


def test_cheerfulness_does_not_hide_a_red_flag(checker: Checker) -> None:
    assert checker.check("Fantastisk dag! Foden hænger lidt, men ellers super 😀", "open").level is Level.RED


UNNAMED = {
    "bladder": [
        "Står og venter i ti minutter før der løber noget",
        "Jeg vågnede i en våd seng igen",
        "kun dråber ad gangen, og jeg trænger stadig",
        "Det med vandet ja, det er begyndt",
        "Der kommer en sjat hver gang jeg hoster",
    ],
    "bowel": [
        "Det smutter bagud uden at jeg kan gøre noget",
        "Der lå noget i trusserne igen i dag",
        "jeg kan ikke kende forskel på luft og afføring",
        "Ringmusklen er ude af drift",
    ],
    "saddle_anaesthesia": [
        "Følelsen i skridtet er der ikke længere",
        "Det gør ingenting mellem benene, det er det der er så skræmmende",
        "Ingen lyst og ingen følelse i tissekonen",
        "Kan ikke mærke kondomet",
    ],
    "sexual_dysfunction": [
        "Der er ikke liv i ham mere siden prolapsen",
        "den bliver kun halvhård",
        "junior er gået i dvale siden lænden låste",
        "Der sker ikke noget dernede mere",
    ],
}

LOOK_ALIKES = [
    "Vi ventede en evighed på bussen",
    "Kommer lidt bagud med øvelserne",
    "Kaffekanden blev båret uden at spilde en dråbe",
    "Behøver ikke flere beskeder",
    "Ingen trang til at lave øvelser i dag",
    "Hunden har tisset på gulvtæppet",
    "Bukserne er våde af dug",
    "Sov godt med en pude mellem benene",
    "Tisser ikke mere end jeg plejer",
    "Jeg sidder på en pude ved skrivebordet, det hjælper",
    "Den mindste tissede i sengen i nat",
    "Nej, intet galt dernede",
]


@pytest.mark.parametrize(("flag", "text"), [(flag, text) for flag, texts in UNNAMED.items() for text in texts])
def test_what_people_will_not_name_is_understood(checker: Checker, flag: str, text: str) -> None:
    triage = checker.check(text)
    assert triage.level is Level.RED
    assert flag in triage.flags


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_toilet_seat_and_bed_in_other_senses_raise_no_alarm(checker: Checker, text: str) -> None:
    assert checker.check(text).level is not Level.RED


@pytest.mark.parametrize(
    "text",
    [
        "Jeg drypper lidt når jeg hoster, det har jeg gjort siden tvillingerne, hverken værre eller bedre",
        "Hvordan tester man om man har mistet følelsen i skridtet?",
    ],
)
def test_long_known_and_asked_about_goes_to_staff_without_an_alarm(checker: Checker, text: str) -> None:
    assert checker.check(text).level is Level.AMBER


def test_taking_too_much_on_purpose_is_also_suicidal(checker: Checker) -> None:
    flags = checker.check("Jeg har taget alle mine piller på én gang, jeg vil ikke vågne mere").flags
    assert {"overdose", "suicidal"} <= set(flags)


@pytest.mark.parametrize("text", ["Jeg vil tage alle pillerne på en gang", "Hvor mange piller skal man tage for at dø"])
def test_wanting_to_take_too_much_is_suicidal_and_no_overdose_yet(checker: Checker, text: str) -> None:
    triage = checker.check(text)
    assert triage.level is Level.RED
    assert "suicidal" in triage.flags
    assert "overdose" not in triage.flags


def test_being_hard_to_wake_after_medicine_is_an_emergency(checker: Checker) -> None:
    triage = checker.check("Han tog for mange af de stærke piller og vågner ikke rigtigt")
    assert "emergency_other" in triage.flags
