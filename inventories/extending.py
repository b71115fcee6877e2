"""`extends:` made into data: a child file is laid over its parent, key by key, and every part keeps its file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from inventories.yamlfile import Mapping
from lca import units
from lca.errors import InputError, Problem, nearest
from lca.quantity import ESTIMATE

#: Keys that a child never inherits: they say what the parent file itself is.
_OWN_KEYS = {"id", "name", "extends", "reference", "description", "year"}


def merge(parent: Mapping, child: Mapping) -> Mapping:
    """The child's file laid over the parent's (both as read, the parent already merged with its own parents).

    Parameters, lines and packaging components of the child replace, add or remove the parent's; `reference`, `name`
    and the like are the child's alone. The parent's source keys get the parent's id in front, so that two files may
    use the same key for different documents. Raises InputError for a `replaces` or `remove` that hits nothing.
    """
    _refuse_unused(parent, child)
    parent = _with_own_source_keys(parent)
    merged = child.copy()
    for key, value in parent.items():
        if key in _OWN_KEYS:
            continue
        if key not in child or child[key] is None:
            merged[key] = value
            merged.lines[key] = child.line
        elif key in _MERGERS:
            merged[key] = _MERGERS[key](value, child[key])
    return merged


def _with_own_source_keys(parent: Mapping) -> Mapping:
    prefix = f"{parent.get('id', 'parent')}:"

    def renamed(value: Any) -> Any:
        if isinstance(value, Mapping):
            result = value.copy()
            for key, item in value.items():
                is_key = key == "source" and isinstance(item, str) and item != ESTIMATE and ":" not in item
                result[key] = prefix + item if is_key else renamed(item)
            return result
        return [renamed(item) for item in value] if isinstance(value, list) else value

    result: Mapping = renamed(parent)
    sources = parent.get("sources")
    if isinstance(sources, Mapping):
        own = Mapping(sources.file, sources.line)
        for key, item in sources.items():
            own[key if ":" in key else prefix + key] = item
        result["sources"] = own
    return result


def _merge_keys(parent: Any, child: Any) -> Any:
    if not isinstance(parent, Mapping) or not isinstance(child, Mapping):
        return child
    merged = child.copy()
    for key, value in parent.items():
        if key not in merged:
            merged[key] = value
    return merged


def _merge_parameters(parent: Any, child: Any) -> Any:
    """A parameter given by the child is known now: it keeps the parent's unit, type and words.

    The parent's range stays as what is expected of the value, not as the child's own uncertainty.
    """
    if not isinstance(parent, Mapping) or not isinstance(child, Mapping):
        return child
    merged = child.copy()
    for name, value in child.items():
        old = parent.get(name)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            known = _inherit(value, old, ("unit", "type", "choices", "description"))
            merged[name] = _expecting(_in_unit_of(old, known, name), old)
    for name, value in parent.items():
        if name not in merged:
            merged[name] = value
    return merged


def _in_unit_of(old: Mapping, value: Mapping, name: str) -> Mapping:
    """The child's parameter in its parent's unit, in which all formulas take it. Raises InputError for another dimension."""
    own, wanted = value.get("unit"), old.get("unit")
    if own == wanted or not isinstance(own, str) or not isinstance(wanted, str):
        return value
    try:
        factor = units.factor(own or "1", wanted or "1")
    except InputError as error:
        raise error.located(value.file, value.lines.get("unit", value.line), f"parameters.{name}.unit") from error
    result = value.copy()
    result["unit"] = wanted
    for key in ("value", "low", "high"):
        amount = value.get(key)
        if isinstance(amount, int | float):
            result[key] = amount * factor
        elif isinstance(amount, str):
            result[key] = f"({amount}) * {factor!r}"
    return result


def _expecting(value: Mapping, old: Mapping) -> Mapping:
    result = value.copy()
    bounds = old.get("expected") or [old.get("low"), old.get("high")]
    if None not in bounds:
        result["expected"] = list(bounds)
    return result


def _refuse_unused(parent: Mapping, child: Mapping) -> None:
    """A parameter that is new in the child must be used by it: a misspelt name would change nothing and say nothing."""
    old, new = parent.get("parameters"), child.get("parameters")
    if not isinstance(new, Mapping) or not isinstance(old, Mapping):
        return
    words = {word for text in _texts({k: v for k, v in child.items() if k != "sources"}) for word in re.findall(r"[A-Za-z_]\w*", text)}
    problems = []
    for name in new.keys() - old.keys() - words:
        hint = nearest(name, list(old)) or f"{child.get('extends')} has: {', '.join(old)}"
        reason = "nothing uses a parameter of that name"
        problems.append(Problem(reason, file=new.file, line=new.lines.get(name, new.line), field="parameters", value=name, hint=hint))
    if problems:
        raise InputError(problems)


def _texts(value: Any) -> Iterator[str]:
    """Every text in a file that may hold a formula or a {name}."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in {"note", "description", "source"}:
                yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value


def _inherit(value: Mapping, old: Mapping, keys: tuple[str, ...]) -> Mapping:
    result = value.copy()
    for key in keys:
        if key not in result and key in old:
            result[key] = old[key]
    return result


def _merge_stages(parent: Any, child: Any) -> Any:
    if not isinstance(parent, Mapping) or not isinstance(child, Mapping):
        return child
    merged = child.copy()
    for stage in dict.fromkeys([*parent, *child]):
        merged[stage] = merge_lines(parent.get(stage) or [], child.get(stage) or [], "part")
    return merged


def _merge_packaging(parent: Any, child: Any) -> Any:
    return merge_lines(parent, child, "component") if isinstance(parent, list) and isinstance(child, list) else child


def merge_lines(parent: list[Any], child: list[Any], key: str) -> list[Any]:
    """The parent's lines with the child's `replaces:` and `remove:` done and its other lines added at the end."""
    result = list(parent)
    for line in child:
        if not isinstance(line, Mapping):
            result.append(line)
        elif "remove" in line:
            del result[_find(result, line, "remove", key)]
        elif "replaces" in line:
            at = _find(result, line, "replaces", key)
            replacement = line.copy()
            del replacement["replaces"]
            result[at] = replacement
        else:
            result.append(line)
    return result


def _find(lines: list[Any], line: Mapping, word: str, key: str) -> int:
    wanted = line[word]
    names = [item.get(key) if isinstance(item, Mapping) else None for item in lines]
    if wanted in names:
        return names.index(wanted)
    known = [str(name) for name in names if name]
    hint = nearest(str(wanted), known) or f"{key}s there: {', '.join(known) or 'none'}"
    reason = f"there is no {key} of that name to {'remove' if word == 'remove' else 'replace'}"
    raise InputError(Problem(reason, file=line.file, line=line.lines.get(word, line.line), field=word, value=str(wanted), hint=hint))


_MERGERS = {
    "parameters": _merge_parameters,
    "stages": _merge_stages,
    "packaging": _merge_packaging,
    "sources": _merge_keys,
    "scenarios": _merge_keys,
    "functional_unit": _merge_keys,
}
