"""Excel workbooks, looked at before they are trusted: size, hidden or merged cells, formulas without a value, which sheet."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element, ParseError, iterparse

from lca.errors import InputError, Problem, nearest
from records.cells import Cell

#: Bytes that the parts of a workbook may have unpacked, and how many times larger than packed (zip bombs).
MOST_BYTES, MOST_RATIO = 200_000_000, 200
MOST_ROWS, MOST_COLUMNS = 100_000, 200
_SMALL = 1_000_000
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
#: Names of sheets that explain a template and hold no records.
NOTES = frozenset({"about", "说明"})


@dataclass
class _Seen:
    """What the raw cells of a sheet say that a reader of values would not see."""

    rows: int = 0
    columns: int = 0
    hidden_row: int | None = None
    hidden_column: str | None = None
    merged: str | None = None
    empty_formula: str | None = None
    fault: str | None = None
    cells: int = field(default=0)


def read_workbook(path: Path, sheet: str | None = None) -> tuple[str, list[list[Cell]]]:
    """The name of the one sheet of records and its cells, row by row from row 1; `sheet` names it where there are several.

    Raises InputError for anything that is no workbook, is too large, or shows its reader something else than it holds.
    """
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    _size_must_be_plausible(path)
    try:
        with CalamineWorkbook.from_path(path) as book:
            visible = [m.name for m in book.sheets_metadata if m.visible == SheetVisibleEnum.Visible]
            seen = {name: _seen(path, part) for name, part in _parts(path).items() if name in visible}
            chosen = _chosen(path, sheet, [name for name in visible if name in seen], seen)
            _must_show_what_it_holds(path, chosen, seen[chosen])
            rows = book.get_sheet_by_name(chosen).to_python(skip_empty_area=False)
    except (CalamineError, ParseError, zipfile.BadZipFile, KeyError, RuntimeError, EOFError) as error:
        raise _refused(
            path, f"not a workbook that can be read: {error}", "open it in Excel and save it as .xlsx, or as CSV UTF-8"
        ) from error
    return chosen, [[_plain(path, chosen, cell) for cell in row] for row in rows]


def _refused(path: Path, reason: str, hint: str | None = None, line: int | None = None, value: str | None = None) -> InputError:
    return InputError(Problem(reason, str(path), line, value=value, hint=hint))


def _size_must_be_plausible(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise _refused(path, f"not a workbook: {error}", "save the table as .xlsx or as CSV UTF-8") from error
    unpacked = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos) or 1
    if unpacked > MOST_BYTES or (unpacked > _SMALL and unpacked / packed > MOST_RATIO):
        raise _refused(path, f"unpacks to {unpacked / 1e6:.0f} MB, {unpacked / packed:.0f} times its size", "split the table")


def _parts(path: Path) -> dict[str, str]:
    """Sheet name -> the part of the archive that holds its cells."""
    with zipfile.ZipFile(path) as archive:
        targets = {
            e.get("Id"): posixpath.normpath(posixpath.join("xl", (e.get("Target") or "").removeprefix("/xl/")))
            for e in _elements(archive.open("xl/_rels/workbook.xml.rels"), "Relationship")
        }
        sheets = _elements(archive.open("xl/workbook.xml"), "sheet")
        names = {e.get("name") or "": targets.get(e.get(_RELATION)) for e in sheets}
        there = set(archive.namelist())
    return {name: part for name, part in names.items() if part in there}


def _elements(stream: IO[bytes], *names: str) -> Iterator[Element]:
    """Elements with these local names, each forgotten after it was looked at; a document with a DTD is refused."""
    with stream:
        if b"<!DOCTYPE" in stream.read(2048):
            raise ParseError("a document type is not allowed")
        stream.seek(0)
        for _, element in iterparse(stream):
            if element.tag.rpartition("}")[2] in names:
                yield element
                element.clear()


def _seen(path: Path, part: str) -> _Seen:
    seen = _Seen()
    with zipfile.ZipFile(path) as archive:
        for element in _elements(archive.open(part), "c", "row", "mergeCell", "col"):
            _look(seen, element)
            if seen.rows > MOST_ROWS or seen.columns > MOST_COLUMNS:
                raise _refused(
                    path, f"more than {MOST_ROWS} rows or {MOST_COLUMNS} columns", "split the table; delete stray cells far outside"
                )
    return seen


def _look(seen: _Seen, element: Element) -> None:
    kind = element.tag.rpartition("}")[2]
    if kind == "c":
        _look_at_cell(seen, element)
    elif kind == "row" and element.get("hidden") in {"1", "true"}:
        seen.hidden_row = seen.hidden_row or int(element.get("r") or 0)
    elif kind == "col" and element.get("hidden") in {"1", "true"}:
        seen.hidden_column = seen.hidden_column or element.get("min")
    elif kind == "mergeCell":
        seen.merged = seen.merged or element.get("ref")


def _look_at_cell(seen: _Seen, element: Element) -> None:
    where = _CELL.fullmatch(element.get("r") or "")
    if where:
        column = 0
        for letter in where[1]:
            column = 26 * column + ord(letter) - 64
        seen.rows, seen.columns = max(seen.rows, int(where[2])), max(seen.columns, column)
    said = {child.tag.rpartition("}")[2]: child.text or "" for child in element}
    seen.cells += bool(said)
    if "f" in said and not said.get("v"):
        seen.empty_formula = seen.empty_formula or element.get("r")
    if element.get("t") == "e":
        seen.fault = seen.fault or f"{element.get('r')} {said.get('v', '')}"


def _chosen(path: Path, sheet: str | None, visible: list[str], seen: dict[str, _Seen]) -> str:
    if sheet is not None:
        if sheet not in visible:
            hint = nearest(sheet, visible) or f"sheets: {', '.join(visible)}"
            raise InputError(Problem("the workbook shows no sheet of that name", str(path), field="sheet", value=sheet, hint=hint))
        return sheet
    filled = [name for name in visible if seen[name].cells and name.casefold() not in NOTES]
    if len(filled) > 1:
        raise InputError(Problem("more than one sheet holds something", str(path), field="sheet", hint=f"name one: {', '.join(filled)}"))
    if not filled:
        raise _refused(path, "no sheet that is shown holds anything")
    return filled[0]


def _must_show_what_it_holds(path: Path, sheet: str, seen: _Seen) -> None:
    if seen.empty_formula:
        reason = f"{sheet}!{seen.empty_formula} is a formula without a value"
        raise _refused(path, reason, "open the workbook in Excel and save it", _line(seen.empty_formula))
    if seen.fault:
        raise _refused(path, f"{sheet}!{seen.fault} is an error of a formula", "mend the formula", _line(seen.fault.split()[0]))
    if seen.merged:
        raise _refused(path, f"{sheet}!{seen.merged} are merged cells", "divide them: each row needs its own values", _line(seen.merged))
    if seen.hidden_row:
        raise _refused(
            path, f"row {seen.hidden_row} of {sheet} is hidden", "show all rows (a filter?) or delete the hidden ones", seen.hidden_row
        )
    if seen.hidden_column:
        raise _refused(path, f"column {seen.hidden_column} of {sheet} is hidden", "show all columns or delete the hidden ones")


def _line(cell: str) -> int | None:
    where = _CELL.match(cell)
    return int(where[2]) if where else None


def _plain(path: Path, sheet: str, cell: object) -> Cell:
    if cell == "" or cell is None:
        return None
    # dates and datetimes, texts, numbers, truth values; a time or a duration is nothing that a record holds
    from datetime import date

    if isinstance(cell, str | float | int | bool | date):
        return cell
    raise _refused(path, f"{sheet} holds a time of day", "format the cell as text or as a date", value=str(cell))
