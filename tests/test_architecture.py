"""The rules of the house, held by a machine: who may import whom, how large things are, what is documented and shipped."""

from __future__ import annotations

import ast
import csv
import graphlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

import lca
from inventories.schema import product_schema
from inventories.shipped import archetype_paths, load, product_paths
from tests.conftest import ROOT

#: Package -> the packages of ours that it may import.
MAY_IMPORT = {
    "lca": set(),
    "circularity": {"lca"},
    "company": {"lca"},
    "records": {"lca", "circularity", "company"},
    "inventories": {"lca", "circularity", "company"},
    "exchange": {"lca", "circularity", "company", "inventories", "records"},
    "cli": {"lca", "circularity", "company", "inventories", "records", "exchange"},
    "web": {"lca", "circularity", "company", "inventories", "records", "exchange"},
}
#: `circularity` and `company` take value types of the model only.
VALUE_TYPES = {"lca.quantity", "lca.errors", "lca.units", "lca.catalogue", "lca.rounding", "lca.ledger"}
LIBRARIES = [name for name in MAY_IMPORT if name not in {"cli", "web"}]
BRIGHTWAY = {"bw2calc", "bw2data", "bw2io", "bw_processing"}
#: The only modules that know Brightway, besides those of `exchange`.
KNOW_BRIGHTWAY = {"lca.solve"}

#: A worker whose parent was killed ends itself.
MAY_END = {"lca.world_drawing"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def modules() -> dict[str, Path]:
    """Every module of ours by its name."""
    packages = [name for name in MAY_IMPORT if (ROOT / name / "__init__.py").is_file()]
    paths = [path for name in packages for path in sorted((ROOT / name).rglob("*.py"))]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


@cache
def tree(name: str) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(modules()[name].read_text(encoding="utf-8"))


def imports(name: str, top_only: bool = False) -> Iterator[str]:
    """The modules that a module imports; with `top_only`, those that it needs to be imported itself."""
    body = [n for n in tree(name).body if isinstance(n, ast.Import | ast.ImportFrom)] if top_only else ast.walk(tree(name))
    for node in body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = [f"{node.module}.{alias.name}" for alias in node.names if f"{node.module}.{alias.name}" in modules()]
            yield from inner
            if len(inner) < len(node.names):
                yield node.module


def functions(name: str) -> Iterator[Function]:
    """Every function and method of a module."""
    return (node for node in ast.walk(tree(name)) if isinstance(node, Function))


def length(function: Function) -> int:
    """Lines of a function without its docstring and decorators."""
    first = function.body[0]
    told = first.end_lineno - first.lineno + 1 if ast.get_docstring(function) and first.end_lineno else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - told


# Imports


@pytest.mark.parametrize("name", modules())
def test_imports_point_one_way(name: str) -> None:
    package = name.split(".", maxsplit=1)[0]
    ours = {other.split(".")[0] for other in imports(name)} & MAY_IMPORT.keys()
    assert ours - {package} <= MAY_IMPORT[package]


@pytest.mark.parametrize("name", [n for n in modules() if n.split(".")[0] in {"circularity", "company"}] or ["lca"])
def test_circularity_and_company_take_value_types_only(name: str) -> None:
    used = {other for other in imports(name) if other.startswith("lca.")} if name != "lca" else set()
    assert {".".join(other.split(".")[:2]) for other in used} <= VALUE_TYPES


def test_no_module_imports_itself_through_others() -> None:
    graph = {name: {other for other in imports(name, top_only=True) if other in modules() and other != name} for name in modules()}
    order = list(graphlib.TopologicalSorter(graph).static_order())
    assert len(order) == len(modules())


def test_brightway_is_known_to_one_module_of_the_model() -> None:
    know = {name for name in modules() if {other.split(".")[0] for other in imports(name)} & BRIGHTWAY}
    assert {name for name in know if not name.startswith("exchange.")} <= KNOW_BRIGHTWAY


@pytest.mark.parametrize("name", [n for n in modules() if n.startswith("cli")])
def test_the_command_line_imports_nothing_heavy_at_its_top(name: str) -> None:
    heavy = BRIGHTWAY | {"pandas", "scipy", "sqlalchemy", "matplotlib", "rich", "pint", "numpy", "numba"}
    assert {other.split(".")[0] for other in imports(name, top_only=True)} & heavy == set()


# Sizes


def test_functions_are_short() -> None:
    lengths = {f"{name}.{f.name}": length(f) for name in modules() for f in functions(name)}
    assert {name: lines for name, lines in lengths.items() if lines > 50} == {}
    assert median(lengths.values()) <= 10


def test_files_are_short() -> None:
    lengths = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in modules().items()}
    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}
    assert median(lengths.values()) <= 150


# Habits


@pytest.mark.parametrize("name", modules())
def test_no_error_is_caught_that_was_not_expected(name: str) -> None:
    broad = {None, "Exception"}
    caught = [
        (node.lineno, getattr(node.type, "id", None if node.type is None else ""))
        for node in ast.walk(tree(name))
        if isinstance(node, ast.ExceptHandler)
    ]
    assert [line for line, what in caught if what in broad] == []


@pytest.mark.parametrize("name", [n for n in modules() if n.split(".")[0] in LIBRARIES])
def test_libraries_print_nothing_and_end_nothing(name: str) -> None:
    calls = [node.func for node in ast.walk(tree(name)) if isinstance(node, ast.Call)]
    assert [c.lineno for c in calls if isinstance(c, ast.Name) and c.id in {"print", "exit", "quit", "input", "eval", "exec"}] == []
    ends = [c.lineno for c in calls if isinstance(c, ast.Attribute) and ast.unparse(c) in {"sys.exit", "os._exit", "os.system"}]
    assert len(ends) == (1 if name in MAY_END else 0)


@pytest.mark.parametrize("name", modules())
def test_every_module_class_and_public_function_says_what_it_is(name: str) -> None:
    assert ast.get_docstring(tree(name))
    public = [node for node in _public(tree(name).body) if not ast.get_docstring(node)]
    assert [node.name for node in public] == []


def _public(body: list[ast.stmt]) -> Iterator[Function | ast.ClassDef]:
    for node in body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from _public(node.body)


@pytest.mark.parametrize("name", modules())
def test_names_that_say_nothing_are_not_used(name: str) -> None:
    assert set(name.split(".")) & {"utils", "helpers", "helper", "common", "manager", "misc", "core"} == set()


def test_the_public_names_of_the_model_are_one_sorted_list() -> None:
    assert lca.__all__ == sorted(set(lca.__all__))
    assert all(getattr(lca, name) is not None for name in lca.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = lca.nothing


def test_every_module_of_the_house_is_tested_somewhere() -> None:
    """The file of a package that no test file names or imports would be dead."""
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    packages = {name.split(".")[0] for name in modules()}
    assert {p for p in packages if f"from {p}" not in tests} == set()


# What is shipped

SHIPPED = {**archetype_paths(), **product_paths()}
#: Archetypes by the ids that the design fixes.
ARCHETYPES = {
    *("smartphone", "tablet", "smartwatch", "fitness_band", "earbuds", "washing_machine", "refrigerator", "air_conditioner"),
    *("mobile_air_conditioner", "television", "robot_vacuum", "vacuum_cleaner", "dishwasher", "air_purifier", "router"),
    *("small_device", "battery_electric_car", "plug_in_hybrid", "petrol_car", "diesel_car", "e_scooter"),
}


def test_every_archetype_of_the_design_is_there() -> None:
    assert ARCHETYPES - archetype_paths().keys() == set()


def test_no_id_is_used_twice() -> None:
    files = [path.stem for folder in ("archetypes", "products") for path in (ROOT / "inventories" / folder).rglob("*.yaml")]
    assert sorted(files) == sorted(set(files))


def test_the_portfolio_is_large_enough() -> None:
    products = [load(name).product for name in product_paths()]
    assert sum(p.category == "smartphone" for p in products) >= 13
    assert sum(p.family == "wearable" for p in products) >= 3
    assert sum(p.family == "appliance" for p in products) >= 8
    assert sum(p.family == "vehicle" for p in products) >= 6
    assert "xiaomi_su7" in product_paths()


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_file_is_named_after_its_id_and_says_where_its_figures_come_from(name: str) -> None:
    product = load(name).product
    assert product.id == name
    assert product.sources
    assert all(len(s.title) >= 3 and s.publisher for s in product.sources.values())


@pytest.mark.parametrize("name", archetype_paths())
def test_an_archetypes_numbers_have_ranges_and_words(name: str) -> None:
    """What a spec sheet tells is a parameter with default, range and description; only a count may stand without a range."""
    numbers = {n: p for n, p in load(name).product.parameters.items() if p.type == "number" and not isinstance(p.value, str)}
    assert [n for n, p in numbers.items() if not p.description] == []
    ranged = [n for n, p in numbers.items() if p.low is not None]
    assert len(ranged) >= 0.9 * len(numbers)


@cache
def validator() -> Draft202012Validator:
    """The exported JSON Schema."""
    Draft202012Validator.check_schema(product_schema())
    return Draft202012Validator(product_schema())


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_file_is_valid_by_the_exported_schema(name: str) -> None:
    data = yaml.safe_load(SHIPPED[name].read_text(encoding="utf-8"))
    assert [error.message for error in validator().iter_errors(json.loads(json.dumps(data, default=str)))] == []


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"catgory": "smartphone"}, []),
        ({"stages": {"use": [{"part": "x"}]}}, ["stages", "use", 0]),
        ({"packaging": 3}, ["packaging"]),
        ({"id": "A B"}, ["id"]),
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(change: dict[str, Any], where: list[Any]) -> None:
    data = {"id": "mine", "name": "Mine", "extends": "smartphone"}
    assert list(validator().iter_errors(data)) == []
    assert where in [list(error.absolute_path) for error in validator().iter_errors(data | change)]


REFERENCES = ROOT.parent / "shared" / "validation" / "compare.csv"


def reference_table() -> list[dict[str, str]]:
    """The published cases, where the folder beside the project is there."""
    if not REFERENCES.is_file():
        return []
    with REFERENCES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def references() -> dict[str, Any]:
    """What the shipped products record as published, by case."""
    products = [load(name).product for name in product_paths()]
    return {p.reference.published.case or p.id: p.reference.published for p in products if p.reference}


needs_references = pytest.mark.skipif(not REFERENCES.is_file(), reason="the reference table lies beside the project, not in it")


@needs_references
def test_every_comparable_case_is_shipped() -> None:
    assert {row["id"] for row in reference_table() if row["comparable"] == "yes"} - references().keys() == set()


@needs_references
@pytest.mark.parametrize("row", reference_table(), ids=lambda row: row["id"])
def test_a_reference_is_what_the_table_says(row: dict[str, str]) -> None:
    """Published total, comparable or not, boundary and number of verified items are never the modeller's choice."""
    published = references().get(row["id"])
    if published is None:
        assert row["comparable"] != "yes"
        return
    assert published.comparable == row["comparable"]
    assert published.value == (float(row["published"]) if row["published"] else None)
    assert "+".join(published.boundary) == row["stages_compared"]
    assert published.verified_items == int(row["verified_items"])
    assert (published.use_grid or "") == ("GLO" if row["use_grid"] == "world" else row["use_grid"])
    assert (published.service_life or "") == row["service_life"]


@needs_references
def test_no_reference_is_made_up() -> None:
    assert references().keys() - {row["id"] for row in reference_table()} == set()


MACHINE_PATHS = (
    " /home/",
    '"/home/',
    "/root/",
    "/tmp/",
    "/Users/",
    *([f"{ROOT.parent}/"] if ROOT.parent != Path("/") else []),
    "C:\\\\",
    "file://",
)


def test_no_shipped_file_names_a_path_of_somebodys_machine() -> None:
    paths = [
        path
        for name in MAY_IMPORT
        if (ROOT / name).is_dir()
        for path in (ROOT / name).rglob("*")
        if path.suffix in {".py", ".yaml", ".csv", ".md"}
    ]
    found = [str(path.relative_to(ROOT)) for path in paths if any(words in path.read_text(encoding="utf-8") for words in MACHINE_PATHS)]
    assert found == []
