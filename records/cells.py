"""What a cell of a table of records can hold: strict readings of numbers, dates and words, in English and Chinese writing."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from lca.errors import InputError, Problem

Cell = str | float | bool | date | datetime | None
Form = Literal["text", "number", "date"]

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}([, ']\d{3})+(\.\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_DATES = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(T00:00(:00)?| 00:00(:00)?)?"),
    re.compile(r"(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})"),
    re.compile(r"(?P<y>\d{4})\.(?P<m>\d{1,2})\.(?P<d>\d{1,2})"),
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"),
    re.compile(r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})日"),
    re.compile(r"民[國国] ?(?P<roc>\d{1,3})年(?P<m>\d{1,2})月(?P<d>\d{1,2})日"),
)
_DAY_FIRST = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
#: The year before year 1 of the Republic of China.
_ROC = 1911
_YEARS = range(1990, 2101)
_LONGEST = 1000
#: Whole numbers up to here are written without losing a digit.
_EXACT = 2**53


@dataclass(frozen=True)
class Row:
    """One row of a table: its cells by the column's name, where it stands, and the units that the header names."""

    file: str
    line: int
    cells: Mapping[str, Cell]
    units: Mapping[str, str]

    def text(self, column: str) -> str | None:
        """The cell as words without spaces around them, in composed Unicode; None when it is empty."""
        return _words(self, column, self.cells.get(column))

    def number(self, column: str) -> float | None:
        """The cell as a finite number, full-width digits too; None when it is empty."""
        return _number(self, column, self.cells.get(column))

    def day(self, column: str) -> date | None:
        """The cell as a day of the years 1990 to 2100; None when it is empty."""
        return _day(self, column, self.cells.get(column))

    def required_text(self, column: str) -> str:
        """The cell as words; an empty one is an error."""
        found = self.text(column)
        if found is None:
            raise self.problem(column, "a value is needed here")
        return found

    def required_day(self, column: str) -> date:
        """The cell as a day; an empty one is an error."""
        found = self.day(column)
        if found is None:
            raise self.problem(column, "a date is needed here", "such as 2024-12-31")
        return found

    def problem(self, column: str, reason: str, hint: str | None = None) -> InputError:
        """An error about one cell of this row."""
        value = self.cells.get(column)
        return InputError(Problem(reason, self.file, self.line, column, None if value is None else _shown(value), hint))


def _shown(value: Cell) -> str:
    text = value.isoformat() if isinstance(value, date) else f"{value:.15g}" if isinstance(value, float) else str(value)
    return text[:200]


def folded(text: str) -> str:
    """Full-width signs as plain ones, without spaces around: what numbers, dates and headers are read from."""
    return unicodedata.normalize("NFKC", text).strip()


def _words(row: Row, column: str, value: Cell) -> str | None:
    if isinstance(value, bool | date):
        raise row.problem(column, "words are needed here", "format the cell as text")
    if isinstance(value, int | float):
        return str(int(value)) if value == int(value) and abs(value) < _EXACT else f"{value:.15g}"
    text = unicodedata.normalize("NFC", value).strip() if value is not None else ""
    if any(unicodedata.category(c) in {"Cc", "Cs"} for c in text):
        raise row.problem(column, "must not hold control characters or line breaks")
    if len(text) > _LONGEST:
        raise row.problem(column, f"longer than {_LONGEST} characters")
    return text or None


def _number(row: Row, column: str, value: Cell) -> float | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool | date):
        raise row.problem(column, "a number is needed here", "format the cells as numbers")
    if isinstance(value, int | float):
        if not math.isfinite(value):
            raise row.problem(column, "not a finite number")
        return float(value)
    text = folded(value)
    if not text.isascii() or not _NUMBER.fullmatch(text):
        raise row.problem(column, *_why_no_number(text))
    if not math.isfinite(float(text)):
        raise row.problem(column, "not a finite number")
    return float(text)


def _why_no_number(text: str) -> tuple[str, str]:
    if _GROUPED.fullmatch(text) or _DECIMAL_COMMA.fullmatch(text):
        return "a comma can divide thousands or decimals", "write plain digits with a decimal point, such as 1234.5"
    if text.startswith("="):
        return "a formula where a number is needed", "write the number itself"
    return "not a number", "write plain digits with a decimal point, such as 1.25; the unit has a column of its own"


def _day(row: Row, column: str, value: Cell) -> date | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, datetime):
        if value.time() != datetime.min.time():
            raise row.problem(column, "a day is needed here, without a time", "such as 2024-12-31")
        value = value.date()
    if isinstance(value, int | float):
        raise row.problem(column, "a number where a date is needed", "format the cells as dates, or write 2024-12-31")
    day = value if isinstance(value, date) else _parsed_day(row, column, folded(value))
    if day.year not in _YEARS:
        raise row.problem(column, f"a year from {_YEARS[0]} to {_YEARS[-1]} is needed")
    return day


def _parsed_day(row: Row, column: str, text: str) -> date:
    found = next((m for pattern in _DATES if text.isascii() | ("月" in text) and (m := pattern.fullmatch(text))), None)
    if found is None:
        ambiguous = bool(_DAY_FIRST.fullmatch(text))
        reason = "day or month first? the order of this date is not certain" if ambiguous else "not a date"
        raise row.problem(column, reason, "write year-month-day, such as 2024-12-31 or 2024年12月31日")
    parts = found.groupdict()
    year = int(parts["roc"]) + _ROC if parts.get("roc") else int(parts["y"])
    try:
        return date(year, int(parts["m"]), int(parts["d"]))
    except ValueError as error:
        raise row.problem(column, "there is no such day") from error
