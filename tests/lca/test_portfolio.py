"""Many products sampled together are what each is alone, however they differ."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from inventories.end_of_life_tables import end_of_life_by
from inventories.score_store import unit_scores
from inventories.shipped import load
from inventories.world_store import worlds_of
from lca.assessment import DEFAULT_METHOD, assess
from lca.errors import InputError
from lca.many_designs import PERCENTILES, summarise_designs
from lca.portfolio import Demand, _alike, sample_each
from lca.product import Parameter, Product
from lca.uncertainty import sample
from lca.worlds import Worlds, sample_worlds
from tests.lca.test_billing import line, product
from tests.lca.test_uncertainty import BACKGROUND, SCORES, kg


@pytest.fixture(scope="module")
def worlds() -> Worlds:
    return sample_worlds(BACKGROUND, SCORES, 200, 42)


def number(value: float | str, low: float | None = None, high: float | None = None) -> Parameter:
    return Parameter(value=value, low=low, high=high, source="estimate")


def device(frame: float, spread: float | None, share: float | str = 0.1, **changed: Parameter) -> Product:
    """A frame of steel with offcuts by formula, and a polymer part whose amount has a range of its own."""
    made = product(
        line("frame", "steel", "GLO", "frame * (1 + offcut)", "kg"),
        line("case", "polymer", "GLO", "0.2 * frame", "kg", low="0.1 * frame", high="0.4 * frame"),
        kg(0.5, low=0.4, high=0.8),
    )
    known = number(frame) if spread is None else number(frame, frame - spread, frame + spread)
    parameters = {"frame": known, "offcut": number(share)} | changed
    return made.model_copy(update={"parameters": parameters, "id": f"device-{frame:g}"})


def together_and_alone(demands: list[Demand]) -> None:
    for demand, found in zip(demands, sample_each(demands), strict=True):
        alone = sample(demand.product, demand.scores, demand.worlds, demand.changes, DEFAULT_METHOD, demand.end_of_life)
        assert found.totals == pytest.approx(alone.totals, rel=1e-12)
        for stage in alone._stages:
            assert found.of_stages((stage,)) == pytest.approx(alone.of_stages((stage,)), rel=1e-12, abs=1e-15)
        assert (found.product, found.point, found.seed) == (alone.product, alone.point, alone.seed)
        assert found.numbers.tolist() == alone.numbers.tolist()


def test_products_that_differ_in_numbers_only_are_together_and_as_each_alone(worlds: Worlds) -> None:
    demands = [Demand(device(1.0 + 0.01 * n, 0.1, 0.1 + 0.001 * n), SCORES, worlds) for n in range(70)]
    assert _alike(demands) == [list(range(70))]
    together_and_alone(demands)


def test_some_have_ranges_and_some_have_not_some_are_changed_and_some_are_of_another_shape(worlds: Worlds) -> None:
    bare = device(2.0, None)
    demands = [
        Demand(device(1.0, 0.3), SCORES, worlds),
        Demand(bare, SCORES, worlds),
        Demand(product(kg(3.0, low=2.0, high=4.0)), SCORES, worlds),
        Demand(device(1.0, 0.3, "frame / 10"), SCORES, worlds),
        Demand(device(1.5, 0.2, "frame / 10", offcut=number("frame / 10", 0.05, 0.3)), SCORES, worlds),
        Demand(device(1.0, 0.3), SCORES, worlds, {"frame": 1.2}),
        Demand(device(1.0, 0.3), SCORES, worlds, {"frame": 1.4}),
        Demand(device(1.0, 0.3), SCORES, worlds.first(50)),
    ]
    assert sorted(map(sorted, _alike(demands))) == [[0, 1], [2], [3, 4], [5, 6], [7]]
    together_and_alone(demands)


def test_a_product_that_is_refused_is_refused_among_others_too(worlds: Worlds) -> None:
    """A frame drawn down to -1 kg: a negative amount."""
    good, bad = (Demand(device(1.0, spread), SCORES, worlds) for spread in (0.1, 2.0))
    with pytest.raises(InputError, match="negative"):
        sample(bad.product, SCORES, worlds)
    with pytest.raises(InputError, match="negative"):
        list(sample_each([good, bad]))


def test_the_point_is_taken_where_it_is_known(worlds: Worlds) -> None:
    demand = Demand(device(1.0, 0.1), SCORES, worlds)
    known = assess(demand.product, SCORES).total
    assert next(sample_each([demand])).point == known
    assert next(sample_each([replace(demand, point=known)])).point == known


@pytest.mark.parametrize("method", ["cutoff", "cff"])
def test_real_products_of_one_archetype_and_others(method: str) -> None:
    scores = unit_scores()
    drawn = worlds_of(scores).first(60)
    end_of_life = None if method == "cutoff" else end_of_life_by("cff")
    names = ("xiaomi_14", "xiaomi_13", "fairphone_6", "xiaomi_su7", "smartphone")
    demands = [Demand(load(name).product, scores, drawn, {}, end_of_life) for name in names]
    demands += [Demand(load("smartphone").product, scores, drawn, {"display_diagonal": x}, end_of_life) for x in (5.5, 6.9)]
    # the two that set the same parameter are of one shape, and every product is in one group
    groups = _alike(demands)
    assert [5, 6] in groups
    assert sorted(number for group in groups for number in group) == list(range(len(demands)))
    together_and_alone(demands)


def test_a_table_of_designs_draws_the_parameters_that_no_design_sets(worlds: Worlds) -> None:
    made = device(1.0, 0.3, offcut=number(0.1, 0.0, 0.4))
    frames = np.array([0.8, 1.0, 1.3])
    found = summarise_designs(made, SCORES, worlds, {"frame": frames})
    for n, frame in enumerate(frames):
        alone = sample(made, SCORES, worlds, {"frame": float(frame)}).totals
        assert found.values[n] == pytest.approx(np.percentile(alone, PERCENTILES), rel=1e-12)
        assert found.mean[n] == pytest.approx(alone.mean(), rel=1e-12)
    still = summarise_designs(made, SCORES, worlds, {"frame": frames}, draw_parameters=False)
    assert (np.ptp(still.values, axis=1) < np.ptp(found.values, axis=1)).all()
