"""Pure: which column of a list is what, by its heading in many spellings, else by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core import phone

REQUIRED = ("navn", "telefon", "forløb", "region", "lægetelefon", "samtykke")
OPTIONAL = ("efternavn", "tidspunkt", "startdato", "instrueret")
COLUMNS = REQUIRED + OPTIONAL
OUR_OWN = "fejl"
"""The column that we add to the list of those who were not enrolled; it is not read."""
SPELLINGS: Mapping[str, str] = {
    "navn": "navn patient patientnavn patientensnavn fuldenavn fuldtnavn initialer navnellerinitialer fornavn name",
    "efternavn": "efternavn",
    "telefon": (
        "telefon tlf telefonnummer telefonnr tlfnr mobil mobilnummer mobilnr mobiltelefon mobiltlf mobiltelefonnummer "
        "telefonmobil tlfmobil patienttelefon patientenstelefon sms smsnummer phone mobile"
    ),
    "forløb": "forloeb forløb program programme smsforloeb",
    "region": "region bopaelsregion",
    "lægetelefon": (
        "laegetelefon laegetelefonnummer laegetlf laegenstelefon laegenstlf laegestelefon laegestlf egenlaege "
        "egenlaegetelefon egenlaegetlf egenlaegestelefon egenlaegestlf telefonegenlaege tlfegenlaege tlflaege "
        "telefonlaege praktiserendelaegetelefon praktiserendelaegetlf"
    ),
    "samtykke": "samtykke smssamtykke samtykketilsms samtykkesms harsagtja consent",
    "tidspunkt": "tidspunkt tidpaadagen hvornaarpaadagen smstidspunkt",
    "startdato": "startdato start starterden forloebstart startdatoforforloeb",
    "instrueret": "instrueret instruktion instruereti instrueretioevelser oevelserinstrueret",
    OUR_OWN: OUR_OWN,
}
FORGIVEN = 0.6
"""Of the cells of a column, so many must look like what the column is taken for."""
_LOOKED_AT = 200
_HEADINGS_AMONG = 5
_LETTERS = {"æ": "ae", "ø": "oe", "å": "aa", "é": "e", "ü": "y"}
_NOT_PLAIN = re.compile(r"[^a-z0-9]")
_NO_NAME = re.compile(r"[\d@/:]")


@dataclass(frozen=True)
class Guess:
    """`header`: index of the row of headings, None when there is none. `columns`: our name -> index of its column."""

    header: int | None
    columns: Mapping[str, int]


def plain(text: str) -> str:
    """A word as it is compared: small letters and digits alone, æøå written out."""
    spelled = "".join(_LETTERS.get(character, character) for character in text.casefold())
    return _NOT_PLAIN.sub("", spelled)


_BY_SPELLING = {plain(spelling): name for name, spellings in SPELLINGS.items() for spelling in spellings.split()}


def column_of(heading: str) -> str | None:
    """Our name of a column with this heading; None when it is none of ours."""
    return _BY_SPELLING.get(plain(heading))


def is_heading(cell: str) -> bool:
    """Whether a cell is the heading of a column that we know."""
    return column_of(cell) is not None


def guess(table: Sequence[Sequence[str]], values: Mapping[str, frozenset[str]]) -> Guess:
    """What the columns are. `values`: column -> the words, made plain, that stand in it (programmes, regions)."""
    header = header_of(table)
    columns: dict[str, int] = {}
    if header is not None:
        for index, cell in enumerate(table[header]):
            name = column_of(cell)
            if name in COLUMNS and name not in columns:
                columns[name] = index
    body = [row for row in table[0 if header is None else header + 1 :] if any(row)][:_LOOKED_AT]
    unknown = [index for index in range(width(table)) if _is_unnamed(table, header, index)]
    _by_content(body, [index for index in unknown if index not in columns.values()], columns, values)
    return Guess(header, columns)


def header_of(table: Sequence[Sequence[str]]) -> int | None:
    """The row of headings: among the first rows with something in them, the one with the most headings we know."""
    filled = [index for index, row in enumerate(table) if any(row)][:_HEADINGS_AMONG]
    known = {index: len({column_of(cell) for cell in table[index]} - {None}) for index in filled}
    best = max(known, key=lambda index: known[index], default=None)
    if best is None or not known[best] or any(phone.parse(cell) for cell in table[best]):
        return None
    return best


def width(table: Sequence[Sequence[str]]) -> int:
    return max((len(row) for row in table), default=0)


def _is_unnamed(table: Sequence[Sequence[str]], header: int | None, index: int) -> bool:
    """Only a column that has no heading of ours may be guessed at from its cells."""
    return header is None or index >= len(table[header]) or not is_heading(table[header][index])


def _by_content(
    body: Sequence[Sequence[str]],
    free: list[int],
    columns: dict[str, int],
    values: Mapping[str, frozenset[str]],
) -> None:
    """Consent is never guessed: a column of ja and nej may say yes to anything."""
    cells = {index: [row[index] for row in body if index < len(row) and row[index]] for index in free}
    for name, known in values.items():
        found = [index for index in free if name not in columns and _share(cells[index], known)]
        if found:
            columns[name] = found[0]
            free.remove(found[0])
    phones = [index for index in free if _are_phones(cells[index])]
    # Many patients share a doctor: of two columns of numbers, the one with fewer different ones is the doctors'.
    phones.sort(key=lambda index: -len(set(cells[index])))
    for name in ("telefon", "lægetelefon"):
        if name not in columns and phones:
            columns[name] = phones.pop(0)
    names = [index for index in free if index not in columns.values() and _are_names(cells[index])]
    if "navn" not in columns and names:
        columns["navn"] = names[0]


def _share(cells: Sequence[str], known: frozenset[str]) -> bool:
    return bool(cells) and sum(plain(cell) in known for cell in cells) >= FORGIVEN * len(cells)


def _are_phones(cells: Sequence[str]) -> bool:
    return bool(cells) and sum(phone.parse(cell) is not None for cell in cells) >= FORGIVEN * len(cells)


def _are_names(cells: Sequence[str]) -> bool:
    return bool(cells) and sum(not _NO_NAME.search(cell) and len(cell) > 1 for cell in cells) >= FORGIVEN * len(cells)
