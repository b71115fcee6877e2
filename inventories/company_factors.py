"""From the background to the company's account: factors of activities, averages of grids, footprints of the units sold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from inventories.assessing import assess_file
from inventories.background_folder import FOLDER
from inventories.background_queries import show_process, tables
from inventories.score_store import unit_scores
from inventories.tables import Row, read_table
from lca import units
from lca.errors import InputError, Problem

#: Categories of background processes that are energy; a company's own plant has them in its scopes 1 and 2.
ENERGY = frozenset({"electricity", "heat", "fuel"})


@dataclass(frozen=True)
class ActivityFactor:
    """kg CO2e per unit of an activity: what it emits itself, and what its supply chain emits, with the process behind it."""

    process: str
    location: str
    unit: str
    direct: float
    upstream: float
    background: str

    @property
    def total(self) -> float:
        """kg CO2e per unit, direct and upstream."""
        return self.direct + self.upstream


def activity_factor(process: str, location: str, unit: str) -> ActivityFactor:
    """The factor of a background process per `unit` (converted by dimension). Raises UnknownProcess, UnitError.

    Direct are the process's own emissions by gas; upstream is the rest of its score. A process that carries an aggregated
    total has its direct part nowhere, which raises no error here: `direct` is then that total.
    """
    shown = show_process(process, location)
    scale = units.factor(unit, shown["unit"])
    direct = sum(row["value"] for row in shown["exchanges"] if not row["flow_location"])
    digest = f"{unit_scores().background} {unit_scores().digest[:16]}"
    return ActivityFactor(shown["name"], shown["location"], unit, direct * scale, (shown["score"] - direct) * scale, digest)


@dataclass(frozen=True)
class GridAverage:
    """kg CO2e per kWh of a grid's generation, with its source in words."""

    location: str
    factor: float
    source: str


def grid_average(location: str) -> GridAverage:
    """The published average of a grid, without losses and upstream: of the place, else of its nearest parent that has one.

    Raises InputError when no parent has one.
    """
    columns = ("location", "kgco2e_per_kwh", "year", "source", "place")
    totals = read_table(FOLDER / "electricity_total.csv", (*columns, "upstream_kgco2e_per_kwh"), ("upstream_share_from", "remark"))
    countries = read_table(FOLDER / "electricity_intensity.csv", columns, ("total_twh", "mix_year"))
    rows = {row.text("location"): row for row in (*countries, *totals)}
    for code in unit_scores().catalogue.places.chain(location):
        if code in rows:
            return GridAverage(code, rows[code].number("kgco2e_per_kwh"), _told(rows[code]))
    raise InputError(Problem("no average of that grid is shipped", field="grid", value=location, hint="give its --factor"))


def _told(row: Row) -> str:
    document = tables().sources.get(row.text("source"))
    title = document.title if document else row.text("source")
    return f"{title}, {row.text('year')}"


def unit_footprint(name: str) -> dict[str, Any]:
    """What a sale keeps of a product file or shipped product: id, kg CO2e by stage, energy of the plant, background.

    Raises InputError as `assess` does.
    """
    footprint = assess_file(name, unit_scores())
    manufacturing = [part for part in footprint.parts if part["stage"] == "manufacturing"]
    made = footprint.stages["manufacturing"]
    energy = sum(part["value"] * _energy_share(part["process"], part["location"]) for part in manufacturing)
    return {
        "product": footprint.product,
        "stages": {stage: value for stage, value in footprint.stages.items() if value},
        "plant_energy": min(max(energy, 0.0), max(made, 0.0)),
        "background": f"{unit_scores().background} {unit_scores().digest[:16]}",
    }


def _energy_share(process: str, location: str) -> float:
    """The part of a manufacturing process's score that is bought energy or direct emissions, 0 to 1."""
    catalogue = unit_scores().catalogue
    if catalogue.processes[catalogue.find(process, location).index].category in ENERGY:
        return 1.0
    shown = show_process(process, location)
    if not shown["score"]:
        return 0.0
    return float(sum(row["value"] for row in shown["exchanges"] if _is_energy(row)) / shown["score"])


def _is_energy(row: dict[str, Any]) -> bool:
    if not row["flow_location"]:
        return True
    catalogue = unit_scores().catalogue
    return catalogue.processes[catalogue.find(row["flow"], row["flow_location"]).index].category in ENERGY
