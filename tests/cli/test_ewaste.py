"""`lifeloop ewaste`: what is logged counts once, by treatment, and what is refused leaves no trace."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Lifeloop = Callable[..., Result]
RECYCLED = ("--mass", 19698, "--unit", "t", "--treatment", "recycled", "--region", "world", "--key", "K")


def listed(lifeloop: Lifeloop, *args: Any) -> list[dict[str, Any]]:
    """The entries as JSON."""
    found: list[dict[str, Any]] = json.loads(lifeloop("ewaste", "list", "--json", *args).stdout)
    return found


@pytest.mark.usefixtures("book")
def test_the_same_key_is_one_entry_and_never_another(lifeloop: Lifeloop) -> None:
    for who in ("li", "wu"):
        result = lifeloop("ewaste", "add", "--date", "2024-12-31", *RECYCLED, "--who", who)
        assert (result.exit_code, result.stdout) == (0, "K\n")
    for other in (("--date", "2024-12-30", *RECYCLED), ("--date", "2024-12-31", *RECYCLED, "--recycler", "R")):
        assert lifeloop("ewaste", "add", *other).exit_code == 2
    (entry,) = listed(lifeloop)
    assert (entry["id"], entry["who"], entry["content"]["mass_t"]) == ("K", "li", 19698)


def test_the_innermost_book_wins(lifeloop: Lifeloop, tmp_path: Path, book: Path) -> None:
    a, b, c = (tmp_path / name for name in "abc")
    lifeloop("--records", a, "ewaste", "--records", b, "add", "--records", c, "--date", "2024-01-01", *RECYCLED)
    assert [path.exists() for path in (a, b, c, book)] == [False, False, True, False]
    lifeloop("--records", a, "ewaste", "--records", b, "add", "--date", "2024-01-01", *RECYCLED)
    lifeloop("--records", a, "ewaste", "add", "--date", "2024-01-01", *RECYCLED)
    assert [path.exists() for path in (a, b, c, book)] == [True, True, True, False]


@pytest.mark.parametrize("command", [("ewaste", "status"), ("ewaste", "list"), ("ewaste", "rates", "--year", 2024)])
def test_a_book_that_is_not_there_is_not_read_and_not_made(lifeloop: Lifeloop, book: Path, command: tuple[Any, ...]) -> None:
    assert lifeloop(*command, "--json").exit_code == 2
    assert not book.exists()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (("--mass", "nan", "--unit", "t", "--treatment", "recycled"), 3),
        (("--mass", "inf", "--unit", "t", "--treatment", "recycled"), 3),
        (("--mass", -1, "--unit", "t", "--treatment", "recycled"), 3),
        (("--mass", 1, "--unit", "kWh", "--treatment", "recycled"), 3),
        (("--mass", 1, "--treatment", "recycled"), 3),
        (("--unit", "t", "--treatment", "recycled"), 3),
        (("--mass", 1, "--units", 1, "--unit", "t", "--treatment", "recycled"), 3),
        (("--mass", 1, "--unit", "t", "--treatment", "recycld"), 3),
        (("--mass", 1, "--unit", "t", "--treatment", "回收"), 3),
        (("--units", 1, "--treatment", "recycled"), 3),
        (("--mass", 1, "--unit", "t", "--unit-mass", 3, "--treatment", "recycled"), 3),
        (("--units", "nan", "--unit-mass", 3, "--treatment", "recycled"), 3),
        (("--units", 1, "--unit-mass", "inf", "--treatment", "recycled"), 3),
        (("--mass", 1, "--unit", "t", "--stream", "7", "--treatment", "recycled"), 3),
        (("--units", 1, "--treatment", "recycled", "--product", "no_such_phone"), 3),
        (("--mass", 1, "--unit", "t", "--treatment", "recycled", "--evidence", "no.pdf"), 3),
        (("--mass", 1, "--unit", "t", "--treatment", "recycled", "--key", " "), 3),
        (("--mass", 1, "--unit", "t", "--treatment", "recycled", "--date", "2260-01-01"), 2),
        (("--mass", 1, "--unit", "t", "--treatment", "recycled", "--date", "31.12.2024"), 2),
        (("--mass", "1,5", "--unit", "t", "--treatment", "recycled"), 2),
        (("--mass", 1, "--unit", "t"), 2),
    ],
)
def test_what_is_refused_does_not_even_make_a_book(lifeloop: Lifeloop, book: Path, said: tuple[Any, ...], code: int) -> None:
    result = lifeloop("ewaste", "add", "--date", "2024-12-31", *said, "--json")
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr
    assert not book.exists()


@pytest.mark.usefixtures("book")
def test_devices_weigh_what_their_product_weighs(lifeloop: Lifeloop, phone_file: Callable[..., Path]) -> None:
    said = ("--date", "2024-12-31", "--treatment", "reused", "--stream", "手机", "--units", 1000, "--unit", "台")
    lifeloop("ewaste", "add", *said, "--product", phone_file(mass=200))
    lifeloop("ewaste", "add", *said, "--unit-mass", 0.25)
    first, second = (entry["content"] for entry in listed(lifeloop))
    # 1000 x 200 g = 0.2 t; 1000 x 0.25 kg = 0.25 t
    assert (first["mass_t"], first["unit_mass_kg"], first["units"], first["product"]) == (pytest.approx(0.2), 0.2, 1000, "my-phone")
    assert (second["mass_t"], second["stream"], second["product"]) == (0.25, "weee-6", "unspecified")


@pytest.mark.usefixtures("book")
def test_a_gram_typed_as_a_kilogram_is_doubted(lifeloop: Lifeloop, phone_file: Callable[..., Path]) -> None:
    said = ("--date", "2024-12-31", "--treatment", "reused", "--units", 10, "--product", phone_file(mass=200))
    assert "is the unit right?" in lifeloop("ewaste", "add", *said, "--unit-mass", 200).stderr
    assert lifeloop("ewaste", "add", *said, "--unit-mass", 0.19).stderr == ""


@pytest.mark.usefixtures("book")
def test_evidence_is_kept_by_its_digest(lifeloop: Lifeloop, tmp_path: Path) -> None:
    document = tmp_path / "weighbridge.pdf"
    document.write_bytes(b"19,698 t")
    lifeloop("ewaste", "add", "--date", "2024-12-31", *RECYCLED, "--evidence", document)
    (entry,) = listed(lifeloop)
    assert entry["content"]["evidence"] == [{"name": "weighbridge.pdf", "sha256": hashlib.sha256(b"19,698 t").hexdigest(), "size": 8}]
    document.write_bytes(b"19,699 t")
    assert lifeloop("ewaste", "add", "--date", "2024-12-31", *RECYCLED, "--evidence", document).exit_code == 2


def test_treatments_are_kept_apart_and_dates_decide(lifeloop: Lifeloop, book: Path) -> None:
    for day, mass, treatment, region in (
        ("2023-12-31", 10, "collected", "CN"),
        ("2024-01-01", 5, "collected", "EU"),
        ("2024-06-30", 4, "recycled", "EU"),
        ("2024-07-01", 2, "再使用", "CN"),
    ):
        lifeloop("ewaste", "add", "--date", day, "--mass", mass, "--unit", "t", "--treatment", treatment, "--region", region)

    def masses(*args: Any) -> dict[str, float]:
        rows = json.loads(lifeloop("ewaste", "status", "--json", *args).stdout)
        return {"/".join(str(row[k]) for k in ("treatment", "region") if k in row): row["mass"] for row in rows}

    assert masses() == {"collected": 15, "recycled": 4, "reused": 2}
    assert masses("--at", "2024-06-30", "--from", "2024-01-01") == {"collected": 5, "recycled": 4}
    assert masses("--by", "region", "--at", "2024-01-01") == {"collected/CN": 10, "collected/EU": 5}
    assert masses("--where", "region=CN") == {"collected": 10, "reused": 2}
    assert masses("--known-at", "2020-01-01") == {}
    assert lifeloop("ewaste", "status", "--where", "stream=9").exit_code == 2
    # in 2024, 4 t recycled and 2 t reused of 5 t collected
    assert "2024: recycled and reused (6 t) are more than collected (5 t)" in lifeloop("ewaste", "status").stderr
    assert book.exists()


@pytest.mark.usefixtures("book")
def test_what_was_taken_back_does_not_count_and_says_so(lifeloop: Lifeloop) -> None:
    lifeloop("ewaste", "add", "--date", "2024-12-31", *RECYCLED)
    lifeloop("records", "reverse", "K", "--reason", "typed twice")
    assert json.loads(lifeloop("ewaste", "status", "--json").stdout) == []
    again = lifeloop("ewaste", "add", "--date", "2024-12-31", *RECYCLED)
    assert (again.exit_code, again.stdout) == (0, "K\n")
    assert "was taken back before and does not count" in again.stderr


@pytest.mark.usefixtures("book")
def test_a_label_that_is_not_known_is_named(lifeloop: Lifeloop) -> None:
    lifeloop("ewaste", "add", "--date", "2024-12-31", *RECYCLED)
    result = lifeloop("ewaste", "status", "--where", "colour=red")
    assert result.exit_code == 2
    assert "colour" in result.stderr


@pytest.mark.usefixtures("book")
def test_phones_are_found_by_the_word_they_were_logged_with(lifeloop: Lifeloop) -> None:
    lifeloop("ewaste", "add", "--date", "2024-12-31", *RECYCLED, "--stream", "phones")
    for word in ("phones", "手机", "6", "weee-6"):
        assert len(listed(lifeloop, "--where", f"stream={word}")) == 1


@pytest.mark.usefixtures("book")
def test_rates_of_the_weee_directive(lifeloop: Lifeloop) -> None:
    for year, mass in ((2021, 90), (2022, 100), (2023, 110)):
        lifeloop("ewaste", "placed", "--year", year, "--mass", mass, "--unit", "t", "--stream", 6, "--region", "EU")
    for mass, treatment in ((60, "collected"), (5, "reused"), (31, "recycled"), (9, "recovered")):
        said = ("--date", "2024-05-01", "--mass", mass, "--unit", "t", "--treatment", treatment, "--stream", "weee-6", "--region", "EU")
        assert lifeloop("ewaste", "add", *said).exit_code == 0
    rows = json.loads(lifeloop("ewaste", "rates", "--year", 2024, "--region", "EU", "--json").stdout)
    assert json.loads(lifeloop("ewaste", "rates", "--year", 2024, "--region", "eu", "--json").stdout) == rows
    refused = lifeloop("ewaste", "rates", "--year", 2024, "--region", "EUR")
    assert refused.exit_code in {2, 3}
    assert "did you mean 'EU'" in refused.stderr
    found = {(row["definition"], row["stream"]): (row["rate"], row["met"]) for row in rows}
    # 60 of a mean of 100 t; (5 + 31) and (5 + 31 + 9) of 60 t
    assert found == {
        ("weee.collection", "all"): (pytest.approx(0.6), False),
        ("weee.collection", "weee-6"): (pytest.approx(0.6), False),
        ("weee.recycling", "weee-6"): (pytest.approx(0.6), True),
        ("weee.recovery", "weee-6"): (pytest.approx(0.75), True),
    }
    assert "60.0%" in lifeloop("ewaste", "rates", "--year", 2024).stdout
