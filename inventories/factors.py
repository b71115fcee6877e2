"""Own factors for one run: a supplier's footprint or an internal figure that adds to or replaces background rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from inventories.background_files import read_places, source_of
from inventories.exchanges import AGGREGATED, CATEGORIES, Exchange, distribution_of, pedigree_of, place_in
from inventories.score_store import network
from inventories.tables import Row, read_table
from lca.catalogue import Places, original_name
from lca.errors import InputError, Problem
from lca.quantity import Source

if TYPE_CHECKING:
    from inventories.setting import Setting
    from lca.footprint import Footprint

COLUMNS = ("process", "location", "unit", "category", "kgco2e", "low", "high", "source", "publisher", "year", "valid_until")
_SHORTEST_TITLE = 3
OPTIONAL = ("url", "note", "pedigree", "distribution")


@dataclass(frozen=True)
class OwnFactors:
    """The factors as background rows, their sources, and one note each for the result."""

    exchanges: tuple[Exchange, ...]
    sources: dict[str, Source]
    notes: tuple[str, ...]


def read_factors(path: Path, today: date | None = None) -> OwnFactors:
    """Read a CSV of own factors: one process at one place, kg CO2e per unit with range, source and validity.

    Raises InputError listing every row that is wrong; a factor past its validity is named in its note.
    """
    places = read_places()
    made: list[Exchange] = []
    sources: dict[str, Source] = {}
    notes: list[str] = []
    problems: list[Problem] = []
    for row in read_table(path, COLUMNS, OPTIONAL):
        try:
            exchange, source, valid_until = _factor(row, places)
        except InputError as error:
            problems.extend(error.problems)
            continue
        if any((e.process, e.location) == (exchange.process, exchange.location) for e in made):
            problems.extend(row.problem("process", "this process and place is there twice").problems)
        made.append(exchange)
        sources[exchange.source] = source
        notes.append(_note(exchange, source, valid_until, today or date.today(), path))
    if problems or not made:
        raise InputError(problems or [Problem("the table has no row", str(path))])
    return OwnFactors(tuple(made), sources, tuple(notes))


def unused_factors(own: OwnFactors, assessed: Iterable[tuple[Setting, Footprint]]) -> tuple[str, ...]:
    """A warning for every own factor that no line of these footprints uses, neither itself nor down its supply chain."""
    used: set[tuple[str, str]] = set()
    for setting, footprint in assessed:
        links, processes = network(setting.scores, setting.background), setting.scores.catalogue.processes
        waiting = list({line.index for line in footprint.bill.lines})
        reached = set(waiting)
        while waiting:
            new = {int(i) for i in links.inputs_of(waiting.pop())[0]} - reached
            reached |= new
            waiting += new
        used |= {(original_name(processes[i].name), processes[i].location) for i in reached}
    return tuple(
        f"own factor not used: no line leads to {e.process} ({e.location}); see {Path(e.file).name}, line {e.line}"
        for e in own.exchanges
        if (e.process, e.location) not in used
    )


def _factor(row: Row, places: Places) -> tuple[Exchange, Source, date]:
    value, low, high = row.number("kgco2e"), row.number("low"), row.number("high")
    if not 0 <= low <= value <= high or value <= 0:
        raise row.problem("kgco2e", "0 <= low <= kgco2e <= high, and kgco2e above zero")
    location = place_in(row, "location", row.required("location"), places)
    pedigree = pedigree_of(row) if row.text("pedigree") else (2, 3, 1, 1, 2)
    year = row.year("year")
    key = f"own:{row.required('source')}"
    exchange = Exchange(
        process=row.required("process"),
        location=location,
        unit=row.required("unit"),
        category=row.one_of("category", CATEGORIES),
        kind="total",
        flow=AGGREGATED,
        flow_location="",
        amount=value,
        flow_unit="kg",
        low=low,
        high=high,
        distribution=_distribution(row, low, high),
        pedigree=pedigree,
        basis="measured",
        derivation="own factor",
        year=year,
        source=key,
        place=f"{Path(row.file).name}, line {row.line}",
        file=row.file,
        line=row.line,
    )
    if len(row.required("source")) < _SHORTEST_TITLE:
        raise row.problem("source", "not the title of a document", "name it in words, such as 'EPD of sheet 1050'")
    source = source_of(row, title=row.required("source"), publisher=row.required("publisher"), year=year, url=row.text("url") or None)
    return exchange, source, _date(row)


def _distribution(row: Row, low: float, high: float) -> str:
    """The named one; without a name as of a line of a product: lognormal where all of the range is above zero, else triangular."""
    if row.text("distribution"):
        return distribution_of(row, low, high)
    return "lognormal" if low > 0 else "triangular"


def _date(row: Row) -> date:
    try:
        return date.fromisoformat(row.required("valid_until"))
    except ValueError as error:
        raise row.problem("valid_until", "not a date", "write it like 2027-12-31") from error


def _note(exchange: Exchange, source: Source, valid_until: date, today: date, path: Path) -> str:
    expired = " — PAST ITS VALIDITY" if valid_until < today else ""
    return (
        f"own factor from {path.name}: {exchange.process} ({exchange.location}) = {exchange.amount:g} kg CO2e/{exchange.unit}, "
        f"{source.title}, {source.publisher} {source.year}, valid until {valid_until}{expired}"
    )
