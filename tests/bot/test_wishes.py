"""A patient's own wish: what is one, and the many things that only sound like one. Monday 23 November 2026."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wish_days import LONGEST_PAUSE, say_day
from bot.wishes import FewerWish, GoOnWish, PauseWish, TimeWish, read_wish, say_time
from scheduler.calendar import local

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

TIMES = {
    "om morgenen": ("morgen", False, True),
    "Om aftenen": ("aften", False, True),
    "helst om morgenen": ("morgen", False, True),
    "Hellere om eftermiddagen, tak": ("eftermiddag", False, True),
    "om mogenen": ("morgen", False, True),
    "Om formidagen tak": ("formiddag", False, True),
    "aften": ("aften", False, True),
    "kl. 9": ("09:00", False, True),
    "kl 17.30": ("17:30", False, True),
    "klokken ti": ("10:00", False, True),
    "efter 17": ("17:00", True, True),
    "efter kl. 17": ("17:00", True, True),
    "ikke før 10": ("10:00", True, True),
    "Ikke før kl 10 tak": ("10:00", True, True),
    "tidligst kl. 12": ("12:00", True, True),
    "kl. 7 om aftenen": ("19:00", False, True),
    "om morgenen i stedet for om aftenen": ("morgen", False, True),
    "Kan I skrive om morgenen?": ("morgen", False, False),
    "Kan I sende beskederne om eftermiddagen i stedet?": ("eftermiddag", False, False),
    "Jeg vil gerne have beskederne om formiddagen": ("formiddag", False, False),
    "Hej. Jeg vil helst have sms om aftenen. Mvh Karen": ("aften", False, False),
    "send dem om morgenen": ("morgen", False, False),
    "skriv efter kl 16": ("16:00", True, False),
    "må jeg få mine beskeder om aftenen": ("aften", False, False),
    "Beskeder kun om morgenen": ("morgen", False, False),
    "skriv gerne kl 10": ("10:00", False, False),
}
FEWER = [
    "færre beskeder",
    "Færre beskeder tak",
    "faerre sms'er",
    "færre sms",
    "Jeg vil gerne have færre beskeder",
    "kan jeg få færre beskeder?",
    "Hej, kan I sende færre sms'er? Hilsen Jens Hansen",
    "ikke så mange beskeder",
    "ikke saa mange sms tak",
    "jeg vil gerne have lidt færre beskeder",
    "send ikke så mange",
    "skriv ikke så tit",
    "kan I skrive sjældnere?",
    "skriv lidt sjældnere",
    "for mange beskeder",
    "der er for mange beskeder",
    "I sender for mange sms'er",
    "I skriver for tit",
    "jeg får alt for mange beskeder",
    "kun en besked om ugen",
    "en sms om ugen er nok",
    "jeg ønsker færre beskeder",
    "fære beskeder",
]
FEWER_BARE = ["ikke så mange", "kun en gang om ugen", "højst 1 gang om ugen", "færre", "sjældnere", "ikke så tit"]
PAUSES = {
    "pause i 3 dage": date(2026, 11, 26),
    "Pause 3 dage": date(2026, 11, 26),
    "pavse i 3 dage": date(2026, 11, 26),
    "pause i en uge": date(2026, 11, 30),
    "pause en uge tak": date(2026, 11, 30),
    "Hej. Jeg vil gerne holde pause i 2 uger": date(2026, 12, 7),
    "kan jeg få en pause i et par dage?": date(2026, 11, 25),
    "hold pause i fjorten dage": date(2026, 12, 7),
    "pause i en måned": date(2026, 12, 21),
    "pause i 8 uger": date(2026, 12, 21),
    "pause til mandag": date(2026, 11, 30),
    "pause til på fredag": date(2026, 11, 27),
    "pause indtil næste fredag": date(2026, 12, 4),
    "pause til i morgen": date(2026, 11, 24),
    "pause til efter weekenden": date(2026, 11, 30),
    "ferie til mandag": date(2026, 11, 30),
    "Vi er på ferie til den 14.": date(2026, 12, 14),
    "jeg er på ferie indtil d. 3/12": date(2026, 12, 3),
    "på ferie til 1. december": date(2026, 12, 1),
    "ferie til fredag den 4. december": date(2026, 12, 4),
    "Jeg holder ferie til den 20.12": date(2026, 12, 20),
    "ferie uge 48": date(2026, 11, 30),
    "ferie i uge 49": date(2026, 12, 7),
    "vi skal på ferie i næste uge": date(2026, 12, 7),
    "ferie uge 48 og 49": date(2026, 12, 7),
    "til vi er hjemme den 14.": date(2026, 12, 14),
    "pause til vi er hjemme på søndag": date(2026, 11, 29),
    "jeg er bortrejst til torsdag": date(2026, 11, 26),
    "jeg er ude at rejse i 10 dage": date(2026, 12, 3),
    "vent med beskeder til mandag": date(2026, 11, 30),
    "Stop i en uge": date(2026, 11, 30),
    "stop indtil mandag": date(2026, 11, 30),
    "ingen beskeder før mandag": date(2026, 11, 30),
    "skriv først igen den 1. december": date(2026, 12, 1),
    "Vi kommer først hjem igen den 5. december": date(2026, 12, 5),
}
GO_ON = [
    "start igen nu",
    "jeg er hjemme igen",
    "Vi er hjemme igen",
    "Hjemme igen!",
    "jeg er tilbage fra ferie",
    "ferien er slut",
    "pausen er ovre",
    "I må gerne skrive igen",
    "nu må I godt sende beskeder igen",
    "send beskeder igen",
    "jeg er klar til at starte igen",
    "Jeg vil gerne have beskeder igen",
]

NO_WISH = """
det gjorde ondt i morges
kan I ringe i morgen tidlig
Kan I ringe i morgen?
ring til mig om morgenen
kan jeg få en tid om morgenen
Jeg vil gerne have en tid om eftermiddagen
jeg kommer i morgen kl 9
i morgen
i aften
i morgen formiddag
godmorgen
God morgen
godaften
det er værst om morgenen
det er bedst om morgenen
mest om aftenen
værst om aftenen
ondt om morgenen
det gør ondt om morgenen
jeg er stiv om morgenen
stiv i ryggen om morgenen
jeg tager dem om morgenen
jeg laver øvelserne om morgenen
øvelser om aftenen
jeg går tur om aftenen
går tur hver aften
kun ondt om natten
ja om morgenen
nej ikke om morgenen
ikke om morgenen
har sovet dårligt til kl 4
vågnede kl 5
kl 5
9
kl
17
efter 3 dage
efter 2 uger er det bedre
efter arbejde
efter frokost
efter øvelserne
ikke før jeg har talt med lægen
ikke før på mandag
jeg kan ikke før mandag
jeg har tid hos lægen kl 10
tid hos fys kl. 14.30
mødte kl 9 på arbejde
kan ikke sove før kl 3
ikke så mange smerter
ikke så mange øvelser
ikke så ondt
ikke så meget ondt i dag
ikke så godt
ikke så tit ondt mere
færre smerter
færre smerter end i går
mindre ondt
lidt mindre
mindre smerter om morgenen
det gør mindre ondt
jeg tager færre piller
færre øvelser
for mange smerter
for mange øvelser
for meget
jeg har for mange ting at lave
en gang om ugen
1 gang om ugen
jeg træner en gang om ugen
jeg går til fys kun en gang om ugen
har lavet dem en gang
tre gange om ugen
i 3 dage
en uge
3 dage
til mandag
uge 42
i en uge nu
siden mandag
har haft ondt i 3 dage
jeg har haft ondt i en uge
har været på ferie i 3 dage
jeg har lige været på ferie
jeg var på ferie til mandag
ferie
jeg er på ferie
på ferie
vi er på ferie
god ferie
ferien var god
det gjorde ondt på ferien
kan jeg godt tage på ferie?
må jeg flyve på ferie i næste uge
kan jeg rejse på mandag
skal jeg holde pause med øvelserne
jeg holder pause med øvelserne til mandag
pause med træning i 3 dage
jeg tog en pause i går
jeg holdt pause i 3 dage
har holdt pause fra arbejde i en uge
sygemeldt i 2 uger
sygemeldt til mandag
fri til mandag
fri fra arbejde i en uge
jeg har sovet til kl 10
vent
vent på mig
vi ses mandag
jeg venter til mandag
jeg venter på svar fra lægen til mandag
skal jeg vente til mandag?
kan det vente til mandag
lægen sagde jeg skulle vente til mandag
stop smerterne i en uge
det stoppede i 3 dage
jeg er hjemme
jeg er hjemme fra arbejde
jeg er hjemme på mandag
jeg kom hjem fra hospitalet igen i går
smerterne er tilbage
det er tilbage igen
den er tilbage
smerterne er kommet igen
jeg er tilbage på arbejde
jeg er tilbage på job igen
jeg er i gang igen
er begyndt at træne igen
jeg kan gå igen
start
starter på arbejde igen mandag
det starter om morgenen
det begynder igen om aftenen
nu gør det ondt igen
hvornår må jeg starte igen?
kan jeg begynde at løbe igen
jeg har ikke fået beskeder
jeg har ikke fået nogen sms
hvorfor får jeg beskeder om morgenen
tak for beskederne om morgenen
tak for jeres beskeder
jeg læser beskederne om aftenen
ferie uge 30
ferie uge 2
pause til i går
pause til den 32.
pause i 0 dage
pause til 45. november
pause til den 24/13
pause til jul
ferie til marts
pause i lang tid
min søn har ferie til mandag
min mand er på ferie i 3 dage
han er bortrejst til torsdag
lægen er på ferie til mandag
min læge har ferie uge 48
jeg er på ferie til mandag og har ondt i benet
pause i 3 dage, har feber
færre beskeder, det gør ondt
om aftenen og kan ikke tisse
""".strip().splitlines()


@pytest.mark.parametrize(("text", "wish"), TIMES.items())
def test_a_wished_hour_is_read(text: str, wish: tuple[str, bool, bool]) -> None:
    time, earliest, bare = wish
    assert read_wish(text, NOW) == TimeWish(time, earliest=earliest, bare=bare)


@pytest.mark.parametrize("text", FEWER)
def test_a_wish_for_fewer_texts_is_read(text: str) -> None:
    assert read_wish(text, NOW) == FewerWish()


@pytest.mark.parametrize("text", FEWER_BARE)
def test_a_wish_for_fewer_without_a_word_about_texts_is_marked_as_such(text: str) -> None:
    assert read_wish(text, NOW) == FewerWish(bare=True)


@pytest.mark.parametrize(("text", "until"), PAUSES.items())
def test_a_pause_is_read_with_its_end(text: str, until: date) -> None:
    assert read_wish(text, NOW) == PauseWish(until)


@pytest.mark.parametrize("text", GO_ON)
def test_a_wish_to_go_on_is_read(text: str) -> None:
    assert read_wish(text, NOW) == GoOnWish()


@pytest.mark.parametrize("text", NO_WISH)
def test_what_only_sounds_like_a_wish_is_none(text: str) -> None:
    assert read_wish(text, NOW) is None


def test_the_tables_are_as_long_as_agreed() -> None:
    assert len(TIMES) + len(FEWER) + len(FEWER_BARE) + len(PAUSES) + len(GO_ON) >= 60
    assert len(set(NO_WISH)) >= 120


WORDS = st.sampled_from(
    "pause ferie i til den uge 3 14. 42 dage mandag næste december om morgenen kl 9 efter ikke før færre beskeder "
    "hjemme igen jeg vi er på vil gerne have så mange kun en gang ugen 31. februar 29. 99 3/12 uger stop".split()
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))


@given(st.one_of(st.text(max_size=400), st.lists(WORDS, max_size=8).map(" ".join)), MOMENTS)
def test_any_text_is_read_and_a_pause_always_ends_1_to_28_days_ahead(text: str, now: datetime) -> None:
    wish = read_wish(text, now)
    if isinstance(wish, PauseWish):
        assert 1 <= (wish.until - local(now).date()).days <= LONGEST_PAUSE


TAILS = st.one_of(
    st.integers(1, 60).map("i {} dage".format),
    st.integers(1, 9).map("i {} uger".format),
    st.sampled_from("mandag tirsdag onsdag torsdag fredag lørdag søndag".split()).map("til {}".format),
    st.integers(1, 28).map("til den {}.".format),
)


@given(TAILS, MOMENTS)
def test_every_length_and_weekday_is_understood_over_the_change_of_the_clocks(tail: str, now: datetime) -> None:
    wish = read_wish(f"pause {tail}", now)
    assert isinstance(wish, PauseWish)
    assert 1 <= (wish.until - local(now).date()).days <= LONGEST_PAUSE


def test_a_day_is_counted_in_danish_time() -> None:
    just_past_midnight = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert read_wish("pause i 1 dag", just_past_midnight) == PauseWish(date(2026, 11, 25))
    assert read_wish("pause til mandag", NOW - timedelta(days=1)) == PauseWish(date(2026, 11, 23))


@pytest.mark.parametrize(
    ("text", "now", "until"),
    [
        ("pause til den 14.", datetime(2026, 12, 20, 9, tzinfo=UTC), date(2027, 1, 14)),
        ("pause til 2. januar", datetime(2026, 12, 20, 9, tzinfo=UTC), date(2027, 1, 2)),
        ("ferie uge 1", datetime(2026, 12, 29, 9, tzinfo=UTC), date(2027, 1, 11)),
        ("pause til efter nytår", datetime(2026, 12, 20, 9, tzinfo=UTC), date(2027, 1, 2)),
        ("pause til den 31.", datetime(2026, 12, 31, 9, tzinfo=UTC), date(2027, 1, 28)),
        ("ferie uge 42", datetime(2026, 10, 9, 9, tzinfo=UTC), date(2026, 10, 19)),
    ],
)
def test_the_turn_of_the_year_is_read_right(text: str, now: datetime, until: date) -> None:
    assert read_wish(text, now) == PauseWish(until)


def test_a_text_without_end_is_no_wish() -> None:
    assert read_wish("pause i 3 dage " * 1000, NOW) is None


@pytest.mark.parametrize(
    ("time", "said"),
    [("morgen", "om morgenen"), ("17:00", "klokken 17"), ("09:30", "klokken 9.30")],
)
def test_a_time_is_said_in_danish(time: str, said: str) -> None:
    assert say_time(time) == said


def test_a_day_is_said_in_danish() -> None:
    assert say_day(date(2026, 11, 30)) == "mandag den 30. november"
