"""How good the model is, by figures that are easy to get wrong: each against a small case worked by hand, then as shipped."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from inventories.score_store import unit_scores
from inventories.validation import Case, best_constant, interval_honesty, rank_correlation, skill, summarise, validate
from inventories.world_store import worlds_of
from lca.uncertainty import Draws


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """The shipped products that have something published, drawn in the stored worlds."""
    scores = unit_scores()
    return validate(scores, worlds_of(scores))


@pytest.fixture
def three(cases: list[Case]) -> list[Case]:
    """Three comparable cases without stages of their own; what was published is set so that ours is 10 % above, 20 % below, equal."""
    whole = [case for case in cases if case.comparable and case.family == "phone"][:3]
    return [
        replace(case, published=case.published.model_copy(update={"value": case.modelled / factor, "stages": {}}))
        for case, factor in zip(whole, (1.1, 0.8, 1.0), strict=True)
    ]


def test_an_error_is_modelled_over_published_less_one(three: list[Case]) -> None:
    assert [case.error for case in three] == pytest.approx([0.1, -0.2, 0.0], abs=1e-12)
    summary = summarise(three)["comparable"]
    assert summary["median_absolute_error"] == pytest.approx(0.1)
    assert summary["worst"]["error"] == pytest.approx(-0.2)


def test_what_must_not_be_compared_has_no_error_and_counts_nowhere(three: list[Case]) -> None:
    apart = replace(three[0], published=three[0].published.model_copy(update={"comparable": "scenario"}))
    assert apart.error is None
    assert apart.inside_interval is None
    assert apart.deviation == pytest.approx(0.1)
    assert summarise([apart, *three[1:]])["comparable"]["cases"] == 2


def test_the_best_constant_is_one_of_the_published_values() -> None:
    """Against 40, 100, 100: 40 errs by (0 + 0.6 + 0.6) / 3, 100 by (1.5 + 0 + 0) / 3. Against 60, 100, 100: 0.8 / 3 and 0.67 / 3."""
    assert best_constant([40, 100, 100]) == 40
    assert best_constant([60, 100, 100]) == 100
    assert best_constant([80, 100, 100]) == 100


def test_skill_is_zero_for_a_model_that_is_the_best_constant(three: list[Case]) -> None:
    """Published 80, 100, 100: the constant 100 errs by 0.25 / 3. A model with the same mean error has no skill."""
    published = [80.0, 100.0, 100.0]
    modelled = [case.modelled for case in three]
    exact = [replace(c, published=c.published.model_copy(update={"value": m})) for c, m in zip(three, modelled, strict=True)]
    assert skill(exact) == 1.0
    totals = [c.published.value or 0 for c in three]
    constant = best_constant(totals)
    mean_of_constant = np.mean([abs(constant / p - 1) for p in totals])
    assert skill(three) == pytest.approx(1 - (0.1 + 0.2 + 0.0) / 3 / mean_of_constant)
    assert skill(three[:2]) is None
    assert np.mean([abs(best_constant(published) / p - 1) for p in published]) == pytest.approx(0.25 / 3)


def test_ranks_are_right_when_the_order_is(three: list[Case]) -> None:
    ordered = sorted(three, key=lambda c: c.modelled)
    rising = [replace(c, published=c.published.model_copy(update={"value": v})) for c, v in zip(ordered, (10.0, 500.0, 501.0), strict=True)]
    falling = [replace(c, published=c.published.model_copy(update={"value": v})) for c, v in zip(ordered, (3.0, 2.0, 1.0), strict=True)]
    assert rank_correlation(rising) == pytest.approx(1.0)
    assert rank_correlation(falling) == pytest.approx(-1.0)


def drawn(case: Case, values: list[float]) -> Case:
    """The case with these possible worlds, all of the footprint in one line of its first published stage."""
    stage = (case.published.boundary or ("materials",))[0]
    draws = Draws(case.product, (stage,), ("all",), np.array(values)[:, None], np.arange(len(values)), values[0], 1, 0)
    return replace(case, draws=draws)


def test_the_ranked_probability_score_of_a_sure_model_is_its_error(three: list[Case]) -> None:
    """All worlds alike: E|X - y| - E|X - X'| / 2 = |x - y|; over y. Two worlds y and y + 2a: E|X - y| = a, E|X - X'| = a: a / 2."""
    case = three[2]
    published = case.published.value or 0.0
    sure = drawn(case, [1.3 * published] * 8)
    assert interval_honesty([sure])["crps"] == pytest.approx(0.3)
    assert interval_honesty([sure])["inside"] == 0.0
    two = drawn(case, [published, 1.4 * published])
    assert interval_honesty([two])["crps"] == pytest.approx(0.1)


def test_a_published_total_between_the_5th_and_95th_percentile_is_inside(three: list[Case]) -> None:
    case = three[2]
    published = case.published.value or 0.0
    assert drawn(case, list(np.linspace(0.5, 1.2, 101) * published)).inside_interval is True
    assert drawn(case, list(np.linspace(0.5, 1.02, 101) * published)).inside_interval is False


# As shipped: the bars that the project sets itself


def test_the_shipped_model_meets_its_bars(cases: list[Case]) -> None:
    summary = summarise(cases)
    assert summary["with_at_least_5_verified_items"]["median_absolute_error"] <= 0.20
    assert summary["comparable"]["median_absolute_error"] <= 0.25
    assert summary["stage_share_median_points"] <= 10
    assert summary["skill_against_family_constants"] > 0.3
    assert summary["families"]["phone"]["spearman"] > 0.5
    assert summary["interval"]["crps"] < summary["interval"]["crps_factor_of_two"]


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [
        ("iphone_11_64", "iphone_13_pro_128"),
        ("xiaomi_13", "xiaomi_14_ultra"),
        ("redmi_note_12_5g", "xiaomi_12"),
        ("fairphone_3", "galaxy_s21"),
    ],
)
def test_phones_rank_as_their_content_does(smaller: str, larger: str) -> None:
    """More memory, a larger processor and display, more cameras: a larger footprint."""
    from inventories.assessing import assess_file

    scores = unit_scores()
    assert assess_file(smaller, scores).total < assess_file(larger, scores).total


@pytest.mark.parametrize(
    ("parameter", "low", "high"), [("storage", 128, 512), ("ram", 6, 16), ("display_diagonal", 5.5, 6.9), ("soc_die_area", 80, 140)]
)
def test_a_phone_grows_with_each_thing_that_it_holds(parameter: str, low: float, high: float) -> None:
    from inventories.assessing import assess_file

    scores = unit_scores()
    assert assess_file("smartphone", scores, {parameter: low}).total < assess_file("smartphone", scores, {parameter: high}).total


def test_memory_of_a_later_year_is_smaller() -> None:
    from inventories.assessing import assess_file

    scores = unit_scores()
    older, newer = (assess_file("smartphone", scores, {"launch_year": year, "storage": 512}).total for year in (2019, 2024))
    assert newer < older
