"""Scopes, scope-2 methods and scope-3 categories of the GHG Protocol, and sets of scopes written as text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from lca.errors import InputError, Problem

Scope = Literal["1", "2", "3"]
#: How the electricity of scope 2 is accounted. `unstated` keeps a published figure whose publisher did not say.
Scope2Method = Literal["location", "market", "unstated"]
#: Sets of scopes that one entry may carry.
ScopeSet = Literal["1", "2", "3", "1+2", "1+2+3"]
SCOPES: tuple[Scope, ...] = ("1", "2", "3")
METHODS: tuple[Scope2Method, ...] = ("location", "market", "unstated")
#: The fifteen categories of the Corporate Value Chain (Scope 3) Standard.
CATEGORIES: dict[str, str] = {
    "3.1": "purchased goods and services",
    "3.2": "capital goods",
    "3.3": "fuel- and energy-related activities",
    "3.4": "upstream transportation and distribution",
    "3.5": "waste generated in operations",
    "3.6": "business travel",
    "3.7": "employee commuting",
    "3.8": "upstream leased assets",
    "3.9": "downstream transportation and distribution",
    "3.10": "processing of sold products",
    "3.11": "use of sold products",
    "3.12": "end-of-life treatment of sold products",
    "3.13": "downstream leased assets",
    "3.14": "franchises",
    "3.15": "investments",
}


def read_scopes(text: str) -> tuple[Scope, ...]:
    """The scopes of a text such as `1,2` or `1+2+3`, in order. Raises InputError for anything else."""
    words = [word for word in re.split(r"[,+\s]+", text.strip()) if word]
    wrong = [word for word in words if word not in SCOPES]
    if wrong or not words:
        hint = "scopes are 1, 2 and 3; name a set as 1,2 or 1,2,3"
        raise InputError(Problem("not a set of scopes", field="scopes", value=text, hint=hint))
    return tuple(scope for scope in SCOPES if scope in words)


def written(scopes: Iterable[str]) -> str:
    """A set of scopes as it stands in entries: `1+2`."""
    chosen = set(scopes)
    return "+".join(scope for scope in SCOPES if scope in chosen)


def spoken(scopes: Iterable[str], method: str | None) -> str:
    """A set of scopes as people read it, with its scope-2 method: `scopes 1+2 (scope 2: market)`."""
    text = written(scopes)
    word = "scope" if len(text) == 1 else "scopes"
    if "2" not in text:
        return f"{word} {text}"
    how = "method not stated" if method == "unstated" else f"{method or 'no method'}-based"
    return f"{word} {text} ({how if text == '2' else f'scope 2: {how}'})"
