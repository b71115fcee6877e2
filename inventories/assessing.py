"""One product file assessed, with every error told by file and line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inventories.shipped import load
from lca.assessment import DEFAULT_METHOD, assess
from lca.errors import InputError
from lca.footprint import Footprint
from lca.scores import UnitScores


def assess_file(name: str, scores: UnitScores, changes: Mapping[str, Any] | None = None, method: str = DEFAULT_METHOD) -> Footprint:
    """The footprint of a product file or shipped product. Raises InputError naming file and line."""
    product_file = load(name)
    try:
        return assess(product_file.product, scores, changes, method)
    except InputError as error:
        raise product_file.located(error) from error
