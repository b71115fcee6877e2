"""The end-of-life recipe of every material: shares from `recycling_parameters.csv`, processes from `end_of_life/*.csv`.

`end_of_life/processes.csv` names the processes of each material, `materials.csv` the material of parts whose name does not
tell it, `recycled_content.csv` the share of recycled material that each process of the background with a recipe holds (worked
out from its links, so that the formula takes off what is there and nothing else; a test works it out again). A process that
is not in that table, such as a supplier's own factor, holds nobody knows what.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from inventories.background_folder import FOLDER
from inventories.circularity_shares import row_of
from inventories.tables import Row, read_table
from lca.catalogue import original_name
from lca.end_of_life import Method, Shares
from lca.end_of_life_lines import EndOfLife, Recipe

_TABLES = Path(__file__).parent / "end_of_life"
_PROCESSES = ("virgin_process", "recycled_process", "recycling_process", "replaced_process", "disposal_process", "energy_recovery_process")
_PARAMETERS = (
    *("material", "R1", "R2", "R3", "A", "B", "Qs_in", "Qs_out", "LHV", "XER_heat", "XER_elec"),
    *("virgin_process", "recycled_process", "recycling_process", "disposal_process", "source", "place", "note"),
)
_MJ_PER_KWH = 3.6


@cache
def _parameters() -> dict[str, Row]:
    return {row.required("material"): row for row in read_table(FOLDER / "recycling_parameters.csv", _PARAMETERS)}


@cache
def _processes() -> dict[str, Row]:
    return {row.required("material"): row for row in read_table(_TABLES / "processes.csv", ("material", "covered", *_PROCESSES, "note"))}


@cache
def _materials() -> dict[str, str]:
    rows = read_table(_TABLES / "materials.csv", ("process", "material", "note"))
    return {row.required("process"): row.one_of("material", tuple(_parameters())) for row in rows}


@cache
def _recycled_content() -> dict[str, float]:
    return {row.required("process"): row.number("R1") for row in read_table(_TABLES / "recycled_content.csv", ("process", "R1", "note"))}


def recipe_of_material(material: str, held: float | None = None) -> Recipe | None:
    """The recipe of a material of the table, for a process that holds the recycled share `held` (kg/kg).

    A process of which that is not known counts as virgin. None where no formula covers the material. Raises InputError for
    a cell that is not a number, or shares that are impossible.
    """
    row, names = _parameters().get(material), _processes().get(material)
    if row is None or names is None or names.one_of("covered", ("yes", "no")) == "no":
        return None
    shares = Shares(
        a=row.number("A"),
        r1=held or 0.0,
        r2=row.number("R2"),
        r3=row.number("R3"),
        b=row.number("B"),
        quality_in=row.number("Qs_in"),
        quality_out=row.number("Qs_out"),
    )
    virgin, recycled, recycling, replaced, disposal, burning = (names.text(column) for column in _PROCESSES)
    heat, power = (row.number("LHV") * row.number(share) for share in ("XER_heat", "XER_elec"))
    return Recipe(
        material, shares, held, virgin, recycled, recycling, replaced, disposal, burning, heat, power / _MJ_PER_KWH, row.required("source")
    )


def material_of_process(process: str) -> str | None:
    """The material that a process delivers, if the tables know it; a scenario's copy delivers that of its original."""
    name = original_name(process)
    row = row_of(name)
    return _materials().get(name) or (row.required("material") if row else None)


def recipe_of_process(process: str) -> Recipe | None:
    """The recipe of what a process delivers, with the recycled content that the process has."""
    material = material_of_process(process)
    return recipe_of_material(material, _recycled_content().get(original_name(process))) if material else None


def end_of_life_by(method: Method) -> EndOfLife:
    """The method with the shipped recipes."""
    return EndOfLife(method, recipe_of_process, recipe_of_material)
