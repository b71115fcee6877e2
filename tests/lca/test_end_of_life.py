"""The end-of-life formulas against hand-made sums and against each other where one is a limit of another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lca.end_of_life import METHODS, Scores, Shares, circular_footprint, cut_off, end_of_life, fifty_fifty, substitution
from lca.errors import InputError

E = Scores(virgin=10.0, recycled=2.0, recycling=1.5, replaced=9.0, disposal=0.5, energy_recovery=3.0, energy_replaced=1.0)
P = Shares(a=0.2, r1=0.4, r2=0.5, r3=0.2, quality_in=0.9, quality_out=0.8)


def test_every_term_by_hand() -> None:
    t = circular_footprint(P, E)
    assert (t.virgin, t.recycled, t.scrap_debit) == pytest.approx((6.0, 0.16, 2.88))
    assert (t.recycling, t.material_credit) == pytest.approx((0.6, -2.88))
    assert (t.energy_recovery, t.energy_credit, t.disposal) == pytest.approx((0.6, -0.2, 0.15))
    assert t.total == pytest.approx(7.31)
    assert t.credits == pytest.approx(-3.08)
    assert t.burdens == pytest.approx(10.39)


def test_a_of_one_without_energy_recovery_is_the_cut_off() -> None:
    p = replace(P, a=1.0, r3=0.0)
    assert circular_footprint(p, E) == cut_off(p, E)
    assert cut_off(p, E).total == pytest.approx(0.6 * 10 + 0.4 * 2 + 0.5 * 0.5)
    assert cut_off(p, E).credits == 0


@pytest.mark.parametrize("change", [{"quality_in": 1.0}, {"r1": 0.0}])
def test_a_of_zero_is_substitution_when_quality_in_is_one_or_nothing_is_recycled_content(
    change: dict[str, float],
) -> None:
    p = replace(P, a=0.0, r3=0.0, **change)
    assert circular_footprint(p, E).total == pytest.approx(substitution(p, E).total)
    assert substitution(p, E).total == pytest.approx(10 + 0.5 * (1.5 - 9 * 0.8) + 0.5 * 0.5)


def test_a_of_zero_is_not_substitution_when_the_recycled_input_is_of_lower_quality() -> None:
    p = replace(P, a=0.0, r3=0.0)
    assert circular_footprint(p, E).total == pytest.approx(substitution(p, E).total - 0.4 * 10 * 0.1)


def test_b_of_one_drops_the_energy_recovery_that_the_cut_off_keeps() -> None:
    p = replace(P, a=1.0, b=1.0)
    assert circular_footprint(p, E).energy_recovery == 0
    assert cut_off(p, E).energy_recovery == pytest.approx(0.2 * 3)


def test_fifty_fifty_is_a_and_b_of_one_half_with_quality_one() -> None:
    p = replace(P, a=0.5, b=0.5, quality_in=1.0, quality_out=1.0)
    assert fifty_fifty(P, E) == circular_footprint(p, E)


@pytest.mark.parametrize("a", [0.0, 0.2, 0.8, 1.0])
def test_recycled_content_does_not_matter_when_recycled_is_as_heavy_and_as_good_as_virgin(a: float) -> None:
    e = replace(E, recycled=E.virgin)
    totals = [circular_footprint(replace(P, a=a, r1=r1, quality_in=1.0), e).total for r1 in (0.0, 0.5, 1.0)]
    assert totals == pytest.approx([totals[0]] * 3)


def test_aluminium_keeps_four_fifths_of_recycling_and_credit_and_a_is_not_swapped() -> None:
    t = circular_footprint(Shares(a=0.2, r1=1.0, r2=1.0, r3=0.0), E)
    assert (t.recycling, t.material_credit) == pytest.approx((0.8 * 1.5, -0.8 * 9))
    assert (t.recycled, t.scrap_debit) == pytest.approx((0.2 * 2, 0.8 * 10))


@pytest.mark.parametrize("bad", [{"a": 1.1}, {"r1": -0.1}, {"r2": 0.9}, {"quality_out": float("nan")}])
def test_impossible_shares_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(InputError):
        replace(P, **bad)


def test_the_methods_named_on_the_command_line_all_exist() -> None:
    assert {m: end_of_life(m, P, E).credits < 0 for m in METHODS} == {
        "cutoff": False,
        "5050": True,
        "substitution": True,
        "cff": True,
    }
