"""Tables as spreadsheets read and write them: pasted text, CSV and xlsx. Pure: knows no patient and no database."""

from bot.tables.cells import harmless, original
from bot.tables.reading import Limits, TableRefusedError, read_table, read_text
from bot.tables.writing import csv_file, xlsx_file

__all__ = ["Limits", "TableRefusedError", "csv_file", "harmless", "original", "read_table", "read_text", "xlsx_file"]
