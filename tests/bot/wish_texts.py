"""What patients write when they wish something of the course, and what only sounds like it."""

from __future__ import annotations

from datetime import UTC, date, datetime

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
