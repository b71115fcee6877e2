"""L13: books that the code of each schema version wrote, kept as files, are upgraded and have the same numbers and hashes.

`golden/` holds for each version one history on both databases (a SQLite file, a dump of PostgreSQL) and its rows as an export.
Those of version 1 were written by the first code that had a record book. A new version adds its own; none is ever changed.
"""

from __future__ import annotations

import json
import math
import shutil
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from records import open_book
from records.errors import OldBook
from records.kinds import REVERSAL, kind_named, known_kinds
from records.opening import upgrade_book
from records.schema import VERSION
from records.transfer import FIELDS, import_file
from records.verifying import rows
from tests.records.conftest import BACKENDS
from tests.records.samples import WEIGHED, weighed
from tests.records.servers import connect

GOLDEN = Path(__file__).parent / "golden"
VERSIONS = range(1, VERSION + 1)
Stored = dict[str, Any]


@pytest.fixture(params=BACKENDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A file, or a database of its own, for a dump says in which schema its tables are."""
    return str(tmp_path / "old.book") if request.param == "sqlite" else str(request.getfixturevalue("server").new_database())


def _laid(version: int, place: str) -> list[Stored]:
    """Lay the old book at a place; its rows."""
    if place.startswith("postgresql"):
        with connect(place) as connection:
            connection.execute((GOLDEN / f"schema-{version}.sql").read_text(encoding="utf-8"))
    else:
        shutil.copy(GOLDEN / f"schema-{version}.book", place)
    lines = (GOLDEN / f"schema-{version}.jsonl").read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


def _valid(stored: list[Stored]) -> list[Stored]:
    """Without reversals and what they take back, by their contents alone."""
    taken_back: dict[str, bool] = defaultdict(bool)
    for row in reversed(stored):  # a later reversal decides about an earlier one
        if row["kind"] == REVERSAL and not taken_back[row["key"]]:
            taken_back[row["content"]["reverses"]] = True
    return [row for row in stored if row["kind"] != REVERSAL and not taken_back[row["key"]]]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_book_that_an_earlier_version_wrote_keeps_every_number_and_hash(place: str, version: int) -> None:
    stored = _laid(version, place)
    if version < VERSION:
        with pytest.raises(OldBook, match="upgrade"):
            open_book(place)
    assert upgrade_book(place) == version
    assert upgrade_book(place) == VERSION
    with open_book(place) as book:
        assert book.verify(stored[-1]["hash"]).problems == ()
        found = [{name: row[name] for name in FIELDS} for row in rows(book.engine)]
        assert [row | {"content": json.loads(row["content"])} for row in found] == stored
        valid = _valid(stored)
        assert [entry.id for entry in book.entries()] == [row["key"] for row in valid]
        for kind in {row["kind"] for row in valid}:
            for amount in kind_named(kind).amounts:
                values = [row["content"].get(amount) or 0.0 for row in valid if row["kind"] == kind]
                (total,) = book.sum(kind, amount)
                assert (total.value, total.entries) == (pytest.approx(math.fsum(values), rel=1e-12), len(values))
        later = book.append("test.weighed", weighed(1), happened=date(2025, 1, 1), who="li", key="later")
        assert later.seq == len(stored) + 1
        assert book.verify(stored[-1]["hash"]).ok


@pytest.mark.parametrize("version", VERSIONS)
def test_totals_of_an_old_book_are_those_that_were_worked_out_by_hand(place: str, version: int) -> None:
    """Recycled: 4,500 + 12,260 + 19,698 t, 7.25 t taken back and brought back, 100 t reported late, a batch of 2 + 5 + 8 + 11 t."""
    _laid(version, place)
    upgrade_book(place)
    with open_book(place) as book:
        recycled = {
            s.by[0]: (s.value, s.entries) for s in book.sum("test.weighed", "mass_t", by=("year",), where={"treatment": "recycled"})
        }
        assert recycled == {"2022": (4600.0, 2), "2023": (12267.25, 2), "2024": (19724.0, 5)}
        (world,) = book.sum("test.weighed", "mass_t", where={"region": "world"})
        assert (world.value, world.entries) == (36558.0, 4)
        assert not book.get("wrong").effective
        assert book.get("wrong and right again").effective
        assert book.get("fifth").content["note"] == "回收 “二” é e\u0301 \\u0000 \u2028 \U0001f4f1"


def test_every_schema_has_its_old_book_and_the_newest_holds_every_kind() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {f"schema-{v}.{form}" for v in VERSIONS for form in ("book", "sql", "jsonl")}
    newest = [json.loads(line)["kind"] for line in (GOLDEN / f"schema-{VERSION}.jsonl").read_text(encoding="utf-8").split("\n") if line]
    shipped = {kind for kind in known_kinds() if not kind.startswith("test.")}
    assert set(newest) >= shipped | {WEIGHED.name}


@pytest.mark.parametrize("version", VERSIONS)
def test_an_old_export_is_imported_with_its_hashes(place: str, version: int) -> None:
    last = json.loads((GOLDEN / f"schema-{version}.jsonl").read_text(encoding="utf-8").rstrip("\n").rpartition("\n")[2])
    number, head = import_file(GOLDEN / f"schema-{version}.jsonl", place)
    assert (number, head.entries, head.hash) == (last["seq"], last["seq"], last["hash"])
