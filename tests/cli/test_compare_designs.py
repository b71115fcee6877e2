"""`lifeloop compare` of three and more designs, by year or km of service, and in the same possible worlds."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Cli = Callable[..., Result]
THREE = ("xiaomi_13", "xiaomi_14", "fairphone_6")


def answer(result: Result) -> Any:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def totals(lifeloop: Cli, *names: str) -> list[float]:
    return [f["total"]["value"] for f in answer(lifeloop("assess", *names, "--json"))]


def test_three_designs_each_against_the_first(lifeloop: Cli) -> None:
    found = answer(lifeloop("compare", *THREE, "--json"))
    expected = totals(lifeloop, *THREE)
    assert [d["product"] for d in found["designs"]] == list(THREE)
    assert [d["total"]["value"] for d in found["designs"]] == pytest.approx(expected, rel=1e-12)
    assert [c["difference"]["value"] for c in found["comparisons"]] == pytest.approx([t - expected[0] for t in expected[1:]], rel=1e-9)
    assert "discernibility" not in found


def test_three_designs_in_the_same_worlds(lifeloop: Cli) -> None:
    found = answer(lifeloop("compare", *THREE, "--uncertainty", 60, "--json"))["discernibility"]
    assert found["designs"] == list(THREE)
    assert found["draws"] == 60
    matrix = found["probability_row_lower"]
    for i in range(3):
        for j in range(3):
            assert matrix[i][j] + matrix[j][i] == pytest.approx(1.0)
    assert sum(found["probability_lowest"].values()) == pytest.approx(1.0)
    # the matrix says of two designs what their own comparison says
    pair = answer(lifeloop("compare", "xiaomi_13", "xiaomi_14", "--uncertainty", 60, "--json"))
    assert matrix[0][1] == pair["probability_a_lower"]


def test_a_design_against_itself_is_never_decided(lifeloop: Cli) -> None:
    found = answer(lifeloop("compare", "xiaomi_13", "xiaomi_13", "xiaomi_14", "--uncertainty", 20, "--json"))["discernibility"]
    assert found["designs"] == ["xiaomi_13 #1", "xiaomi_13 #2", "xiaomi_14"]
    assert found["probability_row_lower"][0][1] == 0.5


def test_three_designs_as_csv_and_for_people(lifeloop: Cli) -> None:
    rows = list(csv.DictReader(io.StringIO(lifeloop("compare", *THREE, "--csv").stdout)))
    assert [float(r["total"]) for r in rows] == pytest.approx(totals(lifeloop, *THREE), rel=1e-12)
    text = lifeloop("compare", *THREE, "--uncertainty", 20).stdout
    assert "row is lower" in text
    assert "lowest of 3" in text


def test_one_of_another_kind_is_refused(lifeloop: Cli) -> None:
    assert lifeloop("compare", "xiaomi_13", "xiaomi_14", "xiaomi_su7", "--json").exit_code == 2


def longer(tmp_path: Path) -> Path:
    path = tmp_path / "longer.yaml"
    path.write_text(
        "id: longer\nname: Longer\ncategory: smartphone\nextends: xiaomi_14\nservice_life: {value: 6, unit: year, source: estimate}\n",
        encoding="utf-8",
    )
    return path


def test_by_the_year_the_longer_life_wins(lifeloop: Cli, tmp_path: Path) -> None:
    by_unit = answer(lifeloop("compare", "xiaomi_14", longer(tmp_path), "--json"))
    by_year = answer(lifeloop("compare", "xiaomi_14", longer(tmp_path), "--per", "year", "--json"))
    assert by_unit["difference"]["value"] > 0 > by_year["difference"]["value"]
    assert by_year["a"]["total"]["value"] == pytest.approx(by_unit["a"]["total"]["value"] / 3, rel=1e-12)
    assert by_year["b"]["total"]["value"] == pytest.approx(by_unit["b"]["total"]["value"] / 6, rel=1e-12)
    assert sum(line["difference"] for line in by_year["lines"]) == pytest.approx(by_year["difference"]["value"], rel=1e-9)
    assert any("service lives differ" in w for w in by_unit["warnings"])
    assert any("per year of service" in w for w in by_year["warnings"])


def test_draws_are_by_the_year_too(lifeloop: Cli, tmp_path: Path) -> None:
    found = answer(lifeloop("compare", "xiaomi_14", longer(tmp_path), "--per", "year", "--uncertainty", 20, "--json"))
    assert found["probability_a_lower"] == 0.0
    assert found["difference_draws"]["p95"] < 0


def test_cars_are_compared_by_the_kilometre(lifeloop: Cli) -> None:
    found = answer(lifeloop("compare", "xiaomi_su7", "bmw_320i_g20", "--per", "km", "--json"))
    assert 0.05 < found["a"]["total"]["value"] < found["b"]["total"]["value"] < 0.5
    assert "per km" in lifeloop("compare", "xiaomi_su7", "bmw_320i_g20", "--per", "km").stdout


def test_a_phone_has_no_kilometres(lifeloop: Cli) -> None:
    result = lifeloop("compare", "xiaomi_13", "xiaomi_14", "--per", "km", "--json")
    assert result.exit_code == 3
    assert json.loads(result.stderr)["hint"] == "use --per year"
