"""The company's account and the supplier register read the same from either database."""

from __future__ import annotations

from datetime import date

import pytest

from company.account import Account
from company.inventory import inventory
from company.supplier_report import register
from records import Draft
from records.book import Book

LAST_DAY = date(2024, 12, 31)


def drafts() -> list[Draft]:
    """An account with figures of every kind, and two suppliers."""
    told = [
        ("emission", {"co2e_t": 100.0, "scopes": "1"}),
        ("emission", {"co2e_t": 900.0, "scopes": "3", "category": "3.1", "segment": "phones"}),
        ("electricity", {"kwh": 1e6, "grid": "CN", "factor": 0.6, "residual": 0.7}),
        ("electricity", {"role": "instrument", "kwh": 4e5, "grid": "CN", "factor": 0.0, "instrument": "contract", "renewable": True}),
        ("sale", {"product": "p", "units": 1000.0, "stages": {"use": 12.0, "end_of_life": 0.5}, "background": "b"}),
        ("indicator", {"name": "revenue", "value": 50.0, "unit": "million RMB", "part": "phones"}),
        ("indicator", {"name": "revenue", "value": 30.0, "unit": "million RMB", "part": "cars"}),
        ("target", {"id": "own", "scopes": "1", "base_year": 2020, "base_value": 150.0, "target_year": 2030, "reduction": 0.5}),
        ("supplier", {"supplier": "cells", "status": "green_electricity", "value": 0.2, "spend": 30.0, "chain": "vehicles"}),
        ("supplier", {"supplier": "cases", "status": "green_electricity", "value": 0.8, "spend": 10.0, "chain": "vehicles"}),
    ]
    return [Draft(kind, {"source": "test"} | content, LAST_DAY, "li") for kind, content in told]


def test_an_account_and_a_register(book: Book) -> None:
    book.append_many(drafts())
    account = Account(book)
    totals = {("+".join(t.amount.scopes), t.amount.method): t.amount.value for t in inventory(account, 2024).totals}
    assert totals["1+2", "location"] == pytest.approx(100 + 600)
    assert totals["1+2", "market"] == pytest.approx(100 + 420)
    assert totals["3", None] == pytest.approx(900 + 12 + 0.5)
    assert account.intensity(2024, ("1", "2"), "market", "revenue").value == pytest.approx(520 / 80)
    assert account.latest_standing(account.targets()[0]).status == "ahead"
    assert register(book, LAST_DAY).green_share("vehicles", "spend").value == pytest.approx(0.35)
    assert book.verify().ok
