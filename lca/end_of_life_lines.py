"""A bill under another end-of-life method: what the formula adds to and takes from the bill that is cut off.

The bill of a product file is cut off: a material line carries its recycled content as bought, and the end-of-life lines
carry treatment up to the scrap gate. Under another method each line of a known material gets the difference of the
formula to that: its recycled input is counted again by the allocation factor, recycling, energy recovery and disposal
of its mass stand as lines of their own, and what they replace stands as negative lines in the stage `credits`. The
treatment lines of the file shrink by the mass that the formula now treats, so that nothing is counted twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from lca import units
from lca.billing import Bill, BillLine
from lca.catalogue import WORLD, Catalogue
from lca.end_of_life import CUT_OFF, Method, Scores, Shares, Terms, Treated, end_of_life
from lca.errors import InputError, NoEndOfLifeParameters, Problem
from lca.one_or_many import largest, smallest
from lca.product import ResultStage

#: A number, or an array of one number a design.
Numbers = Any
#: With all unit scores 1 the terms of a formula are the amounts of its processes per kg of material.
_ONES = Scores(**{field.name: 1.0 for field in fields(Scores)})
HEAT = "heat, industrial mix"
ELECTRICITY = "electricity, medium voltage"
_TREATMENT = "waste treatment"


@dataclass(frozen=True)
class Recipe:
    """Parameters of one material with the names of its processes, all per kg of the material."""

    material: str
    shares: Shares
    virgin: str
    recycled: str
    recycling: str
    replaced: str
    disposal: str
    #: process that burns it with energy recovery; empty where R3 is 0
    energy_recovery: str
    #: MJ of heat and kWh of electricity that burning 1 kg replaces (LHV x efficiency)
    heat: float
    electricity: float
    source: str


@dataclass(frozen=True)
class EndOfLife:
    """A method, and where it finds a material's recipe: by process name, and by material where a line names one."""

    method: Method
    recipe_of_process: Callable[[str], Recipe | None]
    recipe_of_material: Callable[[str], Recipe | None]

    def recipe(self, line: BillLine) -> Recipe | None:
        """The recipe of a line with its own parameters put in; None where the material is not known.

        Raises NoEndOfLifeParameters for a line that asks for a material or gives parameters without a recipe behind it.
        """
        own = line.end_of_life
        if own is None:
            return self.recipe_of_process(line.process)
        found = self.recipe_of_material(own.material) if own.material else self.recipe_of_process(line.process)
        if found is None:
            what = own.material or line.process
            reason = f"no end-of-life parameters for the material of part {line.part!r}"
            hint = "name a material of inventories/background/recycling_parameters.csv"
            raise NoEndOfLifeParameters(Problem(reason, field=f"{_field(line)}.end_of_life", value=what, hint=hint))
        try:
            return replace(found, shares=replace(found.shares, **own.shares()))
        except InputError as error:
            raise InputError(replace(p, field=f"{_field(line)}.end_of_life.{p.field}") for p in error.problems) from error


def _field(line: BillLine) -> str:
    return f"packaging[{line.part}]" if line.stage == "packaging" else f"stages.{line.stage}[{line.part}]"


def with_end_of_life(made: Bill, choice: EndOfLife | None, catalogue: Catalogue) -> tuple[Bill, Treated]:
    """The bill under the method of `choice`, for one design or for n at once; without a choice, or cut off, as it is.

    Raises UnknownProcess where the background lacks a process of a recipe, NoEndOfLifeParameters as `EndOfLife.recipe`.
    """
    if choice is None or choice.method == "cutoff":
        return made, CUT_OFF
    builder = _Builder(made, choice, catalogue)
    for number, line in enumerate(made.lines):
        builder.take(number, line)
    return builder.bill(), Treated(choice.method, builder.of_product + builder.of_packaging, tuple(builder.left))


class _Builder:
    """The lines and amounts of the new bill while they are made."""

    def __init__(self, made: Bill, choice: EndOfLife, catalogue: Catalogue) -> None:
        self.made, self.choice, self.catalogue = made, choice, catalogue
        self.lines: list[BillLine] = []
        self.amounts: list[Numbers] = []
        self.left: list[str] = []
        self.of_product: Numbers = 0.0
        self.of_packaging: Numbers = 0.0
        self.replaced_treatments: set[str] = set()
        self.treatments = {line.part: line for line in made.lines if self._is_treatment(line)}
        self.place = next((line.location for line in self.treatments.values()), WORLD)

    def take(self, number: int, line: BillLine) -> None:
        """Put a line under the formula, or note that it stays cut off."""
        treatment = f"{line.part} (packaging)"
        is_packaging = line.stage == "packaging" and treatment in self.treatments and line.unit == "kg"
        if line.stage != "materials" and not is_packaging:
            return
        mass = (self.made.amount_of if is_packaging else self.made.mass_of)[number]
        if smallest(mass) == largest(mass) == 0:
            return
        recipe = None if np.isnan(smallest(mass)) else self.choice.recipe(line)
        if recipe is None:
            self.left.append(line.part)
            return
        if is_packaging:
            self.of_packaging = self.of_packaging + mass
            self.replaced_treatments.add(treatment)
        else:
            self.of_product = self.of_product + mass
        bought = self.made.amount_of[number] if line.unit == "kg" else mass
        self._add_terms(line, recipe, mass, bought)

    def _add_terms(self, line: BillLine, recipe: Recipe, mass: Numbers, bought: Numbers) -> None:
        terms = end_of_life(self.choice.method, recipe.shares, _ONES)
        for part, stage, process, unit, factor in _entries(line, recipe, terms):
            if factor:
                amount = bought if "recycled input" in part else mass
                self._add(replace(line, stage=stage, part=part), process, unit, recipe.source, amount * factor)

    def _add(self, like: BillLine, process: str, unit: str, source: str, amount: Numbers) -> None:
        # material is made where the line's own comes from, waste is treated where the product is thrown away
        place = self.place if like.stage == "end_of_life" or unit != "kg" else like.location
        found = self.catalogue.find(process, place)
        entry = self.catalogue.processes[found.index]
        self.lines.append(
            replace(
                like,
                process=process,
                location=place,
                found_location=found.location,
                unit=entry.unit,
                index=found.index,
                source=source,
                estimated=True,
                end_of_life=None,
            )
        )
        self.amounts.append(amount * units.factor(unit, entry.unit))

    def bill(self) -> Bill:
        """All lines together, the treatment lines of the file shrunk to what the formula does not treat."""
        if not self.lines:
            return self.made
        kept = [self._kept(number, line) for number, line in enumerate(self.made.lines)]
        return replace(
            self.made,
            lines=(*self.made.lines, *self.lines),
            amount_of=(*kept, *self.amounts),
            mass_of=(*self.made.mass_of, *(0.0 for _ in self.lines)),
        )

    def _kept(self, number: int, line: BillLine) -> Numbers:
        amount = self.made.amount_of[number]
        if line.part in self.replaced_treatments and line.stage == "end_of_life":
            return amount * 0.0
        return amount * self._share_kept if self._treats_product(line) else amount

    @property
    def _share_kept(self) -> Numbers:
        total = sum(amount for amount, line in zip(self.made.amount_of, self.made.lines, strict=True) if self._treats_product(line))
        return np.clip(1.0 - self.of_product / np.where(total > 0, total, np.inf), 0.0, 1.0)

    def _treats_product(self, line: BillLine) -> bool:
        """Treatment of the device itself: not of its packaging, nor of batteries, whose cells no recipe covers."""
        return self._is_treatment(line) and not line.part.endswith(" (packaging)") and "battery" not in line.process

    def _is_treatment(self, line: BillLine) -> bool:
        return line.stage == "end_of_life" and line.unit == "kg" and self.catalogue.processes[line.index].category == _TREATMENT


def _entries(line: BillLine, recipe: Recipe, terms: Terms) -> Iterator[tuple[str, ResultStage, str, str, float]]:
    """Part, stage, process, unit and amount per kg of everything that the formula adds to a cut-off line.

    The cut-off line holds (1 - R1) Ev + R1 Erecycled already; only what the formula has beyond that is added.
    """
    r1, part = recipe.shares.r1, line.part
    yield f"{part}, recycled input counted as virgin", line.stage, recipe.virgin, "kg", terms.virgin + terms.scrap_debit - (1.0 - r1)
    yield f"{part}, recycled input left to its first user", line.stage, recipe.recycled, "kg", terms.recycled - r1
    yield f"{part}, recycling", "end_of_life", recipe.recycling, "kg", terms.recycling
    yield f"{part}, energy recovery", "end_of_life", recipe.energy_recovery, "kg", terms.energy_recovery
    yield f"{part}, disposal", "end_of_life", recipe.disposal, "kg", terms.disposal
    yield f"{part}, virgin material replaced", "credits", recipe.replaced, "kg", terms.material_credit
    yield f"{part}, heat replaced", "credits", HEAT, "MJ", terms.energy_credit * recipe.heat
    yield f"{part}, electricity replaced", "credits", ELECTRICITY, "kWh", terms.energy_credit * recipe.electricity
