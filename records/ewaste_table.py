"""E-waste from tables that people fill in, CSV or Excel, with headers in English or Chinese: one row one entry, all rows or none."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from circularity.evidence import evidence_of
from circularity.ewaste import KIND, LABELS, MassOf, content_of
from lca import units
from lca.errors import InputError, Problem
from records.canonical import canonical
from records.cells import Row
from records.kinds import kind_named
from records.spreadsheets import Column, read_sheet
from records.values import Draft

COLUMNS = (
    Column("date", ("日期",), "date", required=True, about="when it happened", example="2024-12-31"),
    Column("mass", ("质量", "重量", "weight"), "number", about="how much; or fill in units", example=12.5),
    Column("units", ("数量", "台数", "件数", "quantity"), "number", about="how many devices; or fill in mass"),
    Column("unit", ("单位",), about="t, kg, g, 吨, 公斤 of the mass; piece, 台, 件 of units", example="t"),
    Column("treatment", ("处理方式", "处理"), required=True, about="collected, reused, recycled, recovered, disposed", example="recycled"),
    Column("stream", ("类别", "category"), about="WEEE category 1 to 6, or a word such as phones", example="weee-6"),
    Column("region", ("地区", "区域"), about="where", example="CN"),
    Column("channel", ("渠道",), about="how it came in", example="trade-in"),
    Column("recycler", ("回收商", "处理商"), about="who treated it"),
    Column("product", ("产品",), about="product file or id of a shipped product; weighs the units"),
    Column("unit_mass", ("单台质量", "单件质量", "unit mass"), "number", about="mass of one device, kg unless the header names a unit"),
    Column("evidence", ("凭证", "证明文件"), about="file beside the table; its digest is logged"),
    Column("note", ("备注",), about="a remark"),
    Column("key", ("编号",), about="your own number of the entry: the same one is logged once"),
)
_TEXTS = (*LABELS, "treatment", "unit", "note")


def read_ewaste(
    path: Path, mass_of: MassOf, who: str, *, reason: str | None = None, sheet: str | None = None, encoding: str = "utf-8", today: date
) -> list[Draft]:
    """The rows of a table as drafts, or InputError with the mistakes of all rows; nothing later than `today` is taken.

    A row without a key gets one from what it says (and, of rows that say the same, from its number among them), so that the
    same table twice adds nothing.
    """
    drafts: list[Draft] = []
    problems: list[Problem] = []
    seen: Counter[str] = Counter()
    lines: dict[str, int] = {}
    for row in read_sheet(path, COLUMNS, sheet, encoding):
        try:
            said = _said(row)
            content = content_of(said, mass_of) | _evidence(row)
            key = row.text("key") or _key(said, seen)
            if lines.setdefault(key, row.line) != row.line:
                raise row.problem("key", f"row {lines[key]} has this key too")
            drafts.append(Draft(KIND, kind_named(KIND).read(content), _day(row, today), who, key, reason))
        except InputError as error:
            problems.extend(error.located(row.file, row.line).problems)
    if problems:
        raise InputError(problems)
    return drafts


def _said(row: Row) -> dict[str, Any]:
    """What a row says, by the names that `content_of` takes."""
    said: dict[str, Any] = {name: row.text(name) for name in _TEXTS}
    said |= {name: _positive(row, name) for name in ("mass", "units", "unit_mass")}
    row.required_text("treatment")
    said["unit"] = _unit(row, said)
    said["date"] = row.required_day("date").isoformat()
    if said["unit_mass"] is not None and "unit_mass" in row.units:
        said["unit_mass"] *= units.factor(row.units["unit_mass"], "kg")
    return said


def _positive(row: Row, name: str) -> float | None:
    number = row.number(name)
    if number is not None and number <= 0:
        raise row.problem(name, "must be above zero", "take a wrong entry back by `lifeloop records reverse`")
    return number


def _unit(row: Row, said: dict[str, Any]) -> str | None:
    """The unit of the row's own cell, or of the header of the column that is filled in; both must not differ."""
    given, headed = said["unit"], row.units.get("mass" if said["mass"] is not None else "units")
    if given and headed and given != headed:
        raise row.problem("unit", f"the header says {headed!r}", "give the unit once")
    return given or headed


def _day(row: Row, today: date) -> date:
    day = row.required_day("date")
    if day > today:
        raise row.problem("date", f"later than today, {today.isoformat()}", "is the year right?")
    return day


def _evidence(row: Row) -> dict[str, Any]:
    name = row.text("evidence")
    return {"evidence": [evidence_of(Path(row.file).parent / name).model_dump(mode="json")]} if name else {}


def _key(said: dict[str, Any], seen: Counter[str]) -> str:
    # what the product's file says stays out of it: a file that was changed since makes a conflict, not a second entry
    text = canonical({name: value for name, value in said.items() if value is not None})
    seen[text] += 1
    digest = hashlib.sha256(text.encode()).hexdigest()[:32]
    return f"{KIND}:{digest}" if seen[text] == 1 else f"{KIND}:{digest}:{seen[text]}"
