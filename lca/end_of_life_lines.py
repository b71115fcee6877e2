"""A bill under another end-of-life method: what the formula adds to and takes from the bill that is cut off.

The bill of a product file is cut off: a material line carries the recycled content of the process that it names, and the
end-of-life lines carry treatment up to the scrap gate. A line that gives an R1 of its own is mixed anew, under every method:
lines beside it put recycled material in the place of virgin (or the other way) by the difference to what the process holds.
Under another method each line of a known material then gets the difference of the formula to cut-off: its recycled input
is counted again by the allocation factor, recycling, energy recovery and disposal of its mass stand as lines of their own,
and what they replace stands as negative lines in the stage `credits`. The treatment lines of the file shrink by the mass
that the formula now treats, so that nothing is counted twice.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from lca import units
from lca.billing import Bill, BillLine
from lca.catalogue import WORLD, Catalogue
from lca.end_of_life import CUT_OFF, Method, Scores, Shares, Terms, Treated, end_of_life
from lca.errors import InputError, NoEndOfLifeParameters, Problem
from lca.one_or_many import largest, smallest
from lca.stages import ResultStage

#: A number, or an array of one number a design.
Numbers = Any
#: With all unit scores 1 the terms of a formula are the amounts of its processes per kg of material.
_ONES = Scores(**{field.name: 1.0 for field in fields(Scores)})
HEAT = "heat, industrial mix"
ELECTRICITY = "electricity, medium voltage"
_TREATMENT = "waste treatment"
#: A treatment line that is so near to the product's mass (the bill warns of parts that are farther off) treats all of it.
_NEARLY = 0.05


@dataclass(frozen=True)
class Recipe:
    """Parameters of one material with the names of its processes, all per kg of the material."""

    material: str
    shares: Shares
    #: recycled share that the line's process holds, kg/kg: what the score of the line already counts; None where not known
    held: float | None
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

        What the process holds is told by the line, else by the tables; a process that neither knows counts as virgin.
        Raises NoEndOfLifeParameters for a line that asks for a material or gives parameters without a recipe behind it, or
        gives an R1 where nobody says what the process holds.
        """
        own, of_process = line.end_of_life, self.recipe_of_process(line.process)
        if own is None:
            return of_process
        found = self.recipe_of_material(own.material) if own.material else of_process
        if found is None:
            reason = f"no end-of-life parameters for the material of part {line.part!r}"
            hint = "name a material of inventories/background/recycling_parameters.csv"
            raise NoEndOfLifeParameters(Problem(reason, field=f"{_field(line)}.end_of_life", value=own.material or line.process, hint=hint))
        held = own.r1_of_process if own.r1_of_process is not None else of_process.held if of_process else None
        if own.r1 is not None and own.r1 != held:
            self._check_mixing(line, own.r1, held, found)
        try:
            shares = replace(found.shares, **{"r1": held or 0.0, **own.shares()})
        except InputError as error:
            raise InputError(replace(p, field=f"{_field(line)}.end_of_life.{p.field}") for p in error.problems) from error
        return replace(found, shares=shares, held=held or 0.0)

    def _check_mixing(self, line: BillLine, r1: float, held: float | None, recipe: Recipe) -> None:
        """An R1 can be mixed only into a process that is known to hold so much, of a material that is there recycled."""
        if held is None:
            reason = f"the recycled share that the process {line.process!r} holds is not known, so nothing can be mixed into it"
            hint = "say what it holds by R1_of_process (the same number, if R1 is what the process holds)"
        elif recipe.virgin == recipe.recycled:
            reason = f"the background has no process of recycled {recipe.material} apart from that of virgin, so R1 would change nothing"
            hint = f"leave R1 out; the process counts as holding {held:g}"
        else:
            return
        raise NoEndOfLifeParameters(Problem(reason, field=f"{_field(line)}.end_of_life.R1", value=f"{r1:g}", hint=hint))


def _field(line: BillLine) -> str:
    return f"packaging[{line.part}]" if line.stage == "packaging" else f"stages.{line.stage}[{line.part}]"


def with_end_of_life(made: Bill, choice: EndOfLife | None, catalogue: Catalogue) -> tuple[Bill, Treated]:
    """The bill under the method of `choice`, for one design or for n at once; without a choice it is cut off as it stands.

    Raises UnknownProcess where the background lacks a process of a recipe, NoEndOfLifeParameters as `EndOfLife.recipe`, or
    for a line with an R1 of its own where no choice says what its material is.
    """
    own = [line for line in made.lines if line.end_of_life and line.end_of_life.r1 is not None]
    if choice is None and own:
        reason = "an R1 of its own needs the recipe of the material"
        raise NoEndOfLifeParameters(Problem(reason, field=f"{_field(own[0])}.end_of_life.R1", hint="give an end-of-life method"))
    if choice is None or (choice.method == "cutoff" and not own):
        return made, CUT_OFF
    builder = _Builder(made, choice, catalogue)
    for number, line in enumerate(made.lines):
        builder.mix(number, line)
        if choice.method != "cutoff":
            builder.take(number, line)
    covered = builder.of_product + builder.of_packaging
    return builder.bill(), CUT_OFF if choice.method == "cutoff" else Treated(choice.method, covered, tuple(builder.left))


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

    def mix(self, number: int, line: BillLine) -> None:
        """Put the line's own recycled share in the place of what its process holds."""
        if line.end_of_life is None or line.end_of_life.r1 is None:
            return
        recipe = self.choice.recipe(line)
        assert recipe is not None  # a line with own parameters has one, or is refused
        more = recipe.shares.r1 - (recipe.held or 0.0)
        bought = self._bought(number, line)
        if np.isnan(smallest(bought)):
            reason = f"an R1 of its own needs the mass of part {line.part!r}"
            hint = "give `mass:` of the line, or an amount in kg"
            raise InputError(Problem(reason, field=f"{_field(line)}.end_of_life.R1", value=f"{recipe.shares.r1:g}", hint=hint))
        for what, process, share in (("virgin", recipe.virgin, -more), ("recycled", recipe.recycled, more)):
            if share:
                mixed = replace(line, part=f"{line.part}, {what} input by its own R1")
                self._add(mixed, process, "kg", line.end_of_life.source, bought * share)

    def _bought(self, number: int, line: BillLine) -> Numbers:
        """kg that are bought, losses included; of what is not counted in kg the mass in the product, NaN where not known."""
        if line.unit == "kg":
            return self.made.amount_of[number]
        return self.made.mass_of[number] if line.stage == "materials" else float("nan")

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
        bought = self._bought(number, line)
        for entry in _entries(line, recipe, end_of_life(self.choice.method, recipe.shares, _ONES)):
            if entry.factor:
                amount = bought if entry.of_input else mass
                made = replace(line, stage=entry.stage, part=f"{line.part}, {entry.what}")
                self._add(made, entry.process, entry.unit, recipe.source, amount * entry.factor)

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
                added=True,
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

    @cached_property
    def _share_kept(self) -> Numbers:
        """Share of the treatment lines that stays: of the mass that they treat, what no formula covers."""
        return np.clip(1.0 - self.of_product / np.maximum(self._treated(), np.finfo(float).tiny), 0.0, 1.0)

    def _treated(self) -> Numbers:
        """kg of the product that its treatment lines treat.

        Lines that share the product and its accessories out sum to their mass. Lines that each treat the whole product (without
        its batteries) are steps of one treatment: the mass is their sum over their number, and not less than the largest line.
        """
        each = list(zip(self.made.amount_of, self.made.lines, strict=True))
        amounts = [amount for amount, line in each if self._treats_product(line)]
        batteries = [amount for amount, line in each if self._is_treatment(line) and "battery" in line.process]
        there = [mass - functools.reduce(np.maximum, batteries, 0.0) for mass in self._product_masses()]
        steps = sum(
            1.0 * functools.reduce(np.logical_or, [abs(amount - mass) <= _NEARLY * mass for mass in there], False) for amount in amounts
        )
        return np.maximum(sum(amounts) / np.maximum(steps, 1.0), functools.reduce(np.maximum, amounts, 0.0))

    def _product_masses(self) -> Iterator[Numbers]:
        """kg of the product: of its parts where all are known, and as declared, where it is."""
        masses = [mass for mass, line in zip(self.made.mass_of, self.made.lines, strict=True) if line.stage == "materials"]
        if not any(np.isnan(smallest(mass)) for mass in masses):
            yield sum(masses)
        if self.made.declared_mass is not None:
            yield self.made.declared_mass

    def _treats_product(self, line: BillLine) -> bool:
        """Treatment of the device itself: not of its packaging, nor of batteries, whose cells no recipe covers."""
        return self._is_treatment(line) and not line.part.endswith(" (packaging)") and "battery" not in line.process

    def _is_treatment(self, line: BillLine) -> bool:
        return line.stage == "end_of_life" and line.unit == "kg" and self.catalogue.processes[line.index].category == _TREATMENT


class _Entry(NamedTuple):
    """One process that a formula adds to a cut-off line: how much of it a kg of material."""

    what: str
    stage: ResultStage
    process: str
    unit: str
    factor: float
    #: per kg that is bought; else per kg in the product
    of_input: bool = False


def _entries(line: BillLine, recipe: Recipe, terms: Terms) -> Iterator[_Entry]:
    """Everything that the formula adds to a cut-off line.

    The line, mixed by its own R1, holds (1 - R1) Ev + R1 Erecycled already; only what the formula has beyond that is added.
    """
    r1 = recipe.shares.r1
    virgin = terms.virgin + terms.scrap_debit - (1.0 - r1)
    yield _Entry("recycled input counted as virgin", line.stage, recipe.virgin, "kg", virgin, of_input=True)
    yield _Entry("recycled input left to its first user", line.stage, recipe.recycled, "kg", terms.recycled - r1, of_input=True)
    yield _Entry("recycling", "end_of_life", recipe.recycling, "kg", terms.recycling)
    yield _Entry("energy recovery", "end_of_life", recipe.energy_recovery, "kg", terms.energy_recovery)
    yield _Entry("disposal", "end_of_life", recipe.disposal, "kg", terms.disposal)
    yield _Entry("virgin material replaced", "credits", recipe.replaced, "kg", terms.material_credit)
    yield _Entry("heat replaced", "credits", HEAT, "MJ", terms.energy_credit * recipe.heat)
    yield _Entry("electricity replaced", "credits", ELECTRICITY, "kWh", terms.energy_credit * recipe.electricity)
