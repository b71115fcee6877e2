"""`lifeloop target`: paths, on, behind or ahead, reviews."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Lifeloop = Callable[..., Result]
SET = ("--year", "2021", "--source", "plan")
OWN = ("--scopes", "1,2", "--scope2", "market", "--base-year", 2021)


@pytest.fixture
def run(lifeloop: Lifeloop, tmp_path: Path) -> Lifeloop:
    """`lifeloop ...` on a book of this test."""
    return lambda *args: lifeloop("--records", tmp_path / "company.book", *args)


@pytest.fixture
def emitted(run: Lifeloop) -> Lifeloop:
    """Scopes 1+2 of 1,000 t in 2021 and 800 t in 2024."""
    for year, tonnes in ((2021, 1000), (2024, 800)):
        words = ("--scopes", "1+2", "--scope2", "market", "--co2e", tonnes, "--year", year, "--source", "report")
        assert run("company", "add", "emission", *words).exit_code == 0
    return run


def standings(run: Lifeloop, *words: Any) -> dict[str, dict[str, Any]]:
    made = run("target", "status", "--json", *words)
    assert made.exit_code == 0, made.stderr
    return {row["id"]: row for row in json.loads(made.stdout)}


@pytest.mark.parametrize(
    ("path", "expected", "status"),
    [
        (("--target-year", 2030, "--reduction", 0.7), 1000 * (1 - 0.7 / 3), "behind"),
        (("--target-year", 2030, "--reduction", 0.6), 800, "on"),
        (("--target-year", 2030, "--path", "sbti_1_5c"), 1000 * (1 - 3 * 0.042), "ahead"),
        (("--target-year", 2030, "--path", "sbti_well_below_2c"), 925, "ahead"),
        (("--target-year", 2050, "--path", "net_zero", "--residual", 0.1), 1000 - 900 * 3 / 29, "ahead"),
    ],
)
def test_on_behind_or_ahead_of_the_path(emitted: Lifeloop, path: tuple[Any, ...], expected: float, status: str) -> None:
    assert emitted("target", "add", "--id", "own", *OWN, *path, *SET).exit_code == 0
    found = standings(emitted)["own"]
    assert found["year"] == 2024
    assert (found["expected"], found["actual"], found["status"]) == (pytest.approx(expected), 800, status)
    assert status in emitted("target", "status").stdout


def test_a_year_without_a_figure_is_unknown(emitted: Lifeloop) -> None:
    emitted("target", "add", "--id", "own", *OWN, "--target-year", 2030, "--reduction", 0.7, *SET)
    assert standings(emitted, "--year", 2023)["own"]["status"] == "unknown: no value yet"


def test_net_zero_needs_removals_for_what_remains(emitted: Lifeloop) -> None:
    emitted("target", "add", "--id", "zero", *OWN, "--target-year", 2024, "--path", "net_zero", "--residual", 0.8, *SET)
    assert standings(emitted)["zero"]["status"] == "behind"
    emitted("company", "add", "figure", "removals", "--value", 800, "--unit", "t CO2e", "--year", 2024, "--source", "registry")
    assert standings(emitted)["zero"]["status"] == "on"


def test_renewable_electricity_from_what_was_bought(run: Lifeloop) -> None:
    where = ("--grid", "CN", "--factor", 0.6, "--source", "meter")
    for year, green in ((2021, 100), (2024, 400)):
        run("company", "add", "electricity", "--kwh", 1000, "--year", year, *where)
        more = ("--instrument", "certificate", "--renewable", "--grid", "CN", "--source", "certificates")
        run("company", "add", "electricity", "--kwh", green, "--year", year, *more)
    run("target", "add", "--id", "green", "--metric", "renewable_share", "--base-year", 2021, "--target-year", 2040, "--share", 1, *SET)
    found = standings(run)["green"]
    assert (found["base"], found["actual"], found["status"]) == (pytest.approx(0.1), pytest.approx(0.4), "ahead")
    assert found["expected"] == pytest.approx(0.1 + 0.9 * 3 / 19)


def test_more_than_half_green_in_the_vehicle_supply_chain(run: Lifeloop) -> None:
    share = ("--status", "green_electricity", "--value", 0.43, "--chain", "vehicles", "--year", 2024, "--source", "report")
    run("supplier", "add", "tier-one average", *share)
    words = ("--metric", "supplier_green_share", "--supply-chain", "vehicles", "--base-year", 2024, "--target-year", 2025, "--share", 0.5)
    assert run("target", "add", "--id", "vehicles", *words, *SET).exit_code == 0
    assert standings(run)["vehicles"]["status"] == "on"
    found = standings(run, "--year", 2025)["vehicles"]
    assert (found["status"], found["gap"]) == ("behind", pytest.approx(-0.07))


@pytest.mark.parametrize(
    "words",
    [
        ("--scopes", "1,2", "--base-year", 2021, "--target-year", 2030, "--reduction", 0.7),
        (*OWN, "--target-year", 2021, "--reduction", 0.7),
        (*OWN, "--target-year", 2030),
        (*OWN, "--target-year", 2030, "--reduction", 70),
        (*OWN, "--target-year", 2030, "--path", "sbti_1_5c", "--reduction", 0.7),
        ("--metric", "renewable_share", "--base-year", 2021, "--target-year", 2030, "--reduction", 0.7),
        ("--metric", "supplier_green_share", "--base-year", 2021, "--target-year", 2030, "--share", 0.7),
    ],
)
def test_a_target_that_does_not_say_what_it_is_is_refused(run: Lifeloop, words: tuple[Any, ...], tmp_path: Path) -> None:
    assert run("target", "add", "--id", "own", *words, *SET).exit_code == 3
    assert not (tmp_path / "company.book").exists()


def test_a_target_logged_again_is_its_new_wording(emitted: Lifeloop) -> None:
    for reduction in (0.5, 0.7):
        emitted("target", "add", "--id", "own", *OWN, "--target-year", 2030, "--reduction", reduction, *SET)
    assert [t["reduction"] for t in json.loads(emitted("target", "list", "--json").stdout)] == [0.7]
    assert "-70 %" in emitted("target", "list").stdout


def test_reviews_are_logged_and_the_last_one_is_shown(emitted: Lifeloop) -> None:
    emitted("target", "add", "--id", "own", *OWN, "--target-year", 2030, "--reduction", 0.7, *SET)
    assert standings(emitted)["own"]["last_review"] is None
    for day, outcome in (("2023-03-01", "confirmed"), ("2024-03-01", "changed")):
        words = ("--outcome", outcome, "--reviewer", "board", "--date", day, "--source", "minutes", "--next-review", "2025-03-01")
        assert emitted("target", "review", "own", *words).exit_code == 0
    last = {"date": "2024-03-01", "outcome": "changed", "reviewer": "board", "next_review": "2025-03-01"}
    assert standings(emitted)["own"]["last_review"] == last
    assert [row["outcome"] for row in json.loads(emitted("target", "reviews", "--json").stdout)] == ["confirmed", "changed"]


def test_an_unknown_target_gets_the_nearest(emitted: Lifeloop) -> None:
    emitted("target", "add", "--id", "own-2030", *OWN, "--target-year", 2030, "--reduction", 0.7, *SET)
    made = emitted("target", "status", "--id", "own-2031")
    assert (made.exit_code, "did you mean 'own-2030'?" in made.stderr) == (2, True)
    reviewed = emitted("target", "review", "own-2031", "--outcome", "noted", "--reviewer", "board", *SET)
    assert reviewed.exit_code == 2


def test_each_target_stands_at_its_own_last_year(emitted: Lifeloop) -> None:
    emitted("target", "add", "--id", "own", *OWN, "--target-year", 2030, "--reduction", 0.7, *SET)
    emitted("company", "add", "figure", "rating", "--text", "gold", "--year", 2025, "--source", "agency")
    assert standings(emitted)["own"]["year"] == 2024
