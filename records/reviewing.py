"""What people look at in a book: closed periods, signatures, entries without evidence, what may be counted twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from circularity.reviews import KIND as SIGNATURE
from circularity.reviews import Verdict
from lca.ledger import folded
from records.doubles import Double
from records.doubles_of_accounts import doubles_of_accounts
from records.doubles_of_amounts import doubles_of_amounts
from records.errors import OwnEntry
from records.kinds import PERIOD, REVERSAL, kind_named, known_kinds

if TYPE_CHECKING:
    from records.book import Book
    from records.values import Entry

#: Kinds that say something about other entries or days, and are not themselves signed, evidenced or counted.
_ABOUT_OTHERS = {PERIOD, REVERSAL, SIGNATURE}


def close_period(book: Book, start: date, end: date, *, who: str, on: date, note: str | None = None) -> Entry:
    """Close the days from `start` to `end` (both included); a period that is closed already is found. ContentRefused when they
    are the wrong way round. Reversing the entry opens the period again.
    """
    for entry in book.entries(PERIOD, where={"start": start.isoformat(), "end": end.isoformat()}):
        return entry
    return book.append(PERIOD, {"start": start, "end": end, "note": note}, happened=on, who=who)


def sign(book: Book, entry_id: str, verdict: Verdict, *, who: str, on: date, note: str | None = None) -> Entry:
    """Sign an entry (a goal is one too) with its hash; the same verdict of the same person on it is found, a new one is added.

    UnknownEntry; OwnEntry when the reviewer logged it (`LI` is `li`), and for an entry that is not to be signed.
    """
    entry = book.get(entry_id)
    if not entry.effective and entry.kind not in _ABOUT_OTHERS:
        raise OwnEntry(f"{entry_id!r} was taken back and counts nowhere, so it is not signed")
    if folded(entry.who) == folded(who):
        raise OwnEntry(f"{who!r} logged {entry_id!r} and cannot sign it; somebody else has to")
    if entry.kind in _ABOUT_OTHERS:
        raise OwnEntry(f"{entry_id!r} is a {entry.kind}, which is not signed; sign the entry that it is about")
    mine = book.entries(SIGNATURE, where={"entry": entry_id, "who": who})
    if mine and mine[-1].content["verdict"] == verdict:
        return mine[-1]
    content = {"entry": entry_id, "entry_hash": entry.hash, "verdict": verdict, "note": note}
    return book.append(SIGNATURE, content, happened=on, who=who)


def verdicts(book: Book) -> dict[str, Verdict]:
    """Entry id -> rejected when the newest word of any reviewer is that, else approved; ids without a signature are absent."""
    newest = {(e.content["entry"], e.who): e.content["verdict"] for e in book.entries(SIGNATURE)}
    found: dict[str, Verdict] = {}
    for (entry_id, _), verdict in newest.items():
        found[entry_id] = "rejected" if "rejected" in {verdict, found.get(entry_id)} else "approved"
    return found


def unsigned(book: Book, kind: str | None = None) -> list[Entry]:
    """Effective entries that nobody approved, or that a reviewer rejected."""
    known = verdicts(book)
    return [e for e in book.entries(kind) if e.kind not in _ABOUT_OTHERS and known.get(e.id) != "approved"]


def without_evidence(book: Book, kind: str | None = None) -> list[Entry]:
    """Effective entries whose kind can have evidence (its model has that field) and that have none."""
    able = {name for name in known_kinds() if "evidence" in kind_named(name).model_class().model_fields}
    return [e for e in book.entries(kind) if e.kind in able and not e.content.get("evidence")]


def doubles(book: Book) -> list[Double]:
    """What may be counted twice, by the rules of `records.doubles.RULES`: warnings first, then notes, each in order of writing.

    For people to judge: nothing is left out of any total because of it.
    """
    kinds: dict[str, list[Entry]] = defaultdict(list)
    for entry in book.entries():
        if entry.kind not in _ABOUT_OTHERS:
            kinds[entry.kind].append(entry)
    found = [*_same_evidence(kinds), *doubles_of_amounts(kinds), *doubles_of_accounts(kinds)]
    once = {(d.rule, tuple(e.seq for e in d.entries)): d for d in found}
    return sorted(once.values(), key=lambda d: (d.severity == "note", d.entries[0].seq))


def _same_evidence(kinds: dict[str, list[Entry]]) -> Iterator[Double]:
    """One document behind entries that add to one total. An annual report behind figures of several totals is none."""
    groups: dict[tuple[Any, ...], list[Entry]] = defaultdict(list)
    for entry in (e for entries in kinds.values() for e in entries):
        for digest in _digests(entry):
            groups[digest, entry.kind, *(str(entry.content.get(name)) for name in _ADDS_BY.get(entry.kind, _ADDS))].append(entry)
    for (digest, *_), entries in groups.items():
        if len(entries) > 1:
            yield Double(tuple(entries), f"the same evidence, SHA-256 {digest}", "same-evidence")


#: What must agree for two entries of a kind to add to one total; other kinds: their treatment, where they have one.
_ADDS = ("treatment",)
_ADDS_BY = {
    "emission": ("scopes", "method", "category", "segment"),
    "electricity": ("role", "grid"),
    "indicator": ("name", "part"),
    "measure": ("metric",),
    "packaging": ("product", "market"),
    "sale": ("product", "market"),
    "supplier": ("supplier", "status", "chain"),
    "placed_on_market": ("stream", "region"),
    "goal": ("id",),
    "target": ("id",),
    "review": ("subject",),
}


def _digests(entry: Entry) -> set[str]:
    given = entry.content.get("evidence_sha256")
    documents = entry.content.get("evidence")
    found = {document["sha256"] for document in documents if "sha256" in document} if isinstance(documents, list) else set()
    return found | ({given} if given else set())
