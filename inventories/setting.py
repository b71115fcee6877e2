"""What is assessed: a product file, what is changed in it, and the scores to use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inventories.product_files import ProductFile
from lca.scores import UnitScores

if TYPE_CHECKING:
    from lca.background import Background
    from lca.end_of_life_lines import EndOfLife


def shipped_background() -> Background:
    """The background that is shipped, read when it is asked for."""
    from inventories.background_files import shipped_background as read

    return read()


@dataclass(frozen=True)
class Setting:
    """The product, its changed parameters, and the scores to use."""

    product_file: ProductFile
    changes: dict[str, Any]
    scores: UnitScores
    #: gives the background that the scores were made from (slow: needed only to draw worlds or to rewire it)
    background: Callable[[], Background] = shipped_background
    #: the end-of-life method; None is cut-off of a product without an R1 of its own
    end_of_life: EndOfLife | None = None
