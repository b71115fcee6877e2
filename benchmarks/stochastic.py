"""bw2calc's own Monte Carlo on the made-up background: the same distributions, one product, one method, draw by draw."""

from __future__ import annotations

import time
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lca.background import Background

_LOGNORMAL, _KNOWN = 2, 0


def _distributions(amount: NDArray[np.float64], sigma: NDArray[np.float64]) -> Any:
    """Lognormals of mean `amount` where sigma is above zero, as Brightway's parameter arrays."""
    import bw_processing as bwp

    rows = np.zeros(len(amount), dtype=bwp.UNCERTAINTY_DTYPE)
    rows["uncertainty_type"] = np.where(sigma > 0, _LOGNORMAL, _KNOWN)
    rows["loc"] = np.where(sigma > 0, np.log(amount) - sigma**2 / 2.0, amount)
    rows["scale"] = np.where(sigma > 0, sigma, np.nan)
    for name in ("shape", "minimum", "maximum"):
        rows[name] = np.nan
    return rows


def _indices(row: Any, column: Any) -> Any:
    import bw_processing as bwp

    made = np.empty(len(row), dtype=bwp.INDICES_DTYPE)
    made["row"], made["col"] = row, column
    return made


def stochastic_package(background: Background, method: str) -> Any:
    """The background as a Brightway datapackage with distributions (facts of pedigree kind only, as the made-up one has)."""
    import bw_processing as bwp

    facts, n = background.facts, background.size
    assert facts is not None
    links, emissions, production = background.inputs, background.emissions, np.arange(n)
    sigma = facts.spread[:, 3]
    package = bwp.create_datapackage()
    package.add_persistent_vector(
        matrix="technosphere_matrix",
        name="technosphere",
        indices_array=_indices(np.r_[production, links.row], np.r_[production, links.column]),
        data_array=np.r_[np.ones(n), links.amount],
        flip_array=np.r_[np.zeros(n, dtype=bool), np.ones(len(links.row), dtype=bool)],
        distributions_array=_distributions(np.r_[np.ones(n), links.amount], np.r_[np.zeros(n), sigma[facts.of_inputs]]),
    )
    package.add_persistent_vector(
        matrix="biosphere_matrix",
        name="biosphere",
        indices_array=_indices(n + emissions.row, emissions.column),
        data_array=emissions.amount,
        distributions_array=_distributions(emissions.amount, sigma[facts.of_emissions]),
    )
    counted = np.flatnonzero(background.characterisation[method])
    package.add_persistent_vector(
        matrix="characterization_matrix",
        name="characterisation",
        indices_array=_indices(n + counted, n + counted),
        data_array=background.characterisation[method][counted],
    )
    return package


def seconds_per_draw(background: Background, demand: dict[int, float], method: str, draws: int = 10) -> dict[str, float]:
    """Median wall seconds of one draw of one product and one method, by each of bw2calc's ways that is fast enough to time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import bw2calc

        package = stochastic_package(background, method)
        return {name: _median(getattr(bw2calc, name), demand, package, draws) for name in ("IterativeLCA", "JacobiGMRESLCA")}


def _median(kind: Any, demand: dict[int, float], package: Any, draws: int) -> float:
    lca = kind(demand=demand, data_objs=[package], use_distributions=True, seed_override=1)
    lca.lci()
    lca.lcia()
    times = []
    for _ in range(draws):
        start = time.perf_counter()
        next(lca)
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2]
