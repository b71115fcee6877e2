"""What the disk of a PostgreSQL server may hold after the power went.

Durable is what a checkpoint wrote, and the log up to the position to which the server says that it was flushed. What was written
after that may be kept, lost or torn at 512 bytes.
"""

from __future__ import annotations

import csv
import json
import os
import random
import re
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.records.servers import LOG_FILE, Server, connect

SECTOR, PAGE = 512, 8192
_RELATION = re.compile(r"base/\d+/\d+(_fsm|_vm)?(\.\d+)?")
_LOG = re.compile(r"pg_wal/[0-9A-F]{24}")
_ANY = re.compile(r".*")


@dataclass(frozen=True)
class Moment:
    """What was in the server's files, then how many entries were acknowledged, then up to where the log was flushed."""

    files: dict[str, bytes]
    acknowledged: int
    flushed: int


class Images:
    """Disks as they may be after power cuts from now on; nobody may write at the beginning."""

    def __init__(self, server: Server, url: str) -> None:
        self._server, self._url = server, url
        self._folder = server.folder / "image"
        self.data = self._folder / "data"
        self.moments: list[Moment] = []
        with connect(url) as connection:
            connection.execute("CHECKPOINT")
        self._began = time.time() - 0.1  # file systems note times in steps
        shutil.rmtree(self._folder, ignore_errors=True)
        shutil.copytree(server.data, self.data, ignore=shutil.ignore_patterns("postmaster.*", "pg_stat_tmp"))
        for path in (self._folder, self.data, *self.data.rglob("*")):
            server.hand_over(path)
        self._base = _files(self.data)
        self._log_at_the_end: dict[str, bytes] = {}
        self.kept = 0

    def watch(self, acknowledged: list[str], until: int) -> None:
        """Note moments until so many entries are acknowledged.

        The files are read before the server is asked how much of its log is durable, so no page rests on more than that.
        """
        with connect(self._url) as connection:
            while len(acknowledged) < until:
                if self.moments and len(acknowledged) < self.moments[-1].acknowledged + 3:
                    time.sleep(0.001)  # moments hold whole files
                    continue
                files = _files(self._server.data, self._began, _RELATION, "base")
                known = len(acknowledged)
                found = connection.execute("SELECT pg_current_wal_flush_lsn() - '0/0'").fetchone()
                self.moments.append(Moment(files, known, int(found[0])))

    def stopped(self) -> None:
        """Read the log that the server, stopped at once, has left in its files and in the system's memory of them."""
        self._log_at_the_end = _files(self._server.data, self._began, _LOG, "pg_wal")
        # it is always written with a flush of its own
        self._base["global/pg_control"] = (self._server.data / "global/pg_control").read_bytes()

    def cut(self, moment: Moment, draw: random.Random) -> None:
        """Write the disk of a power cut at this moment."""
        how = draw.choice(["none", "some", "some", "all"])
        # files that the recovery after an earlier cut has changed are first what they were
        wanted = {name: self._base.get(name) for name in _files(self.data, self._began)}
        for name, after in self._log_at_the_end.items():
            wanted[name] = self._log(self._base.get(name, b""), after, max(0, moment.flushed - _start_of(name)), how, draw)
        for name, after in moment.files.items():
            wanted[name] = self._pages(self._base.get(name, b""), after, how, draw)
        for name, image in wanted.items():
            path = self.data / name
            path.unlink(missing_ok=True)
            if image is not None:
                path.write_bytes(image)
                self._server.hand_over(path)

    def _log(self, before: bytes, after: bytes, sure: int, how: str, draw: random.Random) -> bytes:
        before = before.ljust(len(after), b"\0")
        made = bytearray(after[:sure] + before[sure:])
        for start in range(sure // SECTOR * SECTOR, len(after), SECTOR):
            here = slice(max(start, sure), start + SECTOR)
            if before[here] != after[here] and _is_kept(how, draw):
                made[here] = after[here]
        return bytes(made)

    def _pages(self, before: bytes, after: bytes, how: str, draw: random.Random) -> bytes:
        made = bytearray(before)
        for at in range(0, len(after), SECTOR):
            here = slice(at, at + SECTOR)
            if before[here] != after[here] and _is_kept(how, draw):
                made.extend(b"\0" * ((at // PAGE + 1) * PAGE - len(made)))
                made[here] = after[here]
                self.kept += 1
        return bytes(made)

    def rows(self, database: str) -> tuple[list[dict[str, Any]], list[str]]:
        """After recovery: the rows of the book, and its keys in their order as the index of keys has them."""
        rows, keys = self._folder / "rows", self._folder / "keys"
        told = [
            f"COPY (SELECT row_to_json(journal) FROM journal) TO '{rows}' (FORMAT csv)",
            "SET enable_seqscan = off",
            "SET enable_sort = off",
            f"COPY (SELECT key FROM journal WHERE key > '' ORDER BY key) TO '{keys}' (FORMAT csv)",
        ]
        for path in (rows, keys):
            path.unlink(missing_ok=True)
        self._server.recovered(self.data, database, *told)
        found = sorted((json.loads(cell) for cell in _cells(rows)), key=lambda row: int(row["seq"]))
        return found, _cells(keys)


def _cells(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row[0] for row in csv.reader(file)]


def _is_kept(how: str, draw: random.Random) -> bool:
    return how == "all" or (how == "some" and draw.random() < 0.5)


def _files(folder: Path, since: float = 0.0, which: re.Pattern[str] = _ANY, within: str = "") -> dict[str, bytes]:
    """The files that were written since then, by their names in the folder."""
    found = {}
    for place, _, names in os.walk(folder / within):
        for path in (f"{place}/{name}" for name in names):
            with suppress(FileNotFoundError):  # PostgreSQL keeps its statistics in files that come and go
                if Path(path).stat().st_mtime >= since and which.fullmatch(name := path.removeprefix(f"{folder}/")):
                    found[name] = Path(path).read_bytes()
    return found


def _start_of(name: str) -> int:
    """The position in the log of the first byte of one of its files."""
    return (int(name[-16:-8], 16) * (2**32 // LOG_FILE) + int(name[-8:], 16)) * LOG_FILE
