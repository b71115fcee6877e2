"""The only module of the model that knows Brightway: from a background to unit scores, by its matrices.

Formula: with A s = f, g = B s, h = c^T g (Heijungs & Suh 2002, chapters 2 and 8), the score of one unit of every process
is the adjoint solution lambda = A^-T B^T c: one factorisation of A transposed and one solve per indicator.
"""

from __future__ import annotations

import sys
import warnings
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

from lca.background import Background
from lca.errors import MeaninglessSystem
from lca.scores import UnitScores, as_numbers

if TYPE_CHECKING:
    import bw2calc as bc

#: Largest backward error of a solution.
_RESIDUAL = 1e-10


def datapackage(background: Background, method: str) -> Any:
    """The background and one characterisation set as a float64 Brightway datapackage, without any project.

    Processes have the ids 0..n-1, flows the ids n..n+m-1.
    """
    import bw_processing as bwp

    n = background.size
    package = bwp.create_datapackage()
    production = np.arange(n)
    inputs, emissions = background.inputs, background.emissions
    package.add_persistent_vector(
        matrix="technosphere_matrix",
        name="technosphere",
        indices_array=_indices(np.r_[production, inputs.row], np.r_[production, inputs.column]),
        data_array=np.r_[np.ones(n), inputs.amount],
        flip_array=np.r_[np.zeros(n, dtype=bool), np.ones(len(inputs.row), dtype=bool)],
    )
    package.add_persistent_vector(
        matrix="biosphere_matrix",
        name="biosphere",
        indices_array=_indices(n + emissions.row, emissions.column),
        data_array=emissions.amount,
    )
    flows = np.arange(n, n + len(background.flows))
    package.add_persistent_vector(
        matrix="characterization_matrix",
        name=f"characterisation {method}",
        indices_array=_indices(flows, flows),
        data_array=background.characterisation[method],
    )
    return package


def _indices(row: Any, column: Any) -> Any:
    import bw_processing as bwp

    return np.array(list(zip(row.tolist(), column.tolist(), strict=True)), dtype=bwp.INDICES_DTYPE)


def _bw2calc() -> Any:
    """bw2calc, without its advice to install a faster solver on every import (one solve a background is all we need).

    And without bw2data, which it only needs for projects and which makes its folders in the user's home when imported.
    """
    unused = "bw2data" not in sys.modules
    if unused:
        # Python's way to say that a module is not to be imported
        sys.modules["bw2data"] = None  # type: ignore[assignment]
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=r"\s*It seems like you have an AMD/INTEL x64")
            import bw2calc
    finally:
        if unused:
            del sys.modules["bw2data"]
    return bw2calc


def brightway_lca(background: Background, demand: dict[int, float], method: str) -> bc.LCA:
    """A plain `bw2calc.LCA` of a demand on the background, inventory and impact assessment done."""
    from scipy.sparse.linalg import MatrixRankWarning

    lca = _bw2calc().LCA(demand=demand, data_objs=[datapackage(background, method)])
    with warnings.catch_warnings():
        # bw2calc answers NaN to a singular matrix with only a warning; we make it an error
        warnings.simplefilter("error", MatrixRankWarning)
        try:
            lca.lci()
        except MatrixRankWarning as error:
            raise MeaninglessSystem("the technosphere matrix is singular: a loop needs exactly what it makes") from error
    lca.lcia()
    return lca


def unit_scores(background: Background) -> UnitScores:
    """Solve the background once for all methods and gas groups.

    Raises MeaninglessSystem when the matrix is singular or the economy it describes is not productive.
    """
    methods = tuple(background.characterisation)
    lca = brightway_lca(background, {0: 1.0}, methods[0])
    order = [lca.dicts.product[i] for i in range(background.size)]
    columns = [lca.dicts.activity[i] for i in range(background.size)]
    technosphere = sparse.csr_matrix(lca.technosphere_matrix)[order, :][:, columns].tocsc()
    check_productive(technosphere, background)
    direct = _direct_scores(background, methods)
    values = _solve_transposed(technosphere, direct)
    shape = (background.size, len(methods), len(background.groups))
    return UnitScores(
        catalogue=background.catalogue,
        methods=methods,
        groups=background.groups,
        numbers=as_numbers(values.reshape(shape), _resting_on_estimates(background, values.reshape(shape).sum(axis=2))),
        digest=background.digest,
        background=background.name,
        solver=f"bw2calc {version('bw2calc')}, SciPy {version('scipy')} SuperLU",
    )


def _solve_transposed(technosphere: Any, right: NDArray[np.float64]) -> NDArray[np.float64]:
    transposed = technosphere.T.tocsc()
    try:
        factors = splu(transposed)
        solution = np.asarray(factors.solve(right), dtype=np.float64)
        # one step of refinement: small scores beside large ones come out to the last digits too (Skeel 1980)
        solution += factors.solve(right - transposed @ solution)
    except RuntimeError as error:
        raise MeaninglessSystem(f"the technosphere matrix is singular: {error}") from error
    residual = backward_error(transposed, solution, right)
    if not residual <= _RESIDUAL:
        raise MeaninglessSystem(f"the background could not be solved (residual {residual:.1e})")
    return solution


def backward_error(matrix: Any, solution: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """Largest |A x - b| of any equation relative to |A| |x| + |b|: by which share A and b would have to differ for x to be exact.

    Oettli & Prager (1964). Equations of numbers that are no more than rounding of the largest of their indicator are measured
    against that one instead (Arioli, Demmel & Duff 1989, SIAM J. Matrix Anal. Appl. 10, 165-190, equation 2.8): where a score
    is zero the solver may leave 1e-20. The error does not depend on the unit of an indicator: one of millionths of a kg is
    tested as strictly as one of tonnes. NaN where the solution is not finite.
    """
    size, whole = abs(matrix), np.abs(solution)
    left = np.abs(matrix @ solution - right)
    scale = size @ whole + np.abs(right)
    largest = np.asarray(size.sum(axis=1)).reshape(-1, 1) * whole.max(axis=0, keepdims=True)
    rounding = 1000 * len(right) * np.finfo(float).eps * (largest + np.abs(right))
    scale = np.where(scale > rounding, scale, scale + largest)
    return float(np.max(left / np.where(scale == 0, 1.0, scale), initial=0.0))


def _direct_scores(background: Background, methods: tuple[str, ...]) -> NDArray[np.float64]:
    """B^T c of every process, shape (processes, methods * groups)."""
    links = background.emissions
    result = np.zeros((background.size, len(methods), len(background.groups)))
    for m, method in enumerate(methods):
        weights = background.characterisation[method][links.row] * links.amount
        np.add.at(result[:, m, :], (links.column, background.group_of_flow[links.row]), weights)
    return result.reshape(background.size, -1)


def _resting_on_estimates(background: Background, totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """The part of each unit score that flows through an estimated exchange somewhere upstream.

    An estimated row counts with the whole of what it brings; a sourced input hands down its provider's part. `totals`
    and the result have the shape (processes, methods).
    """
    inputs, emissions = background.inputs, background.emissions
    own = np.zeros_like(totals)
    guess = emissions.estimated
    factors = np.stack(list(background.characterisation.values()), axis=1)
    np.add.at(own, emissions.column[guess], emissions.amount[guess, None] * factors[emissions.row[guess]])
    guess = inputs.estimated
    np.add.at(own, inputs.column[guess], inputs.amount[guess, None] * totals[inputs.row[guess]])
    sure = ~guess
    consumed = sparse.coo_matrix((inputs.amount[sure], (inputs.row[sure], inputs.column[sure])), shape=(background.size,) * 2)
    return _solve_transposed((sparse.identity(background.size) - consumed).tocsc(), own)


def check_productive(technosphere: Any, background: Background) -> None:
    """Refuse an economy that consumes more than it makes: a loop that needs more than it yields.

    Z >= 0 is productive exactly when x = (I - Z)^-T 1 is non-negative (Hawkins-Simon condition); x is what one unit
    sets in motion over the whole network, so it is at least 1. Raises MeaninglessSystem naming the process that is worst.
    """
    moved = _solve_transposed(technosphere, np.ones((background.size, 1)))[:, 0]
    if moved.min() < 1.0 - 1e-9:
        worst = background.catalogue.processes[int(np.argmin(moved))]
        raise MeaninglessSystem(
            f"the background is not productive: a loop through {worst.name!r} at {worst.location} needs more than it makes"
        )
