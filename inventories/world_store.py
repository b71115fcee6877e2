"""The stored worlds of a background: K = 1,000 draws of its unit scores, made once for each background and seed."""

from __future__ import annotations

from collections.abc import Callable

from inventories.background_files import shipped_background
from inventories.score_store import place
from lca import worlds as stored
from lca.background import Background
from lca.scores import UnitScores
from lca.uncertainty import SEED
from lca.worlds import Progress, Worlds

DRAWS = 1000


def worlds_of(
    scores: UnitScores,
    seed: int = SEED,
    background: Callable[[], Background] = shipped_background,
    progress: Progress | None = None,
) -> Worlds:
    """The worlds that belong to these scores: loaded, or drawn once (some ten seconds) and kept.

    `background` gives the background that the scores were made from; it is asked only when the worlds must be drawn.
    """
    folder = place(scores.digest) / f"seed-{seed}"
    known = stored.load(folder, scores.digest, seed)
    if known is not None:
        return known
    drawn = stored.sample_worlds(background(), scores, DRAWS, seed, progress)
    stored.save(drawn, folder)
    return stored.load(folder, scores.digest, seed) or drawn
