"""From a product's bill to the materials of its circularity indicator: where each comes from, where it goes after use.

Shares are those of `inventories/background/recycling_parameters.csv` (parts made mostly of one material are named in
`inventories/circularity/part_materials.csv`, all of them our own judgement): R1 (recycled content) and R2 (recycled after use). R2 is
an output of recycling, so its losses are within what is not recycled: the efficiencies of the indicator stay 1. A line whose
material the table does not hold counts as virgin and as waste, and the share of the mass that is covered is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from circularity.material import Material, circularity_indicator, flows, linear_flow_index, utility
from inventories.background_folder import FOLDER
from inventories.setting import Setting
from inventories.shipped import archetype_paths, load
from inventories.tables import Row, read_table
from lca.billing import bill
from lca.errors import InputError, Problem
from lca.parameters import evaluate_parameters
from lca.product import SERVICE_LIVES, Product

_COLUMNS = (
    *("material", "R1", "R2", "R3", "A", "B", "Qs_in", "Qs_out", "LHV", "XER_heat", "XER_elec"),
    *("virgin_process", "recycled_process", "recycling_process", "disposal_process", "source", "place", "note"),
)
_PARTS = Path(__file__).parent / "circularity" / "part_materials.csv"
#: The parameter of a product file that says which share of its mass is reused parts, kg/kg.
REUSED = "reused_share"


#: The id of the indicator, and what each figure of it means, by its key; M is the product's mass without packaging.
MCI = "mci.mass.without-packaging"
DEFINITIONS = {
    "mci": "max(0, 1 - 0.9 linear_flow_index / utility)",
    "linear_flow_index": "(V + W) / (2 M + (WF - WC) / 2)",
    "utility": "service life / average life of such products",
    "recycled_share": "sum(m recycled content) / M",
    "reused_share": "mass of reused parts / M",
    "recyclable_share": "mass of materials of which some is recycled today / M",
    "recycled_after_use_share": "sum(m recycled after use) / M",
    "covered_share": "mass of materials with figures / M",
}


@dataclass(frozen=True)
class Circularity:
    """The indicator of one design and what it is made of; shares of the product's mass in kg/kg, without packaging."""

    product: str
    mci: float
    linear_flow_index: float
    utility: float
    mass: float
    recycled: float
    reused: float
    recyclable: float
    recycled_after_use: float
    covered: float

    def to_dict(self) -> dict[str, Any]:
        """Plain values; mass in kg."""
        return {
            "product": self.product,
            "definition": MCI,
            "mci": self.mci,
            "linear_flow_index": self.linear_flow_index,
            "utility": self.utility,
            "mass": self.mass,
            "mass_unit": "kg",
            "recycled_share": self.recycled,
            "reused_share": self.reused,
            "recyclable_share": self.recyclable,
            "recycled_after_use_share": self.recycled_after_use,
            "covered_share": self.covered,
            "definitions": dict(DEFINITIONS),
        }


@cache
def _rows() -> tuple[Row, ...]:
    return tuple(read_table(FOLDER / "recycling_parameters.csv", _COLUMNS))


@cache
def _part_materials() -> dict[str, str]:
    return {row.required("process"): row.required("material") for row in read_table(_PARTS, ("process", "material", "note"))}


def row_of(process: str) -> Row | None:
    """The row of the material that a process delivers: by its virgin or recycled process, else by the longest name it starts with."""
    process = _part_materials().get(process, process)
    exact = [row for row in _rows() if process in _names(row)]
    begun = [row for row in _rows() if process.startswith((f"{row.text('material')},", f"{row.text('material')} "))]
    named = [row for row in exact if process == row.text("material")]
    return next(iter([*named, *exact]), None) or max(begun, key=lambda row: len(row.text("material")), default=None)


def _names(row: Row) -> tuple[str, ...]:
    return tuple(row.text(column) for column in ("material", "virgin_process", "recycled_process"))


def is_recycled(process: str, row: Row) -> bool:
    """Whether the process delivers the recycled material itself, so that all of it is recycled content."""
    own = row.text("recycled_process")
    return "recycled" in process or (process == own and own != row.text("virgin_process"))


def material_of(part: str, process: str, mass: float, reused: float) -> Material:
    """A line as a component of the indicator, kg; the part that is not reused has the material's recycled content."""
    row = row_of(process)
    if row is None:
        return Material(part, mass, reused=reused)
    first = 1.0 if is_recycled(process, row) else row.number("R1")
    # a process of primary material is named so: no scrap in it
    first = 0.0 if "primary" in process or "virgin" in process else first
    return Material(part, mass, recycled=first * (1.0 - reused), reused=reused, to_recycling=row.number("R2"))


def circularity_of(setting: Setting, average_life: float | None = None) -> Circularity:
    """The indicator of a product under a setting; the average life is the archetype's unless given (years, or km).

    Raises InputError naming file and line, or the average life where that is none of a product.
    """
    if average_life is not None:
        _check_average_life(average_life, setting.product_file.product.service_life.unit)
    try:
        return _circularity(setting, average_life)
    except InputError as error:
        raise setting.product_file.located(error) from error


def _circularity(setting: Setting, average_life: float | None) -> Circularity:
    product = setting.product_file.product
    made = bill(product, setting.scores.catalogue, setting.changes)
    reused = _reused(product, setting.changes)
    # a scenario's copy of a process has its change in brackets behind the name; the material is the same
    weighed = [
        (line.part, line.process.partition(" [")[0], float(mass)) for line, mass in zip(made.lines, made.masses, strict=True) if mass > 0
    ]
    materials = [material_of(part, process, mass, reused) for part, process, mass in weighed]
    known = [row_of(process) for _, process, _ in weighed]
    sums = flows(materials)
    of_life = utility(_life(product, setting.changes), _average_life(product) if average_life is None else average_life)
    index = linear_flow_index(sums)
    masses = [mass for _, _, mass in weighed]
    return Circularity(
        product=product.id,
        mci=circularity_indicator(index, of_life),
        linear_flow_index=index,
        utility=of_life,
        mass=sums.mass,
        recycled=_mean(masses, [m.recycled for m in materials]),
        reused=reused,
        recyclable=_mean(masses, [float(row is not None and row.number("R2") > 0) for row in known]),
        recycled_after_use=_mean(masses, [m.to_recycling for m in materials]),
        covered=_mean(masses, [float(row is not None) for row in known]),
    )


def _mean(masses: Sequence[float], shares: Sequence[float]) -> float:
    return sum(m * s for m, s in zip(masses, shares, strict=True)) / sum(masses)


def _reused(product: Product, changes: dict[str, Any]) -> float:
    value = evaluate_parameters(product, changes).get(REUSED, 0.0) if REUSED in product.parameters else 0.0
    share = float(value)
    if not 0 <= share <= 1:
        raise InputError(Problem("a share lies between 0 and 1", field=f"parameters.{REUSED}", value=f"{share:g}"))
    return share


def _life(product: Product, changes: dict[str, Any]) -> float:
    return float(changes.get("service_life", product.service_life.value))


def _check_average_life(average_life: float, unit: str) -> None:
    low, high = SERVICE_LIVES[unit]
    if not low <= average_life <= high:
        raise InputError(
            Problem(f"an average life lies between {low:g} and {high:,.0f} {unit}", field="average_life", value=f"{average_life:g}")
        )


def _average_life(product: Product) -> float:
    """The service life of the archetype at the root of the file; the file's own where it stands alone."""
    root = product.extends[-1] if product.extends else ""
    if root not in archetype_paths():
        return product.service_life.value
    life = load(root).product.service_life
    return life.value if life.unit == product.service_life.unit else product.service_life.value
