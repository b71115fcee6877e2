"""Questions about single background processes: what stands behind a number."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from inventories.background_files import BackgroundTables, read_background
from inventories.score_store import unit_scores
from lca import units

_ROW_KEYS = (
    "kind",
    "flow",
    "flow_location",
    "amount",
    "flow_unit",
    "low",
    "high",
    "distribution",
    "basis",
    "derivation",
    "year",
    "source",
    "place",
)


@lru_cache(maxsize=1)
def tables() -> BackgroundTables:
    """The tables of the shipped background, read once."""
    return read_background()


def show_process(name: str, location: str, method: str = "AR6-GWP100") -> dict[str, Any]:
    """A process with every exchange, what each adds to its score in kg CO2e, and its source.

    Raises UnknownProcess when there is none of that name, naming the nearest.
    """
    scores = unit_scores()
    found = scores.catalogue.find(name, location)
    process = scores.catalogue.processes[found.index]
    totals = scores.of_method(method).sum(axis=1)
    factors = tables().background.characterisation[method]
    flows = tables().background.flows
    rows = []
    for exchange, provider in zip(tables().exchanges, tables().providers, strict=True):
        if (exchange.process, exchange.location) != (process.name, process.location):
            continue
        if provider >= 0:
            target = scores.catalogue.processes[provider]
            value = exchange.amount * units.factor(exchange.flow_unit, target.unit) * float(totals[provider])
            place = target.location
        else:
            value = exchange.amount * units.factor(exchange.flow_unit, "kg") * float(factors[flows.index(exchange.flow)])
            place = ""
        source = tables().sources[exchange.source]
        row = {key: getattr(exchange, key) for key in _ROW_KEYS}
        row |= {"flow_location": place, "value": value, "source_title": source.title, "source_year": source.year}
        rows.append(row | {"pedigree": ";".join(map(str, exchange.pedigree)), "publisher": source.publisher, "url": source.url or ""})
    total = float(totals[found.index])
    return {
        "name": process.name,
        "location": process.location,
        "unit": process.unit,
        "category": process.category,
        "kind": process.kind,
        "score": total,
        "method": method,
        "estimate_share": float(scores.resting_on_estimates[found.index]) / total if total else 0.0,
        "exchanges": sorted(rows, key=lambda row: -abs(row["value"])),
    }
