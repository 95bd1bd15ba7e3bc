"""When a table cannot be read, and how much of one is read at most."""

from __future__ import annotations

from dataclasses import dataclass


class TableRefusedError(Exception):
    """The table as a whole cannot be read; the message says in Danish what to do."""


@dataclass(frozen=True)
class Limits:
    """`lines` counts the empty ones too; `cell` is in characters."""

    size: int = 1_000_000
    lines: int = 10_000
    columns: int = 60
    cell: int = 500

    def check(self, table: list[list[str]]) -> list[list[str]]:
        """The table itself. Raises TableRefusedError when it is too large."""
        if len(table) > self.lines:
            raise TableRefusedError(f"Listen er for lang. Del den i flere lister på højst {_shown(self.lines)} linjer.")
        if any(len(row) > self.columns for row in table):
            raise TableRefusedError(f"Listen er for bred: Der må højst være {self.columns} kolonner.")
        for number, row in enumerate(table, start=1):
            if any(len(cell) > self.cell for cell in row):
                raise TableRefusedError(f"Linje {number} har en celle på over {self.cell} tegn. Er filen rigtig?")
        return table


def _shown(number: int) -> str:
    return f"{number:,}".replace(",", ".")
