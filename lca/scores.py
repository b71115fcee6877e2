"""Unit scores: the cradle-to-gate footprint of one unit of every background process, stored and memory-mapped."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lca import units
from lca.catalogue import Catalogue, Places, Process
from lca.errors import Problem, UnknownName, nearest

FORMAT = 3


@dataclass(frozen=True)
class UnitScores:
    """kg CO2e per unit of each process, by method and gas group, with what made them.

    `values` has the shape (processes, methods, groups). `resting_on_estimates` (processes, methods) is the part of each
    method's total score that flows through exchanges without a source, in kg CO2e.
    """

    catalogue: Catalogue
    methods: tuple[str, ...]
    groups: tuple[str, ...]
    values: NDArray[np.float64]
    resting_on_estimates: NDArray[np.float64]
    digest: str
    background: str
    solver: str

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


def save(scores: UnitScores, folder: Path, conversions: dict[str, float]) -> None:
    """Write the scores so that a reader sees all or nothing (files are renamed into place, the index last).

    `conversions` maps 'from>to' to factors that readers will need often, so that they can do without pint.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stacked = np.concatenate([scores.values.reshape(len(scores.values), -1), scores.resting_on_estimates], axis=1)
    replace_file(folder / "values.npy", lambda path: np.save(path, stacked, allow_pickle=False))
    places = scores.catalogue.places
    index = {
        "format": FORMAT,
        "digest": scores.digest,
        "background": scores.background,
        "solver": scores.solver,
        "methods": scores.methods,
        "groups": scores.groups,
        "processes": scores.catalogue.processes,
        "places": {"parents": dict(places.parents), "names": dict(places.names), "aliases": dict(places.aliases)},
        "conversions": conversions,
    }
    replace_file(folder / "index.json", lambda path: path.write_text(json.dumps(index, ensure_ascii=False), encoding="utf-8"))


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make a temporary file beside `path`, then put it in its place in one step."""
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=path.suffix)
    os.close(handle)
    try:
        write(Path(name))
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _pair(text: str) -> tuple[str, str]:
    source, _, target = text.partition(">")
    return source, target


def load(folder: Path, digest: str) -> UnitScores | None:
    """The stored scores of the background with this digest, memory-mapped; None when there are none, or broken ones."""
    try:
        index = json.loads((folder / "index.json").read_bytes())
        if index["format"] != FORMAT or index["digest"] != digest:
            return None
        stacked = np.load(folder / "values.npy", mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return None
    units.remember({_pair(text): value for text, value in index["conversions"].items()})
    places = Places(**index["places"])
    processes = tuple(Process._make([*row[:6], tuple(row[6])]) for row in index["processes"])
    shape = (len(processes), len(index["methods"]), len(index["groups"]))
    if stacked.shape != (shape[0], shape[1] * shape[2] + shape[1]):
        return None
    return UnitScores(
        catalogue=Catalogue(processes, places),
        methods=tuple(index["methods"]),
        groups=tuple(index["groups"]),
        values=stacked[:, : -shape[1]].reshape(shape),
        resting_on_estimates=stacked[:, -shape[1] :],
        digest=index["digest"],
        background=index["background"],
        solver=index["solver"],
    )
