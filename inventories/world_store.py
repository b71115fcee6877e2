"""The stored worlds of a background: K = 1,000 draws of its unit scores, made once for each background and seed."""

from __future__ import annotations

from inventories.background_files import FOLDER, read_background
from inventories.exchanges import Exchange
from inventories.score_store import place
from lca import worlds as stored
from lca.quantity import Source
from lca.scores import UnitScores
from lca.uncertainty import SEED
from lca.worlds import Progress, Worlds

DRAWS = 1000


def worlds_of(
    scores: UnitScores,
    seed: int = SEED,
    own: tuple[tuple[Exchange, ...], dict[str, Source]] = ((), {}),
    progress: Progress | None = None,
) -> Worlds:
    """The worlds that belong to these scores: loaded, or drawn once (some ten seconds) and kept.

    `own` are the rows and sources that were added to the shipped background, as given to `unit_scores_with`.
    """
    folder = place(scores.digest) / f"seed-{seed}"
    known = stored.load(folder, scores.digest, seed)
    if known is not None:
        return known
    background = read_background(FOLDER, own[0], own[1]).background
    drawn = stored.sample_worlds(background, scores, DRAWS, seed, progress)
    stored.save(drawn, folder)
    return stored.load(folder, scores.digest, seed) or drawn
