"""Many designs at once give what one at a time gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lca.errors import InputError
from lca.many_designs import PERCENTILES, summarise, summarise_designs
from lca.uncertainty import sample
from lca.worlds import Worlds, sample_worlds
from tests.lca.test_billing import line, product
from tests.lca.test_uncertainty import BACKGROUND, SCORES, kg


@pytest.fixture(scope="module")
def worlds() -> Worlds:
    return sample_worlds(BACKGROUND, SCORES, 300, 42)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 40), st.integers(1, 5), st.integers(2, 300), st.integers(0, 99))
def test_percentiles_are_those_of_numpy(designs: int, lines: int, draws: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    amounts, scores = random.lognormal(size=(designs, lines)), random.lognormal(size=(lines, draws)).astype(np.float32)
    found = summarise(amounts, scores)
    exact = amounts @ scores.astype(float)
    assert found.values == pytest.approx(np.percentile(exact, PERCENTILES, axis=1).T, rel=1e-5)
    assert found.mean == pytest.approx(exact.mean(axis=1), rel=1e-6)


def test_designs_of_several_blocks_by_any_number_of_workers() -> None:
    random = np.random.default_rng(1)
    amounts, scores = random.lognormal(size=(2500, 7)), random.lognormal(size=(7, 1000)).astype(np.float32)
    one, two = (summarise(amounts, scores, workers=n) for n in (1, 2))
    assert np.array_equal(one.values, two.values)
    alone = summarise(amounts[2400:2401], scores)
    assert two.values[2400] == pytest.approx(alone.values[0], rel=1e-5)


def test_a_table_of_designs_is_each_design_alone(worlds: Worlds) -> None:
    made = product(
        line("frame", "steel", "GLO", "steel_mass", "kg", low=0.5, high=4.0, distribution="uniform"),
        kg(2.0, "polymer", pedigree=[2, 3, 1, 2, 4]),
        parameters={"steel_mass": 1.0},
    )
    masses = np.array([1.0, 1.5, 3.0])
    found = summarise_designs(made, SCORES, worlds, {"steel_mass": masses})
    assert found.values.shape == (3, len(PERCENTILES))
    one = sample(made, SCORES, worlds, {"steel_mass": 1.0}).totals
    assert found.values[0] == pytest.approx(np.percentile(one, PERCENTILES), rel=1e-5)
    assert found.mean[0] == pytest.approx(one.mean(), rel=1e-5)
    assert (np.diff(found.values[:, 2]) > 0).all()


def test_a_table_with_a_mistake_is_refused(worlds: Worlds) -> None:
    with pytest.raises(InputError):
        summarise_designs(product(kg(1.0)), SCORES, worlds, {"no_such": np.ones(3)})
