"""Many products in the same possible worlds: what `lca.uncertainty.sample` does one by one, for designs of one shape at once.

Products made from one archetype have the same lines and formulas and differ in numbers only. Their parameters, drawn or
not, are laid end to end, so that every formula is evaluated once for all of them and all worlds. Each product keeps the
draws it has alone, and so its result.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lca.assessment import DEFAULT_METHOD, assess
from lca.billing import Bill, bill
from lca.distributions import draw
from lca.end_of_life_lines import EndOfLife, with_end_of_life
from lca.errors import InputError
from lca.parameters import evaluate_parameters
from lca.product import Product
from lca.scores import UnitScores
from lca.uncertainty import Drawing, Draws, Spread, line_draws, parameter_draws, sample
from lca.worlds import Worlds

Floats = NDArray[np.float64]
#: Products whose formulas are evaluated together: 16 times 1,000 worlds are 128 kB a number, which a processor's cache holds.
_TOGETHER = 16
#: Facts whose draws are kept, because the next product may have them too: 16 MB with 1,000 worlds.
_KEPT = 2048


#: Products that are held at once while more are to come.
_PIECE = 64


@dataclass(frozen=True)
class Demand:
    """A product to be sampled in `worlds`, which are those of `scores`.

    With changed parameters, under an end-of-life method; `point` is its footprint where that is known already.
    """

    product: Product
    scores: UnitScores
    worlds: Worlds
    changes: Mapping[str, Any] = field(default_factory=dict)
    end_of_life: EndOfLife | None = None
    point: float | None = None


def sample_each(demands: Iterable[Demand], method: str = DEFAULT_METHOD) -> Iterator[Draws]:
    """The footprint of each of many products in every world, by stage (`Draws.by_stage`), in their order.

    The same as `lca.uncertainty.sample` of each of them, to the last digits. The demands may come one by one: no more than
    64 are held. Raises InputError as `sample` does.
    """
    drawings: dict[tuple[int, bytes], Drawing] = {}
    coming = iter(demands)
    while piece := list(itertools.islice(coming, _PIECE)):
        found: dict[int, Draws] = {}
        for group in _alike(piece):
            worlds = piece[group[0]].worlds
            drawing = drawings.setdefault((worlds.seed, worlds.numbers.tobytes()), _kept_drawing(worlds))
            for first in range(0, len(group), _TOGETHER):
                numbers = group[first : first + _TOGETHER]
                found.update(zip(numbers, _sample([piece[n] for n in numbers], method, drawing), strict=True))
        yield from (found[number] for number in range(len(piece)))


def _kept_drawing(worlds: Worlds) -> Drawing:
    seed, numbers = worlds.seed, worlds.numbers

    @lru_cache(maxsize=_KEPT)
    def kept(fact: str, spread: Spread, sigma: float) -> Floats:
        return draw(seed, fact, numbers, spread, sigma)

    return kept


def _alike(demands: Sequence[Demand]) -> list[list[int]]:
    """Numbers of the demands, those together that differ in numbers only."""
    groups: list[list[int]] = []
    by_shape: dict[Any, list[list[int]]] = {}
    for number, demand in enumerate(demands):
        product = demand.product
        shape = (
            demand.scores.digest,
            id(demand.worlds),
            product.extends,
            product.market,
            tuple(product.parameters),
            tuple(demand.changes),
            len(product.packaging),
        )
        like = next((g for g in by_shape.setdefault(shape, []) if _same_but_for_numbers(demands[g[0]], demand)), None)
        if like is None:
            by_shape[shape].append(like := [])
            groups.append(like)
        like.append(number)
    return groups


def _same_but_for_numbers(a: Demand, b: Demand) -> bool:
    p, q = a.product, b.product
    return (
        p.stages == q.stages
        and p.packaging == q.packaging
        and p.mass == q.mass
        and p.service_life == q.service_life
        and a.end_of_life == b.end_of_life
        and all(_word(value) == _word(b.changes[name]) for name, value in a.changes.items())
        and all(x.type == q.parameters[n].type and _word(x.value) == _word(q.parameters[n].value) for n, x in p.parameters.items())
    )


def _word(value: Any) -> str | None:
    """A text or formula; None for any number."""
    return value if isinstance(value, str) else None


def _sample(batch: Sequence[Demand], method: str, drawing: Drawing) -> list[Draws]:
    """Demands that differ in numbers only."""
    try:
        made = _bill(batch, drawing)
    except InputError:
        # whose mistake it is shows only one by one
        return [sample(d.product, d.scores, d.worlds, d.changes, method, d.end_of_life).by_stage() for d in batch]
    worlds = batch[0].worlds
    of_unit = worlds.of_method(method)[[line.index for line in made.lines]].T
    stages, parts = tuple(line.stage for line in made.lines), tuple(line.part for line in made.lines)
    amounts = np.broadcast_to(made.amounts, (len(batch) * worlds.draws, len(made.lines)))
    result = []
    for place, demand in enumerate(batch):
        lines = amounts[place * worlds.draws : (place + 1) * worlds.draws] * of_unit
        point = _point(demand, method)
        drawn = Draws(demand.product.id, stages, parts, lines, worlds.numbers, point, worlds.seed, worlds.left_out)
        result.append(drawn.by_stage())
    return result


def _point(demand: Demand, method: str) -> float:
    if demand.point is not None:
        return demand.point
    return assess(demand.product, demand.scores, demand.changes, method, demand.end_of_life).total


def _bill(batch: Sequence[Demand], drawing: Drawing) -> Bill:
    """One bill of all products of a batch, amounts by product and world; the lines are those of the first."""
    first, draws = batch[0], batch[0].worlds.draws
    nominal = [evaluate_parameters(demand.product, demand.changes) for demand in batch]
    drawn = [parameter_draws(d.product, values, d.changes, drawing) for d, values in zip(batch, nominal, strict=True)]
    numbers = _end_to_end([_numbers(d) | own for d, (own, _) in zip(batch, drawn, strict=True)], draws, 0.0)
    factors = _end_to_end([own for _, own in drawn], draws, 1.0)
    made = bill(first.product, first.scores.catalogue, {**first.changes, **numbers}, factors)
    on_lines = _end_to_end([dict(line_draws(d.product, values, drawing)) for d, values in zip(batch, nominal, strict=True)], draws, 1.0)
    made = replace(
        made,
        amount_of=tuple(amount * on_lines.get(n, 1.0) for n, amount in enumerate(made.amount_of)),
        mass_of=tuple(mass * on_lines.get(n, 1.0) for n, mass in enumerate(made.mass_of)),
    )
    return with_end_of_life(made, first.end_of_life, first.scores.catalogue)[0]


def _numbers(demand: Demand) -> dict[str, Any]:
    """What the product and its changes give as plain numbers."""
    own = {name: x.value for name, x in demand.product.parameters.items() if x.type == "number"}
    return {name: value for name, value in {**own, **demand.changes}.items() if not isinstance(value, str)}


def _end_to_end(values: Sequence[Mapping[Any, Any]], draws: int, otherwise: float) -> dict[Any, Any]:
    """For every key an array of all products' draws; one number for all where all have the same."""
    result: dict[Any, Any] = {}
    for key in dict.fromkeys(key for each in values for key in each):
        given = [each.get(key, otherwise) for each in values]
        alike = not any(np.ndim(value) for value in given) and len(set(given)) == 1
        result[key] = given[0] if alike else np.concatenate([np.broadcast_to(value, draws) for value in given])
    return result
