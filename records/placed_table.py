"""Equipment put on the market, the base of the collection rate, from tables that people fill in: one row one entry, all or none."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from circularity.ewaste import stream_of, tonnes
from circularity.weee import PLACED_KIND
from circularity.years import not_later
from records.cells import Row
from records.filled_rows import drafts_of, evidence_beside, key_of, required_positive, required_year, unit_of
from records.kinds import kind_named
from records.spreadsheets import Column, read_sheet
from records.values import Draft

COLUMNS = (
    Column("year", ("年份", "年度"), "number", required=True, about="year in which it was put on the market", example=2023),
    Column("mass", ("质量", "重量", "weight"), "number", required=True, about="how much", example=40000),
    Column("unit", ("单位",), about="t, kg, 吨, 公斤; or name it in the header of the mass", example="t"),
    Column("stream", ("类别", "category"), about="WEEE category 1 to 6, or a word such as phones", example="weee-6"),
    Column("region", ("地区", "区域"), about="where", example="EU"),
    Column("evidence", ("凭证", "证明文件"), about="file beside the table; its digest is logged"),
    Column("note", ("备注",), about="a remark"),
    Column("key", ("编号",), about="your own number of the entry: the same one is logged once"),
)


def read_placed(
    path: Path, who: str, *, reason: str | None = None, sheet: str | None = None, encoding: str = "utf-8", this_year: int
) -> list[Draft]:
    """The rows of a table as drafts dated on the last day of their year, or InputError with the mistakes of all rows.

    A row without a key gets one from what it says, so that the same table twice adds nothing; no year after `this_year` is taken.
    """

    def draft(row: Row, seen: Counter[str]) -> Draft:
        content = _content(row, this_year)
        key = row.text("key") or key_of(PLACED_KIND, {n: v for n, v in content.items() if n != "evidence"}, seen)
        return Draft(
            PLACED_KIND, kind_named(PLACED_KIND).read(content), date(content["year"], 12, 31), who, key, reason, row.file, row.line
        )

    return drafts_of(read_sheet(path, COLUMNS, sheet, encoding), draft)


def _content(row: Row, this_year: int) -> dict[str, Any]:
    year = not_later(required_year(row, "year"), this_year)
    mass, unit, stream = required_positive(row, "mass"), unit_of(row, row.text("unit"), "mass"), row.text("stream")
    if unit is None:
        raise row.problem("unit", "a mass needs its unit", "t, kg or g; or name it in the header, as in mass (t)")
    told = {"region": row.text("region"), "note": row.text("note"), "stream": stream_of(stream) if stream else None}
    named = {name: value for name, value in told.items() if value is not None}
    return {"year": year, "mass_t": tonnes(mass, unit)} | named | evidence_beside(row)
