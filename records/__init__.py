"""The append-only journal of what people log: one book, on SQLite or PostgreSQL, whose history cannot silently change.

    from records import open_book

    book = open_book("company.book", create=True)          # a path, or postgresql://user@host/database
    entry = book.append("ewaste", {"mass_t": 19698.0, "treatment": "recycled"},
                        happened=date(2024, 12, 31), who="li", key="2024-recycled")
    book.sum("ewaste", "mass_t", by=("treatment",), since=date(2022, 1, 1), at=date(2024, 12, 31))
    # -> [Sum(by=("recycled",), value=19698.0, entries=1)]
    book.reverse(entry.id, reason="typed twice", who="li")

Opening: `open_book(place, create=False) -> Book`; a book that is not there raises `BookMissing` unless `create`. A Book is a
context manager (`with open_book(...) as book:`) and can be used from many threads.

Writing (each call is one transaction, durable when it returns):
- `book.append(kind, content, *, happened: date, who: str, key: str | None = None, reason: str | None = None) -> Entry`.
  `content` is the kind's pydantic model or a dict that it accepts. The key is the entry's id; without one a new one is made.
  The same key with the same kind, content and date gives the entry that is there (whoever asks, whenever); with anything
  else `KeyConflict`, and nothing is written. `reason` states a restatement: it is needed when `happened` lies in a closed
  period (`PeriodClosed` otherwise).
- `book.append_many([Draft(kind, content, happened, who, key, reason), ...]) -> list[Entry]`: all or nothing.
- `book.reverse(entry_id, *, reason, who) -> Entry`: takes an entry back by a new one. Reversing the reversal brings it back.
- Errors of content are `ContentRefused` (an `lca.errors.InputError`: field, value, reason); `append_many` gives the draft's
  position as the problem's `line` (from 1).

Reading; `at` goes by event date (inclusive), `since` too, `known_at` (an aware datetime) by record time, `where` maps the
kind's labels (or "key", "who") to a value or to several (`{"region": ("CN", "EU")}`); reversed entries are left out:
- `book.entries(kind=None, *, since, at, known_at, where, include_reversed=False, last=None) -> list[Entry]` in order of writing
- `book.sum(kind, amount, *, by=(), since, at, known_at, where) -> list[Sum]`: one SQL aggregate, sorted by its groups. `by`
  takes labels, "year" ("2024") and "month" ("2024-12"), "happened", "who". Sum.by are strings (None where the label is absent). Without
  entries and without `by` the answer is one Sum of 0 with 0 entries.
- `book.latest(kind, per=("supplier",), *, since, at, known_at, where) -> list[Entry]`: the newest by event date in each group.
- `book.get(entry_id) -> Entry` (`UnknownEntry`), `book.head() -> Head(entries, hash)`, `book.verify(against=None) -> Verified`.
- `entry.id, .kind, .content (dict; 4500.0 reads back as 4500), .model() (the kind's pydantic model), .happened, .recorded, .who, .reason, .reverses, .effective, .hash`

Adding a kind: a pydantic model, and one line in `records/kinds.py` with the names of its amounts (fields that are summed, in
one unit each: at most 3) and labels (fields that are grouped and selected by: at most 6). Both are stored in typed, indexed
columns beside the content, so that totals are one SQL aggregate on either database. Tests use `register_kind(Kind(...))`.

Closing a period is an entry of the kind "period" ({"start", "end", "note"}); reversing that entry opens it again.

On the command line: `cli.recordbook.records_option` on a group or command, then `with reading_book(as_json) as book:` or
`with writing_book(as_json) as book:`, which end the command with the right exit code; `who_option` gives --who.
"""

from records.errors import KeyConflict, PeriodClosed, RecordError, UnknownEntry, UnknownKind
from records.kinds import Kind, register_kind
from records.opening import open_book
from records.values import Draft, Entry, Head, Sum, Verified

__all__ = [
    "Draft",
    "Entry",
    "Head",
    "KeyConflict",
    "Kind",
    "PeriodClosed",
    "RecordError",
    "Sum",
    "UnknownEntry",
    "UnknownKind",
    "Verified",
    "open_book",
    "register_kind",
]
