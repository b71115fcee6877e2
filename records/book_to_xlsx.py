"""A book as a workbook for people: one sheet with the head, and one for each kind of entry."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from records.canonical import canonical
from records.values import Head

if TYPE_CHECKING:
    from records.book import Book
    from records.values import Entry

_COMMON = ("id", "happened", "recorded", "who", "reason", "reverses", "effective")
#: What a sheet's name must not hold, and how long it may be.
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))
_LONGEST_NAME = 31


def write_xlsx(book: Book, path: Path) -> Head:
    """Every entry, taken back or not, by kind; text stays text, whatever it begins with. For reading: only JSON lines and CSV
    come back by `records import`.
    """
    from xlsxwriter import Workbook

    entries = book.entries(include_reversed=True)
    head = Head(entries[-1].seq, entries[-1].hash) if entries else book.head()
    by_kind: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_kind[entry.kind].append(entry)
    with Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}) as workbook:
        _fill(workbook.add_worksheet("book"), [["records", book.place], ["entries", head.entries], ["head", head.hash]])
        for kind, found in by_kind.items():
            _fill(workbook.add_worksheet(kind.translate(_FORBIDDEN)[:_LONGEST_NAME]), _table(found))
    return head


def _table(entries: list[Entry]) -> list[list[Any]]:
    fields = list(dict.fromkeys(name for entry in entries for name in entry.content))
    rows = [[entry.to_dict()[name] for name in _COMMON] + [entry.content.get(name) for name in fields] for entry in entries]
    return [[*_COMMON, *fields], *rows]


def _fill(sheet: Any, rows: list[list[Any]]) -> None:
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, bool):
                sheet.write_boolean(number, column, value)
            elif isinstance(value, int | float):
                sheet.write_number(number, column, value)
            elif value is not None:
                sheet.write_string(number, column, value if isinstance(value, str) else canonical(value))
