"""The footprint: what every line of a bill adds, by gas group, with sums by stage and part and what made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import fsum
from typing import TYPE_CHECKING, Any

from lca.billing import Bill
from lca.end_of_life import CUT_OFF, Treated
from lca.product import FunctionalUnit
from lca.reporting import BiogenicCarbon, ReportLines, report_lines
from lca.stages import STAGES

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

SCHEMA = "lifeloop/footprint/1"
UNIT = "kg CO2e"


@dataclass(frozen=True)
class Footprint:
    """The life-cycle footprint of one design per functional unit.

    `rows` has kg CO2e by gas group for every line of the bill; stages, parts and gas groups each sum to `total`.
    """

    product: str
    name: str
    category: str
    family: str
    functional_unit: FunctionalUnit
    service_life: str
    bill: Bill
    groups: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]
    #: kg CO2e that rest on amounts or factors without a source
    resting_on_estimates: float
    provenance: Mapping[str, Any]
    warnings: tuple[str, ...]
    #: the end-of-life method, and what it covers
    treated: Treated = CUT_OFF
    #: biogenic carbon content, where it was looked up
    carbon: BiogenicCarbon | None = None

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """The rows as an array, shape (lines, groups), kg CO2e."""
        import numpy as np

        return np.array(self.rows, dtype=float).reshape(len(self.rows), len(self.groups))

    @cached_property
    def by_line(self) -> tuple[float, ...]:
        """kg CO2e of every line of the bill."""
        return tuple(map(fsum, self.rows))

    def with_provenance(self, **more: Any) -> Footprint:
        """The same footprint with more said of what made it."""
        return replace(self, provenance={**self.provenance, **more})

    @property
    def total(self) -> float:
        """kg CO2e per functional unit."""
        return fsum(self.by_line)

    @property
    def stages(self) -> dict[str, float]:
        """kg CO2e by life-cycle stage, all stages named; `credits` besides under a method that has them."""
        sums: dict[str, float] = {str(stage): 0.0 for stage in STAGES}
        if self.treated.method != "cutoff":
            sums["credits"] = 0.0
        for line, value in zip(self.bill.lines, self.by_line, strict=True):
            sums[line.stage] += value
        return sums

    @property
    def credits(self) -> float:
        """kg CO2e (0 or less) that the end-of-life method takes off for material and energy replaced."""
        return self.stages.get("credits", 0.0)

    @property
    def end_of_life(self) -> dict[str, Any]:
        """The method, total without credits and credits apart, the mass its formula covers and the parts it does not."""
        return {
            "method": self.treated.method,
            "total_without_credits": self.total - self.credits,
            "credits": self.credits,
            "covered_mass": float(self.treated.covered),
            "covered_mass_unit": "kg",
            "left_on_cutoff": list(self.treated.left_on_cutoff),
        }

    @property
    def lines(self) -> ReportLines:
        """The separate lines of ISO 14067."""
        return report_lines(self.gases, self.parts, self.carbon, self._by_gas("end_of_life"))

    @property
    def gases(self) -> dict[str, float]:
        """kg CO2e by gas group."""
        return self._by_gas()

    def _by_gas(self, *stages: str) -> dict[str, float]:
        """kg CO2e by gas group, of these stages or of all."""
        rows = [row for row, line in zip(self.rows, self.bill.lines, strict=True) if not stages or line.stage in stages]
        return {group: fsum(row[number] for row in rows) for number, group in enumerate(self.groups)}

    @property
    def parts(self) -> list[dict[str, Any]]:
        """One entry a line: part, stage, process, place, amount in the process's unit, kg CO2e."""
        return [
            {
                "part": line.part,
                "stage": line.stage,
                "process": line.process,
                "location": line.found_location,
                "amount": float(amount),
                "unit": line.unit,
                "value": value,
                "source": line.source,
            }
            for line, amount, value in zip(self.bill.lines, self.bill.amount_of, self.by_line, strict=True)
        ]

    def to_dict(self) -> dict[str, Any]:
        """The footprint as plain values, every digit kept (the contract of `assess --json`)."""
        total = self.total
        return {
            "schema": SCHEMA,
            "product": self.product,
            "name": self.name,
            "category": self.category,
            "family": self.family,
            "functional_unit": self.functional_unit.model_dump(),
            "service_life": self.service_life,
            "total": {"value": total, "unit": UNIT},
            "stages": self.stages,
            "parts": self.parts,
            "gases": self.gases,
            "lines": self.lines.to_dict(str(self.provenance["method"])),
            "end_of_life": self.end_of_life,
            "estimate_share": self.resting_on_estimates / total if total else 0.0,
            "provenance": dict(self.provenance),
            "warnings": list(self.warnings),
        }

    def to_frame(self) -> pd.DataFrame:
        """The lines as a pandas table."""
        import pandas as pd

        return pd.DataFrame(self.parts)
