"""The yearly figures of a large maker (public report for 2024), found again from entries of a record book."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from company.account import Account
from company.inventory import inventory
from company.supplier_report import register
from lca.errors import InputError
from records import open_book
from records.book import Book
from records.errors import ContentRefused

REPORT = "ESG report 2024"
ALL = ("1", "2", "3")


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    with open_book(str(tmp_path / "company.book"), create=True) as made:
        yield made


def log(book: Book, kind: str, year: int = 2024, **content: Any) -> str:
    return book.append(kind, {"source": REPORT} | content, happened=date(year, 12, 31), who="li").id


@pytest.fixture
def account(book: Book) -> Account:
    """Totals of two years, scopes 1+2 as the published intensity implies them, revenue."""
    log(book, "emission", co2e_t=10_787_758.0, scopes="1+2+3", method="unstated")
    log(book, "emission", 2023, co2e_t=10_787_758 / 1.078, scopes="1+2+3", method="unstated", basis="implied")
    log(book, "emission", co2e_t=0.57 * 365_906, scopes="1+2", method="unstated", basis="implied")
    log(book, "indicator", name="revenue", value=365_906.0, unit="million RMB")
    return Account(book)


def test_total_and_its_change_on_the_year_before(account: Account) -> None:
    total = next(t for t in inventory(account, 2024).totals if t.amount.scopes == ALL)
    assert total.amount.value == 10_787_758
    assert total.before == pytest.approx(10_007_200, abs=50)
    assert total.change is not None
    assert round(100 * total.change.relative, 1) == 7.8


def test_scope_3_is_98_percent_and_scopes_1_and_2_agree_with_it(account: Account) -> None:
    totals = {t.amount.scopes: t for t in inventory(account, 2024).totals}
    assert totals["1", "2"].amount.value == pytest.approx(208_566.42)
    assert totals["1", "2"].share_of_all == pytest.approx(0.0193, abs=5e-5)
    assert round(100 * (totals[("3",)].share_of_all or 0)) == 98


def test_the_intensity_is_0_57_and_says_what_it_is(account: Account) -> None:
    made = account.intensity(2024, ("1", "2"), "unstated", "revenue")
    assert made.value == pytest.approx(0.57)
    assert str(made) == "0.570 t CO2e per million RMB of revenue, scopes 1+2 (scope 2: method not stated), 2024"
    assert f"{made:.2f}" == str(made)


def test_the_method_that_was_not_stated_is_not_taken_for_another(account: Account) -> None:
    with pytest.raises(InputError, match=r"no figure for scopes 1\+2 \(scope 2: market-based\).*method not stated"):
        account.intensity(2024, ("1", "2"), "market", "revenue")


def test_the_year_before_by_its_scopes(book: Book) -> None:
    """2023: (12,252.52 + 104,470.04) t / 270,970 million RMB = 0.43 t per million RMB."""
    log(book, "emission", 2023, co2e_t=12_252.52, scopes="1")
    log(book, "emission", 2023, co2e_t=104_470.04, scopes="2", method="market")
    log(book, "indicator", 2023, name="revenue", value=270_970.0, unit="million RMB")
    assert Account(book).intensity(2023, ("1", "2"), "market", "revenue").value == pytest.approx(0.43076, abs=1e-5)


PHONES = {"chain": "phones", "supplier": "tier-one suppliers"}


@pytest.fixture
def suppliers(book: Book) -> Book:
    """The published counts and the published average of the vehicle supply chain."""
    log(book, "supplier", status="data_verified", count=300, bound="at_most", wording="nearly 300", **PHONES)
    log(book, "supplier", status="target_set", count=111, **PHONES)
    log(book, "supplier", status="green_electricity", count=83, **PHONES)
    log(book, "supplier", status="sbti", count=24, **PHONES)
    log(book, "supplier", chain="vehicles", supplier="tier-one average", status="green_electricity", value=0.43)
    log(book, "supplier", chain="phones", supplier="all suppliers", status="audited", count=611)
    log(book, "supplier", chain="phones", supplier="all suppliers", status="contract_ended", count=2)
    return book


def test_suppliers_counted(suppliers: Book) -> None:
    report = register(suppliers, date(2024, 12, 31)).report(["phones", "vehicles"], None)
    counted = {(c["chain"], c["status"]): (c["count"], c["bound"]) for c in report["counts"]}
    assert counted["phones", "data_verified"] == (300, "at_most")
    assert counted["phones", "target_set"] == (111, "exact")
    assert counted["phones", "green_electricity"] == (83, "exact")
    assert counted["phones", "sbti"] == (24, "exact")
    assert [g["green_share"] for g in report["green_shares"]] == [0.43]
    assert report["due_diligence"][0]["audits"] == 611
    assert report["due_diligence"][0]["contracts_ended"] == 2
    assert next(c for c in report["counts"] if c["status"] == "data_verified")["wordings"] == ["nearly 300"]


def test_nothing_is_counted_before_its_date(suppliers: Book) -> None:
    assert register(suppliers, date(2024, 12, 30)).report(["phones"], None)["counts"] == []


def test_the_goal_for_the_vehicle_supply_chain(suppliers: Book) -> None:
    target = {"id": "vehicle-green", "metric": "supplier_green_share", "supply_chain": "vehicles", "share": 0.5}
    log(suppliers, "target", base_year=2024, target_year=2025, **target)
    account = Account(suppliers)
    (found,) = account.targets()
    assert account.standing(found, 2024).status == "on"
    assert account.standing(found, 2025).status == "behind"
    assert account.standing(found, 2025).gap == pytest.approx(-0.07)
    log(suppliers, "supplier", 2025, chain="vehicles", supplier="tier-one average", status="green_electricity", value=0.52)
    assert Account(suppliers).standing(found, 2025).status == "ahead"
    assert Account(suppliers, at=date(2024, 12, 31)).standing(found, 2025).status == "behind"


def test_own_operations_by_2030_and_2040(book: Book) -> None:
    """Scopes 1+2 of the main segments -70 % by 2030 and -98 % by 2040 against 2021."""
    scope = {"scopes": "1+2", "method": "market", "base_year": 2021, "segment": "main segments"}
    log(book, "target", id="own-2030", target_year=2030, reduction=0.7, **scope)
    log(book, "target", id="own-2040", target_year=2040, reduction=0.98, **scope)
    for year, tonnes in ((2021, 1000.0), (2024, 760.0)):
        log(book, "emission", year, scopes="1+2", method="market", co2e_t=tonnes, segment="main segments")
    account = Account(book)
    by_2030, by_2040 = (account.standing(t, 2024) for t in account.targets())
    assert by_2030.expected == pytest.approx(1000 * (1 - 0.7 * 3 / 9))
    assert by_2030.status == "ahead"
    assert by_2040.expected == pytest.approx(1000 * (1 - 0.98 * 3 / 19))
    assert by_2040.status == "ahead"
    assert account.standing(by_2030.target, 2030).to_dict()["target"] == pytest.approx(300)


def test_a_base_year_is_recalculated_once_its_changes_reach_the_threshold(book: Book) -> None:
    log(book, "target", id="own", scopes="1", base_year=2021, target_year=2031, reduction=0.5)
    log(book, "emission", 2021, scopes="1", co2e_t=1000.0)
    (target,) = Account(book).targets()
    log(book, "recalculation", base_year=2021, scopes="1", change_t=30.0, reason="acquisition")
    assert Account(book).standing(target, 2021).base == 1000
    log(book, "recalculation", base_year=2021, scopes="1", change_t=30.0, reason="acquisition")
    assert Account(book).standing(target, 2021).base == 1060


def test_a_reversed_entry_counts_no_more_and_its_time_can_be_asked_for(book: Book) -> None:
    entry = log(book, "emission", scopes="1", co2e_t=5.0)
    then = datetime.now(UTC)
    book.reverse(entry, reason="typed twice", who="li")
    assert Account(book).years == []
    assert Account(book, known_at=then).amount(2024, ("1",), None).value == 5


@pytest.mark.parametrize(
    ("kind", "content", "reason"),
    [
        ("emission", {"co2e_t": 1.0, "scopes": "1+2"}, "method"),
        ("emission", {"co2e_t": 1.0, "scopes": "1", "method": "market"}, "method"),
        ("emission", {"co2e_t": -1.0, "scopes": "1"}, "greater than or equal to 0"),
        ("emission", {"co2e_t": 1.0, "scopes": "3", "category": "3.16"}, "category"),
        ("emission", {"co2e_t": 1.0, "scopes": "1", "category": "3.1"}, "category"),
        ("target", {"id": "a", "scopes": "1", "base_year": 2030, "target_year": 2030, "reduction": 0.1}, "target_year"),
        ("target", {"id": "a", "scopes": "1", "base_year": 2020, "target_year": 2030}, "linear"),
        ("target", {"id": "a", "scopes": "1", "base_year": 2020, "target_year": 2030, "reduction": 1.1}, "less than or equal to 1"),
        ("supplier", {"supplier": "a", "status": "green_electricity", "value": 43.0}, "between 0 and 1"),
        ("supplier", {"supplier": "a", "status": "sbti", "value": 1.0}, "has none"),
        ("supplier", {"supplier": "a", "status": "emissions"}, "needs one"),
        ("sale", {"product": "p", "units": 1.0, "stages": {"use": 1.0}, "plant_energy": 1.0, "background": "b"}, "plant_energy"),
    ],
)
def test_what_cannot_be_is_refused(book: Book, kind: str, content: dict[str, Any], reason: str) -> None:
    with pytest.raises(ContentRefused, match=reason):
        log(book, kind, **content)
    assert book.head().entries == 0
