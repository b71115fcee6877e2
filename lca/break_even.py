"""Break-even: at which value of a single parameter would the other design win, and how far was it sought."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lca.errors import InputError
from lca.sensitivity import Knob, Question

Floats = NDArray[np.float64]
_GRID = 121
#: Halvings of a step of the grid that find the last value that can be evaluated.
_END_ROUNDS = 14


@dataclass(frozen=True)
class BreakEven:
    """A value of one knob at which the difference vanishes, all others at their point values.

    `refused` says why the design with that value is refused (its parts would not make its declared mass, say), or is None.
    """

    parameter: str
    unit: str
    value: float
    break_even: float
    inside_range: bool
    refused: str | None = None


@dataclass(frozen=True)
class Searched:
    """Where break-even values of one knob were sought, and why no further on the low or the high side (None: far enough)."""

    parameter: str
    unit: str
    low: float
    high: float
    low_refused: str | None = None
    high_refused: str | None = None


@dataclass(frozen=True)
class Turns:
    """The break-even values of all knobs, and the bounds within which they were sought."""

    found: tuple[BreakEven, ...]
    searched: tuple[Searched, ...]


def break_even(question: Question) -> tuple[BreakEven, ...]:
    """Where single knobs turn the answer (`search_break_even`)."""
    return search_break_even(question).found


def search_break_even(question: Question) -> Turns:
    """Where single knobs turn the answer: values between a third of the low and three times the high end of the range.

    Only values that can be evaluated are searched (a share above 1 makes an amount negative); what was searched is said.
    Changes of sign are found on a grid and refined by bisection; inside the range first, then the nearest to the point
    value (relative to it); values at which a design is refused come last.
    """
    found: list[BreakEven] = []
    searched: list[Searched] = []
    for knob in question.knobs:
        scan = _scan(question, knob)
        searched.append(scan.searched)
        slack = 1e-6 * (knob.high - knob.low)
        for grid, values in scan.pieces:
            for at in _turns(question, knob, grid, values):
                inside = knob.low - slack <= at <= knob.high + slack
                found.append(BreakEven(knob.name, knob.unit, knob.value, at, inside, question.refusal(knob.name, at)))
    found.sort(key=lambda b: (b.refused is not None, not b.inside_range, abs(b.break_even - b.value) / (abs(b.value) or 1.0)))
    return Turns(tuple(found), tuple(searched))


@dataclass(frozen=True)
class _Scan:
    """The outcome on a grid, in pieces between values that cannot be evaluated."""

    pieces: tuple[tuple[Floats, Floats], ...]
    searched: Searched


def _scan(question: Question, knob: Knob) -> _Scan:
    """The outcome on a grid beyond the knob's range, as far as the design makes sense.

    Grows from the point value to both sides, because what cannot be evaluated lies at the ends almost always: halving finds
    the last value that can in a few calls. A single value that cannot (a division by zero) is stepped over.
    """
    low = knob.low / 3.0 if knob.low > 0 else knob.low
    high = knob.high * 3.0 if knob.high > 0 else knob.high
    grid = np.unique(np.concatenate([np.linspace(low, high, _GRID), [knob.low, knob.value, knob.high]]))
    whole, _ = _ask(question, knob, grid)
    if whole is not None:
        return _Scan(((grid, whole),), Searched(knob.name, knob.unit, low, high))
    start = int(np.searchsorted(grid, knob.value))
    up, above, too_high = _grow(question, knob, grid[start:])
    down, below, too_low = _grow(question, knob, grid[: start + 1][::-1])
    pieces = [piece for piece in (below[::-1], np.concatenate([down[::-1], up[1:]]), above) if piece.size]
    searched = Searched(knob.name, knob.unit, float(pieces[0][0]), float(pieces[-1][-1]), too_low, too_high)
    return _Scan(tuple((piece, question.outcome({knob.name: (knob, piece)})) for piece in pieces), searched)


def _grow(question: Question, knob: Knob, grid: Floats) -> tuple[Floats, Floats, str | None]:
    """From the first value on: those that can be evaluated, those beyond a single one that cannot, and why it ends early."""
    if _ask(question, knob, grid)[0] is not None:
        return grid, grid[:0], None
    good, bad = 1, grid.size
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (good, middle) if _ask(question, knob, grid[good:middle])[0] is None else (middle, bad)
    beyond = grid[good + 1 :]
    if beyond.size and _ask(question, knob, beyond)[0] is not None:
        return grid[:good], beyond, None
    inner, outer = float(grid[good - 1]), float(grid[good])
    why = _ask(question, knob, np.array([outer]))[1]
    for _ in range(_END_ROUNDS):
        between = (inner + outer) / 2.0
        inner, outer = (inner, between) if _ask(question, knob, np.array([between]))[0] is None else (between, outer)
    return np.append(grid[:good], inner), grid[:0], why


def _ask(question: Question, knob: Knob, values: Floats) -> tuple[Floats | None, str | None]:
    """The outcome for these values of a knob; None where one of them cannot be evaluated, and why."""
    try:
        return question.outcome({knob.name: (knob, values)}), None
    except InputError as error:
        return None, f"{error.problems[0].field}: {error.problems[0].reason}"


def _turns(question: Question, knob: Knob, grid: Floats, values: Floats) -> Iterator[float]:
    """Where the outcome changes its sign or becomes 0 at an end; where it is 0 all the way, nothing turns."""
    sign = np.sign(values)
    decided = np.flatnonzero(sign)
    if not decided.size:
        return
    if decided[0] > 0:
        yield float(grid[decided[0] - 1])
    for left, right in pairwise(decided.tolist()):
        if sign[left] * sign[right] > 0:
            continue
        if right == left + 1:
            crossing = _bisect(question, knob, float(grid[left]), float(grid[right]))
            yield from () if crossing is None else (crossing,)
        else:  # values of the grid at which the outcome is 0: the nearest to the point value
            zeros = grid[left + 1 : right]
            yield float(zeros[np.abs(zeros - knob.value).argmin()])
    if decided[-1] < grid.size - 1:
        yield float(grid[decided[-1] + 1])


def _bisect(question: Question, knob: Knob, left: float, right: float) -> float | None:
    """The change of sign between two values, narrowed to a millionth of their distance: each round splits it in 11.

    None where the design cannot be evaluated between them: what changes sign across a pole is never 0.
    """
    for _ in range(6):
        grid = np.linspace(left, right, 11)
        values, _ = _ask(question, knob, grid)
        if values is None:
            return None
        zeros = np.flatnonzero(values == 0)
        if zeros.size:
            return float(grid[zeros[zeros.size // 2]])
        at = int(np.flatnonzero(np.sign(values[:-1]) * np.sign(values[1:]) < 0)[0])
        left, right = float(grid[at]), float(grid[at + 1])
    return (left + right) / 2
