"""Who is lower than whom, by hand on four worlds, and what the matrix must obey on any."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca.comparison import distinct
from lca.discernibility import Discernibility, PairedDesigns
from lca.errors import LifeloopError
from lca.uncertainty import Draws


def draws(name: str, totals: list[float], numbers: list[int] | None = None, seed: int = 42) -> Draws:
    """A design of one line with these totals."""
    values = np.array(totals)[:, None]
    return Draws(name, ("materials",), ("case",), values, np.array(numbers or range(len(totals))), float(values.mean()), seed, 0)


def of(*designs: Draws) -> Discernibility:
    return Discernibility(tuple(d.product for d in designs), designs)


A, B, C = draws("a", [1, 2, 3, 4]), draws("b", [2, 2, 2, 5]), draws("c", [9, 9, 9, 1])


def test_the_matrix_by_hand() -> None:
    """a against b: lower, tie, higher, lower: 2.5 of 4; c is lower than both in the last world only."""
    expected = [[0.5, 0.625, 0.75], [0.375, 0.5, 0.75], [0.25, 0.25, 0.5]]
    assert of(A, B, C).matrix.tolist() == expected


def test_how_often_each_is_the_lowest_by_hand() -> None:
    """Worlds: a; a and b; b; c."""
    assert of(A, B, C).probability_lowest.tolist() == [0.375, 0.375, 0.25]
    assert "a is the lowest of 3 in 38% of 4 possible worlds" in of(A, B, C).sentence


def test_the_matrix_of_two_is_the_paired_comparison() -> None:
    assert of(A, B).matrix[0, 1] == PairedDesigns(A, B).probability_a_lower


def test_only_worlds_that_all_have_are_compared() -> None:
    """The second design has no world 0; the pairing is by the number of the draw, not by its row."""
    late = draws("late", [2, 2, 5], numbers=[1, 2, 3])
    made = of(A, late)
    assert made.numbers.tolist() == [1, 2, 3]
    assert made.matrix[0, 1] == pytest.approx((0.5 + 0 + 1) / 3)


@pytest.mark.parametrize("other", [draws("x", [1, 2], seed=7), draws("x", [1, 2], numbers=[8, 9])])
def test_worlds_of_different_seeds_or_without_common_numbers_are_refused(other: Draws) -> None:
    with pytest.raises(LifeloopError, match="not of the same worlds"):
        of(A, other)


def test_the_contract() -> None:
    found = of(A, B, C).to_dict()
    assert found.keys() == {"designs", "probability_row_lower", "interval", "probability_lowest", "draws", "seed", "left_out"}
    assert found["probability_lowest"] == {"a": 0.375, "b": 0.375, "c": 0.25}
    for row, intervals in zip(found["probability_row_lower"], found["interval"], strict=True):
        assert all(low <= share <= high for share, (low, high) in zip(row, intervals, strict=True))


@given(st.lists(st.lists(st.integers(0, 5), min_size=6, max_size=6), min_size=2, max_size=5))
def test_laws_of_the_matrix(totals: list[list[int]]) -> None:
    """P(a < b) + P(b < a) = 1 with ties halved; the shares of being the lowest sum to 1."""
    made = of(*(draws(f"d{i}", [float(x) for x in row]) for i, row in enumerate(totals)))
    assert made.matrix + made.matrix.T == pytest.approx(np.ones((len(totals), len(totals))))
    assert made.probability_lowest.sum() == pytest.approx(1.0)


def test_names_that_come_twice_get_a_number() -> None:
    assert distinct(["a", "b", "a"]) == ("a #1", "b", "a #2")


def of_lines(name: str, *columns: list[float], stages: tuple[str, ...] | None = None, numbers: list[int] | None = None) -> Draws:
    """A design of several lines, one column of worlds each."""
    values = np.array(columns, dtype=float).T
    stages = stages or ("materials",) * len(columns)
    parts = tuple(f"part {i}" for i in range(len(columns)))
    return Draws(name, stages, parts, values, np.array(numbers or range(len(values))), float(values.mean()), 42, 0)


WORLDS = [1.0, 1.1, 0.7, 1.3]
WHOLE = of_lines("whole", [0.3 * w for w in WORLDS])
SPLIT = of_lines("split", *[[0.1 * w for w in WORLDS]] * 3)


def test_the_same_lines_split_are_a_tie_in_every_world() -> None:
    """0.3 against 0.1 + 0.1 + 0.1: the sums differ in the last digit, the designs do not."""
    assert (WHOLE.totals != SPLIT.totals).any()
    pair = PairedDesigns(WHOLE, SPLIT)
    assert pair.difference.tolist() == [0.0] * 4
    assert pair.probability_a_lower == 0.5
    assert pair.sentence == "whole and split are the same in all of 4 possible worlds."
    made = of(WHOLE, SPLIT, of_lines("higher", [9.0] * 4))
    assert made.matrix[:2, :2].tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert made.probability_lowest.tolist() == [0.5, 0.5, 0.0]


def test_noise_is_measured_by_what_is_added_up_not_by_what_is_left() -> None:
    """1,000 kg and a credit of 1,000 kg leave 1e-13 of noise; a hundred-thousandth of a kilogram is a difference."""
    low, noisy = of_lines("low", [1000.0], [-1000.0]), of_lines("noisy", [1000.0 + 1e-12], [-1000.0])
    assert PairedDesigns(low, noisy).probability_a_lower == 0.5
    assert PairedDesigns(low, of_lines("higher", [1000.0 + 1e-5], [-1000.0])).probability_a_lower == 1.0


def test_the_difference_by_stage_by_hand() -> None:
    """Worlds 1 and 2 are shared. a: 2, 3 of materials and 1, 1 of use; b: 5, 5 of materials and 1, 2 of use."""
    a = of_lines("a", [9, 2, 3], [9, 1, 1], stages=("materials", "use"), numbers=[0, 1, 2])
    b = of_lines("b", [5, 5], [1, 2], stages=("materials", "use"), numbers=[1, 2])
    pair = PairedDesigns(a, b)
    assert pair.of_stage("materials").tolist() == [3, 2]
    assert pair.of_stage("use").tolist() == [0, 1]
    assert pair.difference.tolist() == [3, 3]
    found = pair.to_dict()["difference_draws"]
    assert (found["direction"], found["median"], found["stages"]["materials"]["mean"]) == ("b - a", 3.0, 2.5)
