"""Unit scores: the cradle-to-gate footprint of one unit of every background process, stored and memory-mapped."""

from __future__ import annotations

import json
import mmap
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lca import units
from lca.catalogue import Catalogue, Places, StoredProcesses
from lca.errors import Problem, UnknownName, nearest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORMAT = 6
_BYTES = 8


class OfProcess(NamedTuple):
    """What one unit of a process scores by one method: kg CO2e by gas group, and the part that rests on estimates."""

    groups: tuple[float, ...]
    resting_on_estimates: float


@dataclass(frozen=True)
class UnitScores:
    """kg CO2e per unit of each process, by method and gas group, with what made them.

    `numbers` has a row of float64 a process: its scores method by method and group by group, then for each method the
    part of the total score that flows through exchanges without a source. It is memory (of an array, or of a file):
    what one product needs is read from it without numpy, `values` and `resting_on_estimates` are the same as arrays.
    """

    catalogue: Catalogue
    methods: tuple[str, ...]
    groups: tuple[str, ...]
    numbers: memoryview[float]
    digest: str
    background: str
    solver: str

    def of_process(self, number: int, method: str) -> OfProcess:
        """The scores of one process. Raises UnknownName."""
        which, width = self._number_of(method), len(self.groups)
        start = number * self._columns
        groups = self.numbers[start + which * width : start + (which + 1) * width]
        return OfProcess(tuple(groups), self.numbers[start + len(self.methods) * width + which])

    @property
    def _columns(self) -> int:
        return len(self.methods) * (len(self.groups) + 1)

    @cached_property
    def _table(self) -> NDArray[np.float64]:
        import numpy as np

        return np.asarray(self.numbers).reshape(-1, self._columns)

    @property
    def values(self) -> NDArray[np.float64]:
        """All scores, shape (processes, methods, groups)."""
        return self._table[:, : -len(self.methods)].reshape(-1, len(self.methods), len(self.groups))

    @property
    def resting_on_estimates(self) -> NDArray[np.float64]:
        """The part of each score that rests on estimates, shape (processes, methods)."""
        return self._table[:, -len(self.methods) :]

    def of_method(self, method: str) -> NDArray[np.float64]:
        """Scores by gas group for one method, shape (processes, groups). Raises UnknownName."""
        chosen: NDArray[np.float64] = self.values[:, self._number_of(method), :]
        return chosen

    def estimates_of(self, method: str) -> NDArray[np.float64]:
        """The part of each score that rests on estimates for one method, shape (processes,). Raises UnknownName."""
        chosen: NDArray[np.float64] = self.resting_on_estimates[:, self._number_of(method)]
        return chosen

    def _number_of(self, method: str) -> int:
        if method not in self.methods:
            hint = nearest(method, self.methods) or f"methods: {', '.join(self.methods)}"
            raise UnknownName(Problem("unknown characterisation set", field="method", value=method, hint=hint))
        return self.methods.index(method)


def as_numbers(values: NDArray[np.float64], resting_on_estimates: NDArray[np.float64]) -> memoryview[float]:
    """Scores (processes, methods, groups) and their parts on estimates (processes, methods) as `UnitScores.numbers`."""
    import numpy as np

    table = np.concatenate([values.reshape(len(values), -1), resting_on_estimates], axis=1, dtype=np.float64)
    return table.reshape(-1).data.cast("B").cast("d")


def save(scores: UnitScores, folder: Path, conversions: dict[str, float]) -> None:
    """Write the scores so that a reader sees all or nothing (files are renamed into place, the index last).

    `conversions` maps 'from>to' to factors that readers will need often, so that they can do without pint.
    """
    folder.mkdir(parents=True, exist_ok=True)
    catalogue = scores.catalogue
    places = catalogue.places
    processes = "\n".join(json.dumps(process, ensure_ascii=False) for process in catalogue.processes).encode()
    index = {
        "format": FORMAT,
        "digest": scores.digest,
        "background": scores.background,
        "solver": scores.solver,
        "methods": scores.methods,
        "groups": scores.groups,
        "numbers": catalogue.by_name,
        "crc": _crc(scores.numbers, processes),
        "places": {"parents": dict(places.parents), "names": dict(places.names), "aliases": dict(places.aliases)},
        "conversions": conversions,
    }
    replace_file(folder / "values.f64", lambda path: path.write_bytes(scores.numbers))
    replace_file(folder / "processes.jsonl", lambda path: path.write_bytes(processes))
    replace_file(folder / "index.json", lambda path: path.write_text(json.dumps(index, ensure_ascii=False), encoding="utf-8"))


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make a temporary file beside `path`, then put it in its place in one step."""
    import tempfile  # slow to import, and only a writer needs it

    handle, name = tempfile.mkstemp(dir=path.parent, suffix=path.suffix)
    os.close(handle)
    try:
        write(Path(name))
        Path(name).replace(path)
    finally:
        # after the step it is not there any more; whatever stopped us before leaves nothing behind
        Path(name).unlink(missing_ok=True)


def _crc(numbers: memoryview[float] | memoryview[int], processes: bytes) -> int:
    """What tells that the files are as they were written: a power cut may leave zeros of the right length."""
    return zlib.crc32(processes, zlib.crc32(numbers))


def _pair(text: str) -> tuple[str, str]:
    source, _, target = text.partition(">")
    return source, target


def load(folder: Path, digest: str) -> UnitScores | None:
    """The stored scores of the background with this digest, memory-mapped; None when there are none, or broken ones."""
    try:
        index = json.loads((folder / "index.json").read_bytes())
        if index["format"] != FORMAT or index["digest"] != digest:
            return None
        listed = (folder / "processes.jsonl").read_bytes()
        with (folder / "values.f64").open("rb") as file:
            numbers = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        if _crc(numbers, listed) != index["crc"]:
            return None
        units.remember({_pair(text): value for text, value in index["conversions"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    methods, groups = tuple(index["methods"]), tuple(index["groups"])
    processes = StoredProcesses(listed.decode("utf-8", "replace").split("\n"))
    if len(numbers) != len(processes) * len(methods) * (len(groups) + 1) * _BYTES:
        return None
    return UnitScores(
        catalogue=Catalogue(processes, Places(**index["places"]), index["numbers"]),
        methods=methods,
        groups=groups,
        numbers=numbers.cast("d"),
        digest=index["digest"],
        background=index["background"],
        solver=index["solver"],
    )
