"""`lifeloop background check`: what must be true of the database, proved one by one, with the deviations found."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from inventories.background_files import BackgroundTables, read_background
from inventories.background_folder import FOLDER
from inventories.electricity import GENERATION
from inventories.exchanges import Exchange
from inventories.score_store import unit_scores
from inventories.tables import read_table
from lca import units
from lca.errors import InputError
from lca.quantity import ESTIMATE
from lca.scores import UnitScores

#: What the database must reach (the project's own bar, `docs/data-sources.md`).
MEDIAN_ELECTRICITY = 0.10
EXPLAIN_ABOVE = 0.25
LARGE_COUNTRY_TWH = 10.0
PROCESSES_WANTED = 300
CHECKS_WANTED = 40


@dataclass(frozen=True)
class Verdict:
    """One thing that was checked."""

    check: str
    passed: bool
    found: str


@dataclass(frozen=True)
class Report:
    """All verdicts, and the tables of deviations behind two of them."""

    verdicts: tuple[Verdict, ...]
    electricity: list[dict[str, Any]]
    compared: list[dict[str, Any]]

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(v.passed for v in self.verdicts)

    def to_dict(self) -> dict[str, Any]:
        """The whole report as plain values."""
        return {
            "passed": self.passed,
            "checks": [asdict(v) for v in self.verdicts],
            "electricity": self.electricity,
            "second_studies": self.compared,
        }

    def text(self, details: bool = False) -> str:
        """The report for people."""
        lines = [f"{'ok  ' if v.passed else 'FAIL'} {v.check}: {v.found}" for v in self.verdicts]
        if details:
            lines += ["", "Electricity before losses against published intensities (kg CO2e/kWh):"]
            lines += [
                f"  {r['location']:6} {r['modelled']:.3f} {r['published']:.3f} {r['deviation']:+.0%} {r['explanation']}"
                for r in self.electricity
            ]
            lines += ["", "Against second studies (kg CO2e per unit):"]
            lines += [
                f"  {r['process']} ({r['location']}): {r['modelled']:.4g} against {r['published']:.4g} {r['unit']} {r['deviation']:+.0%}"
                for r in self.compared
            ]
        return "\n".join(lines)


def check_background(folder: Path = FOLDER) -> Report:
    """Read, solve and check the database. Raises InputError when its tables cannot even be read."""
    tables = read_background(folder)
    scores = unit_scores(folder)
    electricity = _electricity_deviations(folder, scores)
    compared = _second_studies(folder, tables, scores)
    verdicts = [
        *_sourcing(tables),
        _size(tables),
        *_matrix(tables, scores),
        _orphans(folder, tables),
        _places_of_electricity(tables),
        *_electricity_verdicts(electricity),
        _second_study_verdict(compared),
    ]
    return Report(tuple(verdicts), electricity, compared)


def _sourcing(tables: BackgroundTables) -> list[Verdict]:
    rows = tables.exchanges
    bases = Counter(row.basis for row in rows)
    unsourced = [row for row in rows if row.source == ESTIMATE and row.basis != "estimated"]
    said = ", ".join(f"{bases[b]} {b}" for b in ("measured", "derived", "estimated"))
    narrow = [row for row in rows if row.basis == "estimated" and row.category != "electricity" and _is_narrow(row)]
    found = f"{len(narrow)} estimated rows have a range below -15 % / +20 %, or without any document below -30 % / +50 %" + (
        f", first {narrow[0].file}:{narrow[0].line}" if narrow else ""
    )
    return [
        Verdict("every row is sourced", not unsourced, f"{len(rows)} rows: {said}; {len(tables.sources)} documents"),
        Verdict("estimates have wide ranges", not narrow, found),
    ]


def _is_narrow(row: Exchange) -> bool:
    """Whether an estimate claims to be better known than the README's rule allows (rounding of the bounds by 1 % is no claim)."""
    low, high = (0.7, 1.5) if row.source == ESTIMATE else (0.85, 1.2)
    return row.low > low * 1.01 * row.amount or row.high < high * 0.99 * row.amount


def _size(tables: BackgroundTables) -> Verdict:
    processes = tables.background.catalogue.processes
    names = {p.name for p in processes if p.category != "electricity"}
    kinds = Counter(p.kind for p in processes if p.category != "electricity")
    found = (
        f"{len(names)} named processes besides electricity, {len(processes)} with places ({kinds['total']} published totals, not linked)"
    )
    return Verdict(f"at least {PROCESSES_WANTED} named processes besides electricity", len(names) >= PROCESSES_WANTED, found)


def _matrix(tables: BackgroundTables, scores: UnitScores) -> list[Verdict]:
    """Solvable, no negative supply for any unit demand, every process with a finite positive score."""
    background = tables.background
    n = background.size
    consumed = sparse.coo_matrix((background.inputs.amount, (background.inputs.row, background.inputs.column)), shape=(n, n)).tocsr()
    factor = splu((sparse.identity(n) - consumed).T.tocsc())
    blocks = [_supply(factor, block, n) for block in np.array_split(np.arange(n), max(1, n // 256))]
    lowest, gross = min(low for low, _ in blocks), np.concatenate([own for _, own in blocks])
    totals = scores.of_method(scores.methods[0]).sum(axis=1)
    named = [f"{p.name} ({p.location})" for p in background.catalogue.processes]
    empty = [named[i] for i in np.flatnonzero(~np.isfinite(totals) | (totals <= 0))]
    loops = [named[i] for i in np.flatnonzero(gross >= 2.0)]
    return [
        Verdict(
            "the matrix is solvable and no supply is negative",
            lowest > -1e-9,
            f"{n} processes, {len(background.inputs.row)} links, lowest supply {lowest:.1e}",
        ),
        Verdict(
            "no process needs half of itself, directly or through others",
            not loops,
            f"{len(loops)} such loops {loops[:3] or ''}, largest {named[int(gross.argmax())]} {1 - 1 / gross.max():.0%}",
        ),
        Verdict("every process has a score", not empty, f"{len(empty)} without {empty[:5] or ''}"),
    ]


def _supply(factor: Any, block: Any, n: int) -> tuple[float, Any]:
    """What these processes' rows of A^-1 hold: the lowest entry, relative to the largest of its row (rounding is of that
    order), and the diagonal: units made in all for one that leaves the system."""
    unit = np.zeros((n, len(block)))
    unit[block, np.arange(len(block))] = 1.0
    supply = factor.solve(unit)
    return float((supply.min(axis=0) / np.abs(supply).max(axis=0)).min()), supply[block, np.arange(len(block))]


def _orphans(folder: Path, tables: BackgroundTables) -> Verdict:
    """Nothing is declared that nothing uses: every row of `sources/` is cited by some other table.

    A process that no other consumes is no orphan: it is a choice for product files; how many there are is said.
    """
    words = {
        word
        for path in folder.rglob("*.csv")
        if path.parent.name != "sources"
        for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))
    }
    uncited = sorted(tables.sources.keys() - words)
    background = tables.background
    names = {p.name for p in background.catalogue.processes}
    consumed = {background.catalogue.processes[i].name for i in background.inputs.row}
    found = f"{len(uncited)} documents cited nowhere {uncited[:3] or ''}; {len(names - consumed)} names are for product files only"
    return Verdict("no orphan: every document is cited", not uncited, found)


def _places_of_electricity(tables: BackgroundTables) -> Verdict:
    """Inputs of electricity find the place that they name."""
    far = {
        (row.flow, row.flow_location)
        for row, provider in zip(tables.exchanges, tables.providers, strict=True)
        if provider >= 0 and row.kind == "input" and row.flow_location not in ("", "GLO")
        if tables.background.catalogue.processes[provider].location == "GLO"
        if row.flow.startswith("electricity") and row.flow.endswith("voltage")
    }
    return Verdict(
        "electricity is taken from the place that is named", not far, f"{len(far)} inputs fall back to the world's {sorted(far)[:3] or ''}"
    )


def _electricity_deviations(folder: Path, scores: UnitScores) -> list[dict[str, Any]]:
    """Modelled against published intensity of generation, place by place, largest deviation first."""
    explained = {
        row.text("location"): row.text("explanation")
        for row in read_table(folder / "electricity_explained.csv", ("location", "explanation"))
    }
    totals = scores.of_method(scores.methods[0]).sum(axis=1)
    rows = []
    for row in read_table(
        folder / "electricity_intensity.csv", ("location", "kgco2e_per_kwh", "year", "source", "place"), ("total_twh", "remark", "mix_year")
    ):
        location, published = row.required("location"), row.number("kgco2e_per_kwh")
        try:
            found = scores.catalogue.find(GENERATION, location)
        except InputError:
            continue
        if found.location != location or published <= 0:
            continue
        modelled = float(totals[found.index])
        twh = row.optional_number("total_twh")
        rows.append(
            {
                "location": location,
                "modelled": modelled,
                "published": published,
                "deviation": modelled / published - 1.0,
                "total_twh": twh,
                "explanation": explained.get(location, ""),
            }
        )
    return sorted(rows, key=lambda r: -abs(r["deviation"]))


def _electricity_verdicts(rows: list[dict[str, Any]]) -> list[Verdict]:
    off = median(abs(r["deviation"]) for r in rows) if rows else 1.0
    worst = f"worst {rows[0]['location']} {rows[0]['deviation']:+.0%}" if rows else "nothing to compare"
    large = [r for r in rows if (r["total_twh"] or 0) > LARGE_COUNTRY_TWH and abs(r["deviation"]) > EXPLAIN_ABOVE]
    silent = [r["location"] for r in large if not r["explanation"]]
    return [
        Verdict(
            f"electricity before losses: median deviation within {MEDIAN_ELECTRICITY:.0%}",
            off <= MEDIAN_ELECTRICITY,
            f"{off:.1%} over {len(rows)} places, {worst}",
        ),
        Verdict(
            f"large countries outside {EXPLAIN_ABOVE:.0%} are explained",
            not silent,
            f"{len(large)} outside: {', '.join(r['location'] for r in large)}; silent: {silent}",
        ),
    ]


def _second_studies(folder: Path, tables: BackgroundTables, scores: UnitScores) -> list[dict[str, Any]]:
    """Our unit scores against a study that is not among the sources of the process, largest deviation first."""
    columns = ("process", "location", "value", "unit", "low", "high", "source", "place", "year", "note")
    totals = scores.of_method(scores.methods[0]).sum(axis=1)
    rows = []
    for path in sorted((folder / "checks").glob("*.csv")):
        for row in read_table(path, columns):
            try:
                found = scores.catalogue.find(row.required("process"), row.required("location"))
                process = scores.catalogue.processes[found.index]
                published = row.number("value") / units.factor(row.required("unit"), process.unit)
            except InputError as error:
                raise error.located(row.file, row.line) from error
            if row.text("source") not in tables.sources:
                raise row.problem("source", "the source is not declared in sources/")
            documents = {(tables.sources[s].title, tables.sources[s].publisher) for s in process.sources}
            study = tables.sources[row.text("source")]
            if row.text("source") in process.sources or (study.title, study.publisher) in documents:
                raise row.problem("source", f"{process.name!r} is made from this source: a check needs another study")
            modelled = float(totals[found.index])
            rows.append(
                {
                    "process": process.name,
                    "location": found.location,
                    "unit": process.unit,
                    "modelled": modelled,
                    "published": published,
                    "deviation": modelled / published - 1.0,
                    "source": row.text("source"),
                    "note": row.text("note"),
                }
            )
    return sorted(rows, key=lambda r: -abs(r["deviation"]))


def _second_study_verdict(rows: list[dict[str, Any]]) -> Verdict:
    names = {r["process"] for r in rows}
    off = median(abs(r["deviation"]) for r in rows) if rows else 1.0
    far = [r for r in rows if abs(r["deviation"]) > EXPLAIN_ABOVE]
    silent = [r["process"] for r in far if not r["note"]]
    found = f"{len(names)} processes in {len(rows)} comparisons, median deviation {off:.0%}, {len(far)} outside 25 %, of these without a note: {len(silent)} {silent[:4]}"
    return Verdict(
        f"at least {CHECKS_WANTED} processes agree with a second study or say why not", len(names) >= CHECKS_WANTED and not silent, found
    )
