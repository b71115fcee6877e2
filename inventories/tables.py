"""CSV tables read strictly: exact headers, no ragged rows, text stays text, every row knows its file and line."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lca.errors import InputError, Problem, nearest


@dataclass(frozen=True)
class Row:
    """One row of a table: its cells by column, and where it stands."""

    file: str
    line: int
    cells: dict[str, str]

    def text(self, column: str) -> str:
        """The cell, stripped."""
        return self.cells[column].strip()

    def required(self, column: str) -> str:
        """The cell; an empty one is an error."""
        value = self.text(column)
        if not value:
            raise self.problem(column, "a value is needed here")
        return value

    def number(self, column: str) -> float:
        """The cell as a finite number."""
        text = self.required(column)
        try:
            value = float(text) if text.isascii() and "_" not in text else float("nan")
        except ValueError:
            value = float("nan")
        if not math.isfinite(value):
            raise self.problem(column, "not a finite number", "write plain digits with a decimal point, such as 1.25")
        return value

    def optional_number(self, column: str) -> float | None:
        """The cell as a finite number, or None when it is empty."""
        return self.number(column) if self.text(column) else None

    def year(self, column: str) -> int:
        """The cell as a year."""
        value = self.number(column)
        if not 1900 <= value <= 2100 or value != int(value):
            raise self.problem(column, "not a year")
        return int(value)

    def one_of(self, column: str, choices: Sequence[str]) -> str:
        """The cell, which must be one of the choices."""
        value = self.required(column)
        if value not in choices:
            raise self.problem(column, "not one of the words allowed here", nearest(value, choices) or f"allowed: {', '.join(choices)}")
        return value

    def problem(self, column: str, reason: str, hint: str | None = None) -> InputError:
        """An error about one cell of this row."""
        return InputError(Problem(reason, self.file, self.line, column, self.cells.get(column), hint))


def read_table(path: Path, columns: Sequence[str], optional: Sequence[str] = ()) -> list[Row]:
    """All rows of a CSV file with exactly these columns (`optional` ones may be missing).

    Raises InputError for a wrong header, a ragged row, or a file that is not UTF-8.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(Problem("not UTF-8 text", str(path), hint="save the table as CSV UTF-8")) from error
    except OSError as error:
        raise InputError(Problem(f"cannot be read: {error.strerror}", str(path))) from error
    return parse_table(text, str(path), columns, optional)


def parse_table(text: str, file: str, columns: Sequence[str], optional: Sequence[str] = ()) -> list[Row]:
    """The rows of a CSV text; see `read_table`."""
    if "\0" in text:
        raise InputError(Problem("a NUL character", file, text.count("\n", 0, text.index("\0")) + 1, hint="save the table as CSV UTF-8"))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(header, file, columns, optional)
        for cells in reader:
            if len(cells) != len(header):
                reason = f"{len(cells)} cells where the header has {len(header)}"
                raise InputError(Problem(reason, file, reader.line_num, hint="quote cells that hold a comma"))
            rows.append(Row(file, reader.line_num, dict.fromkeys(optional, "") | dict(zip(header, cells, strict=True))))
    except csv.Error as error:
        raise InputError(Problem(f"not readable as CSV: {error}", file, reader.line_num)) from error
    return rows


def _check_header(header: list[str], file: str, columns: Sequence[str], optional: Sequence[str]) -> None:
    for name in header:
        if name not in columns and name not in optional:
            hint = nearest(name, [*columns, *optional]) or f"columns: {', '.join([*columns, *optional])}"
            raise InputError(Problem("unknown column", file, 1, name, hint=hint))
    missing = [name for name in columns if name not in header]
    if missing or len(set(header)) != len(header):
        reason = f"columns missing: {', '.join(missing)}" if missing else "a column is there twice"
        raise InputError(Problem(reason, file, 1))
