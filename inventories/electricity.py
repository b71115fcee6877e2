"""Grid electricity of every place: generation mix x technologies, then grid losses by voltage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from inventories.exchanges import AGGREGATED, Exchange, place_in
from inventories.tables import Row, read_table
from lca.catalogue import Places
from lca.quantity import ESTIMATE

GENERATION = "electricity, generation mix"
#: Shares are written with six decimals; so far may their sum be from 1.
_ROUNDING = 1e-3
VOLTAGES = ("high", "medium", "low")


def grid_exchanges(folder: Path, places: Places) -> Iterator[Exchange]:
    """The exchanges of `electricity, generation mix` and of high, medium and low voltage at every place.

    A place of `electricity_mix.csv` consumes its technologies by share; one of `electricity_total.csv` carries the
    published total plus its country's upstream part; losses multiply the generation mix (`electricity_loss.csv`).
    """
    for row in _mix(folder):
        share = row.number("share")
        yield _row(row, places, GENERATION, "input", row.required("technology"), share, (share * 0.9, min(1.0, share * 1.1)))
    columns = ("location", "kgco2e_per_kwh", "upstream_kgco2e_per_kwh", "year", "source", "place")
    for row in read_table(folder / "electricity_total.csv", columns, ("upstream_share_from", "remark")):
        total = row.number("kgco2e_per_kwh") + row.number("upstream_kgco2e_per_kwh")
        yield _row(row, places, GENERATION, "total", AGGREGATED, total, (total * 0.85, total * 1.15))
    for row in read_table(folder / "electricity_loss.csv", ("location", "level", "loss_factor", "year", "source", "place"), ("remark",)):
        name = f"electricity, {row.one_of('level', VOLTAGES)} voltage"
        loss = row.number("loss_factor")
        if not 1.0 <= loss < 2.0:
            raise row.problem("loss_factor", "kWh generated per kWh delivered lies between 1 and 2")
        yield _row(row, places, name, "input", GENERATION, loss, (1 + (loss - 1) * 0.8, 1 + (loss - 1) * 1.25))


def _mix(folder: Path) -> list[Row]:
    """The rows of the mixes. Raises InputError for a share outside 0 to 1, or shares of a place that do not sum to 1."""
    rows = read_table(folder / "electricity_mix.csv", ("location", "technology", "share", "year", "source", "place"))
    sums: dict[str, float] = {}
    for row in rows:
        share = row.number("share")
        if not 0 < share <= 1:
            raise row.problem("share", "a share lies above 0 and at most at 1")
        sums[row.text("location")] = sums.get(row.text("location"), 0.0) + share
    for row in rows:
        total = sums[row.text("location")]
        if abs(total - 1.0) > _ROUNDING:
            raise row.problem("share", f"the shares of {row.text('location')} sum to {total:.6g}, not to 1")
    return rows


def _basis(row: Row, remark: str) -> str:
    """Estimated without a document, derived where the remark tells how, else read in the document."""
    if row.text("source") == ESTIMATE:
        return "estimated"
    return "derived" if remark.startswith(("derived", "upstream =")) else "measured"


def _row(row: Row, places: Places, process: str, kind: str, flow: str, amount: float, bounds: tuple[float, float]) -> Exchange:
    location = place_in(row, "location", row.required("location"), places)
    remark = row.cells.get("remark", "").strip()
    return Exchange(
        process=process,
        location=location,
        unit="kWh",
        category="electricity",
        kind=kind,
        flow=flow,
        flow_location=location if kind == "input" else "",
        amount=amount,
        flow_unit="kWh" if kind == "input" else "kg",
        low=bounds[0],
        high=bounds[1],
        distribution="triangular",
        pedigree=(2, 1, 2, 1, 2),
        basis=_basis(row, remark),
        derivation=remark,
        year=row.year("year"),
        source=row.required("source"),
        place=row.required("place"),
        file=row.file,
        line=row.line,
    )
