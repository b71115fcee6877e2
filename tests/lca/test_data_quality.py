"""The data-quality rating and its weighting by contribution."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

from cli.choices import Choices
from inventories.background_queries import show_process
from inventories.chain_quality import _settled
from inventories.rating import DataQuality, ScoreBasis, quality_of_process
from lca.data_quality import Quality, level, mean_quality, most_relevant, quality_of_pedigree, weighted_by_contribution
from lca.errors import InputError
from lca.scores import UnitScores


def test_the_rating_is_the_mean_of_four() -> None:
    assert Quality(technology=1, geography=2, time=3, precision=4).rating == 2.5


def test_a_large_contribution_weighs_more_and_a_credit_weighs_by_its_size() -> None:
    # 6 kg all primary, 3 kg not, a credit of 1 kg primary: 7 of 10
    assert weighted_by_contribution([1, 0, 1], [6, 3, -1]) == pytest.approx(0.7)


def test_nothing_to_weigh_by_and_ratings_off_the_scale_are_refused() -> None:
    with pytest.raises(InputError):
        weighted_by_contribution([1.0], [0.0])
    with pytest.raises(InputError):
        Quality(technology=0, geography=2, time=3, precision=4)


def test_the_ratings_of_a_pedigree_are_told_apart() -> None:
    quality = quality_of_pedigree((1, 5, 2, 3, 4))
    assert (quality.precision, quality.time, quality.geography, quality.technology) == (1, 2, 3, 4)


def test_the_mean_of_ratings_weighs_each_by_its_contribution() -> None:
    mean = mean_quality([Quality(1, 1, 1, 1), Quality(4, 2, 1, 5)], [3.0, -1.0])
    assert mean == Quality(technology=1.75, geography=1.25, time=1.0, precision=2.0)


def test_the_most_relevant_make_eighty_percent_by_size() -> None:
    assert most_relevant([1.0, 50.0, -30.0, 19.0]) == [1, 2]
    assert most_relevant([10.0, 10.0, 10.0, 10.0, 10.0]) == [0, 1, 2, 3]


@pytest.mark.parametrize(("rating", "word"), [(1.5, "excellent"), (1.51, "very good"), (3.0, "good"), (4.0, "fair"), (4.01, "poor")])
def test_levels(rating: float, word: str) -> None:
    assert level(rating) == word


def told(path: Path, *options: str) -> DataQuality:
    """The ratings of a product file."""
    factors = Path(options[0]) if options else None
    choices = Choices(changes={}, scenario=None, scenarios=None, method="AR6-GWP100", factors=factors)
    return choices.rating(str(path), choices.assess(str(path)))


def test_an_estimated_amount_and_a_place_that_is_not_known_lower_the_rating(phone_file: Callable[..., Path]) -> None:
    def case(**words: str) -> Quality:
        lines = told(phone_file(**words)).lines
        return next(line.quality for line in lines if line.part == "case")

    assert case(source="estimate").precision >= 4
    assert case(source="spec").precision <= case(source="estimate").precision
    assert case(place="CN").geography < case(place="BR").geography  # no sheet of that place: the world's was taken


def test_a_process_is_rated_by_its_rows_and_by_what_is_behind_them(scores: UnitScores) -> None:
    """From the rows that `background show` gives: each as good as the worse of itself and its provider."""
    by = ScoreBasis(scores, "AR6-GWP100")
    shown = show_process("aluminium, sheet", "CN")["exchanges"]

    def rated(process: str, location: str) -> Quality:
        return quality_of_process(process, scores.catalogue.find(process, location).location, by)

    found = rated("aluminium, sheet", "CN")
    whole = sum(abs(e["value"]) for e in shown)
    for number, name in ((4, "technology"), (3, "geography"), (2, "time"), (0, "precision")):
        expected = 0.0
        for e in shown:
            row = float(e["pedigree"].split(";")[number])
            behind = getattr(rated(e["flow"], e["flow_location"]), name) if e["kind"] == "input" else 1.0
            expected += abs(e["value"]) * max(row, behind) / whole
        assert getattr(found, name) == pytest.approx(expected)


def test_loops_are_followed_until_the_ratings_settle() -> None:
    """A = (2 + B) / 2 and B = (4 + A) / 2: a half from its own emissions, rated 2 and 4, a half from the other: 8/3 and 10/3."""
    consumer, provider = np.array([0, 0, 1, 1]), np.array([-1, 1, -1, 0])
    of_rows = np.array([[2.0], [1.0], [4.0], [1.0]])
    assert _settled(consumer, provider, np.ones(4), of_rows, {}, 2)[:, 0] == pytest.approx([8 / 3, 10 / 3])
    # an own factor, rated 1, stands for B: A = (2 + 1) / 2
    assert _settled(consumer, provider, np.ones(4), of_rows, {1: [1.0]}, 2)[:, 0] == pytest.approx([1.5, 1.0])


def test_what_is_behind_is_never_better_than_the_row_that_takes_it() -> None:
    """A row rated 4 takes all from a process rated 2: 4. A row rated 1 takes all from one rated 2: 2."""
    consumer, provider = np.array([0, 1, 2]), np.array([2, 2, -1])
    rated = _settled(consumer, provider, np.ones(3), np.array([[4.0], [1.0], [2.0]]), {}, 3)[:, 0]
    assert rated == pytest.approx([4.0, 2.0, 2.0])


def test_primary_data_are_own_factors_and_verified_measurements_of_this_product(phone_file: Callable[..., Path], tmp_path: Path) -> None:
    assert told(phone_file()).primary_share == 0
    measured = told(phone_file(source="spec\n      pedigree: [1, 1, 1, 1, 1]"))
    case = next(line for line in measured.lines if line.part == "case")
    assert case.primary
    assert measured.primary_share == pytest.approx(case.value / sum(line.value for line in measured.lines))
    table = tmp_path / "own.csv"
    table.write_text(
        "process,location,unit,category,kgco2e,low,high,source,publisher,year,valid_until\n"
        '"aluminium, sheet",CN,kg,metal,5,4,6,Supplier statement,A supplier,2024,2027-12-31\n',
        encoding="utf-8",
    )
    assert next(line for line in told(phone_file(), str(table)).lines if line.part == "case").primary


def test_explain_and_assess_tell_the_same_ratings(lifeloop: Callable[..., Result]) -> None:
    assessed = json.loads(lifeloop("assess", "smartwatch", "--quality", "--json").stdout)[0]["data_quality"]
    explained = json.loads(lifeloop("explain", "smartwatch", "--json").stdout)["lines"]
    assert [line["rating"] for line in assessed["lines"]] == [line["rating"] for line in explained]
    assert 1 <= assessed["rating"] <= 5
    assert 0 <= assessed["primary_data_share"] <= 1
    assert "data-quality rating" in lifeloop("assess", "smartwatch", "--quality").stdout
