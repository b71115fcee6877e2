"""The bill: a product's lines as a flat list, each an amount of one background process, in that process's unit."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lca import units
from lca.catalogue import Catalogue
from lca.errors import InputError, Problem, UnitError
from lca.one_or_many import columns, is_many, largest, mean, smallest
from lca.parameters import Values, evaluate_amount, evaluate_parameters, unusual_values
from lca.product import Line, LineEndOfLife, PackagingComponent, Product
from lca.quantity import ESTIMATE
from lca.stages import STAGES, ResultStage, Stage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_INSERT = re.compile(r"\{([a-z][a-z0-9_]*)\}")
MASS_WARNING = 0.05
MASS_ERROR = 0.20


@dataclass(frozen=True)
class BillLine:
    """One line: how much it is stands in the bill's `amounts`, in `unit` of the process."""

    stage: ResultStage
    part: str
    process: str
    #: the place asked for, and the place where the process was found
    location: str
    found_location: str
    unit: str
    #: number of the process in the background
    index: int
    source: str
    #: True where the amount itself has no source
    estimated: bool
    #: the line's own parameters of the end-of-life formulas
    end_of_life: LineEndOfLife | None = None
    #: True for a line that stands in no file: an end-of-life method or an own R1 put it there
    added: bool = False


@dataclass(frozen=True)
class Bill:
    """All lines of a product, evaluated for one set of parameters or for n designs at once.

    `amount_of` and `mass_of` have one entry a line: a number for one design, an array of n numbers for n designs where
    they differ. Masses are kg in the product, of the lines of the materials stage (NaN where it is not known).
    """

    product: str
    lines: tuple[BillLine, ...]
    amount_of: tuple[Any, ...]
    mass_of: tuple[Any, ...]
    declared_mass: float | None
    warnings: tuple[str, ...]

    @cached_property
    def amounts(self) -> NDArray[np.float64]:
        """All amounts: shape (lines,) for one design, (n, lines) for n designs."""
        return columns(self.amount_of)

    @cached_property
    def masses(self) -> NDArray[np.float64]:
        """All masses in the product, kg, in the shape of `amounts`."""
        return columns(self.mass_of)


def bill(
    product: Product,
    catalogue: Catalogue,
    changes: Mapping[str, Any] | None = None,
    factors: Mapping[str, Any] | None = None,
) -> Bill:
    """The product's bill over the background's processes, with `changes` and `factors` on its parameters (`lca.parameters`).

    The mass check is made for a single design only.

    Raises InputError (all mistakes at once) for an unknown process or place, units of another dimension, a formula that
    cannot be evaluated, a negative amount, or parts whose mass is more than 20 % off the declared mass.
    """
    values = evaluate_parameters(product, changes, factors)
    lines: list[BillLine] = []
    amounts: list[Any] = []
    masses: list[Any] = []
    problems: list[Problem] = []
    for stage, field, line in all_lines(product, values):
        try:
            entry, amount = _bill_line(stage, field, line, catalogue, values)
            mass = _mass_in_product(stage, field, line, values)
        except InputError as error:
            problems.extend(error.located(None, None, field).problems)
            continue
        lines.append(entry)
        amounts.append(amount)
        masses.append(mass)
    if problems:
        raise InputError(problems)
    declared = values.get("product_mass")
    warnings = [*_fallbacks(lines), *_check_mass(lines, masses, declared), *unusual_values(product, values, changes or {})]
    return Bill(product.id, tuple(lines), tuple(amounts), tuple(masses), None if declared is None else mean(declared), tuple(warnings))


def all_lines(product: Product, values: Values) -> Iterator[tuple[Stage, str, Line]]:
    """Every line with its stage and the name of its place in the file, packaging components included."""
    for stage in STAGES:
        if stage == "packaging":
            yield from _packaging_lines(product, values)
            continue
        for line in getattr(product.stages, stage):
            yield stage, f"stages.{stage}[{line.part}]", line


def _packaging_lines(product: Product, values: Values) -> Iterator[tuple[Stage, str, Line]]:
    use_place = values.get("use_grid", "GLO")
    for component in product.packaging_in(product.market):
        field = f"packaging[{component.component}]"
        if component.process is None or component.location is None:
            raise InputError(Problem("a component needs a process and its location", field=field, value=component.material))
        main = _packaging_line(component, "", component.process, component.location)
        yield "packaging", field, main.model_copy(update={"end_of_life": component.end_of_life})
        if component.forming_process:
            yield "packaging", field, _packaging_line(component, ", forming", component.forming_process, component.location)
        if component.end_of_life_process:
            yield "end_of_life", field, _packaging_line(component, " (packaging)", component.end_of_life_process, str(use_place))


def _packaging_line(component: PackagingComponent, suffix: str, process: str, location: str) -> Line:
    mass = component.mass
    return Line(
        part=component.component + suffix,
        process=process,
        location=location,
        amount=mass.value,
        unit=mass.unit,
        low=mass.low,
        high=mass.high,
        distribution=mass.distribution,
        source=component.source,
    )


def insert_words(text: str, values: Values, field: str) -> str:
    """The text with {name} replaced by the parameter of that name."""

    def word(match: re.Match[str]) -> str:
        value = values.get(match.group(1))
        if value is None:
            raise InputError(Problem(f"no parameter {match.group(1)!r} to insert", field=field, value=text))
        if isinstance(value, str):
            return value
        if is_many(value):
            raise InputError(Problem("a process cannot be chosen by a parameter that varies over designs", field=field, value=text))
        return f"{float(value):g}"

    return _INSERT.sub(word, text)


def _bill_line(stage: Stage, field: str, line: Line, catalogue: Catalogue, values: Values) -> tuple[BillLine, Any]:
    name = insert_words(line.process, values, f"{field}.process")
    place = insert_words(line.location, values, f"{field}.location")
    try:
        found = catalogue.find(name, place)
    except InputError as error:
        # the look-up names process or location as the field; say of which line
        raise InputError(_under(field, problem) for problem in error.problems) from error
    process = catalogue.processes[found.index]
    try:
        factor = units.factor(line.unit, process.unit)
    except UnitError as error:
        problem = error.problems[0]
        reason = f"{problem.reason} (the process {name!r} is counted in {process.unit})"
        raise UnitError(Problem(reason, field=f"{field}.unit", value=line.unit, hint=problem.hint)) from error
    amount = _gross_amount(field, line, values) * factor
    code = catalogue.places.code(place)
    entry = BillLine(
        stage, line.part, name, code, found.location, process.unit, found.index, line.source, line.source == ESTIMATE, line.end_of_life
    )
    return entry, amount


def _under(field: str, problem: Problem) -> Problem:
    return Problem(problem.reason, problem.file, problem.line, f"{field}.{problem.field}", problem.value, problem.hint)


def _gross_amount(field: str, line: Line, values: Values) -> Any:
    """Input needed for the output in the product: amount x count / (1 - loss)."""
    amount = evaluate_amount(line.amount, values, f"{field}.amount")
    count = evaluate_amount(line.count, values, f"{field}.count")
    loss = evaluate_amount(line.loss, values, f"{field}.loss")
    if not 0 <= smallest(loss) <= largest(loss) < 1:
        raise InputError(Problem("a loss is a share from 0 to below 1", field=f"{field}.loss", value=f"{largest(loss):g}"))
    gross = amount * count / (1.0 - loss)
    if smallest(gross) < 0:
        raise InputError(
            Problem(
                "the amount is negative", field=f"{field}.amount", value=f"{smallest(gross):g}", hint="credits are not entered as lines"
            )
        )
    return gross


def _mass_in_product(stage: Stage, field: str, line: Line, values: Values) -> Any:
    """kg that the line leaves in the product; zero where it leaves nothing, NaN where that is not known."""
    if stage != "materials" or not line.in_product:
        return 0.0
    count = evaluate_amount(line.count, values, f"{field}.count")
    if line.mass is not None:
        mass = evaluate_amount(line.mass.value, values, f"{field}.mass")
        return mass * count * units.factor(line.mass.unit, "kg")
    if line.unit in {"kg", "g", "mg", "t"}:
        return evaluate_amount(line.amount, values, f"{field}.amount") * count * units.factor(line.unit, "kg")
    return float("nan")


def _fallbacks(lines: list[BillLine]) -> Iterator[str]:
    for line in lines:
        if line.found_location != line.location:
            yield f"{line.stage}[{line.part}]: {line.process!r} is not known at {line.location}; {line.found_location} was taken"


def _check_mass(lines: list[BillLine], masses: list[Any], declared: Any) -> Iterator[str]:
    """The parts' masses against the declared mass: a warning above 5 %, an error above 20 %."""
    if declared is None or not masses or any(map(is_many, masses)):
        return
    known = [mass for mass in masses if not math.isnan(mass)]
    total, target = sum(known), mean(declared)
    if target <= 0:
        raise InputError(Problem("a declared mass is above zero", field="mass", value=f"{target:.4g} kg"))
    if min(known, default=0.0) < 0:
        raise InputError(Problem("a line has a negative mass in the product", field="mass", value=f"{min(known):.4g} kg"))
    off = total / target - 1.0
    said = f"the parts weigh {total:.4g} kg, the declared mass is {target:.4g} kg ({off:+.1%})"
    unknown = [line.part for line, mass in zip(lines, masses, strict=True) if math.isnan(mass)]
    if unknown and off < 0:
        said += f"; no mass is given for {', '.join(unknown[:5])}{', ...' if len(unknown) > 5 else ''}"
    if abs(off) > MASS_ERROR:
        hint = (
            "give these parts a `mass:`, or correct the declared mass" if unknown and off < 0 else "correct the parts, or the declared mass"
        )
        raise InputError(Problem(said, field="mass", value=f"{target:.4g} kg", hint=hint))
    if abs(off) > MASS_WARNING:
        yield said
