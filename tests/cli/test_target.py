"""`lifeloop target`: paths, on, behind or ahead, reviews."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

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


@pytest.mark.parametrize(("value", "unit"), [(0.2, "1"), (0.2, ""), (20, "%"), (0.2, "share")])
def test_a_logged_share_is_read_in_its_unit(run: Lifeloop, value: float, unit: str) -> None:
    words = ("--value", value, "--unit", unit, "--year", 2024, "--source", "report")
    run("company", "add", "figure", "renewable electricity share", *words)
    run(
        "target",
        "add",
        "--id",
        "green",
        "--metric",
        "renewable_share",
        "--base-year",
        2021,
        "--base-value",
        0.1,
        "--target-year",
        2040,
        "--share",
        1,
        *SET,
    )
    assert standings(run)["green"]["actual"] == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("removals", "unit", "status"), [(100, "t CO2e", "on"), (100_000, "kg CO2e", "on"), (99, "t", "behind"), (0.1, "kt CO2e", "on")]
)
def test_removals_are_read_in_their_unit(emitted: Lifeloop, removals: float, unit: str, status: str) -> None:
    # 1,000 t in 2021, 10 % of them may remain in 2025 and must be taken out of the air
    words = ("--scopes", "1+2", "--scope2", "market", "--co2e", 100, "--year", 2025, "--source", "report")
    emitted("company", "add", "emission", *words)
    emitted("target", "add", "--id", "zero", *OWN, "--target-year", 2025, "--path", "net_zero", "--residual", 0.1, *SET)
    emitted("company", "add", "figure", "removals", "--value", removals, "--unit", unit, "--year", 2025, "--source", "report")
    assert standings(emitted)["zero"]["status"] == status


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


# Pictures


def in_picture(path: Path) -> list[str]:
    """The words of an SVG, in their order."""
    return [text for element in ElementTree.fromstring(path.read_text(encoding="utf-8")).iter() if (text := (element.text or "").strip())]


@pytest.fixture
def three(emitted: Lifeloop) -> Lifeloop:
    """A target that is ahead, one of a share that is behind, and one without a base value."""
    emitted("target", "add", "--id", "own", *OWN, "--target-year", 2030, "--path", "sbti_1_5c", *SET)
    for year, share in ((2021, 0.2), (2024, 0.21)):
        name = "renewable electricity share"
        emitted("company", "add", "figure", name, "--value", share, "--unit", "1", "--year", year, "--source", "report")
    emitted("target", "add", "--id", "green", "--metric", "renewable_share", "--base-year", 2021, "--target-year", 2031, "--share", 1, *SET)
    lost = ("--scopes", "1,2", "--scope2", "location", "--base-year", 2021, "--target-year", 2030, "--reduction", 0.7)
    emitted("target", "add", "--id", "lost", *lost, *SET)
    return emitted


def test_a_picture_tells_base_path_actual_values_and_status(three: Lifeloop, tmp_path: Path) -> None:
    assert three("target", "status", "--plot", tmp_path / "a.svg").exit_code == 0
    words = in_picture(tmp_path / "a.svg")
    # 1000 t less 4.2 % a year for three years are 874 t; a tenth of the way from 20 % to 100 % is 28 %, and three tenths are 44 %
    assert {
        "own: scopes 1+2 (scope 2: market-based)",
        "ahead in 2024: 800.0 t CO2e, the path says 874.0",
        "green: renewable electricity",
        "behind in 2024: 21.0 %, the path says 44.0 %",
        "lost: scopes 1+2 (scope 2: location-based)",
        "unknown: no base value in 2024",
    } <= set(words)
    assert {"base year", "path", "target", "actual", "ahead", "behind"} <= set(words)
    # what shall be reached: 1000 x (1 - 9 x 0.042) t, all electricity, 30 % of a base that is not known
    assert {"622.0", "100.0 %", "30.0 %"} <= set(words)


def test_a_picture_of_one_target_is_the_same_again(three: Lifeloop, tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg"):
        assert three("target", "status", "--id", "own", "--plot", tmp_path / name).exit_code == 0
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert not any("green" in word for word in in_picture(tmp_path / "a.svg"))
    assert three("target", "status", "--plot", tmp_path / "a.png").exit_code == 0
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_of_another_form_or_of_nothing_is_not_made(run: Lifeloop, emitted: Lifeloop, tmp_path: Path) -> None:
    assert emitted("target", "status", "--plot", tmp_path / "a.gif").exit_code == 2
    assert run("target", "status", "--plot", tmp_path / "a.svg").exit_code == 0
    assert not (tmp_path / "a.svg").exists()


def test_the_gap_of_a_share_is_told_in_points(three: Lifeloop) -> None:
    assert "-23.0 points" in three("target", "status", "--id", "green").stdout


def test_chinese_words_are_drawn_or_said_to_be_missing(emitted: Lifeloop, tmp_path: Path) -> None:
    emitted("company", "add", "emission", "--scopes", "1", "--co2e", 5, "--segment", "手机", *SET)
    emitted(
        "target",
        "add",
        "--id",
        "phones",
        "--scopes",
        "1",
        "--segment",
        "手机",
        "--base-year",
        2021,
        "--target-year",
        2030,
        "--reduction",
        0.5,
        *SET,
    )
    drawn = emitted("target", "status", "--plot", tmp_path / "a.svg")
    assert (drawn.exit_code, drawn.stderr) == (0, "")
    assert "phones: scope 1, 手机" in in_picture(tmp_path / "a.svg")
    photo = emitted("target", "status", "--plot", tmp_path / "a.png")
    assert photo.exit_code == 0
    assert photo.stderr == "" or photo.stderr.startswith("Warning: no font here writes every sign of a.png")
