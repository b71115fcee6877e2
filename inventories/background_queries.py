"""Questions about single background processes: what stands behind a number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from inventories.background_files import BackgroundTables, fact_key, read_background
from inventories.exchanges import Exchange
from inventories.score_store import unit_scores
from lca import units
from lca.background import Background, Links
from lca.catalogue import Process, original_name
from lca.scores import UnitScores

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


@dataclass(frozen=True)
class Basis:
    """Where to look a process up: unit scores, the tables behind them, and the background that a scenario rewired (if any)."""

    scores: UnitScores
    tables: BackgroundTables
    background: Callable[[], Background]


def shipped_basis() -> Basis:
    """The shipped background as it is."""
    return Basis(unit_scores(), tables(), lambda: tables().background)


def show_process(name: str, location: str, method: str = "AR6-GWP100", basis: Basis | None = None) -> dict[str, Any]:
    """A process with every exchange, what each adds to its score in kg CO2e, and its source.

    Without `basis` the shipped background is asked. Raises UnknownProcess when there is none of that name, naming the nearest.
    """
    asked = basis or shipped_basis()
    scores = asked.scores
    found = scores.catalogue.find(name, location)
    process = scores.catalogue.processes[found.index]
    totals = scores.of_method(method).sum(axis=1)
    written = any((e.process, e.location) == (process.name, process.location) for e in asked.tables.exchanges)
    rows = list(_written_rows(asked, process, totals, method) if written else _rewired_rows(asked, found.index, totals, method))
    total = float(totals[found.index])
    return {
        "name": process.name,
        "location": process.location,
        "unit": process.unit,
        "category": process.category,
        "kind": process.kind,
        "score": total,
        "method": method,
        "estimate_share": float(scores.estimates_of(method)[found.index]) / total if total else 0.0,
        "exchanges": sorted(rows, key=lambda row: -abs(row["value"])),
    }


def _written_rows(asked: Basis, process: Process, totals: np.ndarray, method: str) -> Iterator[dict[str, Any]]:
    """The rows of a process that stands in the tables, or among own factors."""
    background = asked.tables.background
    for exchange, provider in zip(asked.tables.exchanges, asked.tables.providers, strict=True):
        if (exchange.process, exchange.location) != (process.name, process.location):
            continue
        if provider >= 0:
            target = background.catalogue.processes[provider]
            # scores of a rewired background have more processes, so the provider is found by its name
            score = float(totals[asked.scores.catalogue.find(target.name, target.location).index])
            amount, place = exchange.amount * units.factor(exchange.flow_unit, target.unit), target.location
        else:
            score = float(background.characterisation[method][background.flows.index(exchange.flow)])
            amount, place = exchange.amount * units.factor(exchange.flow_unit, "kg"), ""
        yield _row(asked, exchange) | {"flow_location": place, "value": amount * score}


def _rewired_rows(asked: Basis, number: int, totals: np.ndarray, method: str) -> Iterator[dict[str, Any]]:
    """The rows of a copy that a scenario made: its links as they were rewired, each with the original's row behind it."""
    background = asked.background()
    copy = background.catalogue.processes[number]
    original = (original_name(copy.name), copy.location)
    behind = {fact_key(e): e for e in asked.tables.exchanges if (e.process, e.location) == original}
    facts = background.facts
    for index in np.flatnonzero(background.inputs.column == number):
        target = background.catalogue.processes[background.inputs.row[index]]
        exchange = behind.get(facts.keys[facts.of_inputs[index]]) if facts else None
        named = ("input", target.name, target.location, target.unit)
        yield _linked(asked, exchange, named, background.inputs, int(index), float(totals[background.inputs.row[index]]))
    for index in np.flatnonzero(background.emissions.column == number):
        flow = background.emissions.row[index]
        exchange = behind.get(facts.keys[facts.of_emissions[index]]) if facts else None
        named = (exchange.kind if exchange else "emission", background.flows[flow], "", "kg")
        yield _linked(asked, exchange, named, background.emissions, int(index), float(background.characterisation[method][flow]))


def _linked(
    asked: Basis, exchange: Exchange | None, named: tuple[str, str, str, str], links: Links, index: int, score: float
) -> dict[str, Any]:
    """One row of a rewired process; a range is given where the original's row has one for the same amount."""
    kind, flow, place, unit = named
    amount = float(links.amount[index])
    row: dict[str, Any] = dict.fromkeys((*_ROW_KEYS, "source_title", "source_year", "pedigree", "publisher", "url"), "")
    row |= {"source_title": "the scenario", "low": amount, "high": amount, "basis": "derived", "derivation": "rewired by the scenario"}
    if exchange is not None:
        row = _row(asked, exchange)
        row |= {"low": amount * exchange.low / exchange.amount, "high": amount * exchange.high / exchange.amount}
        if original_name(flow) != exchange.flow:
            row["derivation"] = f"instead of {exchange.flow}, by the scenario; {exchange.derivation}"
    return row | {"kind": kind, "flow": flow, "flow_location": place, "amount": amount, "flow_unit": unit, "value": amount * score}


def _row(asked: Basis, exchange: Exchange) -> dict[str, Any]:
    source = asked.tables.sources[exchange.source]
    return {key: getattr(exchange, key) for key in _ROW_KEYS} | {
        "value": 0.0,
        "source_title": source.title,
        "source_year": source.year,
        "pedigree": ";".join(map(str, exchange.pedigree)),
        "publisher": source.publisher,
        "url": source.url or "",
    }
