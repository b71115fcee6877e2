"""Canonical JSON (RFC 8785) and the hash that ties an entry to the one before it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import rfc8785


class NotCanonical(ValueError):
    """A value that has no canonical JSON, or one that a database cannot keep."""


def canonical(value: Any) -> str:
    """The one JSON text of a value by RFC 8785; NaN, infinity, integers past 2^53, NUL and lone surrogates are refused."""
    try:
        text = rfc8785.dumps(value).decode("utf-8")
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise NotCanonical(f"this cannot be recorded: {error}") from error
    if "\\u0000" in text and _holds_nul(value):
        raise NotCanonical("a text holds the character NUL, which PostgreSQL cannot keep")
    return text


def parsed(text: str) -> Any:
    """The value of a canonical text; whole numbers past 2^53 are floats there, and a NaN or a key given twice is refused."""
    return json.loads(text, parse_int=_whole, parse_constant=_no_constant, object_pairs_hook=_no_duplicates)


def _whole(digits: str) -> int | float:
    number = int(digits)
    return number if abs(number) < 2**53 else float(digits)


def _no_constant(name: str) -> Any:
    raise NotCanonical(f"{name} is not a number")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotCanonical("a key stands there twice")
    return found


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_holds_nul(x) for pair in value.items() for x in pair)
    return isinstance(value, list | tuple) and any(_holds_nul(x) for x in value)


def link(previous: str, envelope: dict[str, Any], content: str) -> str:
    """SHA-256 over the canonical JSON of an entry with the hash of the one before as `prev`.

    `envelope` holds every field but the content, which is given as its canonical text: "content" and "happened" are first
    in RFC 8785's order, so the text can stand in front of the rest without being parsed again.
    """
    rest = canonical(envelope | {"prev": previous})
    return hashlib.sha256(f'{{"content":{content},{rest[1:]}'.encode()).hexdigest()
