"""Expressions in product files: parsed and whitelisted by simpleeval, evaluated on numbers or arrays alike.

Allowed: numbers, names, text constants in comparisons, + - * / **, comparisons, and/or/not, `a if c else b`, and the
functions below. An expression has at most 1,000 characters and 50 levels. Nothing else is reachable: no attribute,
no index, no call of anything else, so a formula cannot open a file or run for ever.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import simpleeval

from lca.errors import FormulaError, Problem, nearest

MAX_LENGTH = 1000
MAX_DEPTH = 50
MAX_EXPONENT = 100.0
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": np.minimum,
    "max": np.maximum,
    "abs": np.abs,
    "round": np.round,
    "sqrt": np.sqrt,
    "exp": np.exp,
    "ln": np.log,
    "log10": np.log10,
    "ceil": np.ceil,
    "floor": np.floor,
}


def _power(base: Any, exponent: Any) -> Any:
    if np.any(np.abs(exponent) > MAX_EXPONENT):
        raise FormulaError(Problem(f"an exponent above {MAX_EXPONENT:g} is not allowed"))
    return np.power(np.asarray(base, dtype=float), exponent)


_BINARY: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.true_divide,
    ast.Pow: _power,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Eq: lambda a, b: np.asarray(a) == np.asarray(b),
    ast.NotEq: lambda a, b: np.asarray(a) != np.asarray(b),
}
_UNARY: dict[type[ast.AST], Callable[[Any], Any]] = {
    ast.USub: np.negative,
    ast.UAdd: np.positive,
    ast.Not: np.logical_not,
}


def _depth(node: ast.AST) -> int:
    deepest, stack = 0, [(node, 1)]
    while stack:
        current, level = stack.pop()
        deepest = max(deepest, level)
        stack.extend((child, level + 1) for child in ast.iter_child_nodes(current))
    return deepest


def _refuse(text: str, reason: str, hint: str | None = None) -> FormulaError:
    shown = text if len(text) <= 80 else text[:77] + "..."
    return FormulaError(Problem(reason, value=shown, hint=hint))


@lru_cache(maxsize=4096)
def parse(text: str) -> ast.expr:
    """The checked syntax tree of an expression.

    Raises FormulaError for anything outside the whitelist.
    """
    if len(text) > MAX_LENGTH:
        raise _refuse(text, f"a formula has at most {MAX_LENGTH} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise _refuse(text, "not a formula", "write it like 0.0065 * display_diagonal ** 2") from error
    if _depth(tree) > MAX_DEPTH:
        raise _refuse(text, f"a formula has at most {MAX_DEPTH} levels")
    for node in ast.walk(tree):
        _check_node(node, text)
    return tree.body


def _check_node(node: ast.AST, text: str) -> None:
    """Mistakes that deserve a better message than the evaluator's own refusal."""
    if isinstance(node, ast.BitXor):
        raise _refuse(text, "'^' is not a power", "use **")
    if isinstance(node, ast.Call) and not (isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS):
        raise _refuse(text, "only these functions are allowed: " + ", ".join(sorted(FUNCTIONS)))
    if isinstance(node, ast.Call) and node.keywords:
        raise _refuse(text, "a function takes no named arguments here")
    if isinstance(node, ast.Constant) and not isinstance(node.value, int | float | str):
        raise _refuse(text, "only numbers and texts are constants")
    if isinstance(node, ast.Constant) and isinstance(node.value, int) and abs(node.value) > 2**53:
        raise _refuse(text, "a whole number above 2**53 is not exact")


@lru_cache(maxsize=4096)
def names(text: str) -> frozenset[str]:
    """The names that an expression uses, functions left out."""
    return frozenset(n.id for n in ast.walk(parse(text)) if isinstance(n, ast.Name)) - FUNCTIONS.keys()


class _Evaluator(simpleeval.SimpleEval):  # type: ignore[misc]
    """simpleeval with numpy's operators, so that one expression serves one design or an array of designs."""

    def __init__(self) -> None:
        super().__init__(operators=_BINARY | _UNARY, functions=FUNCTIONS)
        self.nodes[ast.IfExp] = self._where
        self.nodes[ast.BoolOp] = self._logical
        for refused in (ast.Attribute, ast.Subscript, ast.JoinedStr, ast.FormattedValue):
            self.nodes.pop(refused, None)

    def _where(self, node: ast.IfExp) -> Any:
        return np.where(self._eval(node.test), self._eval(node.body), self._eval(node.orelse))

    def _logical(self, node: ast.BoolOp) -> Any:
        combine = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        result = self._eval(node.values[0])
        for value in node.values[1:]:
            result = combine(result, self._eval(value))
        return result


def evaluate(text: str, values: Mapping[str, Any]) -> Any:
    """The value of an expression for the given names: a float, or an array if any name used is an array.

    Raises FormulaError for an unknown name, a refused construct, or a result that is not a finite real number.
    """
    tree = parse(text)
    for name in sorted(names(text) - values.keys()):
        raise _refuse(text, f"unknown name {name!r} in a formula", nearest(name, values) or _names_hint(name, values))
    try:
        with np.errstate(all="ignore"):
            evaluator = _Evaluator()
            evaluator.names = {name: values[name] for name in names(text)}
            result = evaluator.eval(text, previously_parsed=tree)
    except (simpleeval.InvalidExpression, TypeError, ValueError, OverflowError, ZeroDivisionError) as error:
        raise _refuse(text, f"cannot be evaluated: {error}") from error
    numbers = np.asarray(result)
    if numbers.dtype.kind not in "biuf":
        raise _refuse(text, "the result is not a number")
    if not np.all(np.isfinite(numbers)):
        raise _refuse(text, "the result is not a finite number (division by zero, overflow, or root of a negative?)")
    return float(numbers) if numbers.ndim == 0 else numbers.astype(float)


def _names_hint(name: str, values: Mapping[str, Any]) -> str:
    if name.lower() in {"nan", "inf", "infinity"}:
        return "amounts are finite numbers"
    return "known names: " + ", ".join(sorted(values)[:20])
