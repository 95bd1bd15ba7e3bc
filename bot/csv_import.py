"""Bulk enrolment from lists as clinics have them: what a row says, whoever read the file and however it was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

from bot.columns import COLUMNS, OPTIONAL, OUR_OWN, REQUIRED, column_of, is_heading, plain
from bot.enrolment import Application
from bot.tables import Limits, TableRefusedError, read_table
from messages.loader import Content
from scheduler.planning import DEFAULT_TIME_OF_DAY

YES = frozenset({"ja", "j", "yes", "x", "1", "sand", "true"})
NO = frozenset({"nej", "n", "no", "0", "", "falsk", "false"})
FROM_A_FILE = Limits(size=10_000_000, lines=100_000)
FIELDS = {
    "name": "navn",
    "phone": "telefon",
    "programme": "forløb",
    "region": "region",
    "doctor_phone": "lægetelefon",
    "consent": "samtykke",
    "time_of_day": "tidspunkt",
    "start_date": "startdato",
}
"""Field of an Application -> the column it stands in."""


@dataclass(frozen=True)
class Row:
    """One line of the list. `number` as a spreadsheet shows it (the first line is 1); `errors` in Danish."""

    number: int
    application: Application
    errors: tuple[str, ...]


def read(data: bytes) -> list[Row]:
    """Every line with something in it, under a first line that names the columns.

    Raises TableRefusedError when the file cannot be read or has no usable header.
    """
    table = read_table(data, is_heading, FROM_A_FILE)
    first = next((index for index, row in enumerate(table) if any(row)), None)
    if first is None:
        raise TableRefusedError("Filen er tom.")
    header = [column_of(cell) or plain(cell) for cell in table[first]]
    _check_header(header)
    rows = [
        row_of(number, dict(zip(header, cells, strict=False)), too_wide(cells, len(header)))
        for number, cells in enumerate(table[first + 1 :], start=first + 2)
        if any(cells)
    ]
    if not rows:
        raise TableRefusedError("Filen har ingen patienter under overskriften.")
    return rows


def _check_header(header: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in header]
    unknown = [name for name in header if name and name not in {*COLUMNS, OUR_OWN}]
    twice = sorted({name for name in header if name and header.count(name) > 1})
    problems = []
    if missing:
        problems.append(f"Der mangler kolonner: {', '.join(missing)}.")
    if unknown:
        problems.append(f"Ukendte kolonner: {', '.join(unknown)}.")
    if twice:
        problems.append(f"Kolonner, der står to gange: {', '.join(twice)}.")
    if problems:
        wanted = ";".join(REQUIRED)
        raise TableRefusedError(
            f"{' '.join(problems)} Første linje skal være: {wanted} (og evt. {', '.join(OPTIONAL)})."
        )


def too_wide(cells: Sequence[str], width: int) -> tuple[str, ...]:
    """The error of a row with more cells than there are headings: a separator inside a name moves all that follows."""
    if len(cells) <= width:
        return ()
    return (f"Linjen har {len(cells)} felter, men overskriften har {width}.",)


def row_of(number: int, cells: Mapping[str, str], errors: tuple[str, ...] = ()) -> Row:
    """What one row says. `cells`: our name of a column -> what stands there. `errors`: what is known to be wrong."""
    start, start_error = _date(cells.get("startdato", ""))
    instructed, instructed_error = _yes_no(cells.get("instrueret", ""), "instrueret")
    consent, consent_error = _yes_no(cells.get("samtykke", ""), "samtykke")
    found = (error for error in (start_error, instructed_error, consent_error) if error)
    application = Application(
        name=f"{cells.get('navn', '')} {cells.get('efternavn', '')}".strip(),
        phone=cells.get("telefon", ""),
        programme=cells.get("forløb", "").lower(),
        region=cells.get("region", "").lower().replace("region ", "").replace("æ", "ae"),
        doctor_phone=cells.get("lægetelefon", ""),
        consent=consent,
        time_of_day=cells.get("tidspunkt", "").lower() or DEFAULT_TIME_OF_DAY,
        start_date=start,
        instructed=instructed,
    )
    return Row(number, application, (*errors, *found))


def settled(content: Content, application: Application) -> Application:
    """The application with its programme and region as ids, where the list has their names."""
    words = names_of(content)
    return replace(
        application,
        programme=words["forløb"].get(plain(application.programme), application.programme),
        region=words["region"].get(plain(application.region), application.region),
    )


@lru_cache(maxsize=8)
def _names(programmes: tuple[tuple[str, str], ...], regions: tuple[tuple[str, str], ...]) -> dict[str, dict[str, str]]:
    return {
        "forløb": {plain(word): key for key, name in programmes for word in (key, name)},
        "region": {plain(word): key for key, name in regions for word in (key, name, name.removeprefix("Region "))},
    }


def names_of(content: Content) -> dict[str, dict[str, str]]:
    """By column: the words, made plain, that stand for a programme or a region, each with its id."""
    return _names(
        tuple((item.id, item.name) for item in content.programmes.values()),
        tuple((item.id, item.name) for item in content.regions.values()),
    )


def _date(text: str) -> tuple[date | None, str]:
    if not text:
        return None, ""
    for pattern in ("%d-%m-%Y", "%d.%m.%Y", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, pattern).date(), ""  # noqa: DTZ007 - a local day, no instant
        except ValueError:
            continue
    return None, f"startdato: »{text[:20]}« er ikke en dato. Skriv den som 21-11-2026."


def _yes_no(text: str, column: str) -> tuple[bool, str]:
    said = text.strip().lower()
    if said in YES or said in NO:
        return said in YES, ""
    return False, f"{column}: skriv ja eller nej."
