"""The data-quality rating and its weighting by contribution."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from cli.choices import Choices
from inventories.background_queries import show_process
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


def test_a_process_is_rated_by_its_own_rows(scores: UnitScores) -> None:
    """By hand from the rows that `background show` gives."""
    shown = show_process("aluminium, sheet", "CN")
    rows = [(abs(e["value"]), [int(x) for x in e["pedigree"].split(";")]) for e in shown["exchanges"]]
    whole = sum(weight for weight, _ in rows)
    found = quality_of_process("aluminium, sheet", "CN", ScoreBasis(scores, "AR6-GWP100"))
    assert found.technology == pytest.approx(sum(w * p[4] for w, p in rows) / whole)
    assert found.precision == pytest.approx(sum(w * p[0] for w, p in rows) / whole)


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
