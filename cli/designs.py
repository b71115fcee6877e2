"""Products named on the command line: one under a scenario of its own (PRODUCT@SCENARIO), and `--set` for one of several."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lca.errors import Problem, UnknownName, nearest

_SIDE = re.compile(r"([A-Z]):\s*(.+)")


def product_and_scenario(name: str) -> tuple[str, str | None]:
    """PRODUCT@SCENARIO taken apart; None where no scenario is named.

    What exists under the whole name (a file, a folder) is meant by it, and so is the name of a YAML file that is not there.
    The last @ parts, because a path may have one and a scenario may not; with nothing on one side of it, it parts nothing.
    """
    from inventories.shipped import kind_of

    product, _, scenario = name.rpartition("@")
    if not product or not scenario or kind_of(name) != "nothing" or Path(name).suffix in {".yaml", ".yml"}:
        return name, None
    return product, scenario


def called(words: str, name: str) -> str:
    """What a design is called, in words: with its scenario where it was named as PRODUCT@SCENARIO."""
    scenario = product_and_scenario(name)[1]
    return words if scenario is None else f"{words} under {scenario}"


def changes_of_each(names: Sequence[str], changes: Mapping[str, Any]) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """What `--set` changes in each of several designs, and sentences on what holds for some of them only.

    `A:name` (B:, C:, ...) is for the design of that letter, as `sensitivity` calls them; a plain name is for all designs
    that have the parameter. Raises UnknownName for a letter without a design, and for a name that no design has.
    """
    if not changes:
        return [{} for _ in names], ()
    known = [_parameters(name) for name in names]
    of_each: list[dict[str, Any]] = [{} for _ in names]
    of_one: list[tuple[int, str, Any]] = []
    said: list[str] = []
    for word, value in changes.items():
        if side := _SIDE.fullmatch(word):
            of_one.append((_number(side[1], names, word), side[2], value))
            continue
        having = [number for number, parameters in enumerate(known) if word in parameters]
        if not having:
            every = list(dict.fromkeys(p for parameters in known for p in parameters))
            hint = nearest(word, every) or f"parameters: {', '.join(every)}"
            raise UnknownName(Problem(f"none of {', '.join(names)} has a parameter of that name", field="set", value=word, hint=hint))
        for number in having:
            of_each[number][word] = value
        if lacking := [name for number, name in enumerate(names) if number not in having]:
            told = ", ".join(names[number] for number in having)
            said.append(f"--set {word} is for {told} only: {', '.join(lacking)} has no such parameter")
    for number, parameter, value in of_one:  # after the others, because it is the more exact one
        of_each[number][parameter] = value
    return of_each, tuple(said)


def _number(letter: str, names: Sequence[str], word: str) -> int:
    number = ord(letter) - ord("A")
    if number >= len(names):
        letters = ", ".join(f"{chr(ord('A') + at)} is {name}" for at, name in enumerate(names))
        raise UnknownName(Problem("there is no design of that letter", field="set", value=word, hint=letters))
    return number


def _parameters(name: str) -> list[str]:
    from inventories.shipped import load

    return [*load(product_and_scenario(name)[0]).product.parameters, "service_life"]
