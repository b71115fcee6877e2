"""Product files: from YAML on disk, through `extends:`, to a validated `Product`, with errors that say where."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from inventories import yamlfile
from inventories.extending import merge
from inventories.tables import Row
from inventories.yamlfile import Mapping
from lca.errors import InputError, Problem, nearest
from lca.product import Line, PackagingComponent, Parameter, Product
from lca.quantity import ESTIMATE
from lca.stages import STAGES

#: Finds the file of a shipped product or archetype by its id; None when there is none.
Finder = Callable[[str], Path | None]
_MAX_GENERATIONS = 10
#: Words for what pydantic says in the words of a programmer.
_REASONS = {"tuple_type": "a list is needed here, such as [a, b]", "extra_forbidden": "unknown key", "missing": "the key is missing"}
#: Fields that name an option of the command line: what is wrong there stands in no file.
_OPTIONS = {"set", "method", "scenario"}
_KEYS: dict[str, tuple[str, ...]] = {
    "": tuple(Product.model_fields),
    "parameters": tuple(Parameter.model_fields),
    "stages": tuple(Line.model_fields),
    "packaging": tuple(f.alias or n for n, f in PackagingComponent.model_fields.items()),
}


@dataclass(frozen=True)
class ProductFile:
    """A product with the marks of its file, so that an error found later can still say where."""

    product: Product
    marks: Mapping

    def located(self, error: InputError) -> InputError:
        """The error with the file and line of the field it names."""
        return type(error)(self._place(problem) for problem in error.problems)

    def place_of(self, stage: str, part: str) -> tuple[str, int]:
        """File and line where a line of the bill, or the packaging component behind it, is written."""
        found = _find_marks(f"stages.{stage}[{part}]", self.marks)
        return found if self.line(stage, part, packaging=False) else _find_marks(f"packaging[{part}]", self.marks)

    def line(self, stage: str, part: str, packaging: bool = True) -> Line | PackagingComponent | None:
        """The line of that stage and part, or the packaging component that made it."""
        lines: tuple[Line, ...] = getattr(self.product.stages, stage, ())
        found = next((line for line in lines if line.part == part), None)
        if found is not None or not packaging:
            return found
        name = part.removesuffix(", forming").removesuffix(" (packaging)")
        return next((c for c in self.product.packaging if c.component == name), None)

    def _place(self, problem: Problem) -> Problem:
        if problem.file is not None or (problem.field or "").split(" ")[0] in _OPTIONS:
            return problem
        file, line = _find_marks(problem.field or "", self.marks)
        return replace(problem, file=file, line=line)


def read_product_file(
    path: Path, find: Finder, known_ids: Sequence[str] = (), packaging_materials: Callable[[], dict[str, Row]] = dict
) -> ProductFile:
    """Read, resolve and validate one product file.

    `find` gives the path of a shipped product or archetype by id; `known_ids` are named in hints; `packaging_materials`
    gives the processes behind the materials of packaging components.
    Raises InputError with file, line, field, value and hint for everything that is wrong.
    """
    merged, ancestors = _resolve(path, find, known_ids, ())
    merged["extends"] = list(ancestors)
    _check_lines(merged)
    _check_sources(merged)
    if isinstance(merged.get("packaging"), list):
        merged["packaging"] = [_with_processes(c, packaging_materials()) if isinstance(c, Mapping) else c for c in merged["packaging"]]
    try:
        product = Product.model_validate(merged)
    except ValidationError as error:
        raise InputError(_problem(detail, merged) for detail in error.errors(include_url=False)) from error
    if not product.all_lines() and not product.packaging:
        hint = "give at least one line under `stages:`, one component under `packaging:`, or `extends:` an archetype"
        raise InputError(Problem("the product has no lines", merged.file, merged.lines.get("stages", merged.line), "stages", None, hint))
    return ProductFile(product, merged)


def _with_processes(component: Mapping, materials: dict[str, Row]) -> Mapping:
    """The component with the processes of its material where it names none. Its class must be that of a known material."""
    name = component.get("material")
    row = materials.get(name) if isinstance(name, str) else None
    classes = {known.text("class") for known in materials.values()}
    if row is not None and component.get("class") in classes - {row.text("class")}:
        line = component.lines.get("class", component.line)
        hint = f"it is {row.text('class')}; the plastic-free ratio rests on it"
        field = f"packaging[{component.get('component')}].class"
        raise InputError(Problem(f"not the class of {name}", component.file, line, field, component["class"], hint))
    if component.get("process") or not isinstance(name, str):
        return component
    if row is None:
        hint = nearest(name, materials) or "see inventories/background/packaging_materials.csv, or give `process` and `location`"
        line = component.lines.get("material", component.line)
        field = f"packaging[{component.get('component')}].material"
        raise InputError(Problem("unknown packaging material", component.file, line, field, name, hint))
    result = component.copy()
    result["process"] = row.text("process")
    result.setdefault("location", row.text("location"))
    for key in ("forming_process", "end_of_life_process"):
        if row.text(key):
            result.setdefault(key, row.text(key))
    return result


def _find_marks(field: str, data: Mapping) -> tuple[str, int]:
    """File and line of a field such as stages.materials[display].process, as near as it can be found."""
    file, line, here = data.file, data.line, data
    for name, item in re.findall(r"([^.\[\]]+)(?:\[([^\]]*)\])?", field):
        if not isinstance(here, Mapping) or name not in here:
            break
        file, line = here.file, here.lines.get(name, here.line)
        found = here[name]
        if item and isinstance(found, list):
            names = {item, item.removesuffix(", forming"), item.removesuffix(" (packaging)")}
            found = next((x for x in found if isinstance(x, Mapping) and {x.get("part"), x.get("component")} & names), None)
        if not isinstance(found, Mapping):
            break
        here, file, line = found, found.file, found.line
    return file, line


def _resolve(path: Path, find: Finder, known_ids: Sequence[str], seen: tuple[Path, ...]) -> tuple[Mapping, tuple[str, ...]]:
    # what others extend is read again and again
    data = yamlfile.read_shared(path) if seen else yamlfile.read(path)
    parent_name = data.get("extends")
    if parent_name is None:
        return data, ()

    def problem(reason: str, hint: str | None = None) -> InputError:
        return InputError(Problem(reason, str(path), data.lines.get("extends"), "extends", str(parent_name), hint))

    if not isinstance(parent_name, str):
        raise problem("extends names one archetype or product, by id or path")
    parent_path = _parent_path(parent_name, path, find)
    if parent_path is None:
        hint = nearest(parent_name, known_ids) or "`lifeloop archetypes` and `lifeloop products` list the ids"
        raise problem("no archetype or product of that id or path", hint)
    chain = (*seen, path.resolve())
    if parent_path.resolve() in chain:
        raise problem("a product cannot extend itself", "extend an archetype, such as smartphone")
    if len(chain) > _MAX_GENERATIONS:
        raise problem(f"more than {_MAX_GENERATIONS} files extend each other")
    parent, ancestors = _resolve(parent_path, find, known_ids, chain)
    return merge(parent, data), (str(parent.get("id", parent_path.stem)), *ancestors)


def _parent_path(name: str, child: Path, find: Finder) -> Path | None:
    if name.endswith((".yaml", ".yml")):
        path = child.parent / name
        return path if path.is_file() else None
    return find(name)


def _check_lines(data: Mapping) -> None:
    """Part names are unique in a stage, and `replaces` or `remove` only make sense under `extends`."""
    stages = data.get("stages")
    groups: list[tuple[str, str, Any]] = [("packaging", "component", data.get("packaging"))]
    if isinstance(stages, Mapping):
        groups += [(stage, "part", stages.get(stage)) for stage in stages]
    problems = []
    for group, key, lines in groups:
        seen: dict[str, Mapping] = {}
        for line in lines if isinstance(lines, list) else ():
            if not isinstance(line, Mapping):
                continue
            problems += [_nothing_to_change(group, word, line) for word in ("replaces", "remove") if word in line]
            name = line.get(key)
            first = seen.setdefault(name, line) if isinstance(name, str) else line
            if first is not line:
                hint = f"give it another name, or write `replaces: {line.get(key)}` to replace the one in line {first.line} of {first.file}"
                problems.append(
                    Problem(f"two lines of {group} have this {key}", line.file, line.line, f"{group}.{key}", str(line.get(key)), hint)
                )
    if problems:
        raise InputError(problems)


def _nothing_to_change(group: str, word: str, line: Mapping) -> Problem:
    hint = f"delete `{word}:`, or let the file extend the one whose line is meant"
    return Problem(
        f"there is nothing to {word.removesuffix('s')}", line.file, line.lines.get(word), f"{group}.{word}", str(line[word]), hint
    )


def _check_sources(data: Mapping) -> None:
    """Every source that is cited stands under `sources`, with the nearest one named where it does not."""
    declared = data.get("sources")
    known = [ESTIMATE, *declared] if isinstance(declared, Mapping) else [ESTIMATE]
    problems = []
    for where, holder in _holders(data, "source", ""):
        cited = holder["source"]
        if isinstance(cited, str) and cited and cited not in known:
            hint = nearest(cited, known) or f"declare it under `sources:` (known: {', '.join(known)})"
            line = holder.lines.get("source", holder.line)
            problems.append(Problem("the source is not declared under sources", holder.file, line, f"{where}source", cited, hint))
    if problems:
        raise InputError(problems)


def _holders(value: Any, key: str, where: str) -> Iterator[tuple[str, Mapping]]:
    """Every mapping that has the key, with its path such as stages.materials[display] in front."""
    if isinstance(value, Mapping):
        if key in value:
            yield where, value
        for name, item in value.items():
            if name == "sources":
                continue
            if isinstance(item, list):
                for number, part in enumerate(item):
                    title = part.get("part") or part.get("component") or number if isinstance(part, Mapping) else number
                    yield from _holders(part, key, f"{where}{name}[{title}].")
            else:
                yield from _holders(item, key, f"{where}{name}.")


def _problem(detail: ErrorDetails, data: Mapping) -> Problem:
    loc = [
        part
        for part in detail["loc"]
        if part not in {"float", "str", "constrained-str", "int"} and not str(part).startswith(("constrained", "function-"))
    ]
    file, line = data.file, data.line
    here: Any = data
    for part in loc:
        if isinstance(here, Mapping):
            file, line = here.file, here.lines.get(str(part), here.line)
            here = here.get(str(part))
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
            file, line = (here.file, here.line) if isinstance(here, Mapping) else (file, line)
        else:
            break
    if isinstance(here, Mapping) and detail["type"] == "value_error":
        here = here.get("value", here.get("amount"))
    value = None if isinstance(here, Mapping | list) or here is None else str(here)
    reason = _REASONS.get(detail["type"]) or detail["msg"].removeprefix("Value error, ")
    if detail["input"] is None:
        reason = "a value is needed here"
    return Problem(reason, file, line, _field(loc, data), value, _hint(detail, loc))


def _field(loc: list[int | str], data: Mapping) -> str:
    """The path with the part's name instead of its number: materials[display].amount."""
    words: list[str] = []
    here: Any = data
    for part in loc:
        here = (
            here.get(str(part))
            if isinstance(here, Mapping)
            else here[part]
            if isinstance(here, list) and isinstance(part, int) and part < len(here)
            else None
        )
        if isinstance(part, int) and isinstance(here, Mapping):
            words[-1] += f"[{here.get('part') or here.get('component') or part}]"
        else:
            words.append(str(part))
    return ".".join(words)


def _hint(detail: ErrorDetails, loc: list[int | str]) -> str | None:
    if detail["type"] == "missing":
        return f"add `{loc[-1]}:`"
    if detail["type"] != "extra_forbidden":
        return None
    group = str(loc[0]) if len(loc) > 1 else ""
    if group == "stages" and len(loc) == 2:
        return nearest(str(loc[-1]), STAGES) or f"stages: {', '.join(s for s in STAGES if s != 'packaging')} (packaging has its own list)"
    keys = _KEYS.get(group, ())
    return nearest(str(loc[-1]), keys) or (f"known keys: {', '.join(keys)}" if keys else None)
