"""What the operators and functions of a formula do with numbers, as IEEE 754 says and numpy does with arrays.

Nothing is raised for 1 / 0 or the root of a negative: the result is infinite or not a number, and refused at the end.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from lca.errors import FormulaError, Problem

MAX_EXPONENT = 100.0
Operation = Callable[..., Any]


def check_exponent(largest: float) -> None:
    """Raises FormulaError for an exponent that nobody means."""
    if largest > MAX_EXPONENT:
        raise FormulaError(Problem(f"an exponent above {MAX_EXPONENT:g} is not allowed"))


def _on_numbers(operation: Callable[..., float]) -> Operation:
    """The operation, refusing words: "a" * 10**10 would be a very long one."""

    def checked(*operands: Any) -> float:
        if any(isinstance(operand, str) for operand in operands):
            raise TypeError("a word is not a number")
        return operation(*operands)

    return checked


def _divide(a: float, b: float) -> float:
    if b:
        return a / b
    return math.copysign(math.inf, a) * math.copysign(1.0, b) if a and not math.isnan(a) else math.nan


def _power(base: float, exponent: float) -> float:
    check_exponent(abs(exponent))
    try:
        result = float(base) ** exponent
    except ZeroDivisionError:
        return math.inf
    except OverflowError:
        return math.inf if base > 0 or exponent % 2 == 0 else -math.inf
    return math.nan if isinstance(result, complex) else result


def _minimum(*values: float) -> float:
    return math.nan if any(map(math.isnan, values)) else min(values)


def _maximum(*values: float) -> float:
    return math.nan if any(map(math.isnan, values)) else max(values)


def _root(x: float) -> float:
    return math.sqrt(x) if x >= 0 else math.nan


def _exponential(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def _logarithm(log: Callable[[float], float]) -> Callable[[float], float]:
    def of(x: float) -> float:
        return log(x) if x > 0 else -math.inf if x == 0 else math.nan

    return of


def _whole(rounding: Callable[[float], int]) -> Callable[[float], float]:
    def of(x: float) -> float:
        return float(rounding(x)) if math.isfinite(x) else x

    return of


def _round(x: float, decimals: float = 0) -> float:
    scale = 10.0 ** int(decimals)
    return _whole(round)(x * scale) / scale


FUNCTIONS: Mapping[str, Operation] = {
    "min": _on_numbers(_minimum),
    "max": _on_numbers(_maximum),
    "abs": _on_numbers(abs),
    "round": _on_numbers(_round),
    "sqrt": _on_numbers(_root),
    "exp": _on_numbers(_exponential),
    "ln": _on_numbers(_logarithm(math.log)),
    "log10": _on_numbers(_logarithm(math.log10)),
    "ceil": _on_numbers(_whole(math.ceil)),
    "floor": _on_numbers(_whole(math.floor)),
}
OPERATORS: Mapping[type[ast.AST], Operation] = {
    ast.Add: _on_numbers(operator.add),
    ast.Sub: _on_numbers(operator.sub),
    ast.Mult: _on_numbers(operator.mul),
    ast.Div: _on_numbers(_divide),
    ast.Pow: _on_numbers(_power),
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.USub: _on_numbers(operator.neg),
    ast.UAdd: _on_numbers(operator.pos),
    ast.Not: operator.not_,
}
