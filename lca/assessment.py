"""From a product and unit scores to its footprint: the whole of it for one design."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from lca.billing import Bill, bill
from lca.end_of_life import LABELS
from lca.end_of_life_lines import EndOfLife, with_end_of_life
from lca.footprint import Footprint
from lca.parameters import evaluate_parameters
from lca.product import Product
from lca.scores import UnitScores

DEFAULT_METHOD = "AR6-GWP100"


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
    Raises InputError for anything in the product that the background cannot answer.
    """
    made, treated = with_end_of_life(bill(product, scores.catalogue, changes), end_of_life, scores.catalogue)
    of_method = scores.of_method(method)
    index = [line.index for line in made.lines]
    values = made.amounts[:, None] * of_method[index, :]
    return Footprint(
        product=product.id,
        name=product.name,
        category=product.category,
        family=product.family,
        functional_unit=product.functional_unit,
        service_life=_service_life(product, changes),
        bill=made,
        groups=scores.groups,
        values=values,
        resting_on_estimates=_resting_on_estimates(made, values, scores.estimates_of(method)),
        provenance=_provenance(product, scores, changes, method) | {"end_of_life": LABELS[treated.method]},
        warnings=made.warnings,
        treated=treated,
    )


def _service_life(product: Product, changes: Mapping[str, Any] | None) -> str:
    value: Any = (changes or {}).get("service_life", product.service_life.value)
    if isinstance(value, str):
        value = evaluate_parameters(product, changes)["service_life"]
    return f"{float(value):g} {product.service_life.unit}"


def _resting_on_estimates(made: Bill, values: np.ndarray, of_unit: np.ndarray) -> float:
    """A line whose amount is an estimate rests on it wholly; any other by the part of its process that does."""
    total = 0.0
    for line, amount, value in zip(made.lines, made.amounts, values.sum(axis=1), strict=True):
        total += float(value) if line.estimated else float(amount) * float(of_unit[line.index])
    return total


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
