"""Worlds drawn in chunks of draws, each a file, by one process or several: what is done stays done when a run is killed."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lca.background import Background
from lca.drawn_system import DrawnSystem
from lca.errors import LifeloopError
from lca.scores import UnitScores, replace_file
from lca.world_solving import FORWARD_TOLERANCE, Iteration, best_iteration, forward_error, solve, solve_directly

Progress = Callable[[int, int], None]
#: Bytes that the scores of one chunk should take at most, and how many draws a chunk has at most.
_CHUNK_BYTES = 48_000_000
_CHUNK_DRAWS = 50
_CHUNKS_CHECKED = 3


@dataclass(frozen=True)
class Chunk:
    """What is known of one chunk besides its scores: the draws that are productive, and how well they were solved.

    `forward_error` is the largest relative error of its first productive draw against a direct solve; None where that was
    not checked.
    """

    numbers: tuple[int, ...]
    residual: float
    forward_error: float | None
    solved_directly: int


class Sampler:
    """Everything a worker needs to draw and solve worlds of one background."""

    def __init__(self, background: Background, nominal: UnitScores, seed: int) -> None:
        if background.facts is None:
            raise LifeloopError("this background says nothing of its uncertainty")
        self.iteration: Iteration = best_iteration()
        scores = nominal.values.sum(axis=2)
        order = self.iteration.order(background.inputs.row, background.inputs.column, _shares(background, scores[:, 0]), background.size)
        self._system = DrawnSystem(background, background.facts, nominal.methods, seed, order, self.iteration.arithmetic)
        self.methods = len(nominal.methods)
        self._start = self._nominal(scores[order])

    def _nominal(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where every draw starts: the nominal scores, and the nominal solution of the column of ones."""
        equations = self._system.nominal()
        start = np.zeros_like(equations.right)
        start[:, : self.methods] = scores
        start[:, self.methods] = 1.0
        solved = solve(equations, start, self.iteration, self.methods)
        if solved is None:
            raise LifeloopError("the background is not productive even without any uncertainty")
        return solved.values

    def draw(self, numbers: range, check: bool) -> tuple[NDArray[np.float32], Chunk]:
        """Scores (methods, processes, productive draws) of these draws."""
        scores, chunk = self._draw(numbers, check, directly=False)
        if chunk.forward_error is not None and chunk.forward_error > FORWARD_TOLERANCE:
            # the loops of this background deceive the iteration: take the slow and sure way
            return self._draw(numbers, check, directly=True)
        return scores, chunk

    def _draw(self, numbers: range, check: bool, directly: bool) -> tuple[NDArray[np.float32], Chunk]:
        scores = np.empty((len(numbers), len(self._start), self.methods), dtype=np.float32)
        good: list[int] = []
        residuals, direct, error = [0.0], 0, None
        for number in numbers:
            equations = self._system.equations(number)
            found = solve_directly(equations, self.methods) if directly else solve(equations, self._start, self.iteration, self.methods)
            if found is None:
                continue
            if check and error is None:
                exact = solve_directly(equations, self.methods)
                error = float("inf") if exact is None else forward_error(found.values, exact.values)
            scores[len(good), self._system.order] = found.values[:, : self.methods]
            good.append(number)
            residuals.append(found.residual)
            direct += found.direct
        return _by_method(scores[: len(good)]), Chunk(tuple(good), max(residuals), error, direct)


def _by_method(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """(draws, processes, methods) turned into (methods, processes, draws), in blocks that fit the processor's cache."""
    turned = np.empty(scores.shape[::-1], dtype=np.float32)
    for first in range(0, scores.shape[1], 256):
        block = slice(first, first + 256)
        turned[:, block] = scores[:, block].transpose(2, 1, 0)
    return turned


def _shares(background: Background, scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much each link matters to its consumer: the part of the consumer's score that comes through it."""
    links = background.inputs
    whole = np.maximum(np.abs(scores[links.column]), np.finfo(float).tiny)
    return np.minimum(np.abs(links.amount * scores[links.row]) / whole, 1.0)


@dataclass(frozen=True)
class Plan:
    """Which chunks a run has, and where they are kept; the same for any number of workers."""

    folder: Path
    draws: int
    length: int

    def chunks(self) -> range:
        """Numbers of all chunks."""
        return range(-(-self.draws // self.length))

    def numbers(self, chunk: int) -> range:
        """Draws of one chunk."""
        return range(chunk * self.length, min((chunk + 1) * self.length, self.draws))

    def checked(self, chunk: int) -> bool:
        """Whether the chunk's first draw is checked against a direct solve: the first chunk, the last, and one between."""
        last = len(self.chunks()) - 1
        return chunk in {round(last * i / (_CHUNKS_CHECKED - 1)) for i in range(_CHUNKS_CHECKED)}

    def scores_file(self, chunk: int) -> Path:
        """Where the chunk's scores are."""
        return self.folder / f"chunk-{chunk:05}.npy"

    def record_file(self, chunk: int) -> Path:
        """Where its record is; written last, so that it says that the chunk is complete."""
        return self.folder / f"chunk-{chunk:05}.json"

    def missing(self) -> list[int]:
        """Chunks that are not there yet."""
        return [chunk for chunk in self.chunks() if not self.record_file(chunk).exists()]

    def record(self, chunk: int) -> Chunk:
        """The record of a chunk that is there."""
        stored: dict[str, Any] = json.loads(self.record_file(chunk).read_bytes())
        return Chunk(**(stored | {"numbers": tuple(stored["numbers"])}))


def chunk_length(methods: int, processes: int) -> int:
    """Draws in a chunk: as many as 48 MB hold, from 5 to 50."""
    return int(np.clip(_CHUNK_BYTES // (4 * methods * processes), 5, _CHUNK_DRAWS))


def prepare(plan: Plan, mark: dict[str, Any]) -> None:
    """Empty the folder unless its chunks belong to the same run (`mark` says what made them)."""
    plan.folder.mkdir(parents=True, exist_ok=True)
    file = plan.folder / "run.json"
    text = json.dumps(mark, sort_keys=True)
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return
    for old in plan.folder.glob("chunk-*"):
        old.unlink(missing_ok=True)
    replace_file(file, lambda path: path.write_text(text, encoding="utf-8"))


def draw_missing(plan: Plan, sampler: Sampler, workers: int, progress: Progress | None) -> None:
    """Draw the chunks that are missing, with `workers` processes; `progress` is told the draws that are done."""
    missing = plan.missing()
    done = sum(len(plan.numbers(chunk)) for chunk in plan.chunks()) - sum(len(plan.numbers(chunk)) for chunk in missing)
    for chunk in _finished(plan, sampler, missing, min(workers, len(missing))):
        done += len(plan.numbers(chunk))
        if progress:
            progress(done, plan.draws)


def _finished(plan: Plan, sampler: Sampler, missing: list[int], workers: int) -> Iterator[int]:
    if workers <= 1:
        for chunk in missing:
            yield _draw_chunk(plan, sampler, chunk)
        return
    # spawned, not forked: a fork would copy the threads' locks of the libraries that the parent has loaded
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=spawn, initializer=_begin, initargs=(plan, sampler)) as pool:
        with _main_left_out():
            begun = [pool.submit(_draw_chunk_here, chunk) for chunk in missing]
        for future in as_completed(begun):
            yield future.result()


@contextmanager
def _main_left_out() -> Iterator[None]:
    """Spawn workers that do not run the caller's script again.

    They need nothing of it, and a script without `if __name__ == "__main__":` would have each worker ask for the same worlds
    and wait for ever for its own parent to make them.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


_work: tuple[Plan, Sampler] | None = None


def _begin(plan: Plan, sampler: Sampler) -> None:
    """Keep what the worker needs, and end the worker when its parent is gone (killed, so that it could not say so)."""
    global _work  # noqa: PLW0603  (how a process of a pool is given its state)
    _work = (plan, sampler)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _draw_chunk_here(chunk: int) -> int:
    assert _work is not None
    return _draw_chunk(*_work, chunk)


def _draw_chunk(plan: Plan, sampler: Sampler, chunk: int) -> int:
    scores, record = sampler.draw(plan.numbers(chunk), plan.checked(chunk))
    replace_file(plan.scores_file(chunk), lambda path: np.save(path, scores, allow_pickle=False))
    replace_file(plan.record_file(chunk), lambda path: path.write_text(json.dumps(asdict(record)), encoding="utf-8"))
    return chunk


def assemble(plan: Plan, records: list[Chunk], shape: tuple[int, int], target: Path) -> None:
    """Write the chunks as one array file (methods, processes, productive draws), holding one method in memory at a time."""
    good = [len(record.numbers) for record in records]
    methods, processes = shape
    header = {"descr": np.lib.format.dtype_to_descr(np.dtype(np.float32)), "fortran_order": False, "shape": (*shape, sum(good))}
    with target.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for method in range(methods):
            parts = [_part(plan.scores_file(chunk), method, (processes, count)) for chunk, count in zip(plan.chunks(), good, strict=True)]
            np.concatenate(parts, axis=1).tofile(file)


def _part(path: Path, method: int, shape: tuple[int, int]) -> NDArray[np.float32]:
    """One method of a chunk's scores."""
    size = shape[0] * shape[1]
    with path.open("rb") as file:
        np.lib.format.read_magic(file)
        np.lib.format.read_array_header_1_0(file)
        file.seek(4 * method * size, os.SEEK_CUR)
        return np.fromfile(file, dtype=np.float32, count=size).reshape(shape)


def clear(plan: Plan) -> None:
    """Remove the chunks: the whole is written."""
    for file in [*plan.folder.glob("chunk-*"), plan.folder / "run.json"]:
        file.unlink(missing_ok=True)
    plan.folder.rmdir()
