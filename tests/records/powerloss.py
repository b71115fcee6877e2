"""A disk that loses power or runs full: a file system for SQLite (by apsw), and the few parts of a DBAPI that SQLAlchemy needs.

What was written but not synced may be kept, lost or torn at 512 bytes when the power goes; a file that was deleted without its
folder being synced may be there again.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import apsw

SECTOR = 512
Change = tuple[int, bytes | None]  # where, and what was written there; None is the file being cut off there


class Disk(apsw.VFS):
    """The file system; `cut` is the number of the disk operation at which the power goes, `full` the write that finds no room."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "")
        self.name = name
        self.begin()

    def begin(self, cut: int | None = None, full: int | None = None) -> None:
        """Forget everything; count from nought."""
        self.cut, self.full = cut, full
        self.operations = self.writes = 0
        self.durable: dict[str, bytes] = {}
        self.pending: dict[str, list[Change]] = {}
        self.undeleted: dict[str, bytes] = {}

    def tick(self) -> None:
        self.operations += 1
        if self.cut is not None and self.operations >= self.cut:
            raise apsw.IOError("disk I/O error: the power is gone")

    def xOpen(self, name: Any, flags: list[int]) -> Any:  # noqa: N802 (SQLite's name)
        return File(self, name, flags)

    def xDelete(self, name: str, syncdir: bool) -> None:  # noqa: N802
        self.tick()
        if not syncdir:
            self.undeleted[name] = self.durable.get(name, b"")
        self.durable.pop(name, None)
        self.pending.pop(name, None)
        super().xDelete(name, syncdir)

    def after_the_cut(self, folder: Path, draw: random.Random) -> None:
        """Write into `folder` what the disk may hold when the power is back."""
        how = draw.choice(["none", "some", "some", "all"])
        left = {name: _with(image, self.pending.get(name, []), how, draw) for name, image in self.durable.items()}
        left |= {name: image for name, image in self.undeleted.items() if draw.random() < 0.5}
        for name, image in left.items():
            (folder / Path(name).name).write_bytes(image)


class File(apsw.VFSFile):
    """A file of the disk that notes what is not yet durable."""

    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        self.disk = disk
        self.path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        super().__init__("", name, flags)
        if self.path not in disk.durable:
            disk.durable[self.path] = Path(self.path).read_bytes()

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self.disk.tick()
        self.disk.writes += 1
        if self.disk.writes == self.disk.full:
            raise apsw.FullError("database or disk is full")
        super().xWrite(data, offset)
        self.disk.pending.setdefault(self.path, []).append((offset, bytes(data)))

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self.disk.tick()
        super().xTruncate(size)
        self.disk.pending.setdefault(self.path, []).append((size, None))

    def xSync(self, flags: int) -> None:  # noqa: N802
        self.disk.tick()
        self.disk.durable[self.path] = Path(self.path).read_bytes()
        self.disk.pending[self.path] = []
        self.disk.undeleted.clear()


def _with(image: bytes, changes: Iterable[Change], how: str, draw: random.Random) -> bytes:
    made = bytearray(image)
    for where, data in changes:
        if how == "none" or (how == "some" and draw.random() < 0.5):
            continue
        if data is None:
            del made[where:]
            continue
        torn = how == "some" and draw.random() < 0.3
        kept = data[: draw.randrange(len(data) + 1) // SECTOR * SECTOR] if torn else data
        made.extend(b"\0" * (where - len(made)))
        made[where : where + len(kept)] = kept
    return bytes(made)


# --- the DBAPI --------------------------------------------------------------------------------------------------------------

Error = apsw.Error
ProgrammingError = apsw.SQLError
paramstyle = "qmark"
sqlite_version_info = tuple(map(int, apsw.sqlite_lib_version().split(".")))


class Cursor:
    """A cursor that fetches at once, for apsw forgets a statement's columns when it has ended."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection, self._rows = connection, iter(())
        self.description: Any = None
        self.rowcount, self.lastrowid, self.arraysize = -1, None, 1

    def execute(self, sql: str, values: Any = ()) -> Cursor:
        made = self._connection.cursor()
        self.description = None
        made.exec_trace = self._note
        self._rows = iter(list(made.execute(sql, tuple(values))))
        self.rowcount = self._connection.changes()
        return self

    def executemany(self, sql: str, values: Iterable[Any]) -> Cursor:
        for each in values:
            self.execute(sql, each)
        return self

    def _note(self, cursor: apsw.Cursor, _sql: str, _values: Any) -> bool:
        self.description = tuple((column[0], *[None] * 6) for column in cursor.get_description()) or None
        return True

    def fetchone(self) -> Any:
        return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        return list(self._rows)

    def fetchmany(self, size: int = 1) -> list[Any]:
        return [row for row, _ in zip(self._rows, range(size), strict=False)]

    def close(self) -> None:
        self._rows = iter(())


class Connection:
    """A connection of apsw as SQLAlchemy wants it."""

    isolation_level = None

    def __init__(self, uri: str) -> None:
        self._apsw = apsw.Connection(uri, flags=apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_URI)

    def cursor(self) -> Cursor:
        return Cursor(self._apsw)

    def execute(self, sql: str) -> Cursor:
        return self.cursor().execute(sql)

    def create_function(self, *_: Any, **__: Any) -> None:
        """The journal uses no function of ours."""

    def commit(self) -> None:
        if self._apsw.in_transaction:
            self.execute("COMMIT")

    def rollback(self) -> None:
        if self._apsw.in_transaction:
            with suppress(apsw.Error):  # a disk without power cannot roll back either
                self.execute("ROLLBACK")

    def close(self) -> None:
        with suppress(apsw.Error):
            self._apsw.close(True)


def connect(database: str, **_: Any) -> Connection:
    return Connection(database)
