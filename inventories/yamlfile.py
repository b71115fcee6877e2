"""Strict YAML: PyYAML parses, we turn its events into plain values that remember file and line.

Stricter than YAML 1.1: no aliases, no duplicate keys, no implicit booleans, dates or base-60 numbers, at most 1 MB and
20 levels. A bare word such as NO or yes, which other YAML readers take for false or true, is refused: quote it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from lca.errors import InputError, Problem

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
_TOO_LARGE = f"a product file has at most {MAX_BYTES} bytes"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
_OTHER_NUMBER = re.compile(r"[-+]?(0[0-9]+|[0-9][0-9_]*_[0-9_]*|0x[0-9a-fA-F]+)(\.[0-9_]*)?")
_NOT_A_NUMBER = re.compile(r"[-+]?\.?(nan|inf|infinity)", re.IGNORECASE)
_BOOLEAN_WORDS = {"y", "n", "yes", "no", "on", "off"}


class Mapping(dict[str, Any]):
    """A mapping that knows the file and line it starts at, and the line of each key."""

    def __init__(self, file: str, line: int) -> None:
        super().__init__()
        self.file = file
        self.line = line
        self.lines: dict[str, int] = {}

    def copy(self) -> Mapping:
        """A shallow copy with the same marks."""
        other = Mapping(self.file, self.line)
        other.update(self)
        other.lines = dict(self.lines)
        return other


def load(text: str, file: str) -> Mapping:
    """The top-level mapping of a YAML text; `file` is only a name for the errors.

    Raises InputError with file and line for anything outside the subset described above.
    """
    if len(text.encode()) > MAX_BYTES:
        raise InputError(Problem(_TOO_LARGE, file=file))
    reader = _Reader(text, file)
    try:
        return reader.document()
    except yaml.YAMLError as error:
        raise InputError(_unreadable(error, text, file)) from error
    finally:
        reader.dispose()


def read(path: Path) -> Mapping:
    """Read a product file from disk. Raises InputError when it cannot be read."""
    return load(_text(path), str(path))


def read_shared(path: Path) -> Mapping:
    """Like `read`, but the same text of the same file is parsed once: for a file that many others extend.

    The mapping is shared by all callers, who must not change it.
    """
    return _kept(_text(path), str(path))


_kept = lru_cache(maxsize=32)(load)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(Problem(_TOO_LARGE, file=str(path)))
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(Problem("not UTF-8 text", file=str(path), hint="save the file as UTF-8")) from error
    except OSError as error:
        raise InputError(Problem(f"cannot be read: {error.strerror}", file=str(path))) from error


def _unreadable(error: yaml.YAMLError, text: str, file: str) -> Problem:
    if isinstance(error, yaml.reader.ReaderError):
        character = chr(error.character)
        return Problem(
            f"not readable as YAML: the character {character!r} is not allowed", file, text.count("\n", 0, text.find(character)) + 1
        )
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or str(error).splitlines()[0]
    return Problem(f"not readable as YAML: {reason}", file, mark.line + 1 if mark else None)


class _Reader:
    """One document's events, read one by one."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self._parser = _LOADER(text)

    def dispose(self) -> None:
        self._parser.dispose()

    def document(self) -> Mapping:
        """The mapping that is the whole document."""
        self._parser.get_event()  # start of the stream
        if isinstance(self._parser.get_event(), yaml.StreamEndEvent):
            raise self._no_mapping()
        first = self._parser.get_event()
        value = self._value(first, 1)
        self._parser.get_event()  # end of the document
        more = self._parser.get_event()
        if not isinstance(more, yaml.StreamEndEvent):
            raise self._problem("another document begins here; a product file holds one", more)
        if not isinstance(value, Mapping):
            raise self._no_mapping()
        return value

    def _no_mapping(self) -> InputError:
        reason = "a product file is a mapping of keys to values"
        return InputError(Problem(reason, file=self.file, line=1, hint="start with 'id: my-product'"))

    def _problem(self, reason: str, event: yaml.Event) -> InputError:
        return InputError(Problem(reason, file=self.file, line=_line(event)))

    def _value(self, event: yaml.Event, depth: int) -> Any:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._problem("aliases and anchors are not allowed", event)
        if getattr(event, "tag", None):
            raise self._problem("tags are not allowed", event)
        if depth > MAX_DEPTH:
            raise self._problem(f"nested deeper than {MAX_DEPTH} levels", event)
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event, self.file)
        return self._mapping(event, depth) if isinstance(event, yaml.MappingStartEvent) else list(self._items(depth))

    def _items(self, depth: int) -> Iterator[Any]:
        while not isinstance(event := self._parser.get_event(), yaml.SequenceEndEvent):
            yield self._value(event, depth + 1)

    def _mapping(self, start: yaml.Event, depth: int) -> Mapping:
        result = Mapping(self.file, _line(start))
        while not isinstance(event := self._parser.get_event(), yaml.MappingEndEvent):
            line = _line(event)
            if isinstance(event, yaml.AliasEvent) or event.anchor or event.tag:
                self._value(event, depth)
            if not isinstance(event, yaml.ScalarEvent):
                raise self._problem("a key is a plain word", event)
            key = event.value
            if key in result:
                raise InputError(
                    Problem(f"the key is there twice (first in line {result.lines[key]})", file=self.file, line=line, field=key)
                )
            result.lines[key] = line
            result[key] = self._value(self._parser.get_event(), depth + 1)
        return result


def _line(event: yaml.Event) -> int:
    return int(event.start_mark.line) + 1 if event.start_mark else 1


def _scalar(event: yaml.ScalarEvent, file: str) -> str | int | float | bool | None:
    text, line = str(event.value), _line(event)
    if event.style:  # quoted or block text; plain scalars have style None or ""
        return text
    if text in {"", "~", "null"}:
        return None
    if text in {"true", "false"}:
        return text == "true"
    if text.lower() in _BOOLEAN_WORDS or text in {"True", "False", "TRUE", "FALSE"}:
        hint = f'write "{text}" in quotes (other YAML readers take it for true or false)'
        raise InputError(Problem("ambiguous word", file=file, line=line, value=text, hint=hint))
    if _NOT_A_NUMBER.fullmatch(text):
        raise InputError(Problem("not a finite number", file=file, line=line, value=text))
    if _FLOAT.fullmatch(text):
        return _number(text, file, line)
    if _OTHER_NUMBER.fullmatch(text):
        raise InputError(
            Problem("ambiguous number", file=file, line=line, value=text, hint="write plain decimal digits, or quote it if it is a text")
        )
    return text


def _number(text: str, file: str, line: int) -> int | float:
    number = float(text)
    if not math.isfinite(number):
        raise InputError(Problem("a number too large", file=file, line=line, value=text if len(text) <= 40 else text[:37] + "..."))
    return int(text) if _INTEGER.fullmatch(text) else number
