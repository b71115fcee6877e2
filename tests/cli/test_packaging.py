"""`lifeloop packaging`: ratios by market, logged volumes, tray swaps."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Lifeloop = Callable[..., Result]
TRAY = "  - {component: tray, level: inbox, material: PET tray, mass: {value: 20, unit: g, source: spec}, class: plastic, markets: [domestic], source: spec}\n"


@pytest.fixture
def phone(phone_file: Callable[..., Path]) -> Path:
    """60 g of box everywhere, 20 g of plastic tray at home."""
    path = phone_file(markets="[international, domestic]")
    path.write_text(path.read_text("utf-8").replace("sources:\n", f"{TRAY}sources:\n"), "utf-8")
    return path


@pytest.mark.parametrize(("market", "free", "total", "plastic"), [("international", 1.0, 0.06, 0.0), ("domestic", 0.75, 0.08, 0.02)])
def test_the_ratio_goes_by_market(lifeloop: Lifeloop, phone: Path, market: str, free: float, total: float, plastic: float) -> None:
    (row,) = json.loads(lifeloop("packaging", "ratio", phone, "--market", market, "--json").stdout)
    assert list(row) == ["product", "market", "definition", "plastic_free_ratio", "total_mass", "plastic_mass", "unit"]
    assert (row["product"], row["market"], row["definition"], row["unit"]) == ("my-phone", market, "mass.all", "kg")
    assert [row[k] for k in ("plastic_free_ratio", "total_mass", "plastic_mass")] == pytest.approx([free, total, plastic])


def changeable(phone: Path) -> Path:
    """The same with the mass of the tray as a parameter, and a scenario of sale at home."""
    text = phone.read_text("utf-8").replace("value: 20, unit: g", "value: tray_mass, unit: g")
    parameter, scenario = (
        "tray_mass: {value: 20, unit: g, source: spec}",
        "at_home: {description: sold at home, market: domestic, source: spec}",
    )
    text = text.replace("parameters:\n", f"parameters:\n  {parameter}\n").replace("sources:\n", f"scenarios:\n  {scenario}\nsources:\n")
    phone.write_text(text, "utf-8")
    return phone


def test_the_ratio_of_a_product_that_is_changed(lifeloop: Lifeloop, phone: Path) -> None:
    """60 g of box and, at home, 40 g of tray in place of 20: 60 % is free of plastic."""
    path = changeable(phone)
    result = lifeloop("packaging", "ratio", path, "--scenario", "at_home", "--set", "tray_mass=40", "--json")
    (row,) = json.loads(result.stdout)
    assert (row["market"], row["plastic_free_ratio"]) == ("domestic", pytest.approx(0.6))
    refused = lifeloop("packaging", "ratio", path, "--set", "tray_mas=40", "--json")
    assert refused.exit_code == 3
    assert "did you mean 'tray_mass'" in json.loads(refused.stderr.splitlines()[0])["hint"]


def test_a_swap_in_a_product_that_is_changed(lifeloop: Lifeloop, phone: Path) -> None:
    """The tray of 40 g becomes 10 g of fibre: from 60 % to all free of plastic, and the footprint is that of the changed design."""
    path = changeable(phone)
    asked = ("--after", "moulded fibre=10", "--market", "domestic=1", "--set", "tray_mass=40", "--json")
    row = json.loads(lifeloop("packaging", "swap", path, *asked).stdout)[0]
    assert (row["ratio_before"], row["ratio_after"]) == (pytest.approx(0.6), 1.0)
    (plain,) = json.loads(lifeloop("assess", path, "--scenario", "at_home", "--set", "tray_mass=40", "--json").stdout)
    assert row["footprint_before"] == pytest.approx(plain["total"]["value"], rel=1e-12)


def test_a_market_without_packaging_is_refused_and_the_others_are_done(lifeloop: Lifeloop, phone: Path) -> None:
    result = lifeloop("packaging", "ratio", phone, "xiaomi_14", "--market", "dometsic", "--json")
    assert result.exit_code == 3
    assert "did you mean 'domestic'" in result.stderr
    mixed = lifeloop("packaging", "ratio", phone, "no_such_phone", "--json")
    assert mixed.exit_code == 3
    assert [row["product"] for row in json.loads(mixed.stdout)] == ["my-phone"]


def test_volumes_are_logged_once_and_rolled_up(lifeloop: Lifeloop, phone: Path, tmp_path: Path) -> None:
    book = tmp_path / "a.book"
    said = ("--market", "domestic", "--year", 2024, "--units", 1000, "--key", "k", "--records", book)
    assert lifeloop("packaging", "add", phone, *said).output == "k\n"
    assert lifeloop("packaging", "add", phone, *said).output == "k\n"
    assert lifeloop("packaging", "add", phone, *said[:-4], "--units", 5, *said[-4:-2], "--records", book, "--key", "k").exit_code == 2
    table = tmp_path / "sold.csv"
    table.write_text(f"product,market,year,units\n{phone},international,2024,3000\n{phone},international,2023,10\n", "utf-8")
    for added in (2, 0):
        assert json.loads(lifeloop("packaging", "import", table, "--records", book, "--json").stdout)["added"] == added
    answer = json.loads(lifeloop("packaging", "status", "--records", book, "--json").stdout)
    whole = next(r for r in answer["roll_up"] if (r["year"], r["market"]) == (2024, "all"))
    # 1000 x 80 g + 3000 x 60 g = 0.26 t, of which 1000 x 20 g plastic; all of 2023 was free of plastic
    assert (whole["total_mass"], whole["plastic_mass"]) == (pytest.approx(0.26), pytest.approx(0.02))
    assert whole["change_points"] == pytest.approx(-100 * 0.02 / 0.26)
    text = lifeloop("packaging", "status", "--records", book).output
    assert "covers 0 % of domestic models (0 of 1) in 2024" in text
    assert "covers 100 % of international models (1 of 1) in 2024" in text
    assert "definition units.mass.all" in text


def test_a_table_is_taken_whole_or_not_at_all(lifeloop: Lifeloop, phone: Path, tmp_path: Path) -> None:
    table = tmp_path / "sold.csv"
    table.write_text(f"product,market,year,units\n{phone},domestic,2024,3\n{phone},domestic,2024,-3\nno_phone,domestic,2024,3\n", "utf-8")
    result = lifeloop("packaging", "import", table, "--records", tmp_path / "a.book", "--json")
    assert result.exit_code == 3
    assert [json.loads(line)["line"] for line in result.stderr.splitlines()] == [3, 4]
    assert not (tmp_path / "a.book").exists()


@pytest.mark.parametrize("units", ["inf", "nan", "-1", "0"])
def test_units_are_finite_and_above_zero(lifeloop: Lifeloop, phone: Path, tmp_path: Path, units: str) -> None:
    book = tmp_path / "a.book"
    result = lifeloop("packaging", "add", phone, "--market", "domestic", "--year", 2024, "--units", units, "--records", book)
    assert result.exit_code == 3
    assert "above zero" in result.stderr
    assert not book.exists()


def test_a_swap_tells_ratio_and_footprint_together(lifeloop: Lifeloop, phone: Path) -> None:
    split = ("--market", "international=0.5", "--market", "domestic=0.5:0.7")
    result = lifeloop("packaging", "swap", phone, "--before", "PET tray=20", "--after", "moulded fibre=20", *split, "--json")
    # before and after a tray is where the file has one: at home
    rows = {(row["product"], row["market"]): row for row in json.loads(result.stdout)}
    home = rows["my-phone", "domestic"]
    assert home["ratio_before"] == pytest.approx(60 / 80)
    assert home["ratio_after"] == pytest.approx(1 - 0.3 * 20 / 80)
    assert rows["my-phone", "international"]["footprint_change"] == 0
    assert rows["all", "all"]["footprint_change"] == pytest.approx(0.5 * home["footprint_change"])
    assert home["footprint_change"] < 0


def test_a_swap_of_nothing_known_is_refused(lifeloop: Lifeloop, phone: Path) -> None:
    assert "did you mean 'tray'" in lifeloop("packaging", "swap", phone, "--component", "tary", "--after", "PET tray=2").output
    assert lifeloop("packaging", "swap", phone, "--after", "PET tray").exit_code == 2
    assert lifeloop("packaging", "swap", phone, "--market", "domestic=0.4").exit_code == 3


def test_a_preview_writes_nothing_and_a_list_shows_what_counts(lifeloop: Lifeloop, phone: Path, tmp_path: Path) -> None:
    book, table = tmp_path / "a.book", tmp_path / "sold.csv"
    table.write_text(f"product,market,year,units,key\n{phone},domestic,2024,1000,k1\n{phone},international,2024,500,k2\n", "utf-8")
    assert "1,000" in lifeloop("packaging", "import", table, "--preview", "--records", book).output
    assert not book.exists()
    lifeloop("packaging", "import", table, "--records", book)
    lifeloop("records", "reverse", "k1", "--reason", "typed twice", "--records", book)
    (left,) = json.loads(lifeloop("packaging", "list", "--records", book, "--json").stdout)
    # 500 boxes of 60 g
    assert (left["id"], left["units"], left["total_t"]) == ("k2", 500, pytest.approx(0.03))


def test_ratios_are_told_by_model_too(lifeloop: Lifeloop, phone: Path, tmp_path: Path) -> None:
    table = tmp_path / "sold.csv"
    rows = f"{phone},domestic,2024,1000\n{phone},international,2024,3000\nxiaomi_14,domestic,2024,500\n"
    table.write_text(f"product,market,year,units\n{rows}", "utf-8")
    lifeloop("packaging", "import", table, "--records", tmp_path / "a.book")
    answer = json.loads(lifeloop("packaging", "status", "--by-model", "--records", tmp_path / "a.book", "--json").stdout)["roll_up"]
    ratios = {(row["product"], row["market"]): row["plastic_free_ratio"] for row in answer}
    # 60 g of box everywhere, 20 g of plastic tray at home: 0.75, 1, and (1000 x 60 + 3000 x 60) / (1000 x 80 + 3000 x 60)
    assert [ratios["my-phone", market] for market in ("domestic", "international", "all")] == pytest.approx([0.75, 1, 240 / 260])
    assert ("xiaomi_14", "domestic") in ratios
    assert ("xiaomi_14", "all") not in ratios
    assert {market for product, market in ratios if product == "all"} == {"domestic", "international", "all"}
    assert "my-phone" not in lifeloop("packaging", "status", "--records", tmp_path / "a.book").stdout


def test_overlapping_markets_are_told_with_the_answer(lifeloop: Lifeloop, phone: Path, tmp_path: Path) -> None:
    table, book = tmp_path / "sold.csv", tmp_path / "a.book"
    phone.write_text(phone.read_text("utf-8").replace("[international, domestic]", "[international, domestic, DE]"), "utf-8")
    table.write_text(f"product,market,year,units\n{phone},international,2024,1000\n{phone},DE,2024,400\n", "utf-8")
    assert lifeloop("packaging", "import", table, "--records", book).exit_code == 0
    result = lifeloop("packaging", "status", "--records", book, "--json")
    answer = json.loads(result.stdout)
    assert [(row["market"], row["units_sold"]) for row in answer["roll_up"]] == [("DE", 400), ("international", 1000)]
    (doubt,) = answer["warnings"]
    assert "my-phone in 2024 is logged for DE, international: one market lies within another" in doubt
    assert doubt in lifeloop("packaging", "status", "--records", book).stderr
    assert {row["definition"] for row in answer["coverage"]} == {"models.mass.all"}
