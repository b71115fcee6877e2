"""Strict YAML: PyYAML's loader composes nodes, we turn them into plain values that remember file and line.

Stricter than YAML 1.1: no aliases, no duplicate keys, no implicit booleans, dates or base-60 numbers, at most 1 MB and
20 levels. A bare word such as NO or yes, which other YAML readers take for false or true, is refused: quote it.
"""

from __future__ import annotations

import math
import re
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
#: What may be an anchor, an alias or a tag; a formula such as a != b is none of them.
_MARK = re.compile(r"(^|[\s\[{,:])[&*!](?![=\s])")
_REFUSED_TOKENS = {yaml.AnchorToken: "aliases and anchors", yaml.AliasToken: "aliases and anchors", yaml.TagToken: "tags"}


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
    try:
        loader = _LOADER(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError(_unreadable(error, text, file)) from error
    if not isinstance(node, yaml.MappingNode):
        raise InputError(Problem("a product file is a mapping of keys to values", file=file, line=1, hint="start with 'id: my-product'"))
    if _MARK.search(text):
        _refuse_marks(text, file)
    mapping = _value(node, file, 1)
    assert isinstance(mapping, Mapping)
    return mapping


def read(path: Path) -> Mapping:
    """Read a product file from disk. Raises InputError when it cannot be read."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(Problem(_TOO_LARGE, file=str(path)))
        return load(path.read_text(encoding="utf-8-sig"), str(path))
    except UnicodeDecodeError as error:
        raise InputError(Problem("not UTF-8 text", file=str(path), hint="save the file as UTF-8")) from error
    except OSError as error:
        raise InputError(Problem(f"cannot be read: {error.strerror}", file=str(path))) from error


def _unreadable(error: Exception, text: str, file: str) -> Problem:
    if isinstance(error, yaml.reader.ReaderError):
        character = chr(error.character)
        return Problem(
            f"not readable as YAML: the character {character!r} is not allowed", file, text.count("\n", 0, text.find(character)) + 1
        )
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or str(error).splitlines()[0]
    if "alias" in str(error):
        reason = "aliases and anchors are not allowed"
    return Problem(f"not readable as YAML: {reason}", file, mark.line + 1 if mark else None)


def _refuse_marks(text: str, file: str) -> None:
    for token in yaml.scan(text, Loader=_LOADER):
        for kind, words in _REFUSED_TOKENS.items():
            if isinstance(token, kind):
                raise InputError(Problem(f"{words} are not allowed", file=file, line=token.start_mark.line + 1))


def _value(node: yaml.Node, file: str, depth: int) -> Any:
    line = node.start_mark.line + 1
    if depth > MAX_DEPTH:
        raise InputError(Problem(f"nested deeper than {MAX_DEPTH} levels", file=file, line=line))
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, file, depth)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, file, depth + 1) for item in node.value]
    return _scalar(node, file, line)


def _mapping(node: yaml.MappingNode, file: str, depth: int) -> Mapping:
    result = Mapping(file, node.start_mark.line + 1)
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise InputError(Problem("a key is a plain word", file=file, line=line))
        key = key_node.value
        if key in result:
            raise InputError(Problem(f"the key is there twice (first in line {result.lines[key]})", file=file, line=line, field=key))
        result.lines[key] = line
        result[key] = _value(value_node, file, depth + 1)
    return result


def _scalar(node: yaml.Node, file: str, line: int) -> str | int | float | bool | None:
    text = str(node.value)
    if getattr(node, "style", None):  # quoted or block text; plain scalars have style None or ""
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
