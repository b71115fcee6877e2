"""Possible worlds: the background's unit scores drawn K times, stored, so that every product sees the same K worlds.

In each draw all uncertain numbers of the background are drawn once, the system is solved for all processes and methods,
and the solution is stored. Products compared on the same worlds are paired by construction (Lesage et al. 2018,
doi 10.1007/s11367-018-1444-x: dependently pre-sampled arrays reproduce unit-process Monte Carlo).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lca.background import Background
from lca.errors import LifeloopError
from lca.scores import UnitScores, replace_file
from lca.world_drawing import Chunk, Plan, Progress, Sampler, assemble, chunk_length, clear, draw_missing, prepare

FORMAT = 4
__all__ = ["FORMAT", "Progress", "Worlds", "load", "sample_worlds", "save"]


@dataclass(frozen=True)
class Worlds:
    """Unit scores in K drawn worlds: `values` (methods, processes, draws) in kg CO2e per unit, float32.

    `left_out` counts drawn economies that were not productive (a loop needed more than it made); they are not among the K.
    `numbers` are the draws that are: a fact of a product takes the draw of the same number, so that worlds of two
    backgrounds pair even where other draws were left out. `record` says how the worlds were solved and checked.
    """

    values: NDArray[np.float32]
    methods: tuple[str, ...]
    seed: int
    digest: str
    left_out: int
    numbers: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    record: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.numbers) != self.values.shape[2]:
            object.__setattr__(self, "numbers", np.arange(self.values.shape[2]))

    @property
    def draws(self) -> int:
        """Number of worlds."""
        return int(self.values.shape[2])

    def first(self, draws: int) -> Worlds:
        """The same worlds, only the first so many."""
        if draws >= self.draws:
            return self
        numbers = self.numbers[:draws]
        return replace(self, values=self.values[:, :, :draws], numbers=numbers, left_out=int(numbers[-1]) + 1 - draws)

    def of_method(self, method: str) -> NDArray[np.float32]:
        """Scores (processes, draws) of one method."""
        chosen: NDArray[np.float32] = self.values[self.methods.index(method)]
        return chosen


def sample_worlds(
    background: Background,
    nominal: UnitScores,
    draws: int,
    seed: int,
    progress: Progress | None = None,
    folder: Path | None = None,
    workers: int = 1,
) -> Worlds:
    """Draw and solve the background `draws` times.

    Each draw starts from the nominal solution (`lca.world_solving`). One whose economy is not productive is counted and left
    out. With a `folder` the worlds are stored there (as by `save`) and read from there piece by piece; a run that was
    killed goes on where it was. Else they are kept in memory. The result is the same bytes for any number of `workers`,
    on one machine with one set of library versions. Raises LifeloopError when less than half of the draws are productive.
    """
    if folder is None:
        with tempfile.TemporaryDirectory() as name:
            drawn = sample_worlds(background, nominal, draws, seed, progress, Path(name), workers)
            return replace(drawn, values=np.array(drawn.values))
    sampler = Sampler(background, nominal, seed)
    shape = (len(nominal.methods), background.size)
    plan = Plan(folder / "chunks", draws, chunk_length(*shape))
    made = {"iteration": sampler.iteration.name, "numpy": np.__version__, "scipy": version("scipy")}
    prepare(plan, {"format": FORMAT, "digest": nominal.digest, "seed": seed, "draws": draws, "methods": nominal.methods, **made})
    draw_missing(plan, sampler, workers, progress)
    records = [plan.record(chunk) for chunk in plan.chunks()]
    numbers = np.array([number for record in records for number in record.numbers], dtype=np.int64)
    if len(numbers) < max(2, draws // 2):
        raise LifeloopError(f"only {len(numbers)} of {draws} drawn backgrounds are productive; the ranges are too wide to sample")
    replace_file(folder / "worlds.npy", lambda path: assemble(plan, records, shape, path))
    _write_index(
        folder, Worlds(_mapped(folder), nominal.methods, seed, nominal.digest, draws - len(numbers), numbers, made | _sums(records))
    )
    clear(plan)
    stored = load(folder, nominal.digest, seed)
    assert stored is not None
    return stored


def _sums(records: list[Chunk]) -> dict[str, Any]:
    """Over all chunks: the largest residual, the largest error against a direct solve, draws that had to be solved directly."""
    errors = [record.forward_error for record in records if record.forward_error is not None]
    return {
        "largest_residual": max(record.residual for record in records),
        "largest_error_of_checked": max(errors, default=None),
        "checked": len(errors),
        "solved_directly": sum(record.solved_directly for record in records),
    }


def save(worlds: Worlds, folder: Path) -> None:
    """Write the worlds beside their scores, the index last, so that a reader sees all or nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(folder / "worlds.npy", lambda path: np.save(path, worlds.values, allow_pickle=False))
    _write_index(folder, worlds)


def _write_index(folder: Path, worlds: Worlds) -> None:
    index = {
        "format": FORMAT,
        "methods": worlds.methods,
        "seed": worlds.seed,
        "digest": worlds.digest,
        "draws": worlds.draws,
        "left_out": worlds.left_out,
        "numbers": worlds.numbers.tolist(),
        "record": dict(worlds.record),
    }
    replace_file(folder / "worlds.json", lambda path: path.write_text(json.dumps(index), encoding="utf-8"))


def _mapped(folder: Path) -> NDArray[np.float32]:
    values: NDArray[np.float32] = np.load(folder / "worlds.npy", mmap_mode="r", allow_pickle=False)
    return values


def load(folder: Path, digest: str, seed: int) -> Worlds | None:
    """The stored worlds of this background and seed, memory-mapped; None when there are none."""
    try:
        index = json.loads((folder / "worlds.json").read_bytes())
        if (index.get("format"), index.get("digest"), index.get("seed")) != (FORMAT, digest, seed):
            return None
        values = _mapped(folder)
    except (OSError, ValueError):
        return None
    if values.shape[2] != index["draws"]:
        return None
    numbers = np.array(index["numbers"], dtype=np.int64)
    return Worlds(values, tuple(index["methods"]), seed, digest, index["left_out"], numbers, index["record"])
