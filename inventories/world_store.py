"""The stored worlds of a background: K = 1,000 draws of its unit scores, made once for each background and seed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from inventories.background_files import shipped_background
from inventories.score_store import place
from lca import worlds as stored
from lca.background import Background
from lca.scores import UnitScores
from lca.uncertainty import SEED
from lca.worlds import Progress, Worlds

DRAWS = 1000
#: A second process takes some seconds to start: not worth it for a background of fewer processes.
_PROCESSES_WORTH_WORKERS = 5_000


def worlds_of(
    scores: UnitScores,
    seed: int = SEED,
    background: Callable[[], Background] = shipped_background,
    progress: Progress | None = None,
) -> Worlds:
    """The worlds that belong to these scores: loaded, or drawn once (some ten seconds) and kept.

    `background` gives the background that the scores were made from; it is asked only when the worlds must be drawn.
    A run that was killed goes on where it was; of several at once one draws and the others wait for it.
    """
    folder = place(scores.digest) / f"seed-{seed}"
    known = stored.load(folder, scores.digest, seed)
    if known is not None:
        return known
    workers = _cores() if len(scores.values) >= _PROCESSES_WORTH_WORKERS else 1
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        # a cache that cannot be written costs time, nothing else
        return stored.sample_worlds(background(), scores, DRAWS, seed, progress, None, workers)
    with _alone(folder / "lock"):
        known = stored.load(folder, scores.digest, seed)
        if known is not None:
            return known
        return stored.sample_worlds(background(), scores, DRAWS, seed, progress, folder, workers)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Wait until no other process holds this file; the system lets go of it when a process ends, however it ends."""
    try:
        import fcntl
    except ImportError:  # not on Windows: there two that draw at once are not kept apart
        yield
        return
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
