"""Write the table of a text's states into docs/delivery.md: python -m tools.delivery_table"""

from __future__ import annotations

from pathlib import Path

from scheduler.states import as_markdown

PAGE = Path(__file__).parents[1] / "docs" / "delivery.md"
BEGIN, END = "<!-- table: begin -->\n", "<!-- table: end -->"


def main() -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{as_markdown()}\n{END}{after}", encoding="utf-8")
    print(f"{PAGE.name}: the table is up to date")


if __name__ == "__main__":
    main()
