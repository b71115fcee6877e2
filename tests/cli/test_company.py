"""`lifeloop company`: entries, imports, inventory, intensities that say what they are, trends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Lifeloop = Callable[..., Result]
WHERE = ("--year", "2024", "--source", "report")


@pytest.fixture
def company(lifeloop: Lifeloop, tmp_path: Path) -> Lifeloop:
    """`lifeloop company ...` on a book of this test."""
    return lambda *args: lifeloop("--records", tmp_path / "company.book", "company", *args)


@pytest.fixture
def reported(company: Lifeloop) -> Lifeloop:
    """The published totals of 2024 and 2023, and revenue."""
    for words in (
        ("emission", "--scopes", "1,2", "--scope2", "market", "--co2e", 208566.42, "--basis", "implied", *WHERE),
        ("emission", "--scopes", "1+2+3", "--scope2", "market", "--co2e", 10787758, *WHERE),
        ("emission", "--scopes", "1+2+3", "--scope2", "market", "--co2e", 10007200, "--year", 2023, "--source", "implied by +7.8 %"),
        ("figure", "revenue", "--value", 365906, "--unit", "million RMB", *WHERE),
    ):
        assert company("add", *words).exit_code == 0
    return company


def test_an_intensity_names_all_that_it_means(reported: Lifeloop) -> None:
    made = json.loads(reported("intensity", "--scopes", "1,2", "--scope2", "market", "--per", "revenue", "--json").stdout)
    assert made["value"] == pytest.approx(0.57)
    assert made["scopes"] == ["1", "2"]
    assert made["scope2_method"] == "market"
    assert made["denominator"] == {"name": "revenue", "value": 365906, "unit": "million RMB", "source": "report"}
    assert made["unit"] == "t CO2e per million RMB of revenue"
    assert made["year"] == 2024


def test_people_read_it_with_its_meaning_too(reported: Lifeloop) -> None:
    text = reported("intensity", "--scopes", "1,2", "--scope2", "market", "--per", "revenue").stdout
    assert text.startswith("0.570 t CO2e per million RMB of revenue, scopes 1+2 (scope 2: market-based), 2024\n")


@pytest.mark.parametrize(
    ("words", "field", "reason"),
    [
        (("--scope2", "market", "--per", "revenue"), "scopes", "the scopes must be named"),
        (("--scopes", "1,2", "--per", "revenue"), "scope2", "scope 2 needs its method"),
        (("--scopes", "1,2", "--scope2", "market"), "per", "an intensity names its denominator"),
        (("--scopes", "1,2", "--scope2", "market", "--per", " "), "per", "an intensity names its denominator"),
        (("--scopes", "1,4", "--scope2", "market", "--per", "revenue"), "scopes", "not a set of scopes"),
        (("--scopes", "1,2", "--scope2", "green", "--per", "revenue"), "scope2", "not a scope-2 method"),
        (
            ("--scopes", "1,2", "--scope2", "location", "--per", "revenue"),
            "scopes",
            "no figure for scopes 1+2 (scope 2: location-based) in 2024",
        ),
        (("--scopes", "1,2", "--scope2", "market", "--per", "revenu"), "per", "no figure of that name in 2024"),
        (("--scopes", "1,2", "--scope2", "market", "--per", "revenue", "--year", "2020"), "scopes", "no figure for scopes 1+2"),
    ],
)
def test_without_its_meaning_there_is_no_intensity(reported: Lifeloop, words: tuple[str, ...], field: str, reason: str) -> None:
    made = reported("intensity", *words, "--json")
    (problem,) = [json.loads(line) for line in made.stderr.splitlines()]
    assert (made.exit_code, made.stdout, problem["field"]) == (2, "", field)
    assert reason in problem["reason"]


def test_a_wrong_name_gets_the_nearest(reported: Lifeloop) -> None:
    made = reported("intensity", "--scopes", "1,2", "--scope2", "market", "--per", "revenu")
    assert "did you mean 'revenue'?" in made.stderr


def test_the_inventory_adds_up_and_shows_the_change(reported: Lifeloop) -> None:
    totals = {"+".join(t["scopes"]): t for t in json.loads(reported("inventory", "--json").stdout)["totals"]}
    assert totals["1+2+3"]["change"] == pytest.approx(0.078, abs=5e-5)
    assert totals["3"]["share"] == pytest.approx(0.98, abs=5e-3)
    assert totals["3"]["value"] + totals["1+2"]["value"] == pytest.approx(totals["1+2+3"]["value"])
    assert totals["3"]["how"] == "entries of scopes 1+2+3, less 1+2"


def test_the_trend_year_by_year(reported: Lifeloop) -> None:
    rows = json.loads(reported("trend", "--scopes", "1,2,3", "--scope2", "market", "--per", "revenue", "--json").stdout)
    assert [row["year"] for row in rows] == [2023, 2024]
    assert [row["change"] for row in rows] == [None, pytest.approx(0.078, abs=5e-5)]
    assert [row["intensity"] for row in rows] == [None, pytest.approx(29.482, abs=1e-3)]


def test_a_recalculated_base_year_shows_in_the_trend(reported: Lifeloop) -> None:
    words = ("--base-year", 2023, "--scopes", "1+2+3", "--scope2", "market", "--change", 1_000_000, "--why", "acquisition", *WHERE)
    assert reported("add", "recalculation", *words).exit_code == 0
    first, _ = json.loads(reported("trend", "--scopes", "1,2,3", "--scope2", "market", "--json").stdout)
    assert (first["base_year_recalculated"], first["base_year_value"]) == (True, 11_007_200)


@pytest.mark.parametrize("command", [("inventory",), ("trend", "--scopes", "1"), ("list",), ("intensity", "--scopes", "1", "--per", "x")])
def test_reading_a_book_that_is_not_there_is_exit_2(company: Lifeloop, command: tuple[str, ...], tmp_path: Path) -> None:
    assert company(*command).exit_code == 2
    assert not (tmp_path / "company.book").exists()


def test_the_same_key_adds_nothing_and_another_figure_under_it_is_refused(company: Lifeloop) -> None:
    words = ("emission", "--scopes", "1", "--key", "2024-scope-1", *WHERE)
    assert company("add", *words, "--co2e", 5).stdout.strip() == "2024-scope-1"
    assert company("add", *words, "--co2e", 5).exit_code == 0
    assert company("add", *words, "--co2e", 6).exit_code == 2
    assert len(json.loads(company("list", "--json").stdout)) == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("emission", "--scopes", "1,2", "--co2e", 5, *WHERE), 3),
        (("emission", "--scopes", "1", "--co2e", -5, *WHERE), 3),
        (("emission", "--scopes", "1", "--co2e", "nan", *WHERE), 3),
        (("emission", "--scopes", "1", "--co2e", 5, "--source", "report"), 2),
        (("emission", "--scopes", "1", "--co2e", 5, "--year", 2024), 2),
        (("emission", "--scopes", "1", "--co2e", 5, "--evidence", "nowhere.pdf", *WHERE), 2),
        (("sale", "no-such-phone", "--units", 5, *WHERE), 3),
        (("activity", "--process", "no such process", "--amount", 5, "--unit", "kg", "--scope", "1", *WHERE), 3),
        (("activity", "--process", "diesel, burned in machine", "--amount", 5, "--unit", "m3", "--scope", "1", *WHERE), 3),
        (("electricity", "--kwh", 5, "--grid", "CN", "--instrument", "certificate", *WHERE), 2),
    ],
)
def test_what_is_refused_leaves_no_book(company: Lifeloop, words: tuple[Any, ...], code: int, tmp_path: Path) -> None:
    assert company("add", *words).exit_code == code
    assert not (tmp_path / "company.book").exists()


def test_evidence_is_kept_by_its_digest(company: Lifeloop, tmp_path: Path) -> None:
    (tmp_path / "bill.pdf").write_bytes(b"a bill")
    company("add", "emission", "--scopes", "1", "--co2e", 5, "--evidence", tmp_path / "bill.pdf", *WHERE)
    (entry,) = json.loads(company("list", "--json").stdout)
    assert entry["content"]["evidence"] == "bill.pdf"
    assert len(entry["content"]["evidence_sha256"]) == 64


# From the background


def test_fuel_of_the_company_is_scope_1_and_its_supply_chain_is_category_3(company: Lifeloop) -> None:
    words = ("--process", "diesel, burned in machine", "--location", "CN", "--amount", 1_000_000, "--unit", "MJ", "--scope", "1")
    assert company("add", "activity", *words, "--key", "diesel", *WHERE).stdout.split() == ["diesel", "diesel-2"]
    rows = {row["category"] or "1": row["value"] for row in json.loads(company("inventory", "--json").stdout)["rows"]}
    assert rows.keys() == {"1", "3.3"}
    # diesel has about 74 g CO2 per MJ of its own, and some more from well to tank
    assert rows["1"] == pytest.approx(75, rel=0.05)
    assert 5 < rows["3.3"] < 30


def test_units_convert(company: Lifeloop) -> None:
    for amount, unit in ((3.6, "MJ"), (1, "kWh")):
        company(
            "add",
            "activity",
            "--process",
            "natural gas, burned",
            "--amount",
            amount,
            "--unit",
            unit,
            "--scope",
            "3",
            "--category",
            "3.8",
            *WHERE,
        )
    first, second = (e["content"]["co2e_t"] for e in json.loads(company("list", "--json").stdout))
    assert first == pytest.approx(second)


def test_an_own_factor_is_taken_as_it_is(company: Lifeloop) -> None:
    company("add", "activity", "--process", "boiler", "--amount", 1000, "--unit", "m3", "--factor", 2, "--scope", "1", *WHERE)
    (row,) = json.loads(company("inventory", "--json").stdout)["rows"]
    assert (row["value"], row["basis"]) == (2, "activity")


def test_electricity_by_location_and_by_market(company: Lifeloop) -> None:
    company("add", "electricity", "--kwh", 1_000_000, "--grid", "CN-BJ", *WHERE)
    company("add", "electricity", "--kwh", 400_000, "--grid", "CN-BJ", "--instrument", "certificate", "--renewable", *WHERE)
    made = json.loads(company("inventory", "--json").stdout)
    # 0.5554 kg per kWh: the ministry's published factor of Beijing for 2023
    assert {row["scope2_method"]: row["value"] for row in made["rows"]} == {
        "location": pytest.approx(555.4),
        "market": pytest.approx(333.24),
    }
    assert made["renewable_electricity_share"] == pytest.approx(0.4)


def test_products_sold_fill_the_categories_with_their_whole_footprint(
    company: Lifeloop, lifeloop: Lifeloop, phone_file: Callable[..., Path]
) -> None:
    company("add", "sale", phone_file(), "--units", 1_000_000, *WHERE)
    made = {row["category"]: row["value"] for row in json.loads(company("inventory", "--json").stdout)["rows"]}
    footprint = json.loads(lifeloop("assess", phone_file(), "--json").stdout)
    footprint = footprint[0] if isinstance(footprint, list) else footprint
    stages = footprint["stages"]
    assert made["3.1"] == pytest.approx(1000 * (stages["materials"] + stages["manufacturing"] + stages["packaging"]))
    assert made["3.11"] == pytest.approx(1000 * stages["use"])
    assert sum(made.values()) == pytest.approx(1000 * footprint["total"]["value"])


def test_own_assembly_is_counted_in_scopes_1_and_2_only(company: Lifeloop) -> None:
    company("add", "sale", "xiaomi_14", "--units", 1_000_000, "--key", "a", *WHERE)
    bought = json.loads(company("inventory", "--json").stdout)
    company("add", "sale", "xiaomi_14", "--units", 1_000_000, "--assembly", "own", "--year", 2025, "--source", "report")
    own = json.loads(company("inventory", "--json").stdout)
    category = [{row["category"]: row["value"] for row in made["rows"]}["3.1"] for made in (bought, own)]
    assert own["own_assembly_in_scopes_1_and_2"] > 0
    assert category[0] - category[1] == pytest.approx(own["own_assembly_in_scopes_1_and_2"])


# Tables

TABLE = "date,scopes,t CO2e,method,category,source\n2024-12-31,1,12252.52,,,report\n2024-12-31,2,104470.04,market,,report\n"
CHINESE = "日期,范围,排放量,方法,来源\n2024年12月31日,1,12252.52,,报告\n2024年12月31日,2,104470.04,market,报告\n"


@pytest.mark.parametrize("text", [TABLE, CHINESE])
def test_a_table_is_taken_once(company: Lifeloop, tmp_path: Path, text: str) -> None:
    (tmp_path / "table.csv").write_text(text, encoding="utf-8")
    assert json.loads(company("import", tmp_path / "table.csv", "--preview", "--json").stdout)[0]["co2e_t"] == 12252.52
    assert not (tmp_path / "company.book").exists()
    assert [json.loads(company("import", tmp_path / "table.csv", "--json").stdout)["added"] for _ in range(2)] == [2, 0]
    (total,) = [t for t in json.loads(company("inventory", "--json").stdout)["totals"] if t["scopes"] == ["1", "2"]]
    assert total["value"] == pytest.approx(116_722.56)


def test_a_table_with_a_wrong_row_is_not_taken(company: Lifeloop, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(TABLE + "2024-12-31,2,5,,,report\n2024-12-31,3,x,,3.99,report\n", encoding="utf-8")
    made = company("import", tmp_path / "table.csv", "--json")
    assert made.exit_code == 3
    assert [json.loads(line)["line"] for line in made.stderr.splitlines()] == [4, 5]
    assert not (tmp_path / "company.book").exists()


@pytest.mark.parametrize("kind", ["emission", "electricity", "indicator", "sale"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_template_has_the_headers_that_are_read(company: Lifeloop, tmp_path: Path, kind: str, form: str) -> None:
    path = tmp_path / f"template.{form}"
    assert company("import", path, "--template", "--kind", kind).exit_code == 0
    refused = company("import", path, "--kind", kind)
    assert "there is no row below the header" in refused.stderr
    assert company("import", path, "--template", "--kind", kind).exit_code == 2


def test_a_table_of_products_sold(company: Lifeloop, tmp_path: Path) -> None:
    text = "date,product,units,assembly,source\n2024-12-31,xiaomi_14,1000000,own,sales\n2024-12-31,xiaomi_su7,1000,,sales\n"
    (tmp_path / "sold.csv").write_text(text, encoding="utf-8")
    assert json.loads(company("import", tmp_path / "sold.csv", "--kind", "sale", "--json").stdout)["added"] == 2
    assert [e["content"]["units"] for e in json.loads(company("list", "--json").stdout)] == [1_000_000, 1000]
    (tmp_path / "wrong.csv").write_text("date,product,units,source\n2024-12-31,xiaomi_114,1,sales\n", encoding="utf-8")
    wrong = company("import", tmp_path / "wrong.csv", "--kind", "sale", "--json")
    assert (wrong.exit_code, json.loads(wrong.stderr)["line"]) == (3, 2)


def test_a_workbook_is_taken_too(company: Lifeloop, tmp_path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "table.xlsx") as book:
        sheet = book.add_worksheet()
        for line, cells in enumerate(
            [("date", "scopes", "t CO2e", "source"), ("2024-12-31", "1", 5.5, "report"), ("2023-12-31", 1, 5, "report")]
        ):
            sheet.write_row(line, 0, cells)
    assert json.loads(company("import", tmp_path / "table.xlsx", "--json").stdout)["added"] == 2
    rows = json.loads(company("trend", "--scopes", "1", "--json").stdout)
    assert [(row["year"], row["value"]) for row in rows] == [(2023, 5), (2024, 5.5)]
    assert rows[1]["change"] == pytest.approx(0.1)


def test_a_closed_year_is_restated_with_a_reason_only(company: Lifeloop, lifeloop: Lifeloop, tmp_path: Path) -> None:
    words = ("emission", "--scopes", "1", "--co2e", 5, *WHERE)
    assert company("add", *words).exit_code == 0
    closed = lifeloop("--records", tmp_path / "company.book", "records", "close", "--from", "2024-01-01", "--to", "2024-12-31")
    assert closed.exit_code == 0
    assert company("add", *words).exit_code == 2
    assert company("add", *words, "--reason", "a meter was read wrongly").exit_code == 0


def test_categories_that_are_not_the_whole_of_scope_3_are_said_to_be_so(company: Lifeloop) -> None:
    company("add", "emission", "--scopes", "3", "--co2e", 100, *WHERE)
    company("add", "emission", "--scopes", "3", "--category", "3.1", "--co2e", 60, *WHERE)
    assert (
        "the reported figure of 100.0 t stands; the entries in detail beside it add up to 60.0 t (60 % of it)"
        in company("inventory").stdout
    )
    company("add", "emission", "--scopes", "3", "--category", "3.11", "--co2e", 50, *WHERE)
    assert "110.0 t (110 % of it), more than it: one of the two is wrong" in company("inventory").stdout


def test_a_figure_that_was_reported_twice_is_a_warning(company: Lifeloop) -> None:
    for source in ("report of 2024", "report of 2025"):
        company("add", "emission", "--scopes", "1", "--co2e", 5, "--year", 2024, "--source", source)
    assert "scope 1 in 2024 is entered 2 times" in company("inventory").stdout


def test_a_denominator_that_was_logged_twice_is_no_denominator_until_it_has_parts(company: Lifeloop) -> None:
    company("add", "emission", "--scopes", "1", "--co2e", 100, *WHERE)
    words = ("--scopes", "1", "--per", "revenue", "--json")
    for half, part in ((1, ""), (2, ""), (3, "phones"), (4, "cars")):
        more = ("--part", part, "--year", 2024 if not part else 2025, "--source", "accounts")
        company("add", "figure", "revenue", "--value", 10 * half, "--unit", "million RMB", *more)
    assert "several times for the same part" in company("intensity", *words).stderr
    company("add", "emission", "--scopes", "1", "--co2e", 140, "--year", 2025, "--source", "report")
    assert json.loads(company("intensity", *words).stdout)["value"] == pytest.approx(2)


def test_evidence_lies_beside_the_table(company: Lifeloop, tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(b"page 12")
    (tmp_path / "table.csv").write_text("日期,范围,排放量,来源,证明文件\n2024-12-31,1,5,报告,report.pdf\n", encoding="utf-8")
    assert company("import", tmp_path / "table.csv").exit_code == 0
    (entry,) = json.loads(company("list", "--json").stdout)
    digest = "4f121472"  # printf 'page 12' | sha256sum
    assert entry["content"]["evidence"] == "report.pdf"
    assert entry["content"]["evidence_sha256"].startswith(digest)
    (tmp_path / "table.csv").write_text("date,scopes,co2e_t,source,evidence\n2023-12-31,1,5,report,gone.pdf\n", encoding="utf-8")
    refused = company("import", tmp_path / "table.csv", "--json")
    assert (refused.exit_code, json.loads(refused.stderr)["line"]) == (3, 2)


def test_an_intensity_is_not_logged_without_what_it_means(company: Lifeloop, lifeloop: Lifeloop, tmp_path: Path) -> None:
    figure = ("add", "figure", "published intensity", "--value", 0.57, "--unit", "t CO2e per million RMB", *WHERE)
    refused = company(*figure)
    assert refused.exit_code == 2
    assert "does not stand without its scopes and its scope-2 method" in refused.stderr
    (tmp_path / "table.csv").write_text("date,name,value,unit,source\n2024-12-31,intensity,0.57,t CO2e/million RMB,report\n", "utf-8")
    assert company("import", tmp_path / "table.csv", "--kind", "indicator").exit_code == 3
    goal = ("--metric", "carbon.intensity", "--unit", "t", "--date", "2024-12-31", "--value", 0.57, "--records", tmp_path / "company.book")
    assert lifeloop("goal", "log", *goal).exit_code == 3
    assert not (tmp_path / "company.book").exists()
    assert company(*figure, "--definition", "scopes 1+2, scope 2 not stated, per million RMB of revenue").exit_code == 0


@pytest.mark.parametrize("group", ["company", "supplier"])
def test_an_encoding_that_is_not_known_is_a_usage_error(lifeloop: Lifeloop, tmp_path: Path, group: str) -> None:
    (tmp_path / "table.csv").write_text(TABLE, encoding="utf-8")
    assert lifeloop(group, "import", tmp_path / "table.csv", "--encoding", "latin", "--records", tmp_path / "a.book").exit_code == 2


@pytest.mark.parametrize("kind", ["emission", "electricity", "indicator", "sale"])
def test_a_chinese_template_has_the_headers_that_are_read(company: Lifeloop, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "template.csv"
    assert company("import", path, "--template", "--chinese", "--kind", kind).exit_code == 0
    assert path.read_text("utf-8-sig").startswith("日期,")
    assert "there is no row below the header" in company("import", path, "--kind", kind).stderr


@pytest.mark.parametrize(
    ("kind", "text", "field", "expected"),
    [
        ("emission", "日期,范围,排放量（万吨CO2e）,来源\n2024-12-31,1,1.2,报告\n", "co2e_t", 12_000),
        ("emission", "date,scopes,emissions (kg CO2e),source\n2024-12-31,1,5000,report\n", "co2e_t", 5),
        ("electricity", "日期,电量（万千瓦时）,电网,排放因子,来源\n2024-12-31,12,CN,0.58,表\n", "kwh", 120_000),
        ("electricity", "date,kwh,grid,factor (g CO2e/kWh),source\n2024-12-31,12,CN,580,meter\n", "factor", 0.58),
        ("indicator", "date,name,value (million RMB),source\n2024-12-31,revenue,365906,report\n", "unit", "million RMB"),
    ],
)
def test_a_unit_in_a_header_is_converted(company: Lifeloop, tmp_path: Path, kind: str, text: str, field: str, expected: Any) -> None:
    (tmp_path / "table.csv").write_text(text, encoding="utf-8")
    assert company("import", tmp_path / "table.csv", "--kind", kind).exit_code == 0
    (entry,) = json.loads(company("list", "--json").stdout)
    assert entry["content"][field] == (pytest.approx(expected) if isinstance(expected, int | float) else expected)


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        ("emission", "date,scopes,emissions (kWh),source\n2024-12-31,1,5,report\n", "cannot be given in t"),
        ("indicator", "date,name,value (RMB),unit,source\n2024-12-31,revenue,5,EUR,report\n", "the header says 'RMB'"),
    ],
)
def test_a_unit_of_another_kind_in_a_header_is_refused(company: Lifeloop, tmp_path: Path, kind: str, text: str, why: str) -> None:
    (tmp_path / "table.csv").write_text(text, encoding="utf-8")
    refused = company("import", tmp_path / "table.csv", "--kind", kind)
    assert refused.exit_code == 3
    assert "table.csv:2" in refused.stderr
    assert why in refused.stderr
