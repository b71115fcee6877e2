"""Parameters: evaluated in the order they depend on each other, changed by name, refused when they make no sense."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lca.errors import FormulaError, InputError, UnknownName
from lca.parameters import evaluate_parameters
from lca.product import Product
from tests.lca.test_billing import component, product


def thing(parameters: dict[str, Any], **more: Any) -> Product:
    return product(parameters=parameters, **more)


def test_formulas_are_evaluated_in_the_order_they_need_each_other() -> None:
    values = evaluate_parameters(thing({"volume": "area * height", "area": "width ** 2", "width": 2, "height": 5}))
    assert (values["area"], values["volume"]) == (4, 20)


def test_the_names_that_every_product_has() -> None:
    """Service life in its own unit; masses in kg, the packaging of the product's market only."""
    boxes = [component("box", 60), component("sleeve", 40, markets=["CN"])]
    values = evaluate_parameters(thing({}, mass={"value": 200, "unit": "g", "source": "estimate"}, packaging=boxes))
    assert values["service_life"] == 3
    assert values["product_mass"] == pytest.approx(0.2)
    assert values["packaging_mass"] == pytest.approx(0.06)
    assert values["packaged_mass"] == pytest.approx(0.26)


def test_a_change_reaches_what_depends_on_it() -> None:
    made = thing({"width": 2, "area": "width ** 2"})
    assert evaluate_parameters(made, {"width": 3.0})["area"] == 9
    assert evaluate_parameters(made, {"area": 7.0})["area"] == 7
    assert evaluate_parameters(made, {"area": "width + 1"})["area"] == 3


def test_a_factor_multiplies_the_value_of_a_formula_and_what_follows() -> None:
    values = evaluate_parameters(thing({"width": 2, "area": "width ** 2", "paint": "area / 2"}), factors={"area": 1.5})
    assert (values["area"], values["paint"]) == (6, 3)


def test_many_designs_at_once() -> None:
    values = evaluate_parameters(thing({"width": 2, "area": "width ** 2"}), {"width": np.array([1.0, 2.0, 3.0])})
    assert values["area"].tolist() == [1, 4, 9]


def test_a_circle_is_named() -> None:
    with pytest.raises(FormulaError, match="circle"):
        evaluate_parameters(thing({"a": "b + 1", "b": "a + 1"}))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"widht": 3.0}, "did you mean 'width'"),
        ({"width": float("nan")}, "not a finite number"),
        ({"width": np.array([1.0, np.inf])}, "not a finite number"),
        ({"service_life": 0.0}, "service.life"),
        ({"service_life": -2.0}, "service.life"),
        ({"kind": "OLDE"}, "one of OLED, LCD"),
        ({"kind": 5.0}, "one of OLED, LCD"),
        ({"use_grid": 5.0}, "a word"),
    ],
)
def test_changes_that_make_no_sense_are_refused(changes: dict[str, Any], said: str) -> None:
    made = thing({"width": 2, "use_grid": "DE"})
    kind = {"type": "text", "value": "OLED", "choices": ["OLED", "LCD"], "source": "estimate"}
    made = Product.model_validate(
        made.model_dump(exclude_none=True) | {"parameters": made.model_dump(exclude_none=True)["parameters"] | {"kind": kind}}
    )
    with pytest.raises(InputError, match=said):
        evaluate_parameters(made, changes)


def test_a_name_that_is_not_there_is_told_with_the_parameter_that_uses_it() -> None:
    with pytest.raises(FormulaError, match=r"parameters\.area.*width"):
        evaluate_parameters(thing({"area": "width ** 2"}))


def test_an_unknown_change_of_a_product_without_parameters_lists_what_there_is() -> None:
    with pytest.raises(UnknownName, match="service_life"):
        evaluate_parameters(thing({}), {"x": 1.0})
