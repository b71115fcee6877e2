"""The mass of one unit of a product, as its file declares it."""

from __future__ import annotations

from inventories.shipped import load
from lca.errors import InputError, Problem
from lca.parameters import evaluate_parameters


def product_mass(name_or_path: str) -> tuple[str, float]:
    """The id of a product file or shipped product and its declared mass in kg, without packaging. Raises InputError."""
    file = load(name_or_path)
    product = file.product
    if product.mass is None:
        reason = "the product file declares no mass"
        raise file.located(InputError(Problem(reason, field="mass", value=product.id, hint="give the mass of one unit")))
    try:
        return product.id, float(evaluate_parameters(product)["product_mass"])
    except InputError as error:
        raise file.located(error) from error
