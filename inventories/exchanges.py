"""One row of the background as a typed value: an exchange of a process, with range, quality and source."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from inventories.tables import Row
from lca.catalogue import Places
from lca.errors import InputError

COLUMNS = [
    "process",
    "location",
    "unit",
    "category",
    "kind",
    "flow",
    "flow_location",
    "amount",
    "flow_unit",
    "low",
    "high",
    "distribution",
    "pedigree",
    "basis",
    "derivation",
    "year",
    "source",
    "place",
]
CATEGORIES = (
    "electricity",
    "heat",
    "fuel",
    "transport",
    "metal",
    "metal forming",
    "plastic",
    "plastic forming",
    "rubber",
    "glass and ceramic",
    "paper and board",
    "wood and textile",
    "chemical",
    "mineral",
    "coating",
    "semiconductor",
    "passive component",
    "printed board",
    "display",
    "electronics module",
    "electromechanical",
    "battery",
    "vehicle part",
    "vehicle service",
    "appliance part",
    "assembly",
    "refrigerant",
    "water",
    "packaging",
    "waste collection",
    "waste treatment",
    "recycling",
    "service",
)
KINDS = ("input", "emission", "total")
BASES = ("measured", "derived", "estimated")
DISTRIBUTIONS = ("lognormal", "triangular", "uniform", "normal", "discrete_uniform")
AGGREGATED = "carbon dioxide equivalent"


@dataclass(frozen=True, slots=True)
class Exchange:
    """What one unit of a process consumes (`input`) or emits (`emission`, `total`), and how well it is known."""

    process: str
    location: str
    unit: str
    category: str
    kind: str
    flow: str
    flow_location: str
    amount: float
    flow_unit: str
    low: float
    high: float
    distribution: str
    pedigree: tuple[int, ...]
    basis: str
    derivation: str
    year: int
    source: str
    place: str
    file: str
    line: int

    def at(self, location: str) -> Exchange:
        """The same exchange for one place, with `=` resolved to it."""
        provider = location if self.flow_location == "=" else self.flow_location
        return replace(self, location=location, flow_location=provider)


def distribution_of(row: Row, low: float, high: float) -> str:
    """The distribution that a row names; whole numbers need two of them in the range, or nothing would vary."""
    name = row.one_of("distribution", DISTRIBUTIONS)
    if name == "discrete_uniform" and math.floor(high) <= math.ceil(low):
        raise row.problem("distribution", f"no two whole numbers lie between {low:g} and {high:g}", "use uniform")
    return name


def exchanges(row: Row, places: Places) -> Iterator[Exchange]:
    """The exchanges that one row stands for, one a place. Raises InputError naming the cell that is wrong."""
    amount, low, high = row.number("amount"), row.number("low"), row.number("high")
    if amount <= 0:
        raise row.problem("amount", "an amount is above zero (waste treatment is a positive input of the treating process)")
    if not 0 <= low <= amount <= high:
        raise row.problem("low", "the range must hold the amount: 0 <= low <= amount <= high")
    kind = row.one_of("kind", KINDS)
    if kind == "total" and row.text("flow") != AGGREGATED:
        raise row.problem("flow", f"a total has the flow {AGGREGATED!r}")
    if (kind == "input") != bool(row.text("flow_location")):
        raise row.problem("flow_location", "an input names a place (or =), an emission or total names none")
    exchange = Exchange(
        process=row.required("process"),
        location="",
        unit=row.required("unit"),
        category=row.one_of("category", CATEGORIES),
        kind=kind,
        flow=row.required("flow"),
        flow_location=row.text("flow_location"),
        amount=amount,
        flow_unit=row.required("flow_unit"),
        low=low,
        high=high,
        distribution=distribution_of(row, low, high),
        pedigree=pedigree_of(row),
        basis=row.one_of("basis", BASES),
        derivation=row.text("derivation"),
        year=row.year("year"),
        source=row.required("source"),
        place=row.required("place"),
        file=row.file,
        line=row.line,
    )
    for location in row.required("location").split(";"):
        yield exchange.at(place_in(row, "location", location.strip(), places))


def place_in(row: Row, column: str, place: str, places: Places) -> str:
    """The code of a place named in a cell. Raises UnknownName with file, line and column."""
    try:
        return places.code(place)
    except InputError as error:
        raise error.located(row.file, row.line, column) from error


def pedigree_of(row: Row) -> tuple[int, ...]:
    """The five pedigree scores of a row. Raises InputError when there are not exactly five from 1 to 5."""
    scores = row.required("pedigree").split(";")
    if len(scores) != 5 or any(s.strip() not in {"1", "2", "3", "4", "5"} for s in scores):
        raise row.problem("pedigree", "five scores from 1 to 5, such as 2;2;3;1;2")
    return tuple(int(s) for s in scores)
