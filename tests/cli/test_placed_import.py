"""Tables of equipment put on the market, the base of the collection rate: taken whole, once, in English and Chinese."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_ewaste_import import Lifeloop, workbook, written

PLACED = "year,mass,unit,stream,region\n2021,30000,t,phones,EU\n2022,40000,t,phones,EU\n2023,50000000,kg,phones,EU\n"


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize("chinese", [False, True])
def test_equipment_put_on_the_market_is_read_from_a_table_once(lifeloop: Lifeloop, tmp_path: Path, chinese: bool) -> None:
    if chinese:
        rows = [
            ["年份", "质量（吨）", "类别", "地区"],
            [2021, 30000, "手机", "EU"],
            [2022, 40000, "手机", "EU"],
            [2023, 50000, "手机", "EU"],
        ]
        table = workbook(tmp_path / "placed.xlsx", rows)
    else:
        table = written(tmp_path, PLACED)
    (tmp_path / "collected.csv").write_text("date,mass,unit,treatment,stream,region\n2024-12-31,24000,t,collected,phones,EU\n", "utf-8")
    preview = lifeloop("ewaste", "import", table, "--kind", "placed", "--preview").stdout
    assert "3 rows, 120,000 t; nothing was written" in preview
    assert lifeloop("ewaste", "import", table, "--kind", "placed").stdout == "3 rows, 3 entries added\n"
    assert lifeloop("ewaste", "import", table, "--kind", "placed").stdout == "3 rows, 0 entries added, 3 were there already\n"
    lifeloop("ewaste", "import", tmp_path / "collected.csv")
    rates = {(r["definition"], r["stream"]): r["rate"] for r in json.loads(lifeloop("ewaste", "rates", "--year", 2024, "--json").stdout)}
    # 24,000 t / ((30,000 + 40,000 + 50,000) / 3) = 0.6
    assert rates["weee.collection", "weee-6"] == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("row", "field", "why"),
    [
        ("2024,,t,,", "mass", "a value is needed"),
        ("2024,-1,t,,", "mass", "above zero"),
        ("2024,5,,,", "unit", "a mass needs its unit"),
        ("2024,5,piece,,", "unit", ""),
        ("24,5,t,,", "year", "1990 to 2100"),
        ("2099,5,t,,", "year", "later than this year"),
    ],
)
def test_a_wrong_row_of_equipment_is_named_and_nothing_is_taken(
    lifeloop: Lifeloop, book: Path, tmp_path: Path, row: str, field: str, why: str
) -> None:
    refused = lifeloop("ewaste", "import", written(tmp_path, f"{PLACED}{row}\n"), "--kind", "placed", "--json")
    assert refused.exit_code == 3
    (problem,) = map(json.loads, refused.stderr.splitlines())
    assert problem["line"] == 5
    assert problem["field"] in {field, None} or field == "unit"
    assert why in problem["reason"]
    assert not book.exists()


@pytest.mark.usefixtures("book")
def test_a_template_of_equipment_has_the_headers_that_are_read(lifeloop: Lifeloop, tmp_path: Path) -> None:
    assert lifeloop("ewaste", "template", tmp_path / "t.xlsx", "--kind", "placed", "--chinese").exit_code == 0
    assert "no row below the header" in lifeloop("ewaste", "import", tmp_path / "t.xlsx", "--kind", "placed").stderr
    assert (
        "'year'" in lifeloop("ewaste", "import", tmp_path / "t.xlsx").stderr
        or "年份" in lifeloop("ewaste", "import", tmp_path / "t.xlsx").stderr
    )


@pytest.mark.usefixtures("book")
def test_evidence_of_equipment_is_logged(lifeloop: Lifeloop, tmp_path: Path) -> None:
    (tmp_path / "register.pdf").write_bytes(b"registered")
    table = written(tmp_path, "year,mass (t),evidence\n2023,5,register.pdf\n")
    assert lifeloop("ewaste", "import", table, "--kind", "placed").exit_code == 0
    (entry,) = json.loads(lifeloop("records", "list", "--kind", "placed_on_market", "--json").stdout)
    assert entry["content"]["evidence"][0]["name"] == "register.pdf"
