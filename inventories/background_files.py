"""The background's tables on disk made into a `Background`, every row checked on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from inventories.background_folder import FOLDER, digest
from inventories.electricity import grid_exchanges
from inventories.exchanges import COLUMNS, Exchange, exchanges
from inventories.tables import Row, read_table
from lca import units
from lca.background import Background, Facts, Links
from lca.catalogue import WORLD, Catalogue, Places, Process
from lca.distributions import CODES, pedigree_sigma
from lca.errors import InputError, Problem, nearest
from lca.quantity import ESTIMATE, Source


@dataclass(frozen=True)
class BackgroundTables:
    """Everything the background's files say: the network as numbers, and row by row with sources."""

    background: Background
    exchanges: tuple[Exchange, ...]
    sources: dict[str, Source]
    #: for each exchange that is an input, the number of the process consumed (-1 for emissions and totals)
    providers: tuple[int, ...]


def read_places(folder: Path = FOLDER) -> Places:
    """The places of `locations.csv`. Raises InputError for a parent that is not there or a loop of parents."""
    parents: dict[str, str] = {}
    names: dict[str, str] = {}
    aliases: dict[str, str] = {}
    rows = read_table(folder / "locations.csv", ("code", "name", "parent", "aliases"))
    for row in rows:
        code = row.required("code")
        if code in parents:
            raise row.problem("code", "the place is there twice")
        parents[code], names[code] = row.text("parent"), row.required("name")
        for alias in (names[code], *row.text("aliases").split(";")):
            if alias.strip():
                aliases[alias.strip()] = aliases[alias.strip().lower()] = code
    for row in rows:
        _check_parents(row, parents)
    return Places(parents, names, {a: c for a, c in aliases.items() if a not in parents})


def _check_parents(row: Row, parents: dict[str, str]) -> None:
    code = row.text("code")
    if code == WORLD and parents[WORLD]:
        raise row.problem("parent", "the world has no parent")
    for _ in range(10):
        if code == WORLD:
            return
        if code not in parents:
            raise row.problem("parent", f"the place {code!r} is not in the table")
        code = parents[code]
    raise row.problem("parent", f"the chain of parents does not end at {WORLD}")


def read_sources(folder: Path = FOLDER) -> dict[str, Source]:
    """The documents of `sources/*.csv` by id. Raises InputError for an id that is there twice."""
    sources: dict[str, Source] = {}
    for path in sorted((folder / "sources").glob("*.csv")):
        for row in read_table(path, ("id", "title", "publisher", "year", "url", "licence", "gwp_set", "note")):
            key = row.required("id")
            if key in sources:
                raise row.problem("id", "the source id is there twice (in this file or another)")
            sources[key] = source_of(
                row,
                title=row.required("title"),
                publisher=row.required("publisher"),
                year=row.year("year"),
                url=row.text("url") or None,
                licence=row.required("licence"),
                note=row.text("note") or None,
            )
    return sources


def source_of(row: Row, **words: Any) -> Source:
    """The source that a row describes. Raises InputError naming the cell that is wrong."""
    try:
        return Source(**words)
    except ValidationError as error:
        detail = error.errors()[0]
        raise row.problem(str(detail["loc"][0]), detail["msg"]) from error


def read_background(
    folder: Path = FOLDER, extra: Iterable[Exchange] = (), extra_sources: dict[str, Source] | None = None
) -> BackgroundTables:
    """Read and check all tables and link them.

    `extra` rows replace the processes (name and place) they are about, or add new ones; the digest tells them apart.
    Raises InputError listing every row that is wrong.
    """
    places = read_places(folder)
    sources = read_sources(folder) | (extra_sources or {})
    added = list(extra)
    replaced = {(e.process, e.location) for e in added}
    rows = [e for e in _all_exchanges(folder, places) if (e.process, e.location) not in replaced] + added
    problems = list(dict.fromkeys(_inconsistencies(rows, sources)))
    if problems:
        raise InputError(problems)
    marks = digest(folder)
    if added:
        marks = hashlib.sha256("\n".join([marks, *map(repr, added)]).encode()).hexdigest()
    return _link(rows, sources, places, folder, marks)


def shipped_background() -> Background:
    """The shipped background, nothing added."""
    return read_background().background


def _all_exchanges(folder: Path, places: Places) -> list[Exchange]:
    rows: list[Exchange] = []
    problems: list[Problem] = []
    for path in sorted((folder / "exchanges").glob("*.csv")):
        for row in read_table(path, COLUMNS):
            try:
                rows.extend(exchanges(row, places))
            except InputError as error:
                problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return [*rows, *grid_exchanges(folder, places)]


def _inconsistencies(rows: Sequence[Exchange], sources: dict[str, Source]) -> Iterable[Problem]:
    first: dict[str, Exchange] = {}
    for row in rows:
        head = first.setdefault(row.process, row)
        for field in ("unit", "category"):
            if getattr(row, field) != getattr(head, field):
                reason = f"the process has another {field} in {head.file}:{head.line}"
                yield Problem(reason, row.file, row.line, field, getattr(row, field), f"there it is {getattr(head, field)!r}")
        if row.source not in sources:
            hint = nearest(row.source, sources) or "add it to a table in sources/"
            yield Problem("the source is not declared", row.file, row.line, "source", row.source, hint)
        if (row.basis == "estimated") != (row.source == ESTIMATE) and row.source == ESTIMATE:
            yield Problem("a row that cites `estimate` has the basis `estimated`", row.file, row.line, "basis", row.basis)


def _process_table(rows: Sequence[Exchange]) -> tuple[Process, ...]:
    gathered: dict[tuple[str, str], list[Exchange]] = {}
    for row in rows:
        gathered.setdefault((row.process, row.location), []).append(row)
    return tuple(
        Process(name, location, of[0].unit, of[0].category, _kind(of), max(e.year for e in of), tuple(dict.fromkeys(e.source for e in of)))
        for (name, location), of in sorted(gathered.items())
    )


def _kind(rows: Sequence[Exchange]) -> str:
    kinds = {e.kind for e in rows}
    if kinds == {"total"}:
        return "total"
    return "mix" if kinds == {"input"} and abs(sum(e.amount for e in rows) - 1.0) < 1e-6 else "unit process"


def _link(rows: Sequence[Exchange], sources: dict[str, Source], places: Places, folder: Path, marks: str) -> BackgroundTables:
    catalogue = Catalogue(_process_table(rows), places)
    number = {(p.name, p.location): i for i, p in enumerate(catalogue.processes)}
    flow_rows = read_table(folder / "flows.csv", ("flow", "unit", "group", "note"))
    flows = {row.required("flow"): i for i, row in enumerate(flow_rows)}
    groups = tuple(dict.fromkeys(row.required("group") for row in flow_rows))
    inputs: list[tuple[int, int, float, bool]] = []
    emissions: list[tuple[int, int, float, bool]] = []
    providers: list[int] = []
    problems: list[Problem] = []
    for row in rows:
        try:
            column, guess = number[row.process, row.location], row.basis == "estimated"
            target, unit = _target(row, catalogue, flows)
            amount = row.amount * units.factor(row.flow_unit, unit)
        except InputError as error:
            problems.extend(error.located(row.file, row.line, "flow").problems)
            continue
        (inputs if row.kind == "input" else emissions).append((target, column, amount, guess))
        providers.append(target if row.kind == "input" else -1)
    if problems:
        raise InputError(dict.fromkeys(problems))
    background = Background(
        catalogue=catalogue,
        inputs=_links(inputs),
        emissions=_links(emissions),
        facts=_facts(rows, catalogue),
        flows=tuple(flows),
        groups=groups,
        group_of_flow=np.array([groups.index(row.required("group")) for row in flow_rows]),
        characterisation=_characterisation(folder, flows),
        digest=marks,
    )
    return BackgroundTables(background, tuple(rows), sources, tuple(providers))


def fact_key(row: Exchange) -> str:
    """The name of the uncertain number behind a row: the same for every place that one line of a table stands for."""
    return f"{row.process}|{row.kind}|{row.flow}|{row.amount!r}|{row.low!r}|{row.high!r}"


def _facts(rows: Sequence[Exchange], catalogue: Catalogue) -> Facts:
    """Every number once: rows that one line of a table stands for at several places share their draws."""
    numbers: dict[str, int] = {}
    category = {process.name: process.category for process in catalogue.processes}
    causes: list[str] = []
    spread: list[tuple[float, float, float, float]] = []
    ones: dict[int, float] = {}
    of: dict[str, list[int]] = {"input": [], "emission": []}
    for row in rows:
        key = fact_key(row)
        if key not in numbers:
            if row.distribution == "discrete_uniform":
                ones[len(numbers)] = 1.0 / row.amount
            numbers[key] = len(numbers)
            causes.append(category[row.process])
            sigma = pedigree_sigma(row.pedigree)
            spread.append((row.low / row.amount, row.high / row.amount, CODES[row.distribution], sigma))
        of["input" if row.kind == "input" else "emission"].append(numbers[key])
    mixes = [i for i, process in enumerate(catalogue.processes) if process.kind == "mix"]
    links = np.array(of["input"]), np.array(of["emission"])
    return Facts(tuple(numbers), np.array(spread), *links, np.array(mixes, dtype=np.int64), tuple(causes), ones)


def _target(row: Exchange, catalogue: Catalogue, flows: dict[str, int]) -> tuple[int, str]:
    """The number of what a row consumes or emits, and its unit."""
    if row.kind == "input":
        index = catalogue.find(row.flow, row.flow_location).index
        return index, catalogue.processes[index].unit
    if row.flow not in flows:
        raise InputError(Problem("unknown elementary flow", field="flow", value=row.flow, hint=nearest(row.flow, flows) or "see flows.csv"))
    return flows[row.flow], "kg"


def _links(entries: list[tuple[int, int, float, bool]]) -> Links:
    row, column, amount, guess = zip(*entries, strict=True) if entries else ((), (), (), ())
    return Links(
        np.array(row, dtype=np.int64), np.array(column, dtype=np.int64), np.array(amount, dtype=float), np.array(guess, dtype=bool)
    )


def _characterisation(folder: Path, flows: dict[str, int]) -> dict[str, np.ndarray]:
    """kg CO2e per kg of every flow, by method. Raises InputError where a method misses a flow."""
    factors: dict[str, np.ndarray] = {}
    for row in read_table(folder / "characterisation.csv", ("method", "flow", "factor", "unit", "source", "verified", "note")):
        values = factors.setdefault(row.required("method"), np.full(len(flows), np.nan))
        values[flows[row.one_of("flow", tuple(flows))]] = row.number("factor")
    for method, values in factors.items():
        missing = [flow for flow, i in flows.items() if np.isnan(values[i])]
        if missing:
            raise InputError(Problem(f"the method {method} has no factor for {', '.join(missing)}", str(folder / "characterisation.csv")))
    return factors
