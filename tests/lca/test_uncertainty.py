"""Products in possible worlds: percentiles by hand, paired designs, and the sentence that says how sure it is."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from lca.assessment import assess
from lca.discernibility import PairedDesigns
from lca.distributions import LOGNORMAL, UNIFORM, pedigree_sigma, uniform_draws
from lca.errors import LifeloopError
from lca.scores import UnitScores
from lca.solve import unit_scores
from lca.uncertainty import Draws, sample, wilson_interval
from lca.worlds import Worlds, sample_worlds
from tests.conftest import World
from tests.lca.test_billing import line, product
from tests.lca.test_worlds import uncertain

SEED, DRAWS = 42, 1000
WORLD: World = {
    "steel @ GLO": ("kg", {"power @ GLO": 1.0}, {"CO2": 2.0}),
    "power @ GLO": ("kWh", {"steel @ GLO": 0.1}, {"CO2": 0.4}),
    "polymer @ GLO": ("kg", {}, {"CO2": 3.0}),
}
BACKGROUND = uncertain(WORLD, {"CO2 > steel": (0.5, 2.0, LOGNORMAL, 0.1), "steel > power": (0.5, 1.5, UNIFORM, 0.0)})
SCORES = unit_scores(BACKGROUND)
STEEL = 2.4 / 0.9


@pytest.fixture(scope="module")
def worlds() -> Worlds:
    return sample_worlds(BACKGROUND, SCORES, DRAWS, SEED)


def certain(*, left_out: tuple[int, ...] = (), draws: int = DRAWS) -> Worlds:
    """Worlds without any uncertainty of the background, some of them left out."""
    numbers = np.setdiff1d(np.arange(draws), left_out)
    point = SCORES.values.sum(axis=2).T[:, :, None].astype(np.float32)
    return Worlds(np.repeat(point, len(numbers), axis=2), SCORES.methods, SEED, "toy", len(left_out), numbers)


def kg(amount: float, process: str = "steel", **more: Any) -> dict[str, Any]:
    return line(f"{process} part", process, "GLO", amount, "kg", **more)


def totals(*values: float, name: str = "a", numbers: tuple[int, ...] | None = None, seed: int = SEED, point: float = 1.0) -> Draws:
    """Draws of a design of one line."""
    chosen = np.arange(len(values)) if numbers is None else np.array(numbers)
    return Draws(name, ("materials",), ("all",), np.array(values)[:, None], chosen, point, seed, 0)


def test_20_kg_of_steel_against_21_kg_of_the_same_steel_is_sure(worlds: Worlds) -> None:
    """The steel's score spreads by a factor of two or more; both designs have the same steel in every world."""
    twenty, more = (sample(product(kg(amount)), SCORES, worlds) for amount in (20.0, 21.0))
    spread = twenty.summary()["total"]
    assert spread["p95"] / spread["p5"] > 2.0  # unpaired, the two intervals overlap almost wholly
    paired = PairedDesigns(twenty, more)
    assert paired.probability_a_lower == 1.0
    assert paired.difference == pytest.approx(twenty.totals / 20.0, rel=1e-6)
    said = paired.to_dict()
    assert said["probability_interval"]["low"] == pytest.approx(1000 / (1000 + 1.959963984540054**2))
    assert said["probability_interval"]["high"] == 1.0
    assert PairedDesigns(more, twenty).probability_a_lower == 0.0


def test_a_design_compared_with_itself_is_a_tie(worlds: Worlds) -> None:
    same = sample(product(kg(20.0, low=15, high=30)), SCORES, worlds)
    assert PairedDesigns(same, same).probability_a_lower == 0.5
    assert PairedDesigns(same, same).difference.tolist() == [0.0] * DRAWS


def test_percentiles_of_an_amount_by_hand() -> None:
    """1 kg, uniform in 0.8 to 1.6: the 5th percentile is 0.84 kg, the median 1.2, the 95th 1.56, the mean 1.2."""
    draws = sample(product(kg(1.0, low=0.8, high=1.6, distribution="uniform")), SCORES, certain())
    found = draws.summary()["total"]
    assert found["p5"] == pytest.approx(0.84 * STEEL, rel=0.03)
    assert found["median"] == pytest.approx(1.2 * STEEL, rel=0.03)
    assert found["p95"] == pytest.approx(1.56 * STEEL, rel=0.03)
    assert found["mean"] == pytest.approx(1.2 * STEEL, rel=0.03)
    assert draws.point == pytest.approx(STEEL)


def test_an_amount_with_a_range_above_zero_is_lognormal_about_its_mean() -> None:
    draws = sample(product(kg(1.0, low=0.5, high=2.0)), SCORES, certain()).totals / STEEL
    sigma = math.log(2.0) / 1.959963984540054
    assert float(np.log(draws).std()) == pytest.approx(sigma, rel=0.06)
    assert float(draws.mean()) == pytest.approx(1.0, abs=0.05)
    assert float(draws.max()) > 2.0  # no triangle


def test_a_count_of_pieces_is_drawn_in_whole_numbers() -> None:
    draws = sample(product(kg(3.0, low=2, high=5, distribution="discrete_uniform")), SCORES, certain()).totals / STEEL
    assert sorted(set(np.round(draws, 5))) == [2.0, 3.0, 4.0, 5.0]


def test_a_normal_amount_keeps_its_mean() -> None:
    draws = sample(product(kg(10.0, low=6, high=14, distribution="normal")), SCORES, certain()).totals / STEEL
    assert float(draws.mean()) == pytest.approx(10.0, abs=0.25)
    assert float(draws.std()) == pytest.approx(4.0 / 1.959963984540054, rel=0.06)


def test_an_amount_whose_range_reaches_zero_is_triangular() -> None:
    draws = sample(product(kg(1.0, low=0.0, high=2.0)), SCORES, certain()).totals / STEEL
    assert 0.0 <= draws.min() < draws.max() <= 2.0
    assert float(draws.std()) == pytest.approx(1.0 / math.sqrt(6.0), rel=0.06)


def test_a_parameter_is_not_drawn_beyond_its_range() -> None:
    """A formula relies on it: a loss of more than all is no loss."""
    made = product(kg(1.0, loss="lost"), parameters={"lost": 0.6})
    lost = made.parameters["lost"].model_copy(update={"low": 0.1, "high": 0.9})
    draws = sample(made.model_copy(update={"parameters": {"lost": lost}}), SCORES, certain()).totals / STEEL
    assert 1.0 / 0.9 <= draws.min() < draws.max() <= 10.0


def test_pedigree_scores_widen_a_line_and_keep_its_mean() -> None:
    draws = sample(product(kg(1.0, pedigree=[3, 3, 4, 3, 5])), SCORES, certain()).totals / STEEL
    assert float(np.log(draws).std()) == pytest.approx(pedigree_sigma((3, 3, 4, 3, 5)), rel=0.06)
    assert float(draws.mean()) == pytest.approx(1.0, abs=0.05)


def test_pedigree_scores_of_a_parameter_without_a_range_are_drawn_too() -> None:
    made = product(kg(1.0) | {"amount": "m"}, parameters={"m": 3.0})
    rated = made.parameters["m"].model_copy(update={"pedigree": (3, 3, 4, 3, 5)})
    drawn = sample(made.model_copy(update={"parameters": {"m": rated}}), SCORES, certain()).totals / (3.0 * STEEL)
    assert float(np.log(drawn).std()) == pytest.approx(pedigree_sigma((3, 3, 4, 3, 5)), rel=0.06)
    assert float(drawn.mean()) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"amount": 0, "low": 0, "high": 3}, "an amount of 0 cannot be drawn from a range"),
        ({"amount": 1, "distribution": "uniform"}, "a distribution needs a range"),
    ],
)
def test_what_could_not_be_drawn_is_refused(entry: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        product(kg(1) | entry)


def test_what_is_set_is_taken_as_known() -> None:
    made = product(kg(1.0), line("more", "steel", "GLO", "extra", "kg"), parameters={"extra": 2.0})
    extra = made.parameters["extra"].model_copy(update={"low": 1.0, "high": 4.0})
    made = made.model_copy(update={"parameters": {"extra": extra}})
    assert float(sample(made, SCORES, certain()).totals.std()) > 0.1
    assert sample(made, SCORES, certain(), {"extra": 3.0}).totals == pytest.approx(np.full(DRAWS, 4.0 * STEEL), rel=1e-6)


def test_the_same_seed_gives_the_same_bytes_today_and_tomorrow(worlds: Worlds) -> None:
    made = product(kg(1.0, low=0.5, high=2.0), kg(2.0, "polymer", low=1.0, high=2.5))
    tomorrow = sample_worlds(BACKGROUND, unit_scores(BACKGROUND), DRAWS, SEED)
    assert sample(made, SCORES, worlds).lines.tobytes() == sample(made, SCORES, tomorrow).lines.tobytes()


def test_a_line_has_the_same_draws_whatever_stands_beside_it(worlds: Worlds) -> None:
    alone = sample(product(kg(1.0, low=0.5, high=2.0)), SCORES, worlds)
    beside = sample(product(kg(2.0, "polymer", low=1.0, high=3.0), kg(1.0, low=0.5, high=2.0)), SCORES, worlds)
    assert np.array_equal(beside.lines[:, 1], alone.lines[:, 0])


def test_a_draw_keeps_its_number_where_others_are_left_out() -> None:
    """Worlds 0, 3 and 7 are missing: the amount in world 8 is that of world 8, not of the sixth that is there."""
    made = product(kg(1.0, low=0.5, high=2.0, distribution="uniform"))
    some, all_ = sample(made, SCORES, certain(left_out=(0, 3, 7))), sample(made, SCORES, certain())
    assert np.array_equal(some.totals, all_.totals[some.numbers])
    fact = uniform_draws(SEED, "steel part|1.0|0.5|2.0", 9)[8]
    assert some.totals[list(some.numbers).index(8)] == pytest.approx((0.5 + 1.5 * fact) * STEEL, rel=1e-6)


def test_designs_on_two_backgrounds_pair_by_the_number_of_the_draw() -> None:
    """Background A left out world 3, B worlds 0 and 8: the pairs are the others, and what both have in common cancels."""
    made = product(kg(1.0, low=0.5, high=2.0))
    a, b = (sample(made, SCORES, certain(left_out=gone, draws=10)) for gone in ((3,), (0, 8)))
    paired = PairedDesigns(a, b)
    assert paired.numbers.tolist() == [1, 2, 4, 5, 6, 7, 9]
    assert paired.difference.tolist() == [0.0] * 7
    assert paired.to_dict()["draws"] == 7
    assert paired.to_dict()["left_out"] == 3


def test_draws_of_two_seeds_are_not_paired() -> None:
    with pytest.raises(LifeloopError, match="not of the same worlds"):
        PairedDesigns(totals(1.0, 2.0), totals(1.0, 2.0, seed=1))
    with pytest.raises(LifeloopError, match="not of the same worlds"):
        PairedDesigns(totals(1.0, 2.0), totals(1.0, 2.0, numbers=(5, 6)))


def test_wilson_interval_by_hand() -> None:
    """10 of 20 at 95 %: z^2 = 3.8415; centre 0.5, half = sqrt(0.25 / 20 + 3.8415 / 1600) x 1.96 / 1.19207 = 0.2007."""
    low, high = wilson_interval(0.5, 20)
    assert (low, high) == (pytest.approx(0.2993, abs=1e-4), pytest.approx(0.7007, abs=1e-4))
    assert wilson_interval(0.0, 10) == (0.0, pytest.approx(0.27753, abs=1e-5))
    assert wilson_interval(1.0, 1000) == (pytest.approx(0.996173, abs=1e-6), 1.0)


@given(st.integers(1, 500), st.integers(0, 500))
def test_wilson_interval_holds_the_share(draws: int, won: int) -> None:
    share = min(won, draws) / draws
    low, high = wilson_interval(share, draws)
    assert 0.0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1.0


def test_the_sentences() -> None:
    draws = totals(*np.linspace(90.0, 110.0, 101), point=80.0)
    assert draws.sentence.startswith("In 90 of 100 possible worlds the footprint lies between 91.0 and 109 kg CO2e (median 100)")
    assert "20% below the median" in draws.sentence
    assert "within 2 %" in replace(draws, point=100.5).sentence
    # of ten draws the median is known to about 2.5066 x 6.6 / sqrt(10) = 5
    assert "no more than so few draws" in totals(*np.linspace(90.0, 110.0, 10), point=104.0).sentence


def test_the_sentence_gives_the_reason_of_the_side() -> None:
    """A lognormal's mean lies above its median, a triangle's most likely value below the median of one that reaches up."""
    above = sample(product(kg(1.0, low=0.2, high=5.0)), SCORES, certain())
    assert above.sentence.endswith(
        "above the median, because point values are means, and a range that reaches far up has its mean above its median."
    )
    below = sample(product(kg(1.0, low=0.0, high=5.0)), SCORES, certain())
    assert "below the median, because ranges around a most likely value (triangles)" in below.sentence


def test_the_sentence_of_a_pair() -> None:
    paired = PairedDesigns(totals(1.0, 2.0, 3.0, 4.0, name="old"), totals(0.5, 1.0, 2.0, 5.0, name="new"))
    assert paired.sentence.startswith("new is lower in 75% of 4 possible worlds")


@pytest.mark.parametrize(("values", "point"), [((0.0, 0.0, 0.0), 0.0), ((-3.0, -2.0, -1.0), -2.5), ((-1.0, 0.0, 1.0), 0.5)])
def test_the_sentence_of_nothing_or_of_a_credit(values: tuple[float, ...], point: float) -> None:
    """No division by a median of zero; -2.5 lies below -2."""
    said = totals(*values, point=point).sentence
    assert "nan" not in said
    assert "inf" not in said
    if point == -2.5:
        assert "25% below the median" in said


def test_the_stages_of_every_world_add_up_to_its_total(worlds: Worlds) -> None:
    made = product(kg(1.0, low=0.5, high=2.0), use=[line("power", "power", "GLO", 30.0, "kWh", low=10, high=60)])
    draws = sample(made, SCORES, worlds)
    assert draws.of_stages(("materials",)) + draws.of_stages(("use",)) == pytest.approx(draws.totals, rel=1e-12)
    summary = draws.summary()
    assert summary["stages"]["materials"]["p5"] > 0
    assert summary["stages"]["distribution"]["p95"] == 0.0
    assert summary["total"]["draws"] == DRAWS
    assert summary["total"]["seed"] == SEED
    assert draws.point == pytest.approx(assess(made, SCORES).total)


def test_a_shipped_phone_in_the_stored_worlds(scores: UnitScores) -> None:
    """Same worlds for every product and every run; the point value inside the interval; the phone surely below a car."""
    from inventories.shipped import load
    from inventories.world_store import worlds_of

    stored = worlds_of(scores)
    phone = sample(load("xiaomi_14").product, scores, stored)
    again = sample(load("xiaomi_14").product, scores, worlds_of(scores))
    assert phone.lines.tobytes() == again.lines.tobytes()
    total = phone.summary()["total"]
    assert total["p5"] < phone.point < total["p95"]
    assert total["draws"] + stored.left_out == DRAWS
    assert PairedDesigns(phone, sample(load("xiaomi_su7").product, scores, stored)).probability_a_lower == 1.0
