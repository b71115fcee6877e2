"""A table again after a product file or the background changed: entries stay as they were recorded, or are restated with a reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from records import Draft, open_book
from records.errors import KeyConflict
from records.restating import COMPUTED, Outdated, compared

Lifeloop = Callable[..., Result]
DAY = date(2024, 12, 31)


@pytest.fixture
def sold(book: Path, phone_file: Callable[..., Path], tmp_path: Path, lifeloop: Lifeloop) -> Path:
    """A table with a million phones of 200 g of case, logged once; the phone's file then says 250 g."""
    table = tmp_path / "sold.csv"
    table.write_text(f"date,product,units,source\n2024-12-31,{phone_file()},1000000,sales\n", encoding="utf-8")
    assert lifeloop("company", "import", table, "--kind", "sale").stdout == "1 rows, 1 entries added\n"
    phone_file(mass="250")
    assert book.exists()
    return table


def purchased(lifeloop: Lifeloop) -> float:
    """t CO2e of category 3.1."""
    rows = json.loads(lifeloop("company", "inventory", "--json").stdout)["rows"]
    return next(row["value"] for row in rows if row["category"] == "3.1")


def imported(lifeloop: Lifeloop, table: Path, *more: str) -> Result:
    """The table of sales again."""
    return lifeloop("company", "import", table, "--kind", "sale", *more)


def test_the_old_footprint_stays_and_the_way_out_is_named(lifeloop: Lifeloop, sold: Path) -> None:
    before = purchased(lifeloop)
    again = imported(lifeloop, sold)
    assert (again.exit_code, again.stdout) == (0, "1 rows, 0 entries added, 1 were there already\n")
    assert "1 entry stays as it was recorded, though today's figures are others: my-phone: " in again.stderr
    assert "--restate --reason WHY" in again.stderr
    assert purchased(lifeloop) == before
    assert json.loads(imported(lifeloop, sold, "--json").stdout)["kept"] == json.loads(imported(lifeloop, sold, "--json").stdout)["ids"]


def test_a_restatement_takes_the_old_one_back_and_is_done_once(lifeloop: Lifeloop, sold: Path) -> None:
    before = purchased(lifeloop)
    made = json.loads(imported(lifeloop, sold, "--restate", "--reason", "case was weighed anew", "--json").stdout)
    assert {name: made[name] for name in ("rows", "added", "restated", "kept")} == {"rows": 1, "added": 0, "restated": 1, "kept": []}
    # the case, the only line of category 3.1 besides 60 g of box, is 250 g instead of 200 g
    assert purchased(lifeloop) > before
    everything = json.loads(lifeloop("records", "list", "--all", "--json").stdout)
    assert [(e["kind"], e["effective"], e["reason"]) for e in everything] == [
        ("sale", False, None),
        ("reversal", True, "case was weighed anew"),
        ("sale", True, "case was weighed anew"),
    ]
    for more in ((), ("--restate", "--reason", "again")):
        once_more = imported(lifeloop, sold, *more)
        assert (once_more.stdout, once_more.stderr) == ("1 rows, 0 entries added, 1 were there already\n", "")


def test_a_restatement_can_be_restated(lifeloop: Lifeloop, sold: Path, phone_file: Callable[..., Path]) -> None:
    imported(lifeloop, sold, "--restate", "--reason", "weighed anew")
    phone_file(mass="260")
    assert "1 restated" in imported(lifeloop, sold, "--restate", "--reason", "weighed again").stdout
    (left,) = json.loads(lifeloop("company", "list", "--json").stdout)
    assert left["id"].endswith("#3")


def test_a_restatement_needs_its_reason(lifeloop: Lifeloop, sold: Path) -> None:
    refused = imported(lifeloop, sold, "--restate")
    assert refused.exit_code == 2
    assert "--restate needs a --reason" in refused.stderr


def test_new_rows_are_taken_beside_old_ones(lifeloop: Lifeloop, sold: Path) -> None:
    sold.write_text(sold.read_text("utf-8") + "2023-12-31,xiaomi_14,5,sales\n", "utf-8")
    assert imported(lifeloop, sold).stdout == "2 rows, 1 entries added, 1 were there already\n"
    assert imported(lifeloop, sold, "--restate", "--reason", "x").stdout == "2 rows, 0 entries added, 1 restated, 1 were there already\n"


def test_a_key_with_other_units_is_still_refused(lifeloop: Lifeloop, book: Path, phone_file: Callable[..., Path], tmp_path: Path) -> None:
    table, phone = tmp_path / "sold.csv", phone_file()
    for units, code in ((1000, 0), (1001, 2)):
        table.write_text(f"date,product,units,source,key\n2024-12-31,{phone},{units},sales,k\n", encoding="utf-8")
        assert imported(lifeloop, table).exit_code == code
    assert book.exists()


def test_a_sale_of_one_command_stays_too(lifeloop: Lifeloop, book: Path, phone_file: Callable[..., Path]) -> None:
    for mass in ("200", "250"):
        words = ("--units", 10, "--year", 2024, "--source", "sales", "--key", "k")
        made = lifeloop("company", "add", "sale", phone_file(mass=mass), *words)
        assert (made.exit_code, made.stdout) == (0, "k\n")
    assert "`lifeloop records reverse ID --reason WHY`" in made.stderr
    assert book.exists()


def test_packaging_and_devices_stay_as_they_were_logged_too(
    lifeloop: Lifeloop, book: Path, phone_file: Callable[..., Path], tmp_path: Path
) -> None:
    phone = phone_file()
    (tmp_path / "sold.csv").write_text(f"product,market,year,units\n{phone},international,2024,1000\n", "utf-8")
    (tmp_path / "back.csv").write_text(f"date,units,treatment,product\n2024-06-30,1000,reused,{phone}\n", "utf-8")
    tables = (("packaging", tmp_path / "sold.csv"), ("ewaste", tmp_path / "back.csv"))
    for group, table in tables:
        assert lifeloop(group, "import", table).stdout == "1 rows, 1 entries added\n"
    phone_file(mass="250").write_text(phone.read_text("utf-8").replace("{value: 60, unit: g", "{value: 50, unit: g"), "utf-8")
    # 1000 boxes of 60 g, then of 50 g; 1000 devices of 200 g, then of 250 g
    for (group, table), words in zip(tables, ("0.06000 -> 0.05000 kg", "0.2000 -> 0.2500 kg"), strict=True):
        kept = lifeloop(group, "import", table)
        assert kept.exit_code == 0
        assert words in kept.stderr
        assert "1 restated" in lifeloop(group, "import", table, "--restate", "--reason", "new file").stdout
    counted = [json.loads(lifeloop(group, "list", "--json").stdout)[0] for group, _ in tables]
    assert counted[0]["total_t"] == pytest.approx(0.05)
    assert counted[1]["content"]["mass_t"] == pytest.approx(0.25)
    assert book.exists()


# The book


def sale(units: float = 1.0, use: float = 10.0, background: str = "a") -> dict[str, Any]:
    """Content of a sale."""
    return {"product": "phone", "units": units, "stages": {"use": use}, "background": background, "source": "sales"}


def drafts_of(*contents: dict[str, Any]) -> list[Draft]:
    """Drafts with the keys k1, k2, ..."""
    return [Draft("sale", content, DAY, "li", f"k{number}") for number, content in enumerate(contents, 1)]


def test_another_digest_alone_changes_nothing(tmp_path: Path) -> None:
    with open_book(tmp_path / "a.book", create=True) as book:
        (entry,) = book.append_many(drafts_of(sale()))
        computed = COMPUTED["sale"]
        assert compared(book, drafts_of(sale(background="b")), lambda _: computed) == [entry]
        (line,) = compared(book, drafts_of(sale(use=11.0, background="b")), lambda _: computed)
        assert isinstance(line, Outdated)
        assert (line.entry, line.draft.key) == (entry, "k1#2")
        assert line.change == "phone: 10.00 -> 11.00 kg CO2e a unit (entry k1)"


def test_a_restatement_is_whole_or_not_at_all(tmp_path: Path) -> None:
    with open_book(tmp_path / "a.book", create=True) as book:
        book.append_many(drafts_of(sale(), sale(units=2.0)))
        head = book.head()
        with pytest.raises(KeyConflict):
            book.restate(["k1"], drafts_of(sale(), sale(units=3.0)), reason="new", who="li")
        assert book.head() == head
        assert [e.id for e in book.entries("sale")] == ["k1", "k2"]
