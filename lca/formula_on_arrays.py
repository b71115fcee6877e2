"""What the operators and functions of a formula do with arrays of one number a design; numbers may stand among them."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import reduce
from typing import Any

import numpy as np

from lca.formula_on_numbers import Operation, check_exponent


def _power(base: Any, exponent: Any) -> Any:
    check_exponent(float(np.max(np.abs(exponent))))
    return np.power(np.asarray(base, dtype=float), exponent)


def _truth(operation: Operation) -> Operation:
    """The operation with 1 for true and 0 for false: of numpy's own booleans true + true is true, not 2."""
    return lambda *operands: np.asarray(operation(*operands), dtype=float)


LOGICAL_AND, LOGICAL_OR = _truth(np.logical_and), _truth(np.logical_or)
FUNCTIONS: Mapping[str, Operation] = {
    "min": lambda *values: reduce(np.minimum, values),
    "max": lambda *values: reduce(np.maximum, values),
    "abs": np.abs,
    "round": lambda x, decimals=0: np.round(x, int(decimals)),
    "sqrt": np.sqrt,
    "exp": np.exp,
    "ln": np.log,
    "log10": np.log10,
    "ceil": np.ceil,
    "floor": np.floor,
}
OPERATORS: Mapping[type[ast.AST], Operation] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.true_divide,
    ast.Pow: _power,
    ast.Gt: _truth(np.greater),
    ast.GtE: _truth(np.greater_equal),
    ast.Lt: _truth(np.less),
    ast.LtE: _truth(np.less_equal),
    ast.Eq: _truth(lambda a, b: np.asarray(a) == np.asarray(b)),
    ast.NotEq: _truth(lambda a, b: np.asarray(a) != np.asarray(b)),
    ast.USub: np.negative,
    ast.UAdd: np.positive,
    ast.Not: _truth(np.logical_not),
}
