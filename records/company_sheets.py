"""Tables of emissions, electricity, figures and supplier statuses: their columns, and the drafts that their rows make."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from circularity.evidence import evidence_of
from company.intensity import check_stated
from lca.ledger import today
from records.canonical import canonical
from records.cells import Row
from records.filled_rows import drafts_of, in_unit, unit_of
from records.kinds import kind_named
from records.spreadsheets import Column, read_sheet
from records.values import Draft

_DATE = Column(
    "date", ("日期", "day", "发生日期"), "date", required=True, about="last day of the period, or day of the fact", example="2024-12-31"
)
_SOURCE = Column("source", ("来源",), required=True, about="where the figure is from", example="annual report, page 12")
_LAST = (
    Column("evidence", ("证明文件", "证据"), about="file beside the table; its digest is logged"),
    Column("wording", ("原文",), about="the publisher's words, where they matter"),
    Column("note", ("备注",), about="a remark"),
    Column("key", ("编号", "id"), about="idempotency key; made from the row without one"),
)

#: Kind of entry -> the columns of its table; each is a field of the kind's model, besides date and key.
COLUMNS: dict[str, tuple[Column, ...]] = {
    "emission": (
        _DATE,
        Column("scopes", ("范围", "scope"), required=True, about="1, 2, 3, 1+2 or 1+2+3", example="1"),
        Column("co2e_t", ("排放量", "emissions", "t CO2e"), "number", required=True, about="t CO2e", example=12252.52),
        Column("method", ("方法", "scope2 method"), about="scope 2: location, market or unstated"),
        Column("category", ("类别",), about="3.1 to 3.15, of scope 3"),
        Column("segment", ("业务", "分部"), about="part of the company; the whole without it"),
        _SOURCE,
        *_LAST,
    ),
    "electricity": (
        _DATE,
        Column("role", ("用途",), about="consumption (default) or instrument"),
        Column("kwh", ("电量", "用电量", "electricity"), "number", required=True, about="kWh", example=1000000.0),
        Column("grid", ("电网",), required=True, about="place of the grid", example="CN"),
        Column("factor", ("排放因子",), "number", required=True, about="kg CO2e per kWh", example=0.58),
        Column("residual", ("剩余因子", "residual mix"), "number", about="residual mix of the grid, kg CO2e per kWh"),
        Column("instrument", ("凭证",), about="certificate, contract or supplier"),
        Column("renewable", ("可再生",), about="yes for renewable electricity"),
        Column("site", ("地点",), about="where it was used"),
        _SOURCE,
        *(column for column in _LAST if column.name != "wording"),
    ),
    "sale": (
        _DATE,
        Column("product", ("产品",), required=True, about="id of a shipped product, or path of a product file", example="xiaomi_14"),
        Column("units", ("销量", "数量"), "number", required=True, about="units sold in the period", example=1000000.0),
        Column("transport_paid_by", ("运费承担方",), about="company (default) or customer"),
        Column("assembly", ("组装",), about="own or supplier (default)"),
        Column("market", ("市场",), about="where they were sold"),
        _SOURCE,
        *(column for column in _LAST if column.name != "wording"),
    ),
    "indicator": (
        _DATE,
        Column("name", ("名称", "指标"), required=True, about="such as revenue", example="revenue"),
        Column("value", ("数值",), "number", about="the figure", example=365906.0),
        Column("text", ("文字",), about="a rating or another fact that is no number"),
        Column("unit", ("单位",), about="its unit", example="million RMB"),
        Column("part", ("部分",), about="what it is of, where parts add up"),
        Column("definition", ("定义",), about="what is counted"),
        _SOURCE,
        *_LAST,
    ),
    "supplier": (
        _DATE,
        Column("supplier", ("供应商",), required=True, about="the supplier's id or name", example="supplier 17"),
        Column("status", ("状态",), required=True, about="such as data_verified, target_set, green_electricity, sbti", example="sbti"),
        Column("holds", ("有效",), about="no when the status ended"),
        Column("value", ("数值",), "number", about="share 0 to 1 of green electricity; t CO2e of emissions; number of findings"),
        Column("count", ("数量",), "number", about="suppliers that the row speaks for"),
        Column("bound", ("界限",), about="exact, at_most, at_least or about"),
        Column("chain", ("供应链", "supply chain"), about="supply chain, such as phones or vehicles"),
        Column("tier", ("层级",), "number", about="tier, 1 the nearest"),
        Column("category", ("类别",), about="what is bought"),
        Column("spend", ("采购额",), "number", about="bought in a year, one currency for all"),
        Column("volume", ("采购量",), "number", about="bought in a year, one unit for all"),
        Column("electricity_kwh", ("电量",), "number", about="electricity used for us in a year"),
        Column("definition", ("定义",), about="what the figure counts"),
        _SOURCE,
        *_LAST,
    ),
}
_WHOLE = {"count", "tier"}
#: The unit of a column; a header may name another one of the same kind, as in 排放量（万吨）.
_UNITS = {"co2e_t": "t", "kwh": "kWh", "electricity_kwh": "kWh", "units": "piece", "factor": "kg/kWh", "residual": "kg/kWh"}
#: Columns whose unit is whatever the register, or the row's own cell, says.
_ANY_UNIT = {"spend", "volume", "value"}
_SAID = {"yes": True, "true": True, "1": True, "是": True, "no": False, "false": False, "0": False, "否": False}
_BOOLEAN = {"renewable", "holds"}


#: What a row's content gets besides its cells: for a sale, the footprint of one unit.
Completion = Callable[[Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True)
class Reading:
    """How a table is read and logged."""

    kind: str
    who: str
    sheet: str | None = None
    encoding: str = "utf-8"
    reason: str | None = None
    complete: Completion = dict
    today: date = field(default_factory=today)


def read_company_table(path: Path, how: Reading) -> list[Draft]:
    """The rows of a table as drafts. Raises InputError with every row and field that is wrong.

    A row without a key gets one from what its cells say, so that the same table twice adds nothing.
    """
    kind = how.kind

    def draft(row: Row, seen: Counter[str]) -> Draft:
        told = _content(row, COLUMNS[kind])
        content = dict(how.complete(told)) | _evidence(row)
        kind_named(kind).text(content)
        if kind == "indicator":
            check_stated(content["name"], content.get("unit", ""), f"{content.get('definition', '')} {content.get('wording', '')}".strip())
        day = _day(row, how.today)
        key = row.text("key") or _key(kind, day.isoformat(), told, seen)
        return Draft(kind, content, day, how.who, key, how.reason, row.file, row.line)

    return drafts_of(read_sheet(path, COLUMNS[kind], how.sheet, how.encoding), draft)


def _day(row: Row, now: date) -> date:
    """The day of a fact: of a figure of the running year it may be that year's last."""
    day = row.required_day("date")
    if day.year > now.year:
        raise row.problem("date", f"later than this year, {now.year}", "is the year right?")
    return day


def _content(row: Row, columns: Sequence[Column]) -> dict[str, Any]:
    values = {c.name: _value(row, c) for c in columns if c.name not in {"date", "key"}}
    if "value" in row.units:
        if not any(c.name == "unit" for c in columns):
            raise row.problem("value", f"the header names the unit {row.units['value']!r}, but what a value is goes by the row's status")
        values["unit"] = unit_of(row, values["unit"], "value")
    if isinstance(values.get("scopes"), str):
        values["scopes"] = values["scopes"].replace(",", "+").replace(" ", "")
    return {name: value for name, value in values.items() if value is not None}


def _evidence(row: Row) -> dict[str, str]:
    """The fields `evidence` and `evidence_sha256` of the file that the row names, looked for beside the table."""
    name = row.text("evidence")
    if name is None:
        return {}
    found = evidence_of(Path(row.file).parent / name)
    return {"evidence": found.name, "evidence_sha256": found.sha256}


def _value(row: Row, column: Column) -> Any:
    if column.name in _BOOLEAN:
        return _boolean(row, column.name)
    if column.form != "number":
        return row.text(column.name)
    number = row.number(column.name)
    if column.name in _UNITS:
        number = in_unit(row, column.name, number, _UNITS[column.name])
    elif column.name in row.units and column.name not in _ANY_UNIT:
        raise row.problem(column.name, f"the header names the unit {row.units[column.name]!r}, and this column has none")
    if number is None or column.name not in _WHOLE:
        return number
    if number != int(number):
        raise row.problem(column.name, "a whole number is needed here")
    return int(number)


def _boolean(row: Row, name: str) -> bool | None:
    cell = row.cells.get(name)
    if isinstance(cell, bool):
        return cell
    text = row.text(name)
    if text is None:
        return None
    if text.casefold() not in _SAID:
        raise row.problem(name, "yes or no is needed here")
    return _SAID[text.casefold()]


def _key(kind: str, day: str, told: Mapping[str, Any], seen: Counter[str]) -> str:
    digest = hashlib.sha256(canonical([kind, day, told]).encode()).hexdigest()[:24]
    seen[digest] += 1
    return f"table-{digest}" if seen[digest] == 1 else f"table-{digest}-{seen[digest]}"
