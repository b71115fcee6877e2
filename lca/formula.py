"""Expressions in product files: parsed and whitelisted by simpleeval, evaluated on numbers or arrays alike.

Allowed: numbers, names, text constants in comparisons, + - * / **, comparisons, and/or/not, `a if c else b`, and the
functions below. An expression has at most 1,000 characters and 50 levels. Nothing else is reachable: no attribute,
no index, no call of anything else, so a formula cannot open a file or run for ever.
"""

from __future__ import annotations

import ast
import threading
from collections.abc import Mapping
from functools import lru_cache, reduce
from typing import Any, NamedTuple

import simpleeval

from lca.errors import FormulaError, Problem, nearest
from lca.formula_on_numbers import FUNCTIONS, OPERATORS
from lca.one_or_many import is_finite, is_many

MAX_LENGTH = 1000
MAX_DEPTH = 50
MAX_DECIMALS = 15


class _Checked(NamedTuple):
    """An expression that may be evaluated, and the names it uses (functions left out)."""

    tree: ast.expr
    names: frozenset[str]


def _refuse(text: str, reason: str, hint: str | None = None) -> FormulaError:
    shown = text if len(text) <= 80 else text[:77] + "..."
    return FormulaError(Problem(reason, value=shown, hint=hint))


@lru_cache(maxsize=4096)
def _checked(text: str) -> _Checked:
    if len(text) > MAX_LENGTH:
        raise _refuse(text, f"a formula has at most {MAX_LENGTH} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise _refuse(text, "not a formula", "write it like 0.0065 * display_diagonal ** 2") from error
    found: set[str] = set()
    stack: list[tuple[ast.AST, int]] = [(tree, 2)]
    while stack:
        node, level = stack.pop()
        if level > MAX_DEPTH:
            raise _refuse(text, f"a formula has at most {MAX_DEPTH} levels")
        _check_node(node, text)
        if isinstance(node, ast.Name):
            found.add(node.id)
        else:
            stack.extend((child, level + 1) for child in ast.iter_child_nodes(node))
    return _Checked(tree, frozenset(found) - FUNCTIONS.keys())


def parse(text: str) -> ast.expr:
    """The checked syntax tree of an expression.

    Raises FormulaError for anything outside the whitelist.
    """
    return _checked(text).tree


def _check_node(node: ast.AST, text: str) -> None:
    """Mistakes that deserve a better message than the evaluator's own refusal."""
    if isinstance(node, ast.BitXor):
        raise _refuse(text, "'^' is not a power", "use **")
    if isinstance(node, ast.Call) and not (isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS):
        raise _refuse(text, "only these functions are allowed: " + ", ".join(sorted(FUNCTIONS)))
    if isinstance(node, ast.Call) and node.keywords:
        raise _refuse(text, "a function takes no named arguments here")
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "round" and not _rounds_to_digits(node):
        raise _refuse(text, "round takes a number and, if wanted, a whole number of decimals from -15 to 15", "write round(x, 2)")
    if isinstance(node, ast.operator | ast.cmpop | ast.unaryop) and type(node) not in OPERATORS:
        raise _refuse(text, "only + - * / **, comparisons (> >= < <= == !=), and, or, not are allowed")
    if isinstance(node, ast.Constant) and not isinstance(node.value, int | float | str):
        raise _refuse(text, "only numbers and texts are constants")
    if isinstance(node, ast.Constant) and isinstance(node.value, int) and abs(node.value) > 2**53:
        raise _refuse(text, "a whole number above 2**53 is not exact")


def _rounds_to_digits(call: ast.Call) -> bool:
    """Whether the decimals of a `round` are left out or a small whole number: of an array of decimals there is no rounding."""
    try:
        digits = [ast.literal_eval(argument) for argument in call.args[1:]]
    except ValueError:
        return False
    return len(digits) <= 1 and all(isinstance(one, int) and abs(one) <= MAX_DECIMALS for one in digits)


def names(text: str) -> frozenset[str]:
    """The names that an expression uses, functions left out."""
    return _checked(text).names


class _OnNumbers(simpleeval.SimpleEval):  # type: ignore[misc]
    """simpleeval with our operators: one design."""

    def __init__(self, operators: Mapping[type[ast.AST], Any] = OPERATORS, functions: Mapping[str, Any] = FUNCTIONS) -> None:
        super().__init__(operators=operators, functions=functions)
        self.nodes[ast.BoolOp] = self._logical
        self.nodes[ast.Compare] = self._compare
        self.nodes[ast.Constant] = self._constant
        for refused in (ast.Attribute, ast.Subscript, ast.JoinedStr, ast.FormattedValue):
            self.nodes.pop(refused, None)

    def _constant(self, node: ast.Constant) -> Any:
        # a whole number as a float: numpy's whole numbers overflow silently
        return float(node.value) if isinstance(node.value, int) else node.value

    def _compare(self, node: ast.Compare) -> Any:
        left = self._eval(node.left)
        for operator, comparator in zip(node.ops, node.comparators, strict=True):
            right = self._eval(comparator)
            if not self.operators[type(operator)](left, right):
                return False
            left = right
        return True

    def _logical(self, node: ast.BoolOp) -> Any:
        decided_by = isinstance(node.op, ast.Or)
        return decided_by if any(bool(self._eval(value)) is decided_by for value in node.values) else not decided_by


class _OnArrays(_OnNumbers):
    """The same expression for an array of designs: every operator is numpy's, and both branches are evaluated."""

    def __init__(self) -> None:
        from lca import formula_on_arrays

        super().__init__(formula_on_arrays.OPERATORS, formula_on_arrays.FUNCTIONS)
        self.nodes[ast.IfExp] = self._where

    def eval(self, expr: str, previously_parsed: ast.AST | None = None) -> Any:
        """The value; what is not finite is told by the result, not by a warning of numpy."""
        import numpy as np

        with np.errstate(all="ignore"):
            return super().eval(expr, previously_parsed)

    def _where(self, node: ast.IfExp) -> Any:
        import numpy as np

        branches = self._eval(node.body), self._eval(node.orelse)
        if any(isinstance(branch, str) for branch in branches):
            raise TypeError("a branch is a word, not a number")
        return np.where(self._eval(node.test), *branches)

    def _compare(self, node: ast.Compare) -> Any:
        from lca.formula_on_arrays import LOGICAL_AND

        sides = [self._eval(side) for side in (node.left, *node.comparators)]
        pairs = zip(node.ops, sides, sides[1:], strict=False)
        return reduce(LOGICAL_AND, [self.operators[type(operator)](left, right) for operator, left, right in pairs])

    def _logical(self, node: ast.BoolOp) -> Any:
        from lca.formula_on_arrays import LOGICAL_AND, LOGICAL_OR

        combine = LOGICAL_AND if isinstance(node.op, ast.And) else LOGICAL_OR
        result = self._eval(node.values[0])
        for value in node.values[1:]:
            result = combine(result, self._eval(value))
        return result


class _Evaluators(threading.local):
    """One evaluator a thread: making one takes longer than a formula."""

    def __init__(self) -> None:
        self.on_numbers = _OnNumbers()

    def of(self, known: Mapping[str, Any]) -> _OnNumbers:
        """The evaluator for these values, which it knows by name."""
        chosen = _OnArrays() if any(map(is_many, known.values())) else self.on_numbers
        chosen.names = known
        return chosen


_evaluators = _Evaluators()


def evaluate(text: str, values: Mapping[str, Any]) -> Any:
    """The value of an expression for the given names: a float, or an array if any name used is an array.

    Raises FormulaError for an unknown name, a refused construct, or a result that is not a finite real number.
    """
    tree, used = _checked(text)
    for name in sorted(used - values.keys()):
        raise _refuse(text, f"unknown name {name!r} in a formula", nearest(name, values) or _names_hint(name, values))
    known = {name: values[name] for name in used}
    try:
        result = _evaluators.of(known).eval(text, previously_parsed=tree)
        if isinstance(result, str):
            raise _refuse(text, "the result is not a number")
        result = result.astype(float) if is_many(result) else float(result)
    except (simpleeval.InvalidExpression, TypeError, ValueError, ArithmeticError) as error:
        raise _refuse(text, f"cannot be evaluated: {error}") from error
    if not is_finite(result):
        raise _refuse(text, "the result is not a finite number (division by zero, overflow, or root of a negative?)")
    return result


def _names_hint(name: str, values: Mapping[str, Any]) -> str:
    if name.lower() in {"nan", "inf", "infinity"}:
        return "amounts are finite numbers"
    return "known names: " + ", ".join(sorted(values)[:20])
