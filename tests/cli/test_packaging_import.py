"""Tables of yearly packaging volumes: CSV and Excel, English and Chinese, whole or not at all, once, with evidence."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import Result

Lifeloop = Callable[..., Result]


@pytest.fixture
def phone(phone_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A phone in 60 g of box in both markets, and a book that is still to be made."""
    monkeypatch.setenv("LIFELOOP_RECORDS", str(tmp_path / "a.book"))
    return phone_file(markets="[international, domestic]")


def workbook(path: Path, rows: list[list[Any]]) -> Path:
    """A workbook with these rows on its first sheet."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return path


def logged(lifeloop: Lifeloop) -> list[dict[str, Any]]:
    """The content of every volume that counts."""
    book = json.loads(lifeloop("records", "list", "--kind", "packaging", "--json").stdout)
    return [entry["content"] for entry in book]


ENGLISH = ["product", "market", "year", "units", "source"]
CHINESE = ["产品", "市场", "年份", "销量", "来源"]


@pytest.mark.parametrize("header", [ENGLISH, CHINESE])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_table_is_taken_once_in_any_form(lifeloop: Lifeloop, phone: Path, tmp_path: Path, header: list[str], form: str) -> None:
    home = "国内" if header is CHINESE else "domestic"
    rows: list[list[Any]] = [header, [str(phone), home, 2024, 3000, "sales"], [str(phone), "international", 2023, 10, "sales"]]
    table = tmp_path / f"sold.{form}"
    if form == "xlsx":
        workbook(table, rows)
    else:
        table.write_text("".join(",".join(map(str, row)) + "\n" for row in rows), encoding="utf-8")
    assert lifeloop("packaging", "import", table).stdout == "2 rows, 2 entries added\n"
    assert lifeloop("packaging", "import", table).stdout == "2 rows, 0 entries added, 2 were there already\n"
    # 3000 boxes of 60 g
    first, second = logged(lifeloop)
    assert (first["market"], first["year"], first["units"], first["total_t"], first["source"]) == (
        "domestic",
        2024,
        3000,
        pytest.approx(0.18),
        "sales",
    )
    assert (second["market"], second["year"]) == ("international", 2023)


def test_one_table_in_two_forms_and_languages_is_one_table(lifeloop: Lifeloop, phone: Path, tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx", [CHINESE, [str(phone), "国际", 2024, 3000, None]])
    (tmp_path / "b.csv").write_text(f"product,market,year,units\n{phone},international,2024,3000\n", encoding="utf-8")
    added = [json.loads(lifeloop("packaging", "import", tmp_path / name, "--json").stdout)["added"] for name in ("a.xlsx", "b.csv")]
    assert added == [1, 0]


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx"])
@pytest.mark.parametrize("more", [(), ("--chinese",)])
def test_a_template_has_the_headers_that_are_read(
    lifeloop: Lifeloop, phone: Path, tmp_path: Path, name: str, more: tuple[str, ...]
) -> None:
    assert phone.exists()
    assert lifeloop("packaging", "template", tmp_path / name, *more).exit_code == 0
    assert "there is no row below the header" in lifeloop("packaging", "import", tmp_path / name).stderr
    assert lifeloop("packaging", "template", tmp_path / name, *more).exit_code == 3


def test_evidence_lies_beside_the_table_and_its_digest_is_logged(lifeloop: Lifeloop, phone: Path, tmp_path: Path) -> None:
    (tmp_path / "sales.pdf").write_bytes(b"sold: 3000")
    table = tmp_path / "sold.csv"
    table.write_text(f"product,market,year,units,evidence\n{phone},domestic,2024,3000,sales.pdf\n", encoding="utf-8")
    assert lifeloop("packaging", "import", table).exit_code == 0
    (document,) = logged(lifeloop)[0]["evidence"]
    assert document == {"name": "sales.pdf", "sha256": hashlib.sha256(b"sold: 3000").hexdigest(), "size": 10}
    assert lifeloop("records", "missing-evidence").stdout == "None.\n"
    table.write_text(f"product,market,year,units,evidence\n{phone},domestic,2023,3000,gone.pdf\n", encoding="utf-8")
    refused = lifeloop("packaging", "import", table)
    assert refused.exit_code == 3
    assert "sold.csv:2" in refused.stderr
    assert "the evidence cannot be read" in refused.stderr


@pytest.mark.parametrize(
    ("row", "field", "why"),
    [
        (["PHONE", "domestic", 2024.5, 10], "year", "a year from 1990 to 2100"),
        (["PHONE", "domestic", 24, 10], "year", "a year from 1990 to 2100"),
        (["PHONE", "domestic", None, 10], "year", "a value is needed"),
        (["PHONE", "domestic", 2024, 0], "units", "must be above zero"),
        (["PHONE", "domestic", 2024, "1,000"], "units", "a comma can divide"),
        (["PHONE", "domestci", 2024, 10], "market", "did you mean 'domestic'"),
        (["xiaomi_114", "domestic", 2024, 10], "", "xiaomi_14"),
        ([None, "domestic", 2024, 10], "product", "a value is needed"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_taken(
    lifeloop: Lifeloop, phone: Path, tmp_path: Path, row: list[Any], field: str, why: str
) -> None:
    rows = [ENGLISH[:4], [str(phone), "domestic", 2023, 10], [str(phone) if cell == "PHONE" else cell for cell in row]]
    refused = lifeloop("packaging", "import", workbook(tmp_path / "sold.xlsx", rows), "--json")
    assert refused.exit_code == 3
    (problem,) = map(json.loads, refused.stderr.splitlines())
    assert (problem["line"], problem["field"] or "") == (3, field) if field else problem["line"] == 3
    assert why in f"{problem['reason']} {problem['hint']}"
    assert not (tmp_path / "a.book").exists()


def test_two_rows_with_one_key_are_refused(lifeloop: Lifeloop, phone: Path, tmp_path: Path) -> None:
    table = tmp_path / "sold.csv"
    table.write_text(f"product,market,year,units,key\n{phone},domestic,2024,1,k\n{phone},domestic,2023,2,k\n", encoding="utf-8")
    assert "row 2 has this key too" in lifeloop("packaging", "import", table).stderr


def test_a_mistake_in_a_product_file_names_the_row_and_the_file(
    lifeloop: Lifeloop, phone: Path, phone_file: Callable[..., Path], tmp_path: Path
) -> None:
    broken = phone_file("broken.yaml", unit="kWh")
    broken.write_text(broken.read_text("utf-8").replace("category:", "catgory:"), "utf-8")
    table = tmp_path / "sold.csv"
    table.write_text(f"product,market,year,units\n{phone},domestic,2024,1\n{broken},domestic,2024,1\n", encoding="utf-8")
    problems = [json.loads(line) for line in lifeloop("packaging", "import", table, "--json").stderr.splitlines()]
    assert {(problem["file"], problem["line"]) for problem in problems} == {(str(table), 3)}
    assert any("broken.yaml:" in problem["reason"] for problem in problems)


def test_a_unit_in_the_header_and_a_year_in_chinese_are_read(lifeloop: Lifeloop, phone: Path, tmp_path: Path) -> None:
    table = tmp_path / "sold.csv"
    table.write_text(f"产品,市场,年份,销量（万台）\n{phone},国内,2024年,1.2\n", encoding="utf-8")
    assert lifeloop("packaging", "import", table).exit_code == 0
    assert [(c["year"], c["units"]) for c in logged(lifeloop)] == [(2024, 12_000)]
    table.write_text(f"产品,市场,年份,销量（吨）\n{phone},国内,2024,1.2\n", encoding="utf-8")
    assert "cannot be given in piece" in lifeloop("packaging", "import", table).stderr


def test_a_year_to_come_is_refused(lifeloop: Lifeloop, phone: Path, tmp_path: Path) -> None:
    table, year = tmp_path / "sold.csv", date.today().year
    table.write_text(f"product,market,year,units\n{phone},domestic,{year},5\n{phone},domestic,{year + 2},5\n", "utf-8")
    result = lifeloop("packaging", "import", table, "--json")
    (problem,) = [json.loads(line) for line in result.stderr.splitlines()]
    assert (result.exit_code, problem["line"], problem["field"], problem["value"]) == (3, 3, "year", str(year + 2))
    added = lifeloop("packaging", "add", phone, "--market", "domestic", "--year", year + 2, "--units", 5)
    assert (added.exit_code, "later than this year" in added.stderr) == (3, True)
    assert not (tmp_path / "a.book").exists()


def test_a_taken_key_names_file_and_row(lifeloop: Lifeloop, phone: Path, tmp_path: Path) -> None:
    table, head = tmp_path / "sold.csv", "product,market,year,units,key\n"
    table.write_text(f"{head}{phone},domestic,2023,5,k\n", "utf-8")
    assert lifeloop("packaging", "import", table).exit_code == 0
    table.write_text(f"{head}{phone},domestic,2024,5,other\n{phone},domestic,2023,7,k\n", "utf-8")
    result = lifeloop("packaging", "import", table)
    assert (result.exit_code, f"{table}:3" in result.stderr) == (2, True)
    assert len(logged(lifeloop)) == 1
