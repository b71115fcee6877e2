"""Sensitivity: the tornado by hand, Sobol indices against closed forms, and break-even values worked out on paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lca.break_even import break_even, search_break_even
from lca.distributions import TRIANGULAR, UNIFORM
from lca.product import Product
from lca.sensitivity import (
    Floats,
    Knob,
    Model,
    Question,
    as_rows,
    difference_question,
    footprint_question,
    one_at_a_time,
    sobol,
)
from lca.solve import unit_scores
from tests.conftest import background_of
from tests.lca.test_billing import WORLD, line, product

METHOD = "AR6-GWP100"
SCORES = unit_scores(background_of(WORLD, {"CO2": 1.0}))


def parameter(value: Any, low: Any = None, high: Any = None, unit: str = "g", **more: Any) -> dict[str, Any]:
    ends = {} if low is None else {"low": low, "high": high}
    return {"value": value, "unit": unit, "source": "estimate", **ends, **more}


def thing(**parameters: dict[str, Any]) -> Product:
    """A case of steel (2 kg CO2 per kg) and a charge in Germany (0.4 kg CO2 per kWh)."""
    known = {"case": parameter(100, 80, 150), "yearly": parameter(5, 2, 10, "kWh/year"), **parameters}
    lines = line(amount="case"), line("charging", "power", "DE", "yearly * service_life", "kWh")
    made = product(lines[0], use=[lines[1]])
    return Product.model_validate(made.model_dump(exclude_none=True) | {"parameters": known})


def model(made: Product, **changes: Any) -> Model:
    return Model.of(made, SCORES, METHOD, changes)


def uniform_question(outcome: Any, **ranges: tuple[float, float]) -> Question:
    """A question about a plain function of uniform knobs."""
    knobs = tuple(Knob(n, "1", (low + high) / 2, low, high, UNIFORM, False) for n, (low, high) in ranges.items())

    def value(set_to: Mapping[str, tuple[Knob, Floats]]) -> Floats:
        known = {k.name: np.array([k.value]) for k in knobs} | {n: v for n, (_, v) in set_to.items()}
        return np.asarray(outcome(**known))

    return Question("a function", knobs, value)


# One at a time


def test_the_tornado_by_hand() -> None:
    """0.1 kg x 2 + 15 kWh x 0.4 = 6.2; case: 6.16 to 6.3; yearly: 0.2 + 6 x 0.4 = 2.6 to 0.2 + 30 x 0.4 = 12.2."""
    question = footprint_question(model(thing()))
    assert question.point == pytest.approx(6.2)
    yearly, case = one_at_a_time(question)
    assert (yearly.parameter, yearly.low, yearly.high) == ("yearly", 2, 10)
    assert (yearly.outcome_at_low, yearly.outcome_at_high, yearly.swing) == pytest.approx((2.6, 12.2, 9.6))
    assert (case.outcome_at_low, case.outcome_at_high, case.swing) == pytest.approx((6.16, 6.3, 0.14))


def test_a_parameter_that_was_set_has_no_range_any_more() -> None:
    assert [s.parameter for s in one_at_a_time(footprint_question(model(thing(), yearly=3.0)))] == ["case"]


def test_the_range_of_a_formula_is_a_factor_on_it() -> None:
    """`case` is half of `body`; its own range is 40 to 60 % of the body, and what depends on it follows."""
    made = thing(body=parameter(200, 100, 300), case=parameter("0.5 * body", "0.4 * body", "0.6 * body"))
    swings = {s.parameter: s for s in one_at_a_time(footprint_question(model(made)))}
    # 80 g and 120 g of steel against 100 g, then 50 g and 150 g because the body changes
    assert (swings["case"].outcome_at_low, swings["case"].outcome_at_high) == pytest.approx((6.16, 6.24))
    assert (swings["body"].outcome_at_low, swings["body"].outcome_at_high) == pytest.approx((6.1, 6.3))


def test_without_a_range_there_is_nothing_to_turn() -> None:
    question = footprint_question(model(thing(case=parameter(100), yearly=parameter(5, unit="kWh/year"))))
    assert one_at_a_time(question) == ()
    assert sobol(question).indices == ()
    assert break_even(question) == ()
    assert question.point == pytest.approx(6.2)


def test_rows_carry_the_swing() -> None:
    first = as_rows(one_at_a_time(footprint_question(model(thing()))))[0]
    assert set(first) == {"parameter", "unit", "low", "value", "high", "outcome_at_low", "outcome_at_high", "swing"}


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=1, max_size=6))
def test_the_swings_of_a_linear_outcome_are_its_slopes(slopes: list[float]) -> None:
    names = [f"x{i}" for i in range(len(slopes))]
    question = uniform_question(
        lambda **x: sum(a * x[n] for a, n in zip(slopes, names, strict=True)) + 0 * x["x0"], **dict.fromkeys(names, (0.0, 1.0))
    )
    swings = {s.parameter: s.swing for s in one_at_a_time(question)}
    assert swings == pytest.approx({n: abs(a) for n, a in zip(names, slopes, strict=True)}, abs=1e-12)


# Sobol indices


def test_sobol_indices_of_the_ishigami_function() -> None:
    """Ishigami and Homma 1990 with a = 7, b = 0.1: S = 0.3139, 0.4424, 0; ST = 0.5576, 0.4424, 0.2437."""
    question = uniform_question(
        lambda x, y, z: np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x), **dict.fromkeys("xyz", (-np.pi, np.pi))
    )
    # at the middle every swing of x is sin(pi) - sin(-pi) = 0: the knobs are kept by moving the upper end a little
    knobs = tuple(Knob(k.name, k.unit, k.value, k.low, k.high * 0.9999, k.kind, False) for k in question.knobs)
    found = {i.parameter: i for i in _all_knobs(Question("Ishigami", knobs, question.outcome)).indices}
    assert [found[n].first_order for n in "xyz"] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.02)
    assert [found[n].total for n in "xyz"] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)


def _all_knobs(question: Question) -> Any:
    """Indices with z in: alone, z moves nothing at the middle, so that the tornado would leave it out."""
    base = question.outcome

    def tilted(set_to: Mapping[str, tuple[Knob, Floats]]) -> Floats:
        tilt = sum((1e-6 * values for _, values in set_to.values()), start=np.zeros(1))
        return base(set_to) + tilt

    return sobol(Question(question.title, question.knobs, tilted), samples=4096)


def test_sobol_indices_of_an_additive_function_are_shares_of_its_variance() -> None:
    """Var(a x) of uniform x on (0, 1) is a^2 / 12: 1, 4 and 9 parts of 14, no interactions."""
    question = uniform_question(lambda x, y, z: x + 2 * y + 3 * z, **dict.fromkeys("xyz", (0.0, 1.0)))
    made = sobol(question, samples=2048)
    assert [i.parameter for i in made.indices] == ["z", "y", "x"]
    assert [i.first_order for i in made.indices] == pytest.approx([9 / 14, 4 / 14, 1 / 14], abs=0.01)
    assert [i.total for i in made.indices] == pytest.approx([9 / 14, 4 / 14, 1 / 14], abs=0.01)
    assert made.variance == pytest.approx(14 / 12, rel=0.02)


def test_sobol_indices_follow_the_distribution_of_a_parameter() -> None:
    """Var of a triangle (0, 1, 2) is 1/6, of the uniform range 4/12: half as much from the same range."""
    flat = Knob("flat", "1", 1.0, 0.0, 2.0, UNIFORM, False)
    peak = Knob("peak", "1", 1.0, 0.0, 2.0, TRIANGULAR, False)
    question = uniform_question(lambda flat, peak: flat + peak, flat=(0.0, 2.0), peak=(0.0, 2.0))
    made = sobol(Question(question.title, (flat, peak), question.outcome), samples=2048)
    assert {i.parameter: i.first_order for i in made.indices} == pytest.approx({"flat": 2 / 3, "peak": 1 / 3}, abs=0.015)


def test_the_same_seed_gives_the_same_indices() -> None:
    question = footprint_question(model(thing()))
    assert sobol(question, 64, seed=7) == sobol(question, 64, seed=7)
    assert sobol(question, 64, seed=7) != sobol(question, 64, seed=8)


def test_what_is_left_out_is_named() -> None:
    made = sobol(footprint_question(model(thing())), 64, most=1)
    assert [i.parameter for i in made.indices] == ["yearly"]
    assert made.left_out == ("case",)


# Differences and break-even


def test_a_parameter_that_both_designs_share_is_turned_in_both() -> None:
    """The same yearly charge cancels out of the difference; the case is another one in B."""
    question = difference_question(model(thing()), model(thing(case=parameter(90, 60, 120))))
    assert [k.name for k in question.knobs] == ["yearly", "A: case", "B: case"]
    swings = {s.parameter: s for s in one_at_a_time(question)}
    assert swings["yearly"].swing == pytest.approx(0.0, abs=1e-12)
    # B - A = (0.09 - 0.1) x 2; A's case from 80 to 150 g, B's from 60 to 120 g
    assert question.point == pytest.approx(-0.02)
    assert (swings["A: case"].outcome_at_low, swings["A: case"].outcome_at_high) == pytest.approx((0.02, -0.12))
    assert (swings["B: case"].outcome_at_low, swings["B: case"].outcome_at_high) == pytest.approx((-0.08, 0.04))


def test_the_break_even_value_by_hand() -> None:
    """B has a lighter case but needs 0.1 kWh more: 2 x 0.09 + 0.4 x 3 x 5.1 = 2 x A + 0.4 x 3 x 5 where A = 150 g."""
    b = thing(case=parameter(90, 60, 120), yearly=parameter(5.1, 4, 6, "kWh/year"))
    found = {t.parameter: t for t in break_even(difference_question(model(thing()), model(b)))}
    assert found["A: case"].break_even == pytest.approx(150.0, rel=1e-4)
    # A: yearly: 0.18 + 6.12 = 0.2 + 1.2 y, y = 5.08333
    assert found["A: yearly"].break_even == pytest.approx(6.1 / 1.2, rel=1e-4)
    assert found["A: yearly"].inside_range
    # B: case: 2 c + 6.12 = 6.2, c = 40 g, below B's own range of 60 to 120 g
    assert found["B: case"].break_even == pytest.approx(40.0, rel=1e-4)
    assert not found["B: case"].inside_range


def test_break_even_values_inside_the_range_come_first_and_the_nearest_first() -> None:
    b = thing(case=parameter(90, 60, 120), yearly=parameter(5.1, 4, 6, "kWh/year"))
    turns = break_even(difference_question(model(thing()), model(b)))
    assert [t.inside_range for t in turns] == sorted((t.inside_range for t in turns), reverse=True)
    inside = [abs(t.break_even / t.value - 1) for t in turns if t.inside_range]
    assert inside == sorted(inside)


def test_no_value_turns_what_is_better_everywhere() -> None:
    """B is A with 40 kg of steel more: nothing in the ranges (nor three times beyond) makes up for it."""
    heavy = thing()
    lines = (*heavy.stages.materials, heavy.stages.materials[0].model_copy(update={"part": "weight", "amount": 40_000}))
    heavy = heavy.model_copy(update={"stages": heavy.stages.model_copy(update={"materials": lines})})
    assert break_even(difference_question(model(thing()), model(heavy))) == ()


def body(value: Any, low: Any = None, high: Any = None, **more: Any) -> Product:
    """A body of `m` kg of steel and nothing else."""
    made = product(line("body", amount="m", unit="kg"), **more)
    return Product.model_validate(made.model_dump(exclude_none=True) | {"parameters": {"m": parameter(value, low, high, "kg")}})


def test_a_break_even_value_on_the_grid_is_found() -> None:
    """10 kg against 21 kg of the same steel; the grid of 0 to 40 kg (0 to 120, steps of 1) has 21 itself, that of 1 to 41 has not."""
    for low, high in ((0, 40), (1, 41), (0, 21), (21, 40)):
        (turn,) = break_even(difference_question(model(body(10 if low < 10 else 30, low, high)), model(body(21))))
        assert turn.break_even == pytest.approx(21.0, rel=1e-7)
        assert turn.inside_range


def test_a_break_even_value_at_the_end_of_what_is_searched_is_found() -> None:
    """10 kg, 6 to 20: up to 60 kg is searched, and the other is 60 kg."""
    (turn,) = break_even(difference_question(model(body(10, 6, 20)), model(body(60))))
    assert (turn.break_even, turn.inside_range) == (60.0, False)


def mixture(share: float, low: float, high: float) -> Product:
    """10 kg of a mixture of steel (2 kg CO2 per kg) and polymer (4 kg CO2 per kg)."""
    made = product(line("steel", amount="10 * s", unit="kg"), line("polymer", "polymer", "CN", "10 * (1 - s)", "kg"))
    return Product.model_validate(made.model_dump(exclude_none=True) | {"parameters": {"s": parameter(share, low, high, "1")}})


def test_what_cannot_be_evaluated_does_not_hide_what_can() -> None:
    """10 s x 2 + 10 (1 - s) x 4 = 40 - 20 s is 34 kg at s = 0.3; above s = 1 there is no polymer to take away.

    The range of 0.4 to 0.6 is searched from 0.1333 to 1.8 as far as it makes sense: to 1.
    """
    found = search_break_even(difference_question(model(mixture(0.5, 0.4, 0.6)), model(body(17))))
    (turn,) = found.found
    assert turn.break_even == pytest.approx(0.3, rel=1e-6)
    assert not turn.inside_range
    (searched,) = found.searched
    assert (searched.low, searched.high) == (pytest.approx(0.4 / 3), pytest.approx(1.0, abs=1e-5))
    assert searched.low_refused is None
    assert "negative" in (searched.high_refused or "")


def test_a_value_that_cannot_be_divided_by_is_stepped_over() -> None:
    """steel 12 / x kg for x from -2 to 4 (searched to 12, 0 is a value of the grid): 2 x 12 / x = 2 x 6 at x = 2; x < 0 is refused."""
    made = product(line("body", amount="12 / x", unit="kg"))
    made = Product.model_validate(made.model_dump(exclude_none=True) | {"parameters": {"x": parameter(3, -2, 4, "kg")}})
    found = search_break_even(difference_question(model(made), model(body(6))))
    assert [t.break_even for t in found.found] == [pytest.approx(2.0, rel=1e-6)]
    assert found.searched[0].low == pytest.approx(0.0, abs=0.01)
    assert found.searched[0].low_refused is not None


def test_a_break_even_value_that_set_would_refuse_says_why() -> None:
    """A declared mass of 10 kg: 12.5 kg are 25 % more, which is refused; 11.5 kg are 15 % more, which is not."""
    heavy = body(10, 8, 14, mass={"value": 10, "unit": "kg", "source": "estimate"})
    (turn,) = break_even(difference_question(model(heavy), model(body(12.5))))
    assert turn.break_even == pytest.approx(12.5, rel=1e-7)
    assert "+25.0%" in (turn.refused or "")
    (turn,) = break_even(difference_question(model(heavy), model(body(11.5))))
    assert turn.refused is None


def test_the_same_lines_split_are_the_same_design_for_every_value() -> None:
    """0.3 m kg of steel against 0.1 m + 0.1 m + 0.1 m: no swing, no share of a variance, no value that turns anything."""
    known = {"parameters": {"m": parameter(1, 0.5, 2, "kg")}}
    whole, split = (
        Product.model_validate(product(*lines).model_dump(exclude_none=True) | known)
        for lines in ([line(amount="0.3 * m", unit="kg")], [line(part, amount="0.1 * m", unit="kg") for part in "abc"])
    )
    question = difference_question(model(whole), model(split))
    assert question.point == 0.0
    assert [s.swing for s in one_at_a_time(question)] == [0.0]
    assert sobol(question, 64).indices == ()
    assert break_even(question) == ()


def test_a_shared_parameter_that_cancels_moves_nothing() -> None:
    """B is A with 0.1 + 0.2 kg of steel more: the shared m changes the difference of 0.6 kg by rounding noise only."""
    b = body(1, 0.5, 2)
    lines = [line("body", amount="m", unit="kg"), line("x", amount=0.1, unit="kg"), line("y", amount=0.2, unit="kg")]
    b = Product.model_validate(product(*lines).model_dump(exclude_none=True) | {"parameters": {"m": parameter(1, 0.5, 2, "kg")}})
    question = difference_question(model(body(1, 0.5, 2)), model(b))
    (swing,) = one_at_a_time(question)
    assert (swing.swing, swing.outcome_at_low) == (0.0, question.point)
    assert sobol(question, 64).indices == ()
