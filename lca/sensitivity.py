"""Sensitivity: which of a product's own uncertain parameters move its footprint, or the difference of two designs.

One at a time (the tornado, each parameter over its own range) and globally (first-order and total Sobol indices by SALib);
turned round, the same questions are asked in `lca.break_even`. The background stays at its point value; what its uncertainty
does is in `lca.uncertainty`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lca.billing import Bill, bill
from lca.comparison import TIE
from lca.distributions import kind_of_parameter, quantile
from lca.end_of_life_lines import EndOfLife, with_end_of_life
from lca.errors import InputError
from lca.parameters import evaluate_amount, evaluate_parameters
from lca.product import Product
from lca.scores import UnitScores

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Knob:
    """One uncertain parameter of one or of both designs: its point value and range, in `unit`."""

    name: str
    unit: str
    value: float
    low: float
    high: float
    kind: int
    is_formula: bool


@dataclass(frozen=True)
class Model:
    """A design as a function of its parameters: kg CO2e for arrays of settings."""

    product: Product
    scores: UnitScores
    totals_per_unit: Floats
    changes: Mapping[str, Any]
    end_of_life: EndOfLife | None = None
    #: what the design is called where its product's name does not tell it from another
    called: str = ""

    @property
    def name(self) -> str:
        """What the design is called."""
        return self.called or self.product.name

    @classmethod
    def of(
        cls,
        product: Product,
        scores: UnitScores,
        method: str,
        changes: Mapping[str, Any] | None = None,
        end_of_life: EndOfLife | None = None,
    ) -> Model:
        """The design with some parameters fixed by `changes`, under an end-of-life method."""
        return cls(product, scores, scores.of_method(method).sum(axis=1), dict(changes or {}), end_of_life)

    def knobs(self) -> tuple[Knob, ...]:
        """The parameters that have a range and were not fixed."""
        nominal = evaluate_parameters(self.product, self.changes)
        found = []
        for name, parameter in self.product.parameters.items():
            if parameter.type != "number" or parameter.low is None or parameter.high is None or name in self.changes:
                continue
            value = float(nominal[name])
            low, high = (float(evaluate_amount(x, nominal, f"parameters.{name}")) for x in (parameter.low, parameter.high))
            low, high = min(low, value), max(high, value)
            kind = kind_of_parameter(parameter.distribution)
            if high > low and (value != 0 or not isinstance(parameter.value, str)):
                found.append(Knob(name, parameter.unit, value, low, high, kind, isinstance(parameter.value, str)))
        return tuple(found)

    def total(self, settings: Mapping[str, tuple[Knob, Floats]]) -> Floats:
        """kg CO2e when the knobs are set to these values (arrays of one length)."""
        if not settings:
            return self._at_point
        changes = {name: values for name, (knob, values) in settings.items() if not knob.is_formula}
        factors = {name: values / knob.value for name, (knob, values) in settings.items() if knob.is_formula}
        made = bill(self.product, self.scores.catalogue, {**self.changes, **changes}, factors)
        length = max(len(v) for _, v in settings.values())
        return np.broadcast_to(self._sum(made), (length,)).astype(float)

    def refusal(self, name: str, value: float) -> str | None:
        """Why this design is refused with one more parameter set to a value, as `--set` would; None where it is not."""
        try:
            self._sum(bill(self.product, self.scores.catalogue, {**self.changes, name: value}))
        except InputError as error:
            return "; ".join(f"{p.field}: {p.reason}" if p.field else p.reason for p in error.problems)
        return None

    @cached_property
    def size(self) -> float:
        """What is added up at the point value, every line counted above zero, in kg CO2e: the measure of rounding noise."""
        return float(self._sum(self._bill_at_point, np.abs)[0])

    def _sum(self, made: Bill, of: Callable[[Floats], Floats] = np.asarray) -> Floats:
        made, _ = with_end_of_life(made, self.end_of_life, self.scores.catalogue)
        return np.atleast_1d(of(made.amounts) @ of(self.totals_per_unit[[line.index for line in made.lines]]))

    @cached_property
    def _at_point(self) -> Floats:
        return self._sum(self._bill_at_point)

    @cached_property
    def _bill_at_point(self) -> Bill:
        return bill(self.product, self.scores.catalogue, self.changes)


#: What is studied: a design's footprint, or the difference of two.
Outcome = Callable[[Mapping[str, tuple[Knob, Floats]]], Floats]


#: Says why a knob cannot be set to a value, or None where it can.
Refusal = Callable[[str, float], str | None]


def _never(_knob: str, _value: float) -> None:
    return None


@dataclass(frozen=True)
class Question:
    """An outcome in kg CO2e with the knobs it depends on. Differences of it up to `tie` are rounding noise."""

    title: str
    knobs: tuple[Knob, ...]
    outcome: Outcome
    tie: float = 0.0
    refusal: Refusal = _never

    @property
    def point(self) -> float:
        """The outcome with every knob at its point value."""
        return float(self.outcome({})[0])


def footprint_question(model: Model) -> Question:
    """The footprint of one design."""
    return Question(f"footprint of {model.name}", model.knobs(), model.total, TIE * model.size, model.refusal)


def difference_question(a: Model, b: Model) -> Question:
    """The difference b - a of two designs. A parameter that both know by the same figures is one knob, else two.

    Where it is within `lca.comparison.TIE` of what is added up, the difference is 0: two designs of the same lines, split
    or in another order, are the same.
    """
    of_a, of_b = {k.name: k for k in a.knobs()}, {k.name: k for k in b.knobs()}
    shared = {name for name in of_a.keys() & of_b.keys() if of_a[name] == of_b[name]}
    knobs = [of_a[name] for name in of_a if name in shared]
    knobs += [replace(k, name=f"A: {k.name}") for k in of_a.values() if k.name not in shared]
    knobs += [replace(k, name=f"B: {k.name}") for k in of_b.values() if k.name not in shared]
    tie = TIE * max(a.size, b.size)

    def outcome(settings: Mapping[str, tuple[Knob, Floats]]) -> Floats:
        difference = b.total(_side(settings, "B")) - a.total(_side(settings, "A"))
        return np.where(np.abs(difference) <= tie, 0.0, difference)

    def refusal(knob: str, value: float) -> str | None:
        name = knob.removeprefix("A: ").removeprefix("B: ")
        sides = [model for side, model in (("A", a), ("B", b)) if knob in {name, f"{side}: {name}"}]
        return next((why for model in sides if (why := model.refusal(name, value))), None)

    return Question(f"{b.name} minus {a.name}", tuple(knobs), outcome, tie, refusal)


def _side(settings: Mapping[str, tuple[Knob, Floats]], side: str) -> dict[str, tuple[Knob, Floats]]:
    own = {name.removeprefix(f"{side}: "): value for name, value in settings.items() if name.startswith(f"{side}: ")}
    return own | {name: value for name, value in settings.items() if not name.startswith(("A: ", "B: "))}


@dataclass(frozen=True)
class Swing:
    """What one knob does over its own range, all others at their point values (kg CO2e)."""

    parameter: str
    unit: str
    low: float
    value: float
    high: float
    outcome_at_low: float
    outcome_at_high: float

    @property
    def swing(self) -> float:
        """The whole width, always positive."""
        return abs(self.outcome_at_high - self.outcome_at_low)


def one_at_a_time(question: Question) -> tuple[Swing, ...]:
    """The tornado: each knob at the low and at the high end of its range, widest first."""
    knobs = question.knobs
    if not knobs:
        return ()
    settings: dict[str, tuple[Knob, Floats]] = {}
    for row, knob in enumerate(knobs):  # all in one call: two rows a knob, the others at their point values
        values = np.full(2 * len(knobs), knob.value)
        values[2 * row : 2 * row + 2] = knob.low, knob.high
        settings[knob.name] = (knob, values)
    ends, point = question.outcome(settings).reshape(-1, 2), question.point
    # what a knob changes by no more than rounding noise it does not change
    ends = np.where(np.abs(ends - point) <= question.tie, point, ends)
    swings = [Swing(k.name, k.unit, k.low, k.value, k.high, float(lo), float(hi)) for k, (lo, hi) in zip(knobs, ends, strict=True)]
    return tuple(sorted(swings, key=lambda s: -s.swing))


@dataclass(frozen=True)
class SobolIndex:
    """Share of the outcome's variance that a knob explains alone (first order) and with all interactions (total)."""

    parameter: str
    first_order: float
    first_order_confidence: float
    total: float
    total_confidence: float


@dataclass(frozen=True)
class Sobol:
    """Sobol indices of the knobs that were varied; the others stayed at their point values."""

    indices: tuple[SobolIndex, ...]
    variance: float
    samples: int
    seed: int
    left_out: tuple[str, ...]


def sobol(question: Question, samples: int = 1024, seed: int = 42, most: int = 15) -> Sobol:
    """First-order and total Sobol indices (Sobol 2001, Saltelli 2010; SALib) of the `most` knobs with the widest swing.

    `samples` is the base sample, a power of two; the outcome is computed samples x (knobs + 2) times, as arrays.
    """
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sampling

    ranked = [swing.parameter for swing in one_at_a_time(question) if swing.swing > 0]
    chosen = [knob for name in ranked[:most] for knob in question.knobs if knob.name == name]
    if not chosen:
        return Sobol((), 0.0, 0, seed, ())
    problem = {"num_vars": len(chosen), "names": [k.name for k in chosen], "bounds": [[1e-9, 1 - 1e-9]] * len(chosen)}
    uniform = sampling.sample(problem, samples, calc_second_order=False, seed=seed)
    settings = {k.name: (k, quantile(uniform[:, i], k.value, k.low, k.high, k.kind)) for i, k in enumerate(chosen)}
    outcome = question.outcome(settings)
    found = analysis.analyze(problem, outcome, calc_second_order=False, seed=seed)
    indices = [SobolIndex(k.name, *(float(found[key][i]) for key in ("S1", "S1_conf", "ST", "ST_conf"))) for i, k in enumerate(chosen)]
    ordered = tuple(sorted(indices, key=lambda index: -index.total))
    return Sobol(ordered, float(np.var(outcome)), samples, seed, tuple(ranked[most:]))


def as_rows(items: Sequence[Any]) -> list[dict[str, Any]]:
    """Results as plain rows."""
    return [{**vars(item), **({"swing": item.swing} if isinstance(item, Swing) else {})} for item in items]
