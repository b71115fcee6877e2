"""Biogenic carbon content of what background processes deliver (`reporting/biogenic_carbon.csv`), kg C per kg."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from inventories.tables import read_table
from lca.catalogue import Process, original_name

_TABLE = Path(__file__).parent / "reporting" / "biogenic_carbon.csv"


@cache
def _contents() -> dict[tuple[str, str], float]:
    rows = read_table(_TABLE, ("kind", "name", "carbon", "low", "high", "basis", "note"))
    return {(row.one_of("kind", ("process", "category")), row.required("name")): row.number("carbon") for row in rows}


def carbon_of(process: Process) -> float:
    """kg of biogenic carbon per kg of the process's product: its own row, else that of its category, else none."""
    if process.unit != "kg":
        return 0.0
    own = _contents().get(("process", original_name(process.name)))
    return _contents().get(("category", process.category), 0.0) if own is None else own
