"""E-waste from tables that people fill in, CSV or Excel, with headers in English or Chinese: one row one entry, all rows or none."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from circularity.ewaste import KIND, LABELS, MassOf, content_of, meaning_of
from lca import units
from records.cells import Row
from records.filled_rows import drafts_of, evidence_beside, key_of, positive, unit_of
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

    A row without a key gets one from what it means (and, of rows that mean the same, from its number among them), so that the
    same table twice adds nothing, in whatever language, unit or form it comes.
    """

    def draft(row: Row, seen: Counter[str]) -> Draft:
        said = _said(row)
        content = content_of(said, mass_of) | evidence_beside(row)
        # what the product's file says stays out of the key: a file that was changed since finds the entry, and does not make a second one
        key = row.text("key") or key_of(KIND, meaning_of(content, row.required_day("date"), said["unit_mass"] is not None), seen)
        return Draft(KIND, kind_named(KIND).read(content), _day(row, today), who, key, reason, row.file, row.line)

    return drafts_of(read_sheet(path, COLUMNS, sheet, encoding), draft)


def _said(row: Row) -> dict[str, Any]:
    """What a row says, by the names that `content_of` takes."""
    said: dict[str, Any] = {name: row.text(name) for name in _TEXTS}
    said |= {name: positive(row, name) for name in ("mass", "units", "unit_mass")}
    row.required_text("treatment")
    said["unit"] = unit_of(row, said["unit"], "mass" if said["mass"] is not None else "units")
    if said["unit_mass"] is not None and "unit_mass" in row.units:
        said["unit_mass"] *= units.factor(row.units["unit_mass"], "kg")
    return said


def _day(row: Row, today: date) -> date:
    day = row.required_day("date")
    if day > today:
        raise row.problem("date", f"later than today, {today.isoformat()}", "is the year right?")
    return day
