"""The model: a product and unit scores in, a footprint out. Knows no files of ours, no database, no screen.

The way of the data, four hops: Product -> bill() -> Bill -> assess() with UnitScores -> Footprint; compare() two of them.
Names are imported when they are first used, so that `import lca` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
_HOMES = {
    "Background": "background",
    "Bill": "billing",
    "BillLine": "billing",
    "Catalogue": "catalogue",
    "Comparison": "comparison",
    "Footprint": "footprint",
    "FunctionalUnitsDiffer": "errors",
    "InputError": "errors",
    "LifeloopError": "errors",
    "Product": "product",
    "UnitScores": "scores",
    "assess": "assessment",
    "bill": "billing",
    "compare": "comparison",
    "unit_scores": "solve",
}
__all__ = sorted([*_HOMES, "version"])  # noqa: PLE0605  (one sorted list, tested against what is there)


def version() -> str:
    """The version of Lifeloop."""
    return __version__


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"lca.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'lca' has no attribute {name!r}")
