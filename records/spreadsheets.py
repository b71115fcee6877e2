"""Tables that people fill in, CSV or Excel, with headers in English or Chinese: read strictly, and templates to start from.

    COLUMNS = (Column("date", ("日期", "day"), "date", required=True, about="when it happened"), ...)
    for row in read_sheet(Path("2024.xlsx"), COLUMNS):      # Row: file, line, text(), number(), day(), problem()
        row.required_day("date"), row.number("mass"), row.units.get("mass")   # "质量（吨）" gives the unit 吨

A file is refused (InputError with file, row, field, value, hint) for whatever could be read in two ways: an unknown or doubled
header, a ragged row, an encoding that is not UTF-8 (unless it is named), merged or hidden cells, formulas without a value.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lca.errors import InputError, Problem, nearest
from records.cells import Cell, Form, Row, folded
from records.workbooks import MOST_COLUMNS, MOST_ROWS, read_workbook

__all__ = ["ENCODINGS", "Column", "Row", "read_sheet", "write_template"]

#: Encodings that a CSV file may be said to have; without a word it must be UTF-8.
ENCODINGS = ("utf-8", "utf-16", "gb18030", "big5", "shift_jis")
_WORKBOOKS = {".xlsx", ".xlsm"}
_TEXTS = {".csv", ".tsv", ".txt"}
_MOST_BYTES = 100_000_000
_LONGEST_LINE = 1_000_000
_SEPARATORS = (",", ";", "\t")
_WITH_UNIT = re.compile(r"(?P<name>[^()\[\]]+?)\s*[(\[](?P<unit>[^()\[\]]+)[)\]]")


@dataclass(frozen=True)
class Column:
    """A column by its name, the other words that head it, what its cells hold, and what the template says of it."""

    name: str
    words: tuple[str, ...] = ()
    form: Form = "text"
    required: bool = False
    about: str = ""
    example: Cell = None

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header that means this column."""
        return (self.name, *self.words)


def read_sheet(path: Path, columns: Sequence[Column], sheet: str | None = None, encoding: str = "utf-8") -> list[Row]:
    """The rows of a file below its header; empty ones are left out. Raises InputError for what is wrong with it."""
    form = path.suffix.casefold()
    if not path.exists():
        raise InputError(Problem("there is no such file", str(path)))
    if form in _WORKBOOKS:
        _, cells = read_workbook(path, sheet)
        lines: list[tuple[int, Sequence[Cell]]] = [*enumerate(cells, 1)]
    elif form in _TEXTS:
        if sheet is not None:
            raise InputError(Problem("a CSV file has no sheets", str(path), field="sheet", value=sheet))
        lines = _read_csv(path, columns, encoding)
    else:
        raise InputError(Problem("neither CSV nor an Excel workbook", str(path), value=form, hint="save it as .xlsx or as CSV UTF-8"))
    return _rows(str(path), lines, columns)


def _rows(file: str, lines: Iterable[tuple[int, Sequence[Cell]]], columns: Sequence[Column]) -> list[Row]:
    filled = [(line, cells) for line, cells in lines if any(c is not None and str(c).strip() for c in cells)]
    if not filled:
        raise InputError(Problem("the table is empty", file, hint="`template` writes one to start from"))
    (line, header), *rest = filled
    names, units = _header(file, line, header, columns)
    if not rest:
        raise InputError(Problem("there is no row below the header", file, line))
    if len(rest) > MOST_ROWS:
        raise InputError(Problem(f"more than {MOST_ROWS} rows", file, hint="split the table"))
    problems: list[Problem] = []
    made = []
    for at, cells in rest:
        extra = [c for c in cells[len(names) :] if c is not None and str(c).strip()]
        if extra:
            problems.append(Problem(f"a cell to the right of the {len(names)} headers", file, at, value=str(extra[0])[:200]))
        values = {name: cell for name, cell in zip(names, cells, strict=False) if cell is not None and str(cell).strip()}
        made.append(Row(file, at, values, units))
    if problems:
        raise InputError(problems)
    return made


def _header(file: str, line: int, header: Sequence[Cell], columns: Sequence[Column]) -> tuple[list[str], dict[str, str]]:
    """The columns' names in the order of the header, and the units that it names."""
    cells = list(header)
    while cells and (cells[-1] is None or not str(cells[-1]).strip()):
        cells.pop()
    known = _known(columns)
    names: list[str] = []
    units: dict[str, str] = {}
    problems: list[Problem] = []
    for position, cell in enumerate(cells, 1):
        text = folded(str(cell or ""))
        name, unit = _column_of(text, known)
        if name is None:
            reason = "unknown header" if text else f"column {position} has no header"
            hint = nearest(text, known) or f"headers: {', '.join(c.name for c in columns)}"
            problems.append(Problem(reason, file, line, text or None, hint=hint))
        elif name in names:
            problems.append(Problem("two headers mean the same column", file, line, name, text))
        names.append(name or "")
        units |= {name: unit} if name and unit else {}
    missing = [c for c in columns if c.required and c.name not in names]
    problems += [
        Problem("this header is missing", file, line, c.name, hint=f"or {', '.join(c.words)}" if c.words else None) for c in missing
    ]
    if problems:
        raise InputError(problems)
    return names, units


def _known(columns: Sequence[Column]) -> dict[str, str]:
    return {_plain_header(word): column.name for column in columns for word in column.headers}


def _plain_header(text: str) -> str:
    return re.sub(r"[\s_*:]+", " ", folded(text).casefold()).strip()


def _column_of(text: str, known: dict[str, str]) -> tuple[str | None, str | None]:
    plain = _plain_header(text)
    if plain in known:
        return known[plain], None
    with_unit = _WITH_UNIT.fullmatch(text)
    name = known.get(_plain_header(with_unit["name"])) if with_unit else None
    return name, with_unit["unit"].strip() if with_unit and name else None


def _read_csv(path: Path, columns: Sequence[Column], encoding: str) -> list[tuple[int, Sequence[Cell]]]:
    text = _decoded(path, encoding)
    if "\0" in text:
        raise InputError(Problem("the character NUL", str(path), text.count("\n", 0, text.index("\0")) + 1, hint="save it as CSV UTF-8"))
    if any(len(line) > _LONGEST_LINE for line in io.StringIO(text)):
        raise InputError(Problem(f"a line of more than {_LONGEST_LINE} characters", str(path), hint="is it a CSV file?"))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=_separator(text, columns))
    lines: list[tuple[int, Sequence[Cell]]] = []
    width = 0
    before = 0
    try:
        for cells in reader:
            lines.append((before + 1, cells))
            before = reader.line_num
            width = width or len(cells)
            _width_must_hold(path, lines[-1], width)
    except csv.Error as error:
        raise InputError(Problem(f"not readable as CSV: {error}", str(path), before + 1, hint="is a quote not closed?")) from error
    return lines


def _width_must_hold(path: Path, line: tuple[int, Sequence[Cell]], width: int) -> None:
    at, cells = line
    if width > MOST_COLUMNS:
        raise InputError(Problem(f"more than {MOST_COLUMNS} columns", str(path), at))
    if any(str(c).strip() for c in cells) and len(cells) != width:
        raise InputError(Problem(f"{len(cells)} cells where the header has {width}", str(path), at, hint="quote cells that hold a comma"))


def _separator(text: str, columns: Sequence[Column]) -> str:
    """The sign that makes most headers known: comma, semicolon or tab."""
    known = _known(columns)
    first = next((line for line in text.splitlines() if line.strip(" ,;\t")), "")
    return max(_SEPARATORS, key=lambda sign: sum(_column_of(folded(x.strip('" ')), known)[0] is not None for x in first.split(sign)))


def _decoded(path: Path, encoding: str) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError(Problem(f"larger than {_MOST_BYTES // 10**6} MB", str(path), hint="split the table"))
        data = path.read_bytes()
    except OSError as error:
        raise InputError(Problem(f"cannot be read: {error.strerror}", str(path))) from error
    try:
        return data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeError as error:
        likely = [name for name in _likely(data) if name != encoding]
        hint = "save it as CSV UTF-8" + (f", or say --encoding {' or '.join(likely)} if you know that it is" if likely else "")
        raise InputError(Problem(f"not {encoding.upper()} text", str(path), data.count(b"\n", 0, _place(error)) + 1, hint=hint)) from error


def _place(error: UnicodeError) -> int:
    return error.start if isinstance(error, UnicodeDecodeError) else 0


def _likely(data: bytes) -> list[str]:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return ["utf-16"]
    return [name for name in ("gb18030", "big5", "shift_jis") if _decodes(data, name)]


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeError:
        return False
    return True


def write_template(path: Path, columns: Sequence[Column], chinese: bool = False) -> None:
    """A table with the headers, an example row in CSV, and in a workbook a sheet that explains each column.

    `chinese` heads the columns by their first word. Raises InputError when the file is there already or cannot be written.
    """
    if path.suffix.casefold() not in {".xlsx", ".csv"}:
        raise InputError(Problem("a template is .xlsx or .csv", field="file", value=str(path)))
    headers = [c.words[0] if chinese and c.words else c.name for c in columns]
    try:
        with path.open("xb") as file:
            file.write(_workbook(headers, columns, chinese) if path.suffix.casefold() == ".xlsx" else _text(headers))
    except FileExistsError as error:
        raise InputError(Problem("is there already, and nothing is overwritten", str(path))) from error
    except OSError as error:
        raise InputError(Problem(f"cannot be written: {error.strerror}", str(path))) from error


def _text(headers: Sequence[str]) -> bytes:
    # Excel takes a CSV file for UTF-8 only with the mark in front
    return ("﻿" + ",".join(headers) + "\r\n").encode()


def _workbook(headers: Sequence[str], columns: Sequence[Column], chinese: bool) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, day, words = (
            book.add_format({"bold": True}),
            book.add_format({"num_format": "yyyy-mm-dd"}),
            book.add_format({"num_format": "@"}),
        )
        sheet = book.add_worksheet("数据" if chinese else "Data")
        about = book.add_worksheet("说明" if chinese else "About")
        for position, (header, column) in enumerate(zip(headers, columns, strict=True)):
            form = {"date": day, "text": words}.get(column.form)
            sheet.set_column(position, position, 18, form)
            sheet.write_string(0, position, header, bold)
            cells = [header, "needed" if column.required else "", column.about, "" if column.example is None else str(column.example)]
            about.write_row(position + 1, 0, cells)
        about.write_row(0, 0, ["column", "needed", "meaning", "example"], bold)
        about.set_column(0, 3, 30)
        sheet.freeze_panes(1, 0)
    return buffer.getvalue()
