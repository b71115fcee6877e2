"""Two designs side by side, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lca.errors import FunctionalUnitsDiffer
from lca.footprint import UNIT, Footprint
from lca.product import FunctionalUnit
from lca.rounding import significant

#: Two sums of lines that differ by no more than this share of what is added up are the same: the order of adding alone
#: changes the last digits.
TIE = 1e-9


def per_what(unit: FunctionalUnit) -> str:
    """What a footprint is per, in words: a year or km of service, else the functional unit."""
    return unit.unit if unit.quantity == 1 and unit.unit in {"year", "km"} else "functional unit"


@dataclass(frozen=True)
class LineDifference:
    """What one part of a stage adds in design a and in design b, in kg CO2e (zero where it is missing)."""

    stage: str
    part: str
    a: float
    b: float

    @property
    def difference(self) -> float:
        """b - a."""
        return self.b - self.a


@dataclass(frozen=True)
class Comparison:
    """Two footprints of the same functional unit; differences are b - a."""

    a: Footprint
    b: Footprint
    lines: tuple[LineDifference, ...]

    @property
    def difference(self) -> float:
        """kg CO2e per functional unit, b - a; the lines' differences sum to it. Rounding noise is 0 (`TIE`)."""
        difference = self.b.total - self.a.total
        size = max(sum(map(abs, footprint.by_line)) for footprint in (self.a, self.b))
        return 0.0 if abs(difference) <= TIE * size else difference

    @property
    def same(self) -> bool:
        """Whether the footprints differ by rounding noise at most."""
        return self.difference == 0

    @property
    def per(self) -> str:
        """What the values are per: the functional unit, or a year or km of service."""
        return per_what(self.a.functional_unit)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the reader must know: different service lives first, then each footprint's own warnings."""
        lives: tuple[str, ...] = ()
        if self.a.service_life != self.b.service_life and self.per == "functional unit":
            lives = (
                f"the service lives differ ({self.a.service_life} and {self.b.service_life}): values are per functional unit, not per time",
            )
        return tuple(dict.fromkeys((*lives, *self.a.warnings, *self.b.warnings)))

    @property
    def sentence(self) -> str:
        """The answer in one plain sentence."""
        if self.same:
            return f"{self.a.name} and {self.b.name} have the same footprint."
        better, worse = (self.a, self.b) if self.difference > 0 else (self.b, self.a)
        per = "" if self.per == "functional unit" else f" per {self.per}"
        top = max(self.lines, key=lambda line: abs(line.difference))
        share = f" ({abs(self.difference) / worse.total:.1%} of {worse.name})" if worse.total > 0 else ""
        return (
            f"{better.name} has the lower footprint, by {significant(abs(self.difference))} {UNIT}{per}{share}; "
            f"the largest single difference is {top.part} ({top.stage}, {'+' if top.difference > 0 else '-'}{significant(abs(top.difference))} {UNIT})."
        )

    def to_dict(self) -> dict[str, Any]:
        """The contract of `compare --json`."""
        return {
            "a": design_dict(self.a),
            "b": design_dict(self.b),
            "functional_unit": self.a.functional_unit.model_dump(),
            "per": self.per,
            "difference": {"value": self.difference, "unit": UNIT, "per": self.per, "direction": "b - a"},
            "lines": [
                {"stage": line.stage, "part": line.part, "a": line.a, "b": line.b, "difference": line.difference} for line in self.lines
            ],
            "sentence": self.sentence,
            "provenance": {"a": dict(self.a.provenance), "b": dict(self.b.provenance)},
            "warnings": list(self.warnings),
        }


def design_dict(footprint: Footprint) -> dict[str, Any]:
    """One of the designs compared, as plain values; `per` says what its values are per."""
    return {
        "product": footprint.product,
        "name": footprint.name,
        "scenario": footprint.provenance.get("scenario"),
        "functional_unit": footprint.functional_unit.model_dump(),
        "service_life": footprint.service_life,
        "total": {"value": footprint.total, "unit": UNIT, "per": per_what(footprint.functional_unit)},
        "stages": footprint.stages,
    }


def compare(a: Footprint, b: Footprint) -> Comparison:
    """Compare two footprints line by line, largest difference first; parts are matched by stage and name.

    Raises FunctionalUnitsDiffer unless quantity, unit and description of the functional units agree, because a difference
    between designs that do not do the same thing means nothing (ISO 14044, 4.2.3.7). Different service lives are said.
    """
    if _function(a) != _function(b):
        raise FunctionalUnitsDiffer(f"the functional units differ: {_said(a)} against {_said(b)}")
    keys = dict.fromkeys((line.stage, line.part) for footprint in (a, b) for line in footprint.bill.lines)
    of_a, of_b = _by_part(a), _by_part(b)
    lines = [LineDifference(stage, part, of_a.get((stage, part), 0.0), of_b.get((stage, part), 0.0)) for stage, part in keys]
    return Comparison(a, b, tuple(sorted(lines, key=lambda line: -abs(line.difference))))


def _function(footprint: Footprint) -> tuple[object, ...]:
    unit = footprint.functional_unit
    return unit.quantity, unit.unit, " ".join(unit.description.casefold().split())


def _said(footprint: Footprint) -> str:
    unit = footprint.functional_unit
    return f"{footprint.product}: {unit.description} ({unit.quantity:g} {unit.unit})"


def _by_part(footprint: Footprint) -> dict[tuple[str, str], float]:
    sums: dict[tuple[str, str], float] = {}
    for line, value in zip(footprint.bill.lines, footprint.by_line, strict=True):
        sums[line.stage, line.part] = sums.get((line.stage, line.part), 0.0) + value
    return sums


def distinct(names: Sequence[str]) -> tuple[str, ...]:
    """The names, with a number behind those that come more than once."""
    return tuple(f"{name} #{names[: at + 1].count(name)}" if names.count(name) > 1 else name for at, name in enumerate(names))
