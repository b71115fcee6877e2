"""What is shipped: products and archetypes by id, and the loader that completes a product file with our tables."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from inventories.background_folder import FOLDER as BACKGROUND
from inventories.product_files import ProductFile, read_product_file
from inventories.tables import Row, read_table
from lca.errors import Problem, UnknownName, nearest

HERE = Path(__file__).parent
PRODUCTS = HERE / "products"
ARCHETYPES = HERE / "archetypes"


@cache
def product_paths() -> dict[str, Path]:
    """The files of the shipped products by id (the file's name), family by family."""
    return {path.stem: path for path in sorted(PRODUCTS.rglob("*.yaml"))}


@cache
def archetype_paths() -> dict[str, Path]:
    """The files of the archetypes by id (the file's name)."""
    return {path.stem: path for path in sorted(ARCHETYPES.glob("*.yaml"))}


@cache
def packaging_materials() -> dict[str, Row]:
    """The rows of `packaging_materials.csv` by material."""
    columns = ("material", "class", "process", "location", "forming_process", "forming_location", "end_of_life_process", "source", "note")
    return {row.required("material"): row for row in read_table(BACKGROUND / "packaging_materials.csv", columns)}


def find(name: str) -> Path | None:
    """The file of a shipped product or archetype of that id."""
    return archetype_paths().get(name) or product_paths().get(name)


def kind_of(name: str) -> Literal["file", "folder", "nothing"]:
    """What stands at a path; a name that no file system takes is nothing."""
    try:
        return "file" if Path(name).is_file() else "folder" if name and Path(name).is_dir() else "nothing"
    except OSError:
        return "nothing"


def load(name_or_path: str | Path) -> ProductFile:
    """A product by the path of its file or by the id of a shipped product or archetype.

    Raises UnknownName when there is no such file or id, InputError for what is wrong in the file.
    """
    path = Path(name_or_path)
    kind = kind_of(str(name_or_path))
    if kind != "file":
        found = find(str(name_or_path))
        if found is None:
            known = [*product_paths(), *archetype_paths()]
            hint = nearest(str(name_or_path), known) or "`lifeloop products` lists what is shipped"
            reason = "the folder holds no product file (*.yaml)" if kind == "folder" else "no such file, product or archetype"
            file = str(name_or_path) if path.suffix or kind == "folder" else None
            raise UnknownName(Problem(reason, file, field="product", value=str(name_or_path), hint=hint))
        path = found
    return read_product_file(path, find, [*archetype_paths(), *product_paths()], packaging_materials)
