"""What people look at in a book: closed periods, signatures, entries without evidence, what may be counted twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from circularity.reviews import KIND as SIGNATURE
from circularity.reviews import Verdict
from records.errors import OwnEntry
from records.kinds import PERIOD, REVERSAL, kind_named, known_kinds

if TYPE_CHECKING:
    from records.book import Book
    from records.values import Entry

#: Kinds that say something about other entries or days, and are not themselves signed, evidenced or counted.
_ABOUT_OTHERS = {PERIOD, REVERSAL, SIGNATURE}


@dataclass(frozen=True)
class Double:
    """Entries that may report the same thing, in order of writing, and what makes it look so."""

    entries: tuple[Entry, ...]
    why: str

    def to_dict(self) -> dict[str, Any]:
        """The keys of `lifeloop records doubles --json`."""
        return {"why": self.why, "entries": [{"id": e.id, "kind": e.kind, "happened": e.happened.isoformat()} for e in self.entries]}


def close_period(book: Book, start: date, end: date, *, who: str, on: date, note: str | None = None) -> Entry:
    """Close the days from `start` to `end` (both included); a period that is closed already is found. ContentRefused when they
    are the wrong way round. Reversing the entry opens the period again.
    """
    for entry in book.entries(PERIOD, where={"start": start.isoformat(), "end": end.isoformat()}):
        return entry
    return book.append(PERIOD, {"start": start, "end": end, "note": note}, happened=on, who=who)


def sign(book: Book, entry_id: str, verdict: Verdict, *, who: str, on: date, note: str | None = None) -> Entry:
    """Sign an entry (a goal is one too) with its hash; the same verdict of the same person on it is found, a new one is added.

    UnknownEntry; OwnEntry when the reviewer logged it, and for an entry that is not to be signed.
    """
    entry = book.get(entry_id)
    if entry.who == who:
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
    """What may be counted twice: one document behind several entries, or the same tonnes on the same day in several entries.

    A warning for people to judge: nothing is left out of any total because of it.
    """
    groups: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in book.entries():
        for sign_of_it in _signs(entry):
            groups[sign_of_it].append(entry)
    return [Double(tuple(found), why) for (_, why), found in groups.items() if len(found) > 1]


def _signs(entry: Entry) -> Iterator[tuple[str, str]]:
    for digest in _digests(entry):
        yield "evidence", f"the same evidence, SHA-256 {digest}"
    for name in kind_named(entry.kind).amounts if entry.kind in known_kinds() else ():
        mass = entry.content.get(name)
        if name.endswith("_t") and mass:
            yield f"mass {mass:.12g}", f"the same {mass:.12g} t on {entry.happened.isoformat()}"


def _digests(entry: Entry) -> set[str]:
    given = entry.content.get("evidence_sha256")
    documents = entry.content.get("evidence")
    found = {document["sha256"] for document in documents if "sha256" in document} if isinstance(documents, list) else set()
    return found | ({given} if given else set())
