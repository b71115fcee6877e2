"""Yearly volumes of packaging from tables that people fill in, CSV or Excel, in English or Chinese: one row one entry, all or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from circularity.volumes import KIND, PackagingVolume
from circularity.years import not_later
from lca.product import check_market
from records.cells import Row
from records.filled_rows import drafts_of, evidence_beside, in_unit, required_positive, required_year
from records.spreadsheets import Column, read_sheet
from records.values import Draft

COLUMNS = (
    Column(
        "product",
        ("产品",),
        required=True,
        about="id of a shipped product, or path of a product file: its packaging counts",
        example="xiaomi_14",
    ),
    Column("market", ("市场",), required=True, about="international (国际), domestic (国内) or a country code", example="international"),
    Column("year", ("年份", "年度"), "number", required=True, about="year of sale", example=2024),
    Column("units", ("销量", "数量", "台数"), "number", required=True, about="units sold in the market in the year", example=1000000),
    Column("source", ("来源",), about="where the figure is from"),
    Column("evidence", ("凭证", "证明文件"), about="file beside the table; its digest is logged"),
    Column("note", ("备注",), about="a remark"),
    Column("key", ("编号",), about="your own number of the entry: the same one is logged once"),
)
_MARKETS = {"国际": "international", "海外": "international", "国外": "international", "国内": "domestic"}
#: product (id or file), market, year, units, source and note -> the volume with the packaging of one unit. Raises InputError.
VolumeOf = Callable[[str, str, int, float, Mapping[str, str]], PackagingVolume]


def read_packaging(
    path: Path,
    volume_of: VolumeOf,
    who: str,
    *,
    reason: str | None = None,
    sheet: str | None = None,
    encoding: str = "utf-8",
    this_year: int,
) -> list[Draft]:
    """The rows of a table as drafts dated on the last day of their year, or InputError with the mistakes of all rows.

    A row without a key gets one from what it says, so that the same table twice adds nothing; no year after `this_year` is taken.
    """

    def draft(row: Row, seen: Counter[str]) -> Draft:
        volume = _volume(row, volume_of, this_year)
        return Draft(KIND, volume, date(volume.year, 12, 31), who, row.text("key") or _key(volume, seen), reason, row.file, row.line)

    return drafts_of(read_sheet(path, COLUMNS, sheet, encoding), draft)


def _volume(row: Row, volume_of: VolumeOf, this_year: int) -> PackagingVolume:
    said = {name: value for name in ("source", "note") if (value := row.text(name))}
    market = _market(row)
    year, number = not_later(required_year(row, "year"), this_year), required_positive(row, "units")
    volume = volume_of(row.required_text("product"), market, year, in_unit(row, "units", number, "piece") or number, said)
    found = evidence_beside(row)
    return (
        PackagingVolume.model_validate(volume.model_dump(exclude_none=True) | {"evidence": tuple(found["evidence"])}) if found else volume
    )


def _market(row: Row) -> str:
    word = row.required_text("market")
    try:
        return check_market(_MARKETS.get(word, word))
    except ValueError as error:
        raise row.problem("market", str(error)) from error


def _key(volume: PackagingVolume, seen: Counter[str]) -> str:
    # the masses stay out of it: a product file that was changed since finds the entry, and does not make a second one
    said = f"{KIND}:{volume.product}:{volume.market}:{volume.year}:{volume.units!r}"
    seen[said] += 1
    return said if seen[said] == 1 else f"{said}:{seen[said]}"
