"""What can go wrong with a record book, one class each, every message with a way out.

RecordError (a LifeloopError)
├── CannotOpen           nothing was read or written
│   ├── BookMissing      no book at that place
│   ├── BookExists       a new book was wanted where something is already
│   ├── NotABook         a file or database that is something else
│   ├── BookDamaged      a book whose pages or chain are broken
│   ├── OldBook          made by an earlier version: `lifeloop records upgrade`
│   ├── NewerBook        made by a later version of Lifeloop
│   ├── NetworkFolder    SQLite on a network file system
│   └── Unreachable      a server that does not answer, or no longer
├── CannotWrite          a full disk, a read-only book, a book that others kept locked: nothing of the call was written, or, where
│   │                    the message says so, trying again with the same key shows whether it was
│   └── BrokeOff         the server ended the connection in the middle of it
├── KeyConflict          the key is taken by an entry with other content
├── PeriodClosed         the event date lies in a closed period, and no reason was stated
├── AlreadyReversed      the entry was taken back before
├── OwnEntry             a signature on one's own entry, or on one that is not to be signed
├── UnknownEntry         no entry with that id
├── UnknownKind          no kind, label or amount with that name
└── OtherHistory         an import whose entries are not those of the book
ContentRefused (an InputError)   content that its kind does not accept
"""

from __future__ import annotations

from collections.abc import Sequence

from lca.errors import InputError, LifeloopError, Problem


class RecordError(LifeloopError):
    """Base of the errors of the record book."""

    #: Each thing that is wrong, with file and row, where several can be.
    problems: tuple[Problem, ...] = ()


class CannotOpen(RecordError):
    """The book cannot be used; nothing was read or written."""


class BookMissing(CannotOpen):
    """There is no record book at that place."""


class BookExists(CannotOpen):
    """A new file was wanted where one is already."""


class NotABook(CannotOpen):
    """The file or database is something else than a record book."""


class BookDamaged(CannotOpen):
    """The book's pages or its chain are broken."""


class OldBook(CannotOpen):
    """The book has the schema of an earlier version and must be upgraded first."""


class NewerBook(CannotOpen):
    """The book was written by a later version of Lifeloop; downgrading is refused."""


class NetworkFolder(CannotOpen):
    """SQLite's locks do not hold on network file systems."""


class CannotWrite(RecordError):
    """The database refused the write: nothing of the call was written, but where a disk or server failed in the middle of it."""


class Unreachable(CannotOpen):
    """The server does not answer, or no longer: nothing is known of the book."""


class BrokeOff(CannotWrite):
    """The server ended the connection in the middle of a call."""


class KeyConflict(RecordError):
    """The key belongs to an entry with other content; the message names both, and the row of a table that gave the key."""

    def __init__(self, problems: str | Sequence[Problem]) -> None:
        self.problems = (Problem(problems),) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class PeriodClosed(RecordError):
    """The event date lies in a closed period and no restatement was stated."""


class AlreadyReversed(RecordError):
    """The entry was taken back before; the message names the reversal."""


class OwnEntry(RecordError):
    """A reviewer cannot sign this entry: it is their own, or of a kind that is not signed."""


class UnknownEntry(RecordError):
    """The book holds no entry with that id."""


class UnknownKind(RecordError):
    """No such kind of entry, or the kind has no such label or amount."""


class OtherHistory(RecordError):
    """The entries of an import are not a continuation of the book."""


class ContentRefused(InputError):
    """Content that its kind does not accept; `problems` says which field and why."""
