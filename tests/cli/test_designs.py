"""Products named on the command line: under a scenario of their own, with --set for some of them, and both in the same worlds."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from cli.designs import changes_of_each, product_and_scenario
from lca.errors import UnknownName
from lca.rounding import significant

Cli = Callable[..., Result]
STEEL = """\
id: {name}
name: {name}
category: component
functional_unit: {{description: one body, quantity: 1, unit: piece}}
service_life: {{value: 5, unit: year, source: estimate}}
parameters:
  {parameter}: {{value: {kg}, unit: kg, source: estimate{range}}}
stages:
  materials: [{lines}]
"""


def steel(folder: Path, name: str, kg: float, *shares: str, parameter: str = "m", ends: str = "") -> Path:
    """A body of steel in one line or several, each with its share of the parameter."""
    shares = shares or ("1",)
    line = '{{part: {part}, process: "steel, hot-rolled coil", location: CN, amount: "{amount}", unit: kg, source: estimate}}'
    lines = ", ".join(line.format(part=f"part{i}", amount=f"{share} * {parameter}") for i, share in enumerate(shares))
    path = folder / f"{name}.yaml"
    path.write_text(STEEL.format(name=name, parameter=parameter, kg=kg, range=ends, lines=lines), encoding="utf-8")
    return path


def answer(result: Result) -> Any:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def rows_of(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.stderr
    return list(csv.DictReader(io.StringIO(result.stdout)))


# PRODUCT@SCENARIO


def test_the_last_at_parts_and_what_exists_is_not_parted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert product_and_scenario("xiaomi_14@longer_life") == ("xiaomi_14", "longer_life")
    assert product_and_scenario("me@home/phone.yaml@longer_life") == ("me@home/phone.yaml", "longer_life")
    (tmp_path / "xiaomi_14@longer_life").write_text("", encoding="utf-8")
    for whole in ("xiaomi_14@longer_life", "me@home/phone.yaml", "xiaomi_14@", "@longer_life", "xiaomi_14"):
        assert product_and_scenario(whole) == (whole, None)


def test_a_file_with_an_at_in_its_name_is_that_file(lifeloop: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    steel(tmp_path, "plain", 3).rename("xiaomi_14@longer_life")
    (found,) = answer(lifeloop("assess", "xiaomi_14@longer_life", "--json"))
    assert (found["product"], found["provenance"].get("scenario")) == ("plain", None)


def test_a_product_under_its_scenario_is_what_the_option_gives(lifeloop: Cli) -> None:
    (named,) = answer(lifeloop("assess", "xiaomi_14@longer_life", "--json"))
    (optional,) = answer(lifeloop("assess", "xiaomi_14", "--scenario", "longer_life", "--json"))
    assert named["total"] == optional["total"]
    assert named["provenance"] == optional["provenance"]
    assert (named["name"], named["file"]) == ("Xiaomi 14 under longer_life", "xiaomi_14@longer_life")
    hot = answer(lifeloop("hotspots", "xiaomi_14@longer_life", "--json"))
    assert hot["total"]["value"] == pytest.approx(named["total"]["value"], rel=1e-12)
    assert hot["nodes"][0]["label"] == "Xiaomi 14 under longer_life"


def test_its_own_scenario_comes_before_that_of_the_option(lifeloop: Cli) -> None:
    found = answer(lifeloop("compare", "xiaomi_14", "xiaomi_14@longer_life", "--scenario", "sea_freight", "--json"))
    assert (found["a"]["scenario"], found["b"]["scenario"]) == ("sea_freight", "longer_life")


def test_every_file_of_a_folder_under_a_scenario(lifeloop: Cli, tmp_path: Path) -> None:
    for name in ("one", "two"):
        text = f"id: {name}\nname: {name}\ncategory: smartphone\nextends: xiaomi_14\n"
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    found = answer(lifeloop("assess", f"{tmp_path}@longer_life", "--json"))
    assert [(f["product"], f["provenance"]["scenario"]) for f in found] == [("one", "longer_life"), ("two", "longer_life")]


def test_a_scenario_that_is_not_there_is_refused_with_those_that_are(lifeloop: Cli) -> None:
    result = lifeloop("assess", "xiaomi_14@longer_live", "--json")
    assert result.exit_code == 3
    assert json.loads(result.stderr)["hint"] == "did you mean 'longer_life'?"
    assert lifeloop("assess", "xiaomi_14@").exit_code == 3


def test_a_product_against_itself_under_a_scenario_by_hand(lifeloop: Cli) -> None:
    """Five years of charging instead of three: two thirds of the use more, in every possible world, and nothing else."""
    found = answer(lifeloop("compare", "xiaomi_14", "xiaomi_14@longer_life", "--uncertainty", 40, "--json"))
    assert found["difference"]["value"] == pytest.approx(2 / 3 * found["a"]["stages"]["use"], rel=1e-9)
    assert {line["part"] for line in found["lines"] if line["difference"]} == {"charging"}
    stages = found["difference_draws"]["stages"]
    assert found["difference_draws"]["direction"] == "b - a"
    assert {stage: set(spread.values()) for stage, spread in stages.items() if stage != "use"} == {
        stage: {0.0} for stage in found["a"]["stages"] if stage != "use"
    }
    for key in ("median", "mean", "p5", "p95"):
        assert stages["use"][key] == pytest.approx(2 / 3 * found["a"]["uncertainty"]["stages"]["use"][key], rel=1e-9)
    assert found["probability_a_lower"] == 1.0
    text = lifeloop("compare", "xiaomi_14", "xiaomi_14@longer_life", "--uncertainty", 40).stdout
    assert "xiaomi_14 is lower in 100% of 40 possible worlds" in text
    assert "Xiaomi 14 under longer_life" in text


def test_a_scenario_has_no_namesake(lifeloop: Cli) -> None:
    found = answer(lifeloop("assess", "xiaomi_14", "xiaomi_14@longer_life", "--json"))
    assert not any("is also that of" in warning for f in found for warning in f["warnings"])


# --set for those designs that have the parameter


def test_a_parameter_is_set_in_the_designs_that_have_it(lifeloop: Cli, tmp_path: Path) -> None:
    """10 kg against 21 kg: with m = 21 A is B, which has no m; it is said, and so is what none of them has."""
    a, b = steel(tmp_path, "a", 10), steel(tmp_path, "b", 21, parameter="q")
    found = answer(lifeloop("compare", a, b, "--set", "m=21", "--json"))
    assert found["difference"]["value"] == 0.0
    assert found["warnings"] == [f"--set m is for {a} only: {b} has no such parameter"]
    assert "have the same footprint" in found["sentence"]
    assert f"note: --set m is for {a} only" in lifeloop("compare", a, b, "--set", "m=21").stdout
    refused = lifeloop("compare", a, b, "--set", "mm=21", "--json")
    assert refused.exit_code == 3
    assert json.loads(refused.stderr)["hint"] == "did you mean 'm'?"


def test_a_letter_sets_a_parameter_in_one_design_only(tmp_path: Path) -> None:
    names = [str(steel(tmp_path, "a", 10)), str(steel(tmp_path, "b", 21)), "xiaomi_14"]
    of_each, said = changes_of_each(names, {"B: m": 3.0, "m": 2.0, "service_life": 4.0})
    assert of_each == [{"m": 2.0, "service_life": 4.0}, {"m": 3.0, "service_life": 4.0}, {"service_life": 4.0}]
    assert said == (f"--set m is for {names[0]}, {names[1]} only: xiaomi_14 has no such parameter",)
    with pytest.raises(UnknownName, match=r"no design of that letter.*A is .*C is xiaomi_14"):
        changes_of_each(names, {"D:m": 1.0})


def test_the_same_designs_by_letters(lifeloop: Cli, tmp_path: Path) -> None:
    """1 kg and 2 kg of the same body: B is twice A, in each of the worlds too."""
    a = steel(tmp_path, "a", 10)
    found = answer(lifeloop("compare", a, a, "--set", "A:m=1", "--set", "B:m=2", "--uncertainty", 20, "--json"))
    assert found["b"]["total"]["value"] == pytest.approx(2 * found["a"]["total"]["value"], rel=1e-12)
    assert found["difference_draws"]["median"] == pytest.approx(found["a"]["uncertainty"]["median"], rel=1e-9)
    assert found["probability_a_lower"] == 1.0


# Ties


@pytest.mark.parametrize("shares", [("0.1", "0.2", "0.7"), ("0.1",) * 10])
def test_the_same_lines_split_are_the_same_in_every_world(lifeloop: Cli, tmp_path: Path, shares: tuple[str, ...]) -> None:
    whole, split = steel(tmp_path, "whole", 3), steel(tmp_path, "split", 3, *shares)
    found = answer(lifeloop("compare", whole, split, "--uncertainty", 50, "--json"))
    assert found["difference"]["value"] == 0.0
    assert found["probability_a_lower"] == 0.5
    text = lifeloop("compare", whole, split, "--uncertainty", 50).stdout
    assert "whole and split have the same footprint." in text
    assert "whole and split are the same in all of 50 possible worlds." in text


def test_the_picture_of_no_difference(lifeloop: Cli, tmp_path: Path) -> None:
    path = tmp_path / "none.svg"
    assert lifeloop("compare", "xiaomi_14", "xiaomi_14", "--uncertainty", 20, "--plot", path).exit_code == 0
    assert "the same in all worlds" in path.read_text(encoding="utf-8")


# What values are per


def test_what_values_are_per_is_in_json_csv_and_pictures(lifeloop: Cli, tmp_path: Path) -> None:
    command = ("compare", "xiaomi_14", "xiaomi_13", "--per", "year")
    for more in ((), ("--uncertainty", "20")):
        path = tmp_path / "picture.svg"
        found = answer(lifeloop(*command, *more, "--plot", path, "--json"))
        assert "kg CO2e per year: Xiaomi 13 minus Xiaomi 14" in path.read_text(encoding="utf-8")
    assert (found["per"], found["functional_unit"]["unit"]) == ("year", "year")
    assert {found["a"]["total"]["per"], found["b"]["total"]["per"], found["difference"]["per"]} == {"year"}
    assert {row["per"] for row in rows_of(lifeloop(*command, "--csv"))} == {"year"}
    assert f"by {significant(abs(found['difference']['value']))} kg CO2e per year" in found["sentence"]
    whole = answer(lifeloop("compare", "xiaomi_14", "xiaomi_13", "--json"))
    assert (whole["per"], whole["functional_unit"]["unit"]) == ("functional unit", "piece")
    several = answer(lifeloop("compare", "xiaomi_14", "xiaomi_13", "fairphone_6", "--per", "year", "--plot", path, "--json"))
    assert (several["per"], several["designs"][2]["total"]["per"]) == ("year", "year")
    assert "kg CO2e per year" in path.read_text(encoding="utf-8")


# Possible worlds in tables and CSV


def test_assess_shows_the_percentiles_of_stages_and_total(lifeloop: Cli) -> None:
    (found,) = answer(lifeloop("assess", "xiaomi_14", "--uncertainty", 20, "--json"))
    lines = [line.split() for line in lifeloop("assess", "xiaomi_14", "--uncertainty", 20).stdout.splitlines()]
    for stage, spread in (*found["uncertainty"]["stages"].items(), ("all", found["uncertainty"])):
        told = [significant(spread[key]) for key in ("median", "mean", "p5", "p95")]
        assert any(line[: len(stage.split("_"))] == stage.split("_") and line[-4:] == told for line in lines), stage


def test_assess_keeps_the_uncertainty_in_csv(lifeloop: Cli) -> None:
    found = answer(lifeloop("assess", "xiaomi_14", "xiaomi_13", "--uncertainty", 20, "--json"))
    rows = rows_of(lifeloop("assess", "xiaomi_14", "xiaomi_13", "--uncertainty", 20, "--csv"))
    by_name = {f["product"]: f["uncertainty"] for f in found}
    for row in rows:
        made = by_name[row["product"]]
        for key in ("median", "mean", "p5", "p95"):
            assert float(row[f"stage_{key}"]) == made["stages"][row["stage"]][key]
            assert float(row[f"total_{key}"]) == made[key]
    assert len(rows) == sum(len(f["parts"]) for f in found)


def test_compare_shows_the_interval_of_the_difference_and_keeps_it_in_csv(lifeloop: Cli) -> None:
    command = ("compare", "xiaomi_14", "xiaomi_13", "--uncertainty", 20)
    found = answer(lifeloop(*command, "--json"))
    spread, text = found["difference_draws"], lifeloop(*command).stdout

    def signed(value: float) -> str:
        return ("+" if value > 0 else "-") + significant(abs(value))

    assert f"The difference B - A is {signed(spread['median'])} kg CO2e per functional unit in the median" in text
    assert f"lies between {signed(spread['p5'])} and {signed(spread['p95'])}." in text
    assert f"{significant(found['a']['uncertainty']['stages']['materials']['median'])} " in text
    for row in rows_of(lifeloop(*command, "--csv")):
        assert float(row["stage_difference_p95"]) == spread["stages"][row["stage"]]["p95"]
        assert float(row["total_difference_median"]) == spread["median"]
        assert float(row["probability_a_lower"]) == found["probability_a_lower"]


def test_three_designs_keep_their_uncertainty_in_csv(lifeloop: Cli) -> None:
    command = ("compare", "xiaomi_14", "xiaomi_13", "fairphone_6", "--uncertainty", 20)
    found = answer(lifeloop(*command, "--json"))
    rows = rows_of(lifeloop(*command, "--csv"))
    for row, design, lower in zip(rows, found["designs"], [r[0] for r in found["discernibility"]["probability_row_lower"]], strict=True):
        assert float(row["total_p95"]) == design["uncertainty"]["p95"]
        assert float(row["probability_lower_than_first"]) == lower
        assert float(row["probability_lowest"]) == found["discernibility"]["probability_lowest"][row["design"]]
    assert [float(r["difference_p5"]) for r in rows[1:]] == [c["difference_draws"]["p5"] for c in found["comparisons"]]
    assert float(rows[0]["difference_p5"]) == 0.0


# One that is refused does not stop the others


def test_a_range_that_a_design_cannot_follow_is_refused_and_the_others_are_shown(lifeloop: Cli, tmp_path: Path) -> None:
    """m = 1 kg, from -5: most worlds have a negative amount of steel."""
    fine, wide = steel(tmp_path, "fine", 1), steel(tmp_path, "wide", 1, ends=", low: -5, high: 4")
    result = lifeloop("assess", fine, wide, "--uncertainty", 20, "--json")
    assert result.exit_code == 3
    assert [f["product"] for f in json.loads(result.stdout)] == ["fine"]
    problem = json.loads(result.stderr)
    assert problem["file"] == str(wide)
    assert "in some of the possible worlds" in problem["reason"]
    refused = lifeloop("compare", fine, wide, "--uncertainty", 20)
    assert refused.exit_code == 3
    assert refused.stdout == ""
    assert f"Error: {wide}" in refused.stderr


def test_a_product_without_anything_to_rate_is_refused_and_the_others_are_rated(lifeloop: Cli, tmp_path: Path) -> None:
    fine, nothing = steel(tmp_path, "fine", 1), steel(tmp_path, "nothing", 0)
    result = lifeloop("assess", fine, nothing, "--quality", "--json")
    assert result.exit_code == 3
    (found,) = json.loads(result.stdout)
    assert found["product"] == "fine"
    assert "data_quality" in found
    assert json.loads(result.stderr)["file"] == str(nothing)
    alone = lifeloop("assess", nothing, "--quality", "--json")
    assert (alone.exit_code, json.loads(alone.stdout)) == (3, [])


@pytest.mark.filterwarnings("error::UserWarning")
@pytest.mark.parametrize("more", [(), ("--uncertainty", "20")])
def test_the_picture_of_nothing_makes_no_noise(lifeloop: Cli, tmp_path: Path, more: tuple[str, ...]) -> None:
    assert lifeloop("assess", steel(tmp_path, "nothing", 0), *more, "--plot", tmp_path / "nothing.svg").exit_code == 0
