"""What a sliver of detail does to published totals, from the command line: inventory, trend, intensity, target, page."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from cli.sustainability_page import Page
from records import open_book

Lifeloop = Callable[..., Result]
WHERE = ("--year", 2024, "--source", "report")
ALL = ("--scopes", "1,2,3", "--scope2", "market")
OWN = ("--scopes", "1,2", "--scope2", "market")


@pytest.fixture
def run(lifeloop: Lifeloop, tmp_path: Path) -> Lifeloop:
    """`lifeloop ...` on a book of this test."""

    def called(*words: Any) -> Result:
        made = lifeloop("--records", tmp_path / "company.book", *words)
        assert made.exit_code in {0, 2, 3}, made.stderr
        return made

    return called


def log(run: Lifeloop, *words: Any) -> Result:
    made = run("company", "add", *words)
    assert made.exit_code == 0, made.stderr
    return made


@pytest.fixture
def reported(run: Lifeloop) -> Lifeloop:
    """Totals of 2024 and 2023, scopes 1+2, revenue; and a target of scopes 1+2 against a stated base of 300,000 t."""
    log(run, "emission", "--scopes", "1+2", "--scope2", "market", "--co2e", 208566.42, *WHERE)
    log(run, "emission", "--scopes", "1+2+3", "--scope2", "market", "--co2e", 10787758, *WHERE)
    log(run, "emission", "--scopes", "1+2+3", "--scope2", "market", "--co2e", 10007200, "--year", 2023, "--source", "implied")
    log(run, "figure", "revenue", "--value", 365906, "--unit", "million RMB", *WHERE)
    base = ("--base-year", 2021, "--base-value", 300_000, "--target-year", 2030, "--reduction", 0.7, "--year", 2021, "--source", "plan")
    assert run("target", "add", "--id", "own", *OWN, *base).exit_code == 0
    return run


@pytest.fixture
def sliver(reported: Lifeloop) -> Lifeloop:
    """The same with 1,000 litres of petrol, 10,000 kWh, and 1,000 phones."""
    log(reported, "activity", "--process", "petrol", "--amount", 1000, "--unit", "l", "--scope", "1", *WHERE)
    log(reported, "electricity", "--kwh", 10_000, "--grid", "CN-BJ", *WHERE)
    log(reported, "sale", "xiaomi_14", "--units", 1000, *WHERE)
    return reported


def rows(made: Result) -> Any:
    assert made.exit_code == 0, made.stderr
    return json.loads(made.stdout)


def test_every_command_keeps_the_published_totals_and_says_so(sliver: Lifeloop) -> None:
    """2.347 t of petrol and 5.554 t of electricity (0.5554 kg/kWh) are 0.0038 % of 208,566.42 t."""
    trend = rows(sliver("company", "trend", *ALL, "--per", "revenue", "--json"))
    assert [row["value"] for row in trend] == [10_007_200, 10_787_758]
    assert trend[1]["change"] == pytest.approx(0.078, abs=5e-5)
    assert any("the reported figure of 10,787,758.0 t stands" in text for text in trend[1]["warnings"])
    totals = {"+".join(t["scopes"]) + (t["scope2_method"] or ""): t for t in rows(sliver("company", "inventory", "--json"))["totals"]}
    assert totals["1+2+3market"]["value"] == 10_787_758
    assert totals["3"]["share"] == pytest.approx(0.98067, abs=1e-5)
    intensity = rows(sliver("company", "intensity", *OWN, "--per", "revenue", "--json"))
    assert intensity["value"] == pytest.approx(0.57)
    assert intensity["emissions"]["detail"][-1]["coverage"] == pytest.approx((2.347 + 5.554) / 208_566.42, rel=1e-3)
    assert "stands" in intensity["warnings"][0]
    (standing,) = rows(sliver("target", "status", "--json"))
    assert (standing["actual"], standing["how"]) == (208_566.42, "entries of scopes 1+2")
    assert any("stands" in text for text in standing["warnings"])


@pytest.mark.parametrize("words", [("company", "trend", *ALL), ("target", "status"), ("company", "intensity", *OWN, "--per", "revenue")])
def test_people_are_warned_too(sliver: Lifeloop, words: tuple[str, ...]) -> None:
    assert "stands; the entries in detail beside it add up to" in sliver(*words).stderr


def test_the_page_keeps_them_and_says_so(sliver: Lifeloop, tmp_path: Path) -> None:
    with open_book(str(tmp_path / "company.book")) as book:
        made = {row.figure: row for row in Page(book, 2024).rows()}
    assert made["10,787,758 t CO2e"].trend.startswith("+7.8 % on 2023")
    assert "the reported figure of 10,787,758.0 t stands" in made["10,787,758 t CO2e"].note
    assert "stands" in made["scope 3 is 98.1 % of the total"].note
    assert any("stands" in row.note for row in made.values() if row.area == "intensity")
    assert any("stands" in row.note for row in made.values() if row.area == "targets")


def test_no_sliver_is_ahead_of_a_path(run: Lifeloop) -> None:
    """Only 5.554 t of electricity and 2.347 t of petrol are entered of a company that once emitted 300,000 t."""
    log(run, "activity", "--process", "petrol", "--amount", 1000, "--unit", "l", "--scope", "1", *WHERE)
    log(run, "electricity", "--kwh", 10_000, "--grid", "CN-BJ", *WHERE)
    base = ("--base-year", 2021, "--target-year", 2030, "--reduction", 0.7, "--year", 2021, "--source", "plan")
    for name, value in (("own", 300_000), ("small", 5)):
        run("target", "add", "--id", name, *OWN, *base, "--base-value", value)
    own, small = rows(run("target", "status", "--json"))
    assert (own["actual"], own["complete"]) == (pytest.approx(7.901, abs=1e-3), False)
    assert own["status"] == "unknown: entries not declared complete"
    # what is more than the path already is behind, however much is missing
    assert small["status"] == "behind"
    log(run, "complete", "--scopes", "1+2", *WHERE)
    own, small = rows(run("target", "status", "--json"))
    assert (own["status"], own["complete"], small["status"]) == ("ahead", True, "behind")


def test_a_change_between_a_reported_year_and_a_sliver_is_warned_about(run: Lifeloop) -> None:
    log(run, "emission", "--scopes", "1", "--co2e", 1000, "--year", 2023, "--source", "report")
    log(run, "activity", "--process", "petrol", "--amount", 1000, "--unit", "l", "--scope", "1", *WHERE)
    _, now = rows(run("company", "trend", "--scopes", "1", "--json"))
    assert (now["complete"], now["how"]) == (False, "entries of scope 1 (detail, not declared complete)")
    assert any("compares figures found in different ways" in text for text in now["warnings"])


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--scopes", "1", "--scope2", "market"), 3),
        (("--scopes", "3", "--category", "3.16"), 3),
        (("--scopes", "9"), 3),
    ],
)
def test_a_declaration_says_of_what(run: Lifeloop, words: tuple[str, ...], code: int) -> None:
    assert run("company", "add", "complete", *words, *WHERE).exit_code == code


# The same twice


def test_reported_and_implied_are_not_added_in_trend_and_target(reported: Lifeloop) -> None:
    log(reported, "emission", "--scopes", "1+2", "--scope2", "market", "--co2e", 208000, "--basis", "implied", *WHERE)
    (trend,) = rows(reported("company", "trend", *OWN, "--per", "revenue", "--json"))
    assert trend["value"] == 208_566.42
    assert trend["intensity"] == pytest.approx(0.57)
    assert "neither is added to the other" in trend["warnings"][0]
    (standing,) = rows(reported("target", "status", "--json"))
    assert (standing["actual"], standing["status"]) == (208_566.42, "ahead")
    assert "neither is added to the other" in standing["warnings"][0]


def test_a_denominator_of_the_whole_and_of_parts_is_refused(run: Lifeloop) -> None:
    log(run, "emission", "--scopes", "1", "--co2e", 90, *WHERE)
    log(run, "figure", "units", "--value", 9, "--unit", "million", *WHERE)
    log(run, "figure", "units", "--value", 5, "--unit", "million", "--part", "phones", *WHERE)
    made = run("company", "intensity", "--scopes", "1", "--per", "units")
    assert (made.exit_code, "for the whole and for phones" in made.stderr) == (2, True)
    (trend,) = rows(run("company", "trend", "--scopes", "1", "--per", "units", "--json"))
    assert trend["intensity"] is None
    assert "for the whole and for phones" in trend["warnings"][0]


def test_an_intensity_of_a_segment_names_it(run: Lifeloop) -> None:
    log(run, "emission", "--scopes", "1+2+3", "--scope2", "market", "--co2e", 1000, *WHERE)
    log(run, "emission", "--scopes", "1+2", "--scope2", "market", "--co2e", 50, "--segment", "phones", *WHERE)
    log(run, "figure", "revenue", "--value", 100, "--unit", "million RMB", *WHERE)
    made = rows(run("company", "intensity", *OWN, "--per", "revenue", "--json"))
    assert made["value"] == pytest.approx(0.5)
    assert made["definition"].startswith("scopes 1+2 (scope 2: market-based), segment phones only, 2024")
    assert "the company's may be more" in " ".join(made["warnings"])


# Shares and removals

GREEN = ("figure", "renewable electricity share")
GREEN_TARGET = ("target", "add", "--id", "green", "--metric", "renewable_share", "--base-year", 2021, "--base-value", 0.1)
GREEN_END = ("--target-year", 2040, "--share", 1, "--year", 2021, "--source", "plan")


def test_shares_of_parts_are_not_added(run: Lifeloop) -> None:
    log(run, *GREEN, "--part", "China", "--value", 0.9, "--unit", "1", *WHERE)
    log(run, *GREEN, "--part", "Europe", "--value", 0.8, "--unit", "1", *WHERE)
    run(*GREEN_TARGET, *GREEN_END)
    (found,) = rows(run("target", "status", "--year", 2024, "--json"))
    assert (found["actual"], found["status"]) == (None, "unknown: no value yet")
    assert "told for China, Europe only" in found["warnings"][0]
    log(run, *GREEN, "--value", 85, "--unit", "%", *WHERE)
    (found,) = rows(run("target", "status", "--json"))
    assert found["actual"] == pytest.approx(0.85)


@pytest.mark.parametrize("words", [("--value", 43), ("--value", 430, "--unit", "%"), ("--value", -0.1), ("--value", 5, "--unit", "points")])
def test_what_is_no_share_is_refused(run: Lifeloop, tmp_path: Path, words: tuple[Any, ...]) -> None:
    assert run("company", "add", *GREEN, *words, *WHERE).exit_code == 3
    unit = words[3] if len(words) > 3 else ""
    text = f"date,name,value,unit,source\n2024-12-31,renewable electricity share,{words[1]},{unit},report\n"
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    made = run("company", "import", tmp_path / "t.csv", "--kind", "indicator")
    assert (made.exit_code, "t.csv:2" in made.stderr) == (3, True)
    assert not (tmp_path / "company.book").exists()


def test_all_removals_of_a_year_count(run: Lifeloop) -> None:
    """100 t of one project and 50 t of another neutralise 120 t."""
    log(run, "emission", "--scopes", "1", "--co2e", 120, *WHERE)
    for day, tonnes in (("2024-03-01", 100), ("2024-06-01", 50)):
        log(run, "figure", "removals", "--value", tonnes, "--unit", "t CO2e", "--date", day, "--source", "registry")
    words = ("--base-year", 2021, "--base-value", 1200, "--target-year", 2024, "--path", "net_zero", "--residual", 0.1)
    run("target", "add", "--id", "zero", "--scopes", "1", *words, "--year", 2021, "--source", "plan")
    (found,) = rows(run("target", "status", "--json"))
    assert (found["removals"], found["status"]) == (150, "on")


@pytest.mark.parametrize(("value", "unit"), [(5, "kWh"), (-5, "t CO2e")])
def test_removals_are_a_mass_above_zero(run: Lifeloop, value: float, unit: str) -> None:
    assert run("company", "add", "figure", "removals", "--value", value, "--unit", unit, *WHERE).exit_code == 3


# One wrong entry


@pytest.fixture
def wrong_certificate(run: Lifeloop) -> Lifeloop:
    """10 t of scope 1 in each of three years; in 2022 a certificate of a grid where nothing was used."""
    for year in (2022, 2023, 2024):
        log(run, "emission", "--scopes", "1", "--co2e", 10, "--year", year, "--source", "report")
        log(run, "electricity", "--kwh", 10_000, "--grid", "CN-BJ", "--year", year, "--source", "meter")
    words = ("--kwh", 10_000, "--grid", "CN", "--instrument", "certificate", "--renewable", "--year", 2022, "--source", "registry")
    assert "only 0 kWh were used on the grid CN" in log(run, "electricity", *words).stderr
    return run


def test_one_wrong_certificate_stops_its_own_year_only(wrong_certificate: Lifeloop) -> None:
    made = wrong_certificate("company", "trend", *OWN, "--json")
    assert [row["year"] for row in rows(made)] == [2023, 2024]
    assert "2022 is left out" in made.stderr
    assert [row["year"] for row in rows(wrong_certificate("company", "trend", "--scopes", "1", "--json"))] == [2022, 2023, 2024]
    assert rows(wrong_certificate("company", "inventory", "--year", 2024, "--json"))["totals"]
    assert wrong_certificate("company", "inventory", "--year", 2022).exit_code == 2
    assert "2022 is left out" in wrong_certificate("company", "inventory", "--year", 2023).stdout


def test_a_target_of_other_years_stands(wrong_certificate: Lifeloop) -> None:
    words = ("--base-year", 2021, "--base-value", 10, "--target-year", 2030, "--reduction", 0.5, "--year", 2021, "--source", "plan")
    wrong_certificate("target", "add", "--id", "own", *OWN, *words)
    assert rows(wrong_certificate("target", "status", "--json"))[0]["actual"] == pytest.approx(10 + 5.554)
    (broken,) = rows(wrong_certificate("target", "status", "--year", 2022, "--json"))
    assert broken["actual"] is None
    assert "only 0 kWh were used on the grid CN" in broken["warnings"][0]


def test_a_table_of_instruments_beyond_the_use_is_warned_about(run: Lifeloop, tmp_path: Path) -> None:
    text = "date,role,kwh,grid,factor,instrument,renewable,source\n2024-12-31,instrument,500,CN,0,certificate,yes,registry\n"
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    made = run("company", "import", tmp_path / "t.csv", "--kind", "electricity")
    assert (made.exit_code, "only 0 kWh were used on the grid CN" in made.stderr) == (0, True)


def test_renewable_is_said_of_an_instrument(run: Lifeloop) -> None:
    assert run("company", "add", "electricity", "--kwh", 5, "--grid", "CN", "--factor", 0, "--renewable", *WHERE).exit_code == 2


# Less than nothing, and changed base years


def test_less_than_nothing_is_no_share_of_the_total(run: Lifeloop) -> None:
    log(run, "emission", "--scopes", "1+2+3", "--scope2", "market", "--co2e", 100, *WHERE)
    log(run, "emission", "--scopes", "1+2", "--scope2", "market", "--co2e", 150, *WHERE)
    made = rows(run("company", "inventory", "--json"))
    assert {"+".join(t["scopes"]): t["share"] for t in made["totals"]} == {"1+2": None, "1+2+3": 1.0}
    assert "one of the two is wrong" in made["warnings"][0]
    assert run("company", "trend", "--scopes", "3").exit_code == 2


CHANGE = ("--base-year", 2021, "--why", "acquisition", *WHERE)


@pytest.mark.parametrize(
    ("changes", "base"),
    [
        ([("1", None, 50_000)], 350_000),
        ([("1", None, 50_000), ("2", "market", 20_000)], 370_000),
        ([("2", "location", 50_000)], 300_000),
        ([("1+2", "market", 60_000), ("1", None, 50_000)], 360_000),
        ([("1+2+3", "market", 90_000)], 300_000),
    ],
)
def test_a_change_within_the_scopes_of_a_target_counts_and_another_is_said(
    reported: Lifeloop, changes: list[tuple[str, str | None, float]], base: float
) -> None:
    for scopes, method, tonnes in changes:
        made = log(reported, "recalculation", "--scopes", scopes, *(("--scope2", method) if method else ()), "--change", tonnes, *CHANGE)
    (found,) = rows(reported("target", "status", "--json"))
    assert found["base"] == base
    left = base - 300_000 != sum(tonnes for *_, tonnes in changes)
    assert any("is not counted in the base year" in text for text in found["warnings"]) == left
    assert ("is not counted in the base year" in made.stderr) == left


def test_a_change_that_no_target_has_is_said(reported: Lifeloop) -> None:
    words = ("--base-year", 2019, "--scopes", "1", "--change", 5, "--why", "error", *WHERE)
    assert "no target is measured against 2019" in log(reported, "recalculation", *words).stderr


# Years to come


@pytest.mark.parametrize("words", [("emission", "--scopes", "1", "--co2e", 5), ("figure", "revenue", "--value", 5, "--unit", "RMB")])
def test_a_year_that_has_not_begun_is_refused(run: Lifeloop, words: tuple[Any, ...], tmp_path: Path) -> None:
    made = run("company", "add", *words, "--year", 2099, "--source", "plan")
    assert (made.exit_code, "2099-12-31" in made.stderr) == (3, True)
    assert not (tmp_path / "company.book").exists()


def test_a_table_with_one_key_twice_names_the_row(run: Lifeloop, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("date,scopes,t CO2e,source,key\n2024-12-31,1,5,r,a\n2023-12-31,1,6,r,a\n", encoding="utf-8")
    made = run("company", "import", tmp_path / "t.csv", "--json")
    problem = json.loads(made.stderr)
    assert (made.exit_code, problem["line"], problem["field"]) == (3, 3, "key")


def test_inventory_opens_at_a_year_that_has_begun(run: Lifeloop, tmp_path: Path) -> None:
    from datetime import date

    log(run, "emission", "--scopes", "1", "--co2e", 5, *WHERE)
    with open_book(str(tmp_path / "company.book")) as book:
        book.append("emission", {"co2e_t": 1.0, "scopes": "1", "source": "plan"}, happened=date(2099, 12, 31), who="li")
    assert rows(run("company", "inventory", "--json"))["year"] == 2024
