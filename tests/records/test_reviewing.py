"""What people look at before they report from a book: signatures, evidence, doubles, closed periods, a workbook."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from python_calamine import CalamineWorkbook

from records import Draft, open_book
from records.book import Book
from records.book_to_xlsx import write_xlsx
from records.doubles import NOTES, RULES
from records.errors import ContentRefused, OwnEntry, UnknownEntry
from records.reviewing import close_period, doubles, sign, unsigned, verdicts, without_evidence
from tests.records.samples import DAY, weighed

REVIEW = date(2025, 2, 1)
Lifeloop = Callable[..., Result]


@pytest.fixture
def logged(book: Book) -> Book:
    """Two equal masses on one day, another one, and one that was taken back."""
    for key, mass in (("a", 5), ("b", 5), ("c", 7), ("gone", 5)):
        book.append("test.weighed", weighed(mass, note="=1+1"), happened=DAY, who="li", key=key)
    book.reverse("gone", reason="typed twice", who="li")
    return book


def test_a_reviewer_signs_what_somebody_else_logged(logged: Book) -> None:
    signature = sign(logged, "a", "approved", who="wu", on=REVIEW)
    assert signature.content["entry_hash"] == logged.get("a").hash
    assert sign(logged, "a", "approved", who="wu", on=date(2025, 3, 1)) == signature
    assert [e.id for e in unsigned(logged)] == ["b", "c"]
    sign(logged, "a", "rejected", who="zhao", on=REVIEW, note="no weighing slip")
    sign(logged, "b", "approved", who="zhao", on=REVIEW)
    assert verdicts(logged) == {"a": "rejected", "b": "approved"}
    sign(logged, "a", "approved", who="zhao", on=REVIEW, note="the slip came")
    assert [e.id for e in unsigned(logged)] == ["c"]
    logged.reverse(signature.id, reason="signed the wrong one", who="wu")
    assert verdicts(logged)["a"] == "approved"


def test_nobody_signs_their_own_entry_or_a_signature(logged: Book) -> None:
    signature = sign(logged, "a", "approved", who="wu", on=REVIEW)
    head = logged.head()
    with pytest.raises(OwnEntry, match="somebody else"):
        sign(logged, "a", "approved", who="li", on=REVIEW)
    with pytest.raises(OwnEntry, match="signature"):
        sign(logged, signature.id, "approved", who="li", on=REVIEW)
    with pytest.raises(OwnEntry, match="somebody else"):
        sign(logged, "a", "approved", who="ＬＩ", on=REVIEW)
    with pytest.raises(OwnEntry, match="taken back"):
        sign(logged, "gone", "approved", who="wu", on=REVIEW)
    with pytest.raises(UnknownEntry):
        sign(logged, "nothing", "approved", who="wu", on=REVIEW)
    assert logged.head() == head


def test_the_same_tonnes_on_the_same_day_are_warned_of(logged: Book) -> None:
    logged.append("test.weighed", weighed(5), happened=date(2024, 1, 1), who="li", key="another day")
    (found,) = doubles(logged)
    assert [e.id for e in found.entries] == ["a", "b"]
    assert found.why == "the same 5 t on 2024-12-31"


E_WASTE: dict[str, Any] = {"mass_t": 12.5, "mass": 12.5, "unit": "t", "treatment": "recycled", "recycler": "Acme", "region": "EU"}
EMISSION: dict[str, Any] = {"co2e_t": 500.0, "scopes": "3", "category": "3.5", "source": "report"}
VOLUME: dict[str, Any] = {
    "product": "phone",
    "market": "domestic",
    "year": 2024,
    "units": 1000.0,
    "masses": {"total": 0.1, "plastic": 0.0, "kept_total": 0.1, "kept_plastic": 0.0},
    "total_t": 0.1,
    "plastic_t": 0.0,
}
SALE: dict[str, Any] = {"product": "phone", "units": 1000.0, "stages": {"use": 10.0}, "background": "toy", "source": "report"}
GOAL: dict[str, Any] = {
    "metric": "ewaste.recycled",
    "unit": "t",
    "target": 100.0,
    "start": "2022-01-01",
    "end": "2026-12-31",
}
MEASURE: dict[str, Any] = {"metric": "materials.recycled_used", "value": 1200.0, "unit": "t"}
REVENUE: dict[str, Any] = {"name": "revenue", "value": 10.0, "unit": "million RMB", "source": "report"}
THEIRS: dict[str, Any] = {"supplier": "Supplier 17", "status": "emissions", "value": 500.0, "source": "their report"}
METER: dict[str, Any] = {"kwh": 1000.0, "grid": "CN", "factor": 0.6, "source": "meter"}


def activity(process: str, amount: float, unit: str) -> dict[str, Any]:
    """Content of an emission from activity data with the factor 2 kg CO2e per unit."""
    data = {"amount": amount, "unit": unit, "factor": 2.0, "process": process, "location": "GLO", "background": "toy"}
    return {"scopes": "3", "co2e_t": amount * 2 / 1000, "basis": "activity", "activity": data, "source": "ledger"}


Line = tuple[str, str, dict[str, Any]]


def found_in(book: Book, *lines: Line) -> list[tuple[str, list[str]]]:
    """The rules that these lines (kind, day, content) break, with the keys of the entries: a, b, c by their order."""
    for key, (kind, day, content) in zip("abcdefghijklmnop", lines, strict=False):
        book.append(kind, content, happened=date.fromisoformat(day), who="li", key=key)
    return [(double.rule, [e.id for e in double.entries]) for double in doubles(book)]


DOUBLE: dict[str, tuple[Line, ...]] = {
    "same-lot": (("ewaste", "2024-03-01", E_WASTE), ("ewaste", "2024-03-10", E_WASTE | {"mass": 12500.0, "unit": "kg"})),
    "mass-and-units": (
        ("ewaste", "2024-03-01", E_WASTE),
        ("ewaste", "2024-03-04", E_WASTE | {"mass_t": 12.0, "mass": None, "units": 60000.0, "unit": "piece", "unit_mass_kg": 0.2}),
    ),
    "two-outcomes": (("ewaste", "2024-03-01", E_WASTE), ("ewaste", "2024-03-01", E_WASTE | {"treatment": "recovered"})),
    "total-and-parts": (
        ("ewaste", "2024-02-10", E_WASTE),
        ("ewaste", "2024-05-10", E_WASTE | {"mass_t": 7.5, "recycler": "Other"}),
        ("ewaste", "2024-12-31", {"mass_t": 20.0, "mass": 20.0, "unit": "t", "treatment": "recycled", "region": "EU"}),
    ),
    "same-volume": (("packaging", "2024-12-31", VOLUME), ("packaging", "2024-12-31", VOLUME)),
    "overlapping-markets": (
        ("packaging", "2024-12-31", VOLUME | {"market": "international"}),
        ("packaging", "2024-12-31", VOLUME | {"market": "DE", "units": 300.0}),
    ),
    "told-by-two": (
        ("measure", "2024-12-31", MEASURE | {"source": "plant"}),
        ("measure", "2024-12-31", MEASURE | {"source": "auditor", "value": 1_200_500.0, "unit": "kg"}),
    ),
    "supplier-and-own": (
        ("supplier", "2024-12-31", THEIRS),
        ("emission", "2024-12-31", EMISSION | {"category": "3.1", "note": "what supplier 17 told us", "co2e_t": 480.0}),
    ),
    "ewaste-and-own-waste": (("ewaste", "2024-03-01", E_WASTE), ("emission", "2024-12-31", EMISSION)),
    "two-bases": (("emission", "2024-12-31", EMISSION), ("emission", "2024-06-30", activity("travel", 10, "km") | {"category": "3.5"})),
    "reported-again": (("emission", "2024-12-31", EMISSION), ("emission", "2024-12-31", EMISSION | {"co2e_t": 300.0})),
    "whole-and-segment": (
        ("emission", "2024-12-31", EMISSION),
        ("emission", "2024-12-31", EMISSION | {"segment": "phones", "co2e_t": 300.0}),
    ),
    "figure-and-parts": (("indicator", "2024-12-31", REVENUE), ("indicator", "2024-12-31", REVENUE | {"part": "phones"})),
    "total-and-activity": (
        ("emission", "2024-12-31", {"co2e_t": 900.0, "scopes": "1+2", "method": "market", "source": "report"}),
        ("electricity", "2024-12-31", METER),
    ),
    "goals-overlap": (
        ("goal", "2022-01-01", GOAL | {"id": "world"}),
        ("goal", "2024-01-01", GOAL | {"id": "europe", "scope": {"region": "EU"}, "start": "2024-01-01"}),
    ),
}


@pytest.mark.parametrize("rule", DOUBLE)
def test_each_rule_finds_its_double(book: Book, rule: str) -> None:
    lines = DOUBLE[rule]
    assert found_in(book, *lines) == [(rule, list("abc"[: len(lines)]))]
    (double,) = doubles(book)
    assert double.severity == ("note" if rule in NOTES else "warning")
    assert double.to_dict()["entries"][0]["says"]


def test_every_rule_is_described_and_tried() -> None:
    assert set(DOUBLE) | {"same-evidence"} == set(RULES)


ALRIGHT: dict[str, tuple[Line, ...]] = {
    "collected and then recycled": (("ewaste", "2024-03-01", E_WASTE), ("ewaste", "2024-03-01", E_WASTE | {"treatment": "collected"})),
    "other recyclers": (("ewaste", "2024-03-01", E_WASTE), ("ewaste", "2024-03-01", E_WASTE | {"recycler": "Other"})),
    "other regions": (("ewaste", "2024-03-01", E_WASTE), ("ewaste", "2024-03-01", E_WASTE | {"region": "CN"})),
    "the same load a month later": (("ewaste", "2024-03-01", E_WASTE), ("ewaste", "2024-03-31", E_WASTE)),
    "0.6 % apart": (("ewaste", "2024-03-01", E_WASTE), ("ewaste", "2024-03-01", E_WASTE | {"mass_t": 12.576})),
    "0.4 % apart, eight days": (("ewaste", "2024-03-01", E_WASTE), ("ewaste", "2024-03-09", E_WASTE | {"mass_t": 12.55})),
    "parts that are less than the total": (
        ("ewaste", "2024-02-10", E_WASTE),
        ("ewaste", "2024-05-10", E_WASTE | {"mass_t": 7.0}),
        ("ewaste", "2024-12-31", {"mass_t": 20.0, "mass": 20.0, "unit": "t", "treatment": "recycled"}),
    ),
    "two years": (("packaging", "2024-12-31", VOLUME), ("packaging", "2025-12-31", VOLUME | {"year": 2025})),
    "two markets": (("packaging", "2024-12-31", VOLUME), ("packaging", "2024-12-31", VOLUME | {"market": "international"})),
    "more units of the year": (("packaging", "2024-12-31", VOLUME), ("packaging", "2024-12-31", VOLUME | {"units": 400.0})),
    "own waste of another year": (("ewaste", "2024-03-01", E_WASTE), ("emission", "2025-12-31", EMISSION)),
    "waste as a share": (
        ("ewaste", "2024-03-01", E_WASTE),
        ("indicator", "2024-12-31", REVENUE | {"name": "waste diverted", "value": 99.35, "unit": "%"}),
    ),
    "two scope-2 methods": (
        ("emission", "2024-12-31", {"co2e_t": 9.0, "scopes": "2", "method": "market", "source": "report"}),
        ("emission", "2024-12-31", {"co2e_t": 9.0, "scopes": "2", "method": "location", "source": "report"}),
    ),
    "goals of two regions": (
        ("goal", "2022-01-01", GOAL | {"id": "asia", "scope": {"region": "CN"}}),
        ("goal", "2022-01-01", GOAL | {"id": "europe", "scope": {"region": "EU"}}),
    ),
    "goals one after the other": (
        ("goal", "2022-01-01", GOAL | {"id": "first"}),
        ("goal", "2027-01-01", GOAL | {"id": "second", "start": "2027-01-01", "end": "2030-12-31"}),
    ),
    "another supplier": (
        ("supplier", "2024-12-31", THEIRS),
        ("emission", "2024-12-31", EMISSION | {"category": "3.1", "note": "supplier 171", "co2e_t": 480.0}),
    ),
    "the same share twice": (
        ("measure", "2024-11-30", MEASURE | {"metric": "electricity.renewable_share", "value": 0.4, "unit": "1"}),
        ("measure", "2024-12-10", MEASURE | {"metric": "electricity.renewable_share", "value": 0.4, "unit": "1"}),
    ),
}


@pytest.mark.parametrize("name", ALRIGHT)
def test_what_is_alright_is_not_warned_of(book: Book, name: str) -> None:
    assert found_in(book, *ALRIGHT[name]) == []


@pytest.mark.parametrize(
    ("process", "category", "own"),
    [
        ("recycling, mobile phones", None, True),
        ("dismantling, large appliances", "3.5", True),
        ("wastewater treatment", None, False),
        ("gold, recycled from electronic scrap", "3.1", False),
        ("end of life, phone", "3.12", False),
        ("electricity, low voltage", None, False),
    ],
)
def test_activities_of_waste_are_told_from_others(book: Book, process: str, category: str | None, own: bool) -> None:
    line = activity(process, 1000, "kg") | ({"category": category} if category else {})
    found = found_in(book, ("ewaste", "2024-03-01", E_WASTE), ("emission", "2024-12-31", line))
    assert found == ([("ewaste-and-own-waste", ["a", "b"])] if own else [])


def test_a_company_figure_of_waste_in_tonnes_is_own_waste(book: Book) -> None:
    line = REVENUE | {"name": "废弃物总量", "value": 1.25, "unit": "万吨"}
    assert found_in(book, ("ewaste", "2024-03-01", E_WASTE), ("indicator", "2024-12-31", line)) == [("ewaste-and-own-waste", ["a", "b"])]


def test_own_waste_of_the_same_tonnes_is_named(book: Book) -> None:
    waste = activity("landfill of electronic waste", 12.5, "t") | {"category": "3.5"}
    other = E_WASTE | {"mass_t": 4.0}
    found = found_in(book, ("ewaste", "2024-03-01", E_WASTE), ("ewaste", "2024-07-01", other), ("emission", "2024-12-31", waste))
    assert found == [("ewaste-and-own-waste", ["a", "c"])]
    assert "the same tonnes" in doubles(book)[0].why


def test_sales_fill_categories_that_are_also_reported(book: Book) -> None:
    # 1000 units x 10 kg of use are 10 t in category 3.11
    report = EMISSION | {"category": "3.11"}
    assert found_in(book, ("sale", "2024-12-31", SALE), ("emission", "2024-12-31", report)) == [("two-bases", ["a", "b"])]


def test_the_same_sale_under_two_keys_is_found_whatever_its_footprint(book: Book) -> None:
    again = SALE | {"stages": {"use": 9.0}, "background": "another"}
    assert found_in(book, ("sale", "2024-12-31", SALE), ("sale", "2024-12-31", again)) == [("same-volume", ["a", "b"])]


def test_one_document_behind_figures_of_several_totals_is_no_double(book: Book) -> None:
    document = {"evidence": "report.pdf", "evidence_sha256": "a" * 64}
    own = {"co2e_t": 9.0, "scopes": "1", "source": "report"} | document
    lines: list[Line] = [("emission", "2024-12-31", EMISSION | document), ("emission", "2024-12-31", own)]
    assert found_in(book, *lines, ("indicator", "2024-12-31", REVENUE | document)) == []
    book.append("indicator", REVENUE | document | {"value": 11.0}, happened=DAY, who="li", key="again")
    assert [(d.rule, [e.id for e in d.entries]) for d in doubles(book)] == [("same-evidence", ["c", "again"])]


def test_what_was_taken_back_is_no_double(book: Book) -> None:
    assert found_in(book, *DOUBLE["same-lot"]) != []
    book.reverse("b", reason="logged twice", who="li")
    assert doubles(book) == []


def test_many_equal_entries_are_one_warning(book: Book) -> None:
    book.append_many(Draft("ewaste", E_WASTE, date(2024, 3, 1), "li", f"k{n}") for n in range(300))
    (double,) = doubles(book)
    assert (double.rule, len(double.entries)) == ("same-lot", 300)


def test_the_example_book_raises_no_alarm(tmp_path: Path) -> None:
    from cli.example_book import build_example_book

    with build_example_book(tmp_path / "example.book") as book:
        assert doubles(book) == []


def test_doubles_are_told_in_words_and_as_json(tmp_path: Path, lifeloop: Lifeloop) -> None:
    with open_book(tmp_path / "a.book", create=True) as book:
        found_in(book, *DOUBLE["same-lot"])
    text = lifeloop("--records", tmp_path / "a.book", "records", "doubles").stdout
    assert text.splitlines() == [
        "warning, same-lot: 12.5 t recycled on 2024-03-01 and 12,500 kg recycled on 2024-03-10 (Acme and EU): one lot logged twice?",
        "  a (ewaste, 2024-03-01): 12.5 t recycled",
        "  b (ewaste, 2024-03-10): 12,500 kg recycled",
    ]
    (double,) = json.loads(lifeloop("--records", tmp_path / "a.book", "records", "doubles", "--json").stdout)
    assert list(double) == ["rule", "severity", "why", "entries"]
    assert [list(entry) for entry in double["entries"]] == [["id", "kind", "happened", "says"]] * 2


def test_a_closed_period_is_closed_once(logged: Book) -> None:
    year = (date(2024, 1, 1), date(2024, 12, 31))
    closing = close_period(logged, *year, who="wu", on=REVIEW)
    assert close_period(logged, *year, who="li", on=DAY) == closing
    with pytest.raises(ContentRefused):
        close_period(logged, year[1], year[0], who="wu", on=REVIEW)


def test_a_workbook_holds_every_entry_and_runs_no_text(logged: Book, tmp_path: Path) -> None:
    head = write_xlsx(logged, tmp_path / "book.xlsx")
    assert head == logged.head()
    workbook = CalamineWorkbook.from_path(tmp_path / "book.xlsx")
    assert workbook.sheet_names == ["book", "test.weighed", "reversal"]
    header, *rows = workbook.get_sheet_by_name("test.weighed").to_python()
    assert [row[header.index("id")] for row in rows] == ["a", "b", "c", "gone"]
    assert [row[header.index("effective")] for row in rows] == [True, True, True, False]
    assert {row[header.index("note")] for row in rows} == {"=1+1"}
    assert sum(row[header.index("mass_t")] for row in rows) == 22


def test_the_command_line(tmp_path: Path, lifeloop: Lifeloop) -> None:
    place = tmp_path / "a.book"
    with open_book(place, create=True) as book:
        for key in "ab":
            book.append("test.weighed", weighed(5), happened=DAY, who="li", key=key)
        assert without_evidence(book) == []

    def run(*args: object) -> Result:
        return lifeloop("--records", place, "records", *args)

    assert run("sign", "a", "--who", "li").exit_code == 2
    assert run("sign", "a", "--who", "wu").exit_code == 0
    assert [e["id"] for e in json.loads(run("unsigned", "--json").stdout)] == ["b"]
    assert [e["id"] for e in json.loads(run("doubles", "--json").stdout)[0]["entries"]] == ["a", "b"]
    assert run("missing-evidence").stdout == "None.\n"
    assert run("close", "--from", "2024-12-31", "--to", "2024-01-01").exit_code == 2
    assert run("close", "--from", "2024-01-01", "--to", "2024-12-31").exit_code == 0
    assert run("export", "--xlsx").exit_code == 2
    assert run("export", "--xlsx", "-o", tmp_path / "a.xlsx").exit_code == 0
    assert set(json.loads(run("verify", "--json").stdout)) == {"entries", "head", "ok", "problems"}


def test_the_docs_name_every_rule() -> None:
    text = (Path(__file__).parents[2] / "docs" / "records.md").read_text(encoding="utf-8")
    assert [rule for rule in RULES if f"| `{rule}`{' (note)' if rule in NOTES else ''} | {RULES[rule]} |" not in text] == []
