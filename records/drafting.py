"""From drafts to rows of the chain: checks, idempotency by key, closed periods, reversals. All within the caller's transaction."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from lca.errors import Problem
from records.canonical import link, parsed
from records.errors import AlreadyReversed, ContentRefused, KeyConflict, PeriodClosed, UnknownEntry
from records.kinds import PERIOD, REVERSAL, kind_named
from records.queries import Row, effective, head_of, line_of, rows_with_keys
from records.tables import HASHED, journal
from records.values import Draft

if TYPE_CHECKING:
    from sqlalchemy import Connection

LONGEST_NAME, LONGEST_REASON, LONGEST_CONTENT = 200, 2000, 100_000
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Checked:
    """A draft whose fields are known to be right, with its content as canonical JSON."""

    kind: str
    text: str
    happened: str
    who: str
    key: str
    reason: str | None
    file: str | None = None
    line: int | None = None


def checked(draft: Draft) -> Checked:
    """The draft with canonical content; ContentRefused or UnknownKind when something is wrong with it."""
    kind = kind_named(draft.kind)
    if type(draft.happened) is not date:
        raise ContentRefused(Problem("the event date must be a date", field="happened", value=str(draft.happened)))
    text = kind.text(draft.content)
    if len(text) > LONGEST_CONTENT:
        raise ContentRefused(
            Problem(f"longer than {LONGEST_CONTENT} characters; keep evidence beside the book, its digest in it", field=kind.name)
        )
    who = _words(draft.who, "who", LONGEST_NAME)
    key = uuid.uuid4().hex if draft.key is None else _words(draft.key, "key", LONGEST_NAME)
    reason = None if draft.reason is None else _words(draft.reason, "reason", LONGEST_REASON)
    return Checked(kind.name, text, draft.happened.isoformat(), who, key, reason, draft.file, draft.line)


def checked_all(drafts: Iterable[Draft]) -> list[Checked]:
    """Every draft; all problems of all drafts in one ContentRefused, each at its row of a table, else, of several, at its position."""
    done: list[Checked] = []
    problems: list[Problem] = []
    drafts = list(drafts)
    for position, draft in enumerate(drafts, 1):
        try:
            done.append(checked(draft))
        except ContentRefused as error:
            alone = None if len(drafts) == 1 else position
            problems.extend(error.located(draft.file, alone if draft.line is None else draft.line).problems)
    if problems:
        raise ContentRefused(problems)
    return done


def _words(text: str, name: str, longest: int) -> str:
    if not text.strip() or text != text.strip() or len(text) > longest:
        raise ContentRefused(Problem(f"must be 1 to {longest} characters without spaces around", field=name, value=text[:longest]))
    if any(unicodedata.category(c) in {"Cc", "Cs"} for c in text):
        raise ContentRefused(Problem("must not hold control characters", field=name, value=ascii(text)))
    return text


@dataclass
class Chain:
    """The end of the chain while a transaction adds to it; `rows` are the new ones."""

    entries: int
    hash: str
    recorded: str
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, draft: Checked, reverses: int | None = None, root: int | None = None) -> Row:
        """Link a draft to the end of the chain."""
        row: dict[str, Any] = {"seq": self.entries + 1, "recorded": self.recorded}
        row |= {name: getattr(draft, name) for name in ("key", "kind", "happened", "who", "reason")}
        row["hash"] = link(self.hash, {name: row[name] for name in HASHED}, draft.text)
        row |= {"content": draft.text, "reverses": reverses, "root": root}
        self.rows.append(row | kind_named(draft.kind).columns(parsed(draft.text)))
        self.entries, self.hash = row["seq"], row["hash"]
        return row

    def write(self, connection: Connection) -> None:
        """Insert the new rows."""
        if self.rows:
            connection.execute(insert(journal), self.rows)


def end_of_chain(connection: Connection, clock: Clock) -> Chain:
    """Where the next entry is linked, and the record time of this transaction."""
    head = head_of(connection)
    return Chain(head.entries, head.hash, stamp(clock()))


def stamp(moment: datetime) -> str:
    """A record time as text in UTC that sorts by time, such as 2024-12-31T23:59:59.000000Z; a naive time is refused."""
    if moment.tzinfo is None:
        raise ValueError("a record time needs a time zone")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def append(connection: Connection, drafts: Sequence[Checked], clock: Clock) -> list[Row]:
    """The rows of the drafts in their order: written now, or found under their keys."""
    known = rows_with_keys(connection, [d.key for d in drafts])
    chain = end_of_chain(connection, clock)
    there = chain.entries
    closed = list(_closed_periods(connection))
    conflicts: list[Problem] = []
    for draft in drafts:
        if draft.key in known:
            conflicts += _conflict(draft, known[draft.key], known[draft.key]["seq"] > there)
            continue
        _must_be_open(draft, closed)
        known[draft.key] = chain.add(draft)
    if conflicts:
        raise KeyConflict(conflicts)
    chain.write(connection)
    return [known[d.key] for d in drafts]


def _conflict(draft: Checked, there: Row, is_new: bool) -> list[Problem]:
    """What is wrong with a draft whose key is that of a row: of the book, or of a draft before it."""
    given = (draft.kind, draft.happened, draft.text)
    kept = (there["kind"], there["happened"], there["content"])
    if given == kept:
        return []
    owner = "another one of those to be written" if is_new else "the book"
    reason = f"the key {draft.key!r} is taken: {owner} has {' '.join(kept)}, given was {' '.join(given)}"
    hint = "log it under another key; a wrong entry is taken back by `lifeloop records reverse`"
    return [Problem(reason, draft.file, draft.line, field="key" if draft.file else None, hint=hint)]


def _closed_periods(connection: Connection) -> Iterator[tuple[str, str, str]]:
    query = select(journal.c.label_1, journal.c.label_2, journal.c.key).where(journal.c.kind == PERIOD, *effective())
    yield from (tuple(row) for row in connection.execute(query))


def _must_be_open(draft: Checked, closed: list[tuple[str, str, str]]) -> None:
    if draft.reason is not None or draft.kind == PERIOD:
        return
    for start, end, key in closed:
        if start <= draft.happened <= end:
            where = "" if draft.file is None else f"{draft.file}:{draft.line}: "
            raise PeriodClosed(f"{where}{start} to {end} is closed (entry {key}); to restate {draft.happened}, state the reason")


def reverse(connection: Connection, key: str, reason: str, who: str, clock: Clock) -> Row:
    """The row that takes the entry `key` back. Asking again with the same reason gives the same row."""
    target = rows_with_keys(connection, [key]).get(key)
    if target is None:
        raise UnknownEntry(f"the book has no entry {key!r}; `lifeloop records list` shows them")
    happened = date.fromisoformat(target["happened"])
    made = checked(Draft(REVERSAL, {"reverses": key}, happened, who, f"reversal-{target['hash'][:24]}", reason))
    there = line_of(connection, target["seq"])
    if there is not None:
        if there["reason"] == made.reason:
            return there
        raise AlreadyReversed(f"{key!r} was taken back before by {there['key']!r} ({there['reason']}); reverse that one to bring it back")
    chain = end_of_chain(connection, clock)
    row = chain.add(made, reverses=target["seq"], root=target["root"] or target["seq"])
    chain.write(connection)
    return row
