"""The example record book of `lifeloop demo`: public figures on a large maker, written as entries like anybody's own."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from records.book import Book

ENTRIES = Path(__file__).parent.parent / "inventories" / "example_book" / "entries.yaml"
NAME = "EXAMPLE, made from public figures; not the maker's own book"
WHO = "example"


def example_entries() -> list[dict[str, Any]]:
    """The entries as they are shipped: kind, date, content with the document's title as source."""
    import yaml

    data = yaml.safe_load(ENTRIES.read_text(encoding="utf-8"))
    documents: dict[str, str] = data["documents"]
    found = []
    for entry in data["entries"]:
        content = dict(entry["content"])
        if "source" in content:
            content["source"] = documents[content["source"]]
        found.append({"kind": entry["kind"], "date": entry["date"], "content": content})
    return found


def build_example_book(place: Path | str) -> Book:
    """Write the example entries into a book (a new one, or one that has them already: keys make it the same book again).

    Raises ContentRefused when an entry is not what its kind wants, CannotWrite and CannotOpen as the book does.
    """
    from records import Draft, open_book

    book = open_book(place, create=True)
    drafts = []
    for number, entry in enumerate(example_entries(), 1):
        happened: date = entry["date"]
        drafts.append(Draft(entry["kind"], entry["content"], happened, WHO, f"example-{number:02}"))
    book.append_many(drafts)
    return book
