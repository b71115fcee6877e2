"""Unit scores of the shipped background: loaded from the cache, or solved by Brightway once and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product as pairs
from pathlib import Path
from typing import TYPE_CHECKING

from inventories.background_folder import FOLDER, digest
from inventories.home import home
from lca import scores as stored
from lca import units
from lca.errors import UnitError
from lca.scores import UnitScores

if TYPE_CHECKING:
    from inventories.exchanges import Exchange
    from lca.background import Background
    from lca.network import Network
    from lca.quantity import Source

#: Units that product files use; their factors to every process unit are kept with the scores (see `lca.units`).
_USUAL_UNITS = [
    "kg",
    "g",
    "mg",
    "t",
    "kWh",
    "Wh",
    "MJ",
    "GJ",
    "l",
    "m3",
    "cm3",
    "m2",
    "cm2",
    "mm2",
    "m",
    "km",
    "tkm",
    "kgkm",
    "piece",
    "GB",
    "TB",
    "MB",
    "h",
    "year",
]


def unit_scores(folder: Path = FOLDER) -> UnitScores:
    """Scores of the background in `folder`; solving takes some seconds the first time after a change of its tables."""
    marks = digest(folder)
    return stored.load(place(marks), marks) or _solve_and_keep(folder, (), {})


def unit_scores_with(extra: Iterable[Exchange], sources: dict[str, Source], folder: Path = FOLDER) -> UnitScores:
    """Scores of the background with rows added or replaced for one run (see `inventories.factors`)."""
    return _solve_and_keep(folder, tuple(extra), sources)


def network(scores: UnitScores, background: Callable[[], Background] | None = None) -> Network:
    """The links of the background that these scores were made from: stored beside them, or made again.

    `background` gives that background (the shipped one by default); it is asked only where nothing could be stored.
    """
    from inventories.background_files import shipped_background
    from lca.network import load, network_of

    return load(place(scores.digest)) or network_of((background or shipped_background)())


def place(marks: str) -> Path:
    """The folder of everything stored for the background with this digest."""
    return home() / "scores" / marks[:20]


def _solve_and_keep(folder: Path, extra: tuple[Exchange, ...], sources: dict[str, Source]) -> UnitScores:
    from inventories.background_files import read_background

    background = read_background(folder, extra, sources).background
    return unit_scores_of(background.digest, lambda: background)


def unit_scores_of(marks: str, background: Callable[[], Background]) -> UnitScores:
    """Scores of the background with this digest: stored ones, or those of the background that is then made and solved."""
    known = stored.load(place(marks), marks)
    if known is not None:
        return known
    from lca.network import network_of
    from lca.network import save as save_network
    from lca.solve import unit_scores as solve

    made = background()
    solved = solve(made)
    try:
        save_network(network_of(made), place(marks))
        stored.save(solved, place(marks), _conversions({p.unit for p in solved.catalogue.processes}))
    except OSError:
        # a cache that cannot be written costs time, nothing else
        return solved
    return stored.load(place(marks), marks) or solved


def _conversions(process_units: set[str]) -> dict[str, float]:
    """'from>to' and factor for every usual unit that can be given in a process unit or in kg."""
    found: dict[str, float] = {}
    for source, target in pairs(_USUAL_UNITS, sorted(process_units | {"kg"})):
        try:
            found[f"{source}>{target}"] = units.factor(source, target)
        except UnitError:
            continue
    return found
