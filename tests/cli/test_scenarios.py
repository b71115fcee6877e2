"""Scenarios on the command line: the table, `--scenario` and `--set` wherever a product is named, and clear refusals."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lca.scores import UnitScores

Cli = Callable[..., Result]
OWN = """\
scenarios:
  {name}:
    description: a scenario of a test
    {change}
    source: estimate
"""


def run(*arguments: Any) -> Any:
    from cli.main import lifeloop

    result = CliRunner().invoke(lifeloop, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def phone() -> Any:
    """The scenarios of a phone, as rows by name."""
    return {row["scenario"]: row for row in run("scenarios", "xiaomi_14", "--json")["scenarios"]}


def test_the_table_has_the_product_as_it_is_first(phone: Any) -> None:
    assert next(iter(phone)) == "as it is"
    assert phone["as it is"]["change"] is None
    assert {"longer_life", "repair", "sea_freight", "no_charger", "green_suppliers", "recycled_content", "cleaner_grid"} <= phone.keys()


def test_stages_sum_to_the_total_and_changes_are_shares_of_the_first_row(phone: Any) -> None:
    base = phone["as it is"]["total"]
    for row in phone.values():
        assert sum(row["stages"].values()) == pytest.approx(row["total"], rel=1e-9)
        if row["change"] is not None:
            assert row["change"] == pytest.approx(row["total"] / base - 1, abs=1e-12)


def test_a_longer_life_costs_more_in_use_and_less_per_year(phone: Any) -> None:
    base, longer = phone["as it is"], phone["longer_life"]
    assert longer["stages"]["use"] == pytest.approx(base["stages"]["use"] * 5 / 3, rel=1e-9)
    assert longer["stages"]["materials"] == base["stages"]["materials"]
    assert longer["per_service"] == pytest.approx(longer["total"] / 5, rel=1e-12)
    assert longer["per_service"] < base["per_service"]
    assert longer["service_unit"] == "kg CO2e per year"


def test_repair_adds_spare_parts_to_the_longer_life(phone: Any) -> None:
    assert phone["repair"]["total"] > phone["longer_life"]["total"]
    assert phone["repair"]["per_service"] < phone["as it is"]["per_service"]


def test_greener_suppliers_touch_making_only(phone: Any) -> None:
    base, green = phone["as it is"]["stages"], phone["green_suppliers"]["stages"]
    assert green["materials"] < base["materials"]
    assert green["manufacturing"] < base["manufacturing"]
    for stage in ("packaging", "distribution", "use", "end_of_life"):
        assert green[stage] == pytest.approx(base[stage], rel=1e-9)


def test_greener_chips_touch_the_chips_only() -> None:
    (base,), (green,) = run("assess", "xiaomi_14", "--json"), run("assess", "xiaomi_14", "--scenario", "green_chips", "--json")
    changed = {
        old["part"]
        for old, new in zip(base["parts"], green["parts"], strict=True)
        if abs(old["value"] - new["value"]) > 1e-9 * abs(old["value"])
    }
    assert changed
    assert all("die" in part and ("processor" in part or "memory" in part) for part in changed)
    assert green["provenance"]["background_digest"] != base["provenance"]["background_digest"]
    assert green["provenance"]["scenario"] == "green_chips"


def test_a_grid_that_declines_lowers_use_alone_and_a_later_year_more(phone: Any) -> None:
    use = {name: phone[name]["stages"]["use"] for name in ("as it is", "cleaner_grid", "bought_in_2030", "bought_in_2040")}
    assert use["as it is"] > use["cleaner_grid"] > use["bought_in_2030"] > use["bought_in_2040"] > 0
    assert phone["bought_in_2040"]["stages"]["materials"] == pytest.approx(phone["as it is"]["stages"]["materials"], rel=1e-9)


def test_another_market_has_its_own_packaging(phone_file: Callable[..., Path], lifeloop: Cli, tmp_path: Path) -> None:
    """The box of this phone is for the international market: sold at home it has none."""
    path = tmp_path / "own.yaml"
    path.write_text(OWN.format(name="at_home", change="market: domestic"), encoding="utf-8")
    rows = json.loads(lifeloop("scenarios", phone_file(), "--scenarios", path, "--json").stdout)["scenarios"]
    assert [row["stages"]["packaging"] > 0 for row in rows] == [True, False]
    assert rows[0]["stages"]["materials"] == rows[1]["stages"]["materials"]


def test_scenario_and_table_agree(phone: Any, lifeloop: Cli) -> None:
    for name in ("sea_freight", "cleaner_grid"):
        (footprint,) = json.loads(lifeloop("assess", "xiaomi_14", "--scenario", name, "--json").stdout)
        assert footprint["total"]["value"] == phone[name]["total"]


def test_set_comes_last_and_wins(lifeloop: Cli) -> None:
    (by_set,) = json.loads(lifeloop("assess", "xiaomi_14", "--scenario", "longer_life", "--set", "service_life=4", "--json").stdout)
    assert by_set["service_life"] == "4 year"


@pytest.mark.parametrize(
    "command",
    [
        ["assess", "xiaomi_14", "--json"],
        ["compare", "xiaomi_14", "xiaomi_13", "--json"],
        ["hotspots", "xiaomi_14", "--json"],
        ["sensitivity", "xiaomi_14", "--samples", "64", "--json"],
        ["explain", "xiaomi_14", "--json"],
    ],
    ids=lambda c: c[0],
)
def test_scenario_and_set_work_wherever_a_product_is_named(command: list[str], lifeloop: Cli) -> None:
    plain = lifeloop(*command)
    by_scenario = lifeloop(*command, "--scenario", "sea_freight")
    by_set = lifeloop(*command, "--set", "air_share=0")
    assert plain.exit_code == by_scenario.exit_code == by_set.exit_code == 0
    assert plain.stdout != by_scenario.stdout
    assert plain.stdout != by_set.stdout


def test_a_file_of_scenarios_serves_any_product(lifeloop: Cli, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(OWN.format(name="in_china", change="set: {use_grid: CN}"), encoding="utf-8")
    for name in ("xiaomi_14", "mijia_refrigerator_510l"):
        rows = json.loads(lifeloop("scenarios", name, "in_china", "--scenarios", path, "--json").stdout)["scenarios"]
        assert [row["scenario"] for row in rows] == ["as it is", "in_china"]


def test_scenarios_as_csv_keep_every_digit(phone: Any, lifeloop: Cli) -> None:
    rows = list(csv.DictReader(io.StringIO(lifeloop("scenarios", "xiaomi_14", "longer_life", "sea_freight", "--csv").stdout)))
    assert {r["scenario"]: float(r["total"]) for r in rows} == {n: phone[n]["total"] for n in ("as it is", "longer_life", "sea_freight")}


def test_people_see_what_a_year_of_service_costs_where_lives_differ(lifeloop: Cli) -> None:
    assert "per year" in lifeloop("scenarios", "xiaomi_14", "longer_life").stdout
    assert "per year" not in lifeloop("scenarios", "xiaomi_14", "sea_freight").stdout


def test_a_scenario_that_cannot_touch_a_product_is_left_out_and_said(lifeloop: Cli) -> None:
    """The E 350 e of its study is charged with hydropower: no grid declines for it."""
    result = lifeloop("scenarios", "mercedes_e350e_phev", "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert "cleaner_grid" not in {row["scenario"] for row in told["scenarios"]}
    assert any("cleaner_grid is left out" in note for note in told["notes"])
    assert lifeloop("scenarios", "mercedes_e350e_phev", "cleaner_grid").exit_code == 3


THING = """\
id: thing
name: Thing of two metals
category: component
functional_unit: {description: one thing}
service_life: {value: 5, unit: year, source: estimate}
parameters:
  sheet_mass: {value: 2, unit: kg, source: estimate}
stages:
  materials:
    - {part: ingot, process: "aluminium, primary ingot", location: CN, amount: 1, unit: kg, source: estimate}
    - {part: sheet, process: "copper, sheet", location: CN, amount: sheet_mass, unit: kg, source: estimate}
  manufacturing:
    - {part: welding, process: "electricity, medium voltage", location: CN, amount: 1, unit: kWh, source: estimate}
scenarios:
  heavier:
    description: twice the sheet
    set: {sheet_mass: 4}
    source: estimate
"""


def thing(tmp_path: Path, *scenarios: str) -> Path:
    """The thing with more scenarios, each a name and one change."""
    path = tmp_path / "thing.yaml"
    more = "".join(
        f"  {name}:\n    description: a scenario of a test\n    {change}\n    source: estimate\n"
        for name, _, change in (text.partition(": ") for text in scenarios)
    )
    path.write_text(THING + more, encoding="utf-8")
    return path


def entry(share: float, technology: str = "wind", **more: Any) -> str:
    """One entry of green_electricity."""
    words = {"share": share, "technology": f'"electricity, {technology}"', "source": "estimate", **more}
    return "{" + ", ".join(f"{key}: {value}" for key, value in words.items()) + "}"


def test_entries_that_touch_one_line_save_together_what_each_saves_alone(tmp_path: Path) -> None:
    """At tier 1 the electricity of a line is replaced once, so savings of 50 % wind and 30 % sun are added."""
    wind, sun = entry(0.5), entry(0.3, "solar photovoltaic")
    path = thing(
        tmp_path, f"wind: green_electricity: [{wind}]", f"sun: green_electricity: [{sun}]", f"both: green_electricity: [{sun}, {wind}]"
    )
    rows = {row["scenario"]: row["total"] for row in run("scenarios", path, "--json")["scenarios"]}
    saved = {name: rows["as it is"] - total for name, total in rows.items()}
    assert saved["wind"] > 0 < saved["sun"]
    assert saved["both"] == pytest.approx(saved["wind"] + saved["sun"], rel=1e-9)


def test_welding_with_half_wind_and_a_fifth_sun_by_hand(tmp_path: Path, scores: UnitScores) -> None:
    """1 kWh at medium voltage; what is generated elsewhere has the losses of the grid, kWh of the mix per kWh delivered."""
    path = thing(tmp_path, f"two: green_electricity: [{entry(0.5)}, {entry(0.2, 'solar photovoltaic', parts='[welding]')}]")
    rows = run("scenarios", path, "two", "--json")["scenarios"]

    def kwh(name: str, place: str) -> float:
        return float(scores.of_method("AR6-GWP100")[scores.catalogue.find(f"electricity, {name}", place).index].sum())

    grid = kwh("medium voltage", "CN")
    losses = grid / kwh("generation mix", "CN")
    by_hand = 0.3 * grid + losses * (0.5 * kwh("wind", "CN") + 0.2 * kwh("solar photovoltaic", "CN"))
    assert [row["stages"]["manufacturing"] for row in rows] == pytest.approx([grid, by_hand], rel=0.01)


def test_more_than_all_electricity_of_a_part_is_refused_with_part_and_entries(lifeloop: Cli, tmp_path: Path) -> None:
    path = thing(tmp_path, f"much: green_electricity: [{entry(0.5)}, {entry(0.6, 'nuclear', parts='[sheet]')}]")
    problem = json.loads(lifeloop("assess", path, "--scenario", "much", "--json").stderr.splitlines()[0])
    assert problem["field"] == "scenarios.much.green_electricity[1].share"
    assert "'sheet'" in problem["reason"]
    assert "0.5 (green_electricity[0]) and 0.6 (green_electricity[1])" in problem["reason"]


@pytest.mark.parametrize(
    ("change", "field", "hint"),
    [
        (f"[{entry(0.5, 'medium voltage')}]", "[0].technology", "did you mean"),
        (f"[{entry(0.5, 'generation mix')}]", "[0].technology", "'electricity, "),
        ('[{share: 0.5, technology: "copper, sheet", source: estimate}]', "[0].technology", "'electricity, wind'"),
        (f"[{entry(0.5)}, {entry(0.5, 'wnd')}]", "[1].technology", "'electricity, wind'"),
        (f"[{entry(0.5, parts='[ingot, shet]')}]", "[0].parts", "'sheet'"),
        (f"[{entry(0.5, parts='[ingot, welding]', stages='[materials]')}]", "[0].parts", "a line of manufacturing"),
    ],
)
@pytest.mark.parametrize("apart", [False, True])
def test_greener_electricity_that_was_mistaken_is_refused_by_file_and_line(
    change: str, field: str, hint: str, apart: bool, lifeloop: Cli, tmp_path: Path
) -> None:
    path = thing(tmp_path, *([] if apart else [f"odd: green_electricity: {change}"]))
    own = tmp_path / "own.yaml"
    own.write_text(OWN.format(name="odd", change=f"green_electricity: {change}"), encoding="utf-8")
    result = lifeloop("assess", path, *(["--scenarios", own] if apart else []), "--scenario", "odd", "--json")
    problem = json.loads(result.stderr.splitlines()[0])
    assert result.exit_code == 3
    assert (problem["file"], problem["field"]) == (str(own if apart else path), f"scenarios.odd.green_electricity{field}")
    assert Path(problem["file"]).read_text(encoding="utf-8").splitlines()[problem["line"] - 1].strip().startswith("green_electricity")
    assert hint in problem["hint"]


@pytest.mark.parametrize("form", ["--json", "--csv", None])
def test_one_bad_scenario_does_not_stop_the_others(form: str | None, lifeloop: Cli, tmp_path: Path) -> None:
    path = thing(tmp_path, "bad: set: {nope: 1}", "worse: set: {sheet_mass: -1}")
    result = lifeloop("scenarios", path, *([form] if form else []))
    assert result.exit_code == 3
    assert "heavier" in result.stdout
    if form == "--json":
        assert json.loads(result.stdout)["refused"] == ["bad", "worse"]
        first, second = map(json.loads, result.stderr.splitlines())
        assert (first["file"], first["field"], first["value"]) == (str(path), "scenarios.bad.set.nope", "nope")
        assert first["line"] == THING.count("\n") + 3
        assert "under the scenario 'worse'" in second["reason"]
        assert (second["file"], second["value"]) == (str(path), "-1")
    else:
        assert f"{path}:{THING.count(chr(10)) + 3}: scenarios.bad.set.nope: " in result.stderr


def test_the_first_row_is_the_product_as_it_is_and_scenario_names_one_more(lifeloop: Cli, tmp_path: Path) -> None:
    path = thing(tmp_path, "lighter: set: {sheet_mass: 1}")
    rows = run("scenarios", path, "heavier", "--scenario", "lighter", "--json")["scenarios"]
    assert [row["scenario"] for row in rows] == ["as it is", "heavier", "lighter"]
    (plain,) = run("assess", path, "--json")
    assert rows[0]["total"] == plain["total"]["value"]
    assert rows[1]["change"] > 0 > rows[2]["change"]


def test_nothing_has_no_relative_change(lifeloop: Cli, tmp_path: Path) -> None:
    path = tmp_path / "nothing.yaml"
    path.write_text(
        THING.split("  manufacturing:", maxsplit=1)[0].replace("amount: 1", "amount: 0").replace("value: 2", "value: 0"), encoding="utf-8"
    )
    own = tmp_path / "own.yaml"
    own.write_text(OWN.format(name="more", change="set: {sheet_mass: 1}"), encoding="utf-8")
    rows = run("scenarios", path, "--scenarios", own, "--json")["scenarios"]
    assert [row["change"] for row in rows] == [None, None]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("set: {air_shar: 0}", "air_share"),
        ("set: {use_grid: XX}", "unknown place"),
        ("green_electricity: [{share: 0.5, technology: electricity wind, source: estimate}]", "electricity, wind"),
        ("green_electricity: [{share: 0.5, parts: [tyres], source: estimate}]", "touches no line"),
        ("green_electricity: [{share: 2, source: estimate}]", "share"),
        ("grid_outlook: {outlook: stated politics, first_year: 2026}", "stated policies"),
        ("grid_outlook: {first_year: 1900}", "first_year"),
        ("market: moon", "not a market"),
        ("", "changes nothing"),
    ],
)
def test_a_scenario_that_makes_no_sense_is_refused_with_a_hint(change: str, said: str, lifeloop: Cli, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(OWN.format(name="odd", change=change), encoding="utf-8")
    result = lifeloop("assess", "xiaomi_14", "--scenarios", path, "--scenario", "odd")
    assert result.exit_code == 3
    assert said in result.stderr


def test_an_unknown_scenario_is_refused_with_the_nearest_one(lifeloop: Cli) -> None:
    result = lifeloop("assess", "xiaomi_14", "--scenario", "see_freight", "--json")
    assert result.exit_code == 3
    assert "'sea_freight'" in json.loads(result.stderr)["hint"]
