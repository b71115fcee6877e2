"""`lifeloop supplier`: statuses, counts at any date, green electricity by weight, rules, and a scenario for products."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from lca.ledger import today
from records import open_book

Lifeloop = Callable[..., Result]
WHERE = ("--year", "2024", "--source", "report")


@pytest.fixture
def supplier(lifeloop: Lifeloop, tmp_path: Path) -> Lifeloop:
    """`lifeloop supplier ...` on a book of this test."""
    return lambda *args: lifeloop("--records", tmp_path / "company.book", "supplier", *args)


@pytest.fixture
def published(supplier: Lifeloop) -> Lifeloop:
    """The published counts of the phone supply chain and the published average of the vehicle supply chain."""
    group = ("tier-one suppliers", "--chain", "phones", "--tier", 1)
    for words in (
        (*group, "--status", "data_verified", "--count", 300, "--bound", "at_most", "--wording", "nearly 300"),
        (*group, "--status", "target_set", "--count", 111),
        (*group, "--status", "green_electricity", "--count", 83),
        (*group, "--status", "sbti", "--count", 24),
        ("tier-one average", "--chain", "vehicles", "--status", "green_electricity", "--value", 0.43, "--definition", "weight not stated"),
    ):
        assert supplier("add", *words, *WHERE).exit_code == 0
    return supplier


def report(supplier: Lifeloop, *words: Any) -> dict[str, Any]:
    made = supplier("status", "--json", *words)
    assert made.exit_code == 0, made.stderr
    found: dict[str, Any] = json.loads(made.stdout)
    return found


def counted(supplier: Lifeloop, *words: Any) -> dict[str, int]:
    return {c["status"]: c["count"] for c in report(supplier, *words)["counts"]}


def test_the_published_counts(published: Lifeloop) -> None:
    assert counted(published, "--chain", "phones") == {"data_verified": 300, "target_set": 111, "green_electricity": 83, "sbti": 24}
    assert "at most 300" in published("status").stdout


def test_the_published_average_is_shown_with_its_words(published: Lifeloop) -> None:
    (share,) = report(published)["green_shares"]
    assert (share["chain"], share["green_share"]) == ("vehicles", 0.43)
    assert "weight not stated" in share["definition"]


def test_counts_at_any_date_whenever_recorded(supplier: Lifeloop) -> None:
    for name, day in (("a", "2023-06-30"), ("b", "2024-06-30"), ("c", "2024-12-31")):
        supplier("add", name, "--status", "sbti", "--date", day, "--source", "list")
    supplier("add", "a", "--status", "sbti", "--ended", "--date", "2024-09-01", "--source", "list")
    at = {
        day: counted(supplier, "--at", day).get("sbti", 0) for day in ("2023-06-29", "2023-06-30", "2024-08-31", "2024-09-01", "2025-01-01")
    }
    assert at == {"2023-06-29": 0, "2023-06-30": 1, "2024-08-31": 2, "2024-09-01": 1, "2025-01-01": 2}


@pytest.fixture
def weighted(supplier: Lifeloop) -> Lifeloop:
    """Two suppliers with shares, spend and volume; one cut its emissions by 10 % a year."""
    for words in (
        ("cells", "--status", "green_electricity", "--value", 0.2, "--spend", 30, "--volume", 10, *WHERE),
        ("cases", "--status", "green_electricity", "--value", 0.8, "--spend", 10, "--volume", 30, *WHERE),
        ("cells", "--status", "emissions", "--value", 100, "--year", 2022, "--source", "report"),
        ("cells", "--status", "emissions", "--value", 81, "--year", 2024, "--source", "report"),
    ):
        assert supplier("add", "--chain", "vehicles", *words).exit_code == 0
    return supplier


@pytest.mark.parametrize(("weight", "share"), [("spend", 0.35), ("volume", 0.65), ("mean", 0.5)])
def test_the_weight_is_said_and_makes_the_share(weighted: Lifeloop, weight: str, share: float) -> None:
    (found,) = report(weighted, "--weight", weight)["green_shares"]
    assert (found["green_share"], found["weight"]) == (pytest.approx(share), weight)


def test_a_weight_that_nobody_has_is_said(weighted: Lifeloop) -> None:
    found = report(weighted, "--weight", "electricity")
    assert found["green_shares"] == []
    assert "no supplier of vehicles has electricity" in found["warnings"][0]


def test_the_rules_supplier_by_supplier(weighted: Lifeloop) -> None:
    rules = {row["supplier"]: row for row in report(weighted, "--at", "2024-12-31")["rules"]}
    assert (rules["cells"]["yearly_cut"], rules["cells"]["cut"]) == (pytest.approx(0.1), "met")
    assert (rules["cells"]["renewable_2030"], rules["cases"]["renewable_2030"], rules["cases"]["renewable_2050"]) == ("due", "met", "due")
    later = {row["supplier"]: row for row in report(weighted, "--at", "2030-12-31")["rules"]}
    assert (later["cells"]["renewable_2030"], later["cases"]["renewable_2030"]) == ("missed", "met")
    strict = report(weighted, "--cut", 0.12, "--at", "2024-12-31")["rules"]
    assert {row["supplier"]: row["cut"] for row in strict}["cells"] == "missed"


def test_a_rule_by_2030_is_not_missed_in_january(weighted: Lifeloop) -> None:
    rules = {row["supplier"]: row for row in report(weighted, "--at", "2030-01-15")["rules"]}
    # the share of a quarter is asked for by the end of 2030; the emissions of 2022 and 2024 are too old to say anything of 2030
    assert (rules["cells"]["renewable_2030"], rules["cells"]["cut"], rules["cells"]["emissions_year"]) == ("due", "unknown", 2024)


def test_a_rise_after_a_cut_is_not_met(supplier: Lifeloop) -> None:
    for year, value in ((2022, 100), (2023, 50), (2024, 88)):
        assert supplier("add", "a", "--status", "emissions", "--value", value, "--year", year, "--source", "s").exit_code == 0
    (row,) = report(supplier, "--at", "2024-12-31")["rules"]
    assert (round(row["yearly_cut"], 3), round(row["last_cut"], 2), row["cut"]) == (0.062, -0.76, "missed")
    assert "-76.0%" in supplier("status", "--at", "2024-12-31").stdout


def test_two_audits_of_one_supplier_are_two(supplier: Lifeloop) -> None:
    for year, found in ((2023, 3), (2024, 5)):
        supplier("add", "a", "--status", "audited", "--year", year, "--source", "s")
        supplier("add", "a", "--status", "findings", "--value", found, "--year", year, "--source", "s")
    supplier("add", "a", "--status", "findings_closed", "--value", 3, "--year", 2023, "--source", "s")
    (told,) = report(supplier)["due_diligence"]
    assert (told["audits"], told["findings"], told["findings_closed"], told["findings_closed_rate"]) == (2, 8, 3, 0.375)
    assert told["by_year"] == [
        {"year": 2023, "audits": 1, "findings": 3, "findings_closed": 3},
        {"year": 2024, "audits": 1, "findings": 5, "findings_closed": 0},
    ]
    assert "2 on-site audits (2023: 1, 2024: 1); 3.00 of 8.00 findings closed (38%)" in supplier("status").stdout
    assert counted(supplier, "--at", "2023-12-31")["audited"] == 1


@pytest.mark.parametrize("other", ["tier one ", "Tier One", "ｔｉｅｒ one"])
def test_one_name_is_one_supplier_however_it_is_written(supplier: Lifeloop, other: str) -> None:
    for name, count in (("tier one", 250), (other, 300)):
        words = ("--status", "data_verified", "--count", count, "--chain", "phones", *WHERE)
        assert supplier("add", name, *words).exit_code == 0
    found = report(supplier, "--chain", "PHONES ")
    assert ([c["count"] for c in found["counts"]], found["warnings"]) == ([300], [])
    assert [row["supplier"] for row in json.loads(supplier("list", "--chain", "Phones", "--json").stdout)] == ["tier one"]


def test_a_status_of_a_later_year_is_refused_and_of_a_later_day_does_not_count_yet(supplier: Lifeloop, tmp_path: Path) -> None:
    later = today().year + 1
    refused = supplier("add", "a", "--status", "sbti", "--year", later, "--source", "s")
    assert (refused.exit_code, refused.stdout) == (3, "")
    assert f"later than this year, {later - 1} (got '{later}-12-31')" in refused.stderr
    (tmp_path / "t.csv").write_text(f"date,supplier,status,source\n2024-12-31,a,sbti,s\n{later}-01-01,b,sbti,s\n", encoding="utf-8")
    table = supplier("import", tmp_path / "t.csv", "--json")
    assert table.exit_code == 3
    said = json.loads(table.stderr)
    assert (said["line"], said["field"], said["value"]) == (3, "date", f"{later}-01-01")
    assert not (tmp_path / "company.book").exists()


def test_what_another_way_wrote_for_later_is_not_so_yet(supplier: Lifeloop, tmp_path: Path) -> None:
    now = today()
    with open_book(tmp_path / "company.book", create=True) as book:
        for name, day in (("a", now), ("b", date(now.year, 12, 31)), ("c", date(now.year + 1, 1, 1))):
            book.append("supplier", {"supplier": name, "status": "sbti", "source": "s"}, happened=day, who="li")
    # figures of the running year are dated on its last day
    assert counted(supplier)["sbti"] == 2
    assert counted(supplier, "--at", f"{now.year + 1}-06-01")["sbti"] == 3


def test_due_diligence_and_audits(supplier: Lifeloop) -> None:
    for name, what, told in (
        ("tier one", "conflict_minerals_asked", ("--count", 400)),
        ("tier one", "conflict_minerals_answered", ("--count", 400)),
        ("tier one", "audited", ("--count", 611)),
        ("tier one", "findings", ("--value", 90)),
        ("tier one", "findings_closed", ("--value", 90)),
        ("two of them", "contract_ended", ("--count", 2)),
    ):
        assert supplier("add", name, "--status", what, *told, *WHERE).exit_code == 0
    (found,) = report(supplier)["due_diligence"]
    assert (found["conflict_minerals_feedback_rate"], found["audits"], found["findings_closed_rate"], found["contracts_ended"]) == (
        1,
        611,
        1,
        2,
    )
    assert "611 on-site audits; 90.0 of 90.0 findings closed (100%); 2 contracts ended" in supplier("status").stdout


def test_the_list_shows_what_holds_and_with_all_the_history(weighted: Lifeloop) -> None:
    assert len(json.loads(weighted("list", "--json").stdout)) == 3
    assert len(json.loads(weighted("list", "--all", "--json").stdout)) == 4
    assert json.loads(weighted("list", "--chain", "phones", "--json").stdout) == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("a", "--status", "green_electricity", "--value", 43, *WHERE), 3),
        (("a", "--status", "sbti", "--value", 1, *WHERE), 3),
        (("a", "--status", "emissions", *WHERE), 3),
        (("a", "--status", "famous", *WHERE), 2),
        (("a", "--status", "sbti", "--year", 2024), 2),
    ],
)
def test_what_is_refused_leaves_no_book(supplier: Lifeloop, words: tuple[Any, ...], code: int, tmp_path: Path) -> None:
    assert supplier("add", *words).exit_code == code
    assert not (tmp_path / "company.book").exists()


def test_a_chain_that_is_not_there(published: Lifeloop) -> None:
    made = published("status", "--chain", "boats", "--json")
    assert made.exit_code == 2
    assert json.loads(made.stderr)["hint"] == "supply chains: phones, vehicles"


def test_a_table_of_statuses_is_taken_once(supplier: Lifeloop, tmp_path: Path) -> None:
    text = "日期,供应商,状态,数值,数量,供应链,有效,来源\n2024-12-31,甲,green_electricity,0.5,1,手机,是,清单\n2024-12-31,乙,sbti,,1,手机,是,清单\n"
    (tmp_path / "table.csv").write_text(text, encoding="utf-8")
    assert [json.loads(supplier("import", tmp_path / "table.csv", "--json").stdout)["added"] for _ in range(2)] == [2, 0]
    assert counted(supplier, "--chain", "手机") == {"green_electricity": 1, "sbti": 1}


def test_half_a_supplier_is_refused(supplier: Lifeloop, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("date,supplier,status,count,source\n2024-12-31,a,sbti,1.5,list\n", encoding="utf-8")
    made = supplier("import", tmp_path / "table.csv", "--json")
    assert (made.exit_code, json.loads(made.stderr)["field"]) == (3, "count")


def test_the_share_makes_a_products_footprint_smaller(
    published: Lifeloop, lifeloop: Lifeloop, phone_file: Callable[..., Path], tmp_path: Path
) -> None:
    """The programme of the suppliers has an effect in kg CO2e a product."""
    path = tmp_path / "suppliers.yaml"
    made = published("status", "--chain", "vehicles", "--as-scenario", path, "--json", "--at", "2024-12-31")
    assert made.exit_code == 0, made.stderr
    assert "share: 0.43" in path.read_text(encoding="utf-8")
    product = phone_file()
    words = ("--scenarios", path, "--scenario", "green_suppliers_vehicles")
    before, after = (json.loads(lifeloop("assess", product, *more, "--json").stdout) for more in ((), words))
    before, after = (m[0] if isinstance(m, list) else m for m in (before, after))
    assert 0.5 * before["stages"]["materials"] < after["stages"]["materials"] < before["stages"]["materials"]
    assert after["stages"]["use"] == pytest.approx(before["stages"]["use"])


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((), "say which --chain"),
        (("--chain", "phones"), "no supplier of this chain has told its share"),
        (("--chain", "vehicles", "--tiers", "some"), "say 1 to 10, or all"),
    ],
)
def test_a_scenario_needs_a_chain_with_a_share(published: Lifeloop, tmp_path: Path, words: tuple[str, ...], reason: str) -> None:
    made = published("status", "--as-scenario", tmp_path / "s.yaml", *words)
    assert made.exit_code == 2
    assert reason in made.stderr
    assert not (tmp_path / "s.yaml").exists()


def test_a_unit_in_the_header_of_values_of_many_kinds_is_refused(supplier: Lifeloop, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("date,supplier,status,value (kt),source\n2024-12-31,S1,emissions,5,report\n", encoding="utf-8")
    refused = supplier("import", tmp_path / "table.csv")
    assert refused.exit_code == 3
    assert "goes by the row's status" in refused.stderr
