"""The material circularity indicator: four cases by hand, components before the index, laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circularity.material import Material, circularity_indicator, flows, linear_flow_index, utility
from lca.errors import InputError

SHARE = st.floats(0, 1)


def mci(*materials: Material, x: float = 1.0) -> float:
    return circularity_indicator(linear_flow_index(flows(materials)), x)


def test_all_virgin_to_landfill() -> None:
    # V = W = M, so LFI = 2M / 2M = 1 and MCI = 1 - 0.9
    assert linear_flow_index(flows([Material("all", 3.0)])) == pytest.approx(1.0)
    assert mci(Material("all", 3.0)) == pytest.approx(0.1)


def test_twice_the_life_halves_the_penalty() -> None:
    assert mci(Material("all", 3.0), x=utility(6, 3)) == pytest.approx(0.55)


def test_reused_in_and_out_is_fully_circular() -> None:
    assert mci(Material("all", 3.0, reused=1.0, to_reuse=1.0)) == pytest.approx(1.0)


def test_closed_loop_recycling_with_losses() -> None:
    sums = flows([Material("all", 1.0, recycled=1.0, to_recycling=1.0, efficiency_in=0.9, efficiency_out=0.9)])
    # WF = 0.1 / 0.9, WC = 0.1, W = (0.1111 + 0.1) / 2
    assert sums.waste_of_feedstock == pytest.approx(0.1 / 0.9)
    assert sums.waste_of_recycling == pytest.approx(0.1)
    assert sums.waste == pytest.approx(0.105556, abs=1e-6)
    assert linear_flow_index(sums) == pytest.approx(0.105556 / 2.005556, rel=1e-5)
    assert circularity_indicator(linear_flow_index(sums)) == pytest.approx(0.953, abs=5e-4)


def test_components_add_up_before_the_index() -> None:
    linear = Material("linear", 1.0)
    loop = Material("loop", 3.0, recycled=1.0, to_recycling=1.0, efficiency_in=0.5, efficiency_out=0.9)
    # V = 1; W0 = 1; WF = 3; WC = 0.3; W = 1 + 1.65; LFI = 3.65 / (8 + 1.35)
    assert linear_flow_index(flows([linear, loop])) == pytest.approx(3.65 / 9.35)
    mean = (mci(linear) + 3 * mci(loop)) / 4
    assert mci(linear, loop) != pytest.approx(mean, rel=1e-3)


@given(SHARE, SHARE, st.floats(0.01, 1), st.floats(0.1, 5))
def test_the_indicator_lies_between_0_and_1_and_more_recycled_content_never_lowers_it(a: float, b: float, out: float, x: float) -> None:
    low, high = sorted((a, b))
    before, after = (mci(Material("m", 2.0, recycled=share, to_recycling=out), x=x) for share in (low, high))
    assert 0 <= before <= after + 1e-12 <= 1 + 1e-9


@given(st.floats(1e-6, 1e6))
def test_the_unit_of_mass_does_not_matter(scale: float) -> None:
    parts = [(1.0, 0.2), (4.0, 0.7)]
    one, other = ([Material("m", k * mass, recycled=r, to_recycling=0.5) for mass, r in parts] for k in (1.0, scale))
    assert mci(*one) == pytest.approx(mci(*other))


def test_impossible_shares_and_lives_are_refused() -> None:
    with pytest.raises(InputError, match="add to at most 1"):
        Material("m", 1.0, recycled=0.6, reused=0.6)
    with pytest.raises(InputError, match="efficiency"):
        Material("m", 1.0, efficiency_in=0.0)
    with pytest.raises(InputError, match="no mass"):
        flows([])
    with pytest.raises(InputError, match="above zero"):
        utility(0, 3)
