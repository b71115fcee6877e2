"""From a product and unit scores to its footprint: the whole of it for one design."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from lca.billing import Bill, bill
from lca.end_of_life import CUT_OFF, LABELS
from lca.errors import InputError, Problem
from lca.footprint import Footprint
from lca.parameters import evaluate_parameters
from lca.product import Product
from lca.scores import OfProcess, UnitScores

if TYPE_CHECKING:
    from lca.end_of_life_lines import EndOfLife

DEFAULT_METHOD = "AR6-GWP100"
#: kg CO2e that nothing emits; sums and squares of less are still numbers.
_TOO_LARGE = 1e150


def assess(
    product: Product,
    scores: UnitScores,
    changes: Mapping[str, Any] | None = None,
    method: str = DEFAULT_METHOD,
    end_of_life: EndOfLife | None = None,
) -> Footprint:
    """The footprint of one design: every line's amount times its process's unit score.

    `changes` sets parameters (or `service_life`) to other values; `method` names a characterisation set of the
    background. Without `end_of_life` it is cut off (`docs/methodology.md`): burdens up to the scrap gate, no credits.
    Raises InputError for anything in the product that the background cannot answer, and for a line with an R1 of its own
    without `end_of_life`, whose recipes say what its material is.
    """
    made, treated = bill(product, scores.catalogue, changes), CUT_OFF
    if end_of_life is not None or any(line.end_of_life and line.end_of_life.r1 is not None for line in made.lines):
        from lca.end_of_life_lines import with_end_of_life

        made, treated = with_end_of_life(made, end_of_life, scores.catalogue)
    of_unit = [scores.of_process(line.index, method) for line in made.lines]
    rows = tuple(tuple(amount * score for score in unit.groups) for amount, unit in zip(made.amount_of, of_unit, strict=True))
    _check_finite(made, rows)
    return Footprint(
        product=product.id,
        name=product.name,
        category=product.category,
        family=product.family,
        functional_unit=product.functional_unit,
        service_life=_service_life(product, changes),
        bill=made,
        groups=scores.groups,
        rows=rows,
        resting_on_estimates=_resting_on_estimates(made, rows, of_unit),
        provenance=_provenance(product, scores, changes, method) | {"end_of_life": LABELS[treated.method]},
        warnings=made.warnings,
        treated=treated,
    )


def _service_life(product: Product, changes: Mapping[str, Any] | None) -> str:
    value: Any = (changes or {}).get("service_life", product.service_life.value)
    if isinstance(value, str):
        value = evaluate_parameters(product, changes)["service_life"]
    return f"{float(value):g} {product.service_life.unit}"


def _check_finite(made: Bill, rows: Iterable[Iterable[float]]) -> None:
    """Raises InputError naming the lines whose footprint is too large to be added up, or made of what was."""
    problems = [
        Problem(
            "the footprint of the line is too large for a number",
            field=f"stages.{line.stage}[{line.part}].amount",
            value=f"{amount:g} {line.unit}",
        )
        for line, amount, row in zip(made.lines, made.amount_of, rows, strict=True)
        if not abs(sum(row)) < _TOO_LARGE
    ]
    if problems:
        raise InputError(problems)


def _resting_on_estimates(made: Bill, rows: Iterable[Iterable[float]], of_unit: Iterable[OfProcess]) -> float:
    """A line whose amount is an estimate rests on it wholly; any other by the part of its process that does."""
    each = zip(made.lines, made.amount_of, rows, of_unit, strict=True)
    return sum(sum(row) if line.estimated else amount * unit.resting_on_estimates for line, amount, row, unit in each)


def product_digest(product: Product) -> str:
    """SHA-256 of the resolved product file as canonical JSON, as hex."""
    content = json.dumps(product.model_dump(mode="json", by_alias=True), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def _provenance(product: Product, scores: UnitScores, changes: Mapping[str, Any] | None, method: str) -> dict[str, Any]:
    from lca import version

    return {
        "product_digest": product_digest(product),
        "changes": dict(changes or {}),
        "background": scores.background,
        "background_digest": scores.digest,
        "method": method,
        "market": product.market,
        "solver": scores.solver,
        "version": version(),
        "seed": None,
    }
