"""Plastic-free ratios of packaging: masses are added up, ratios are taken last, and every ratio names its definition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from lca.errors import InputError, Problem, nearest

#: Classes that some makers leave out of the plastic and of the packaging mass (Apple: adhesives, inks, coatings; ESD protection).
EXCLUDED_CLASSES = ("adhesive", "ink", "coating", "esd")
LEVELS = ("retail", "inbox", "transport")
Basis = Literal["mass.all", "mass.without-excluded"]


@dataclass(frozen=True)
class Component:
    """One component of a packaging: kg per product, class of its material, and its excluded class if it is of one."""

    name: str
    mass: float
    material_class: str
    excluded: str | None = None
    level: str = "retail"
    recycled_content: float | None = None


@dataclass(frozen=True)
class Masses:
    """Packaging in kg (or any one unit of mass): all of it, and the plastic in it."""

    total: float
    plastic: float

    def __add__(self, other: Masses) -> Masses:
        return Masses(self.total + other.total, self.plastic + other.plastic)

    def times(self, units: float) -> Masses:
        """The packaging of so many products."""
        return Masses(self.total * units, self.plastic * units)


@dataclass(frozen=True)
class Definition:
    """What a ratio means: its id is printed with every ratio."""

    id: str
    title: str
    formula: str


DEFINITIONS = {
    made.id: made
    for made in (
        Definition("mass.all", "by mass, every component counted", "1 - m_plastic / m_packaging"),
        Definition(
            "mass.without-excluded",
            f"by mass, {', '.join(EXCLUDED_CLASSES)} left out of plastic and of packaging",
            "1 - m_plastic,kept / m_packaging,kept",
        ),
        Definition(
            "models.plastic-free", "share of models whose packaging holds no plastic (excluded classes left out)", "n_free / n_models"
        ),
        Definition("units.mass.all", "by mass over all units sold", "1 - sum(units m_plastic) / sum(units m_packaging)"),
        Definition(
            "units.mass.without-excluded",
            "by mass over all units sold, excluded classes left out",
            "1 - sum(units m_plastic,kept) / sum(units m_packaging,kept)",
        ),
        Definition("models.mass.all", "models whose ratio by mass reaches a level, over the models sold", "n(ratio >= level) / n_models"),
        Definition(
            "models.mass.without-excluded",
            "models whose ratio by mass, excluded classes left out, reaches a level, over the models sold",
            "n(ratio,kept >= level) / n_models",
        ),
    )
}
BASES: tuple[Basis, ...] = ("mass.all", "mass.without-excluded")


def definition_named(name: str) -> Definition:
    """The definition of that id. Raises InputError with the nearest one."""
    if name not in DEFINITIONS:
        raise InputError(Problem("no definition of that id", field="definition", value=name, hint=nearest(name, DEFINITIONS)))
    return DEFINITIONS[name]


def masses_of(components: Iterable[Component], basis: Basis = "mass.all") -> Masses:
    """Packaging and plastic of one product in kg; the basis says whether the excluded classes count."""
    counted = [c for c in components if basis == "mass.all" or c.excluded is None]
    return Masses(sum(c.mass for c in counted), sum(c.mass for c in counted if c.material_class == "plastic"))


def plastic_free_ratio(masses: Masses) -> float:
    """Share of the packaging's mass that is not plastic, kg/kg: 1 - plastic / total (`domain.md` section 9, mass basis).

    Raises InputError when there is no packaging to speak of, or more plastic than packaging.
    """
    if not masses.total > 0:
        raise InputError(Problem("there is no packaging mass, so there is no ratio", field="packaging", value=f"{masses.total:g} kg"))
    if not 0 <= masses.plastic <= masses.total * (1 + 1e-12):
        raise InputError(
            Problem("plastic is a part of the packaging", field="plastic_mass", value=f"{masses.plastic:g} of {masses.total:g} kg")
        )
    return 1.0 - min(masses.plastic / masses.total, 1.0)


def rolled_up(parts: Iterable[tuple[Masses, float]]) -> Masses:
    """The packaging of all units sold: masses times units, added up (never a mean of ratios)."""
    return sum((masses.times(units) for masses, units in parts), Masses(0.0, 0.0))


def share_of_plastic_free_models(models: Sequence[Masses]) -> float:
    """Share of models without any plastic in their packaging, 1/1. Raises InputError without models."""
    if not models:
        raise InputError(Problem("there is no model, so there is no share", field="packaging"))
    return sum(m.plastic == 0 for m in models) / len(models)


def change_in_points(before: float, after: float) -> float:
    """Change of a ratio in percentage points (a ratio of 0.60 that becomes 0.75 rises by 15 points, by 25 per cent)."""
    return 100.0 * (after - before)


def change_in_percent(before: float, after: float) -> float | None:
    """Change of a ratio in per cent of itself; None when it was zero."""
    return 100.0 * (after - before) / before if before else None


def recycled_share(components: Iterable[Component]) -> tuple[float, float]:
    """Recycled share of the packaging's mass where it is stated, kg/kg, and the share of the mass for which it is stated."""
    parts = list(components)
    stated = [c for c in parts if c.recycled_content is not None]
    known, total = sum(c.mass for c in stated), sum(c.mass for c in parts)
    return sum(c.mass * (c.recycled_content or 0.0) for c in stated) / known if known else 0.0, known / total if total else 0.0
