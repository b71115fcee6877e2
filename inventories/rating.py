"""How good the data behind a footprint are: PEF's rating and the primary-data share, line by line and in total."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from inventories.background_queries import tables
from inventories.chain_quality import chain_qualities
from inventories.exchanges import Exchange
from inventories.setting import Setting
from lca.billing import BillLine
from lca.catalogue import WORLD, original_name
from lca.data_quality import (
    ESTIMATED,
    REGION_TAKEN,
    SOURCED,
    WORLD_TAKEN,
    Quality,
    level,
    mean_quality,
    most_relevant,
    quality_of_pedigree,
    weighted_by_contribution,
)
from lca.footprint import Footprint
from lca.product import Line
from lca.scores import UnitScores


@dataclass(frozen=True)
class RatedLine:
    """One line with its contribution in kg CO2e, its ratings (1 best to 5), and whether it rests on primary data."""

    stage: str
    part: str
    value: float
    quality: Quality
    primary: bool

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {"stage": self.stage, "part": self.part, "value": self.value, **as_dict(self.quality), "primary": self.primary}


@dataclass(frozen=True)
class DataQuality:
    """The ratings of a footprint: over all lines, and over those that make 80 % (PEF's most relevant)."""

    lines: tuple[RatedLine, ...]

    @property
    def quality(self) -> Quality:
        """Weighted over all lines."""
        return self._mean(self.lines)

    @property
    def of_most_relevant(self) -> Quality:
        """Weighted over the lines that make 80 %."""
        return self._mean([self.lines[i] for i in most_relevant([line.value for line in self.lines])])

    @property
    def primary_share(self) -> float:
        """Primary-data share (PACT), kg CO2e per kg CO2e."""
        return weighted_by_contribution([float(line.primary) for line in self.lines], [line.value for line in self.lines])

    @staticmethod
    def _mean(lines: Iterable[RatedLine]) -> Quality:
        chosen = list(lines)
        return mean_quality([line.quality for line in chosen], [line.value for line in chosen])

    def to_dict(self) -> dict[str, Any]:
        """The contract of `assess --quality --json`."""
        return {
            **as_dict(self.quality),
            "level": level(self.quality.rating),
            "most_relevant": as_dict(self.of_most_relevant),
            "primary_data_share": self.primary_share,
            "lines": [line.to_dict() for line in self.lines],
        }


def as_dict(quality: Quality) -> dict[str, float]:
    """The four ratings and their mean."""
    return {**vars(quality), "rating": quality.rating}


def data_quality(footprint: Footprint, setting: Setting, own: Iterable[Exchange] = ()) -> DataQuality:
    """The ratings behind a footprint; `own` are the rows of own factors, whose lines rest on primary data.

    A line of the product rests on primary data too when its pedigree says so: reliability 1 (verified measurement) and
    technology 1 (this very product). Raises InputError when the footprint has no contribution at all.
    """
    rated = rated_lines(footprint, setting, own)
    if not any(line.value for line in rated):
        weighted_by_contribution([], [])
    return DataQuality(rated)


def rated_lines(footprint: Footprint, setting: Setting, own: Iterable[Exchange] = ()) -> tuple[RatedLine, ...]:
    """The ratings line by line, also where no line contributes anything (see `data_quality`)."""
    raters = _Rater(setting, {(e.process, e.location): e for e in own}, str(footprint.provenance["method"]))
    return tuple(raters.rate(line, value) for line, value in zip(footprint.bill.lines, footprint.by_line, strict=True))


class _Rater:
    """Rates the lines of one product."""

    def __init__(self, setting: Setting, own: dict[tuple[str, str], Exchange], method: str) -> None:
        self.setting, self.own, self.method = setting, own, method

    def rate(self, line: BillLine, value: float) -> RatedLine:
        name = original_name(line.process)
        mine = self.own.get((name, line.found_location))
        factor = quality_of_pedigree(mine.pedigree) if mine else self._of_process(name, line.found_location)
        written = self.setting.product_file.line(line.stage, line.part)
        pedigree = written.pedigree if isinstance(written, Line) else None
        amount = float(pedigree[0]) if pedigree else ESTIMATED if line.estimated else SOURCED
        geography = max(factor.geography, _fallback(line))
        quality = replace(factor, precision=max(factor.precision, amount), geography=geography)
        measured = pedigree is not None and pedigree[0] == 1 and pedigree[4] == 1
        return RatedLine(line.stage, line.part, value, quality, mine is not None or measured)

    def _of_process(self, name: str, location: str) -> Quality:
        own = tuple((place, tuple(exchange.pedigree)) for place, exchange in sorted(self.own.items()))
        return quality_of_process(name, location, ScoreBasis(self.setting.scores, self.method), own)


def _fallback(line: BillLine) -> float:
    if line.location == line.found_location:
        return 1.0
    return WORLD_TAKEN if line.found_location == WORLD else REGION_TAKEN


@dataclass(frozen=True)
class ScoreBasis:
    """Unit scores and method as one argument that can be hashed: two are the same when their background and method are."""

    scores: UnitScores
    method: str

    def __hash__(self) -> int:
        return hash((self.scores.digest, self.method))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ScoreBasis) and (self.scores.digest, self.method) == (other.scores.digest, other.method)


Own = tuple[tuple[tuple[str, str], tuple[int, ...]], ...]


def quality_of_process(name: str, location: str, by: ScoreBasis, own: Own = ()) -> Quality:
    """The ratings of a process over its whole supply chain (`inventories.chain_quality`); `own` are pedigrees of own factors."""
    return _qualities(by, own)[name, location]


@lru_cache(maxsize=8)
def _qualities(by: ScoreBasis, own: Own) -> dict[tuple[str, str], Quality]:
    background, scores = tables().background, by.scores.of_method(by.method)
    find = by.scores.catalogue.find
    index = [find(process.name, process.location).index for process in background.catalogue.processes]
    totals = np.array([float(sum(scores[i])) for i in index])
    return chain_qualities(tables(), by.method, totals, dict(own))
