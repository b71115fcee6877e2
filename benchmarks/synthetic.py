"""A made-up background of ecoinvent's size and shape, the same for the same seed: what the large benchmarks run on.

It is built like the real one: grids of many countries that trade with each other, commodities with producers and markets,
a core of commodities that everybody uses (transport, heat, buildings, waste services) and that uses everybody, amounts in
units of very different size. Calibrated to what is published of ecoinvent 3.10 and bw2calc 3.1: 23,523 processes, about
290,000 entries, 84 % of the processes in one loop, spectral radius 0.78, 470,000 emissions of 4,700 flows. The standard
deviations of ln are gamma distributed. It says nothing of any real process.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from inventories.home import home
from lca.background import Background, Facts, Links
from lca.catalogue import Catalogue, Places, Process
from lca.distributions import LOGNORMAL
from lca.scores import UnitScores

VERSION = 1
_REGIONS = 6
_SECTORS = 60
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Size:
    """How large the background is, in what it aims at (random counts differ by a percent or so)."""

    processes: int = 23_523
    inputs: int = 385_000
    emissions: int = 513_000
    flows: int = 4_700
    methods: int = 20
    countries: int = 140


ECOINVENT = Size()
SMALL = Size(processes=700, inputs=9_000, emissions=8_000, flows=200, methods=3, countries=8)


@dataclass(frozen=True)
class _Commodity:
    """What is traded: its world market, its regional markets by region, its producers, its branch."""

    market: int
    regional: dict[int, int]
    producers: list[int]
    sector: int
    core: bool


class _Economy:
    """The links of the economy while it is built: consumer, provider, share of value."""

    def __init__(self, size: Size, seed: int) -> None:
        self.size, self.random = size, np.random.default_rng(seed)
        self.country: list[int] = []
        self.is_market: list[bool] = []
        self._links: list[tuple[Integers, int, Floats]] = []
        self.grids = [self._grid(c) for c in range(size.countries)]
        self.commodities = self._commodities()
        self._sort()
        for number, commodity in enumerate(self.commodities):
            self._markets(number, commodity)
        for number, grid in enumerate(self.grids):
            self._trade_power(number, grid)
        self._producers()

    def _add(self, country: int, is_market: bool) -> int:
        self.country.append(country)
        self.is_market.append(is_market)
        return len(self.country) - 1

    def _grid(self, country: int) -> tuple[list[int], list[int]]:
        """Markets of high, medium, low voltage and the two transformers of a country; its power stations."""
        net = [self._add(country, kind) for kind in (True, True, True, False, False)]
        return net, [self._add(country, False) for _ in range(int(self.random.integers(6, 22)))]

    def _commodities(self) -> list[_Commodity]:
        weight = 1 / (np.arange(self.size.countries) + 3.0)
        made: list[_Commodity] = []
        while len(self.country) < self.size.processes - 1:
            made.append(self._commodity(weight / weight.sum(), self.size.processes - len(self.country)))
        return made

    def _commodity(self, weight: Floats, room: int) -> _Commodity:
        count = min(1 + min(int(self.random.pareto(1.1)), 40), room - 1)
        market = self._add(0, True)
        regions = self.random.choice(_REGIONS, self.random.integers(1, 4), replace=False)
        wanted = count >= 3 and self.random.random() < 0.6 and room > count + len(regions) + 1
        regional = {int(r): self._add(0, True) for r in regions} if wanted else {}
        producers = [self._add(int(c), False) for c in self.random.choice(len(weight), count, p=weight)]
        return _Commodity(market, regional, producers, int(self.random.zipf(1.6)) % _SECTORS, bool(self.random.random() < 0.12))

    def _sort(self) -> None:
        """Who belongs to the core and how popular it is; the commodities of a sector in the order of their making."""
        order = self.random.permutation(len(self.commodities))
        self.level = np.empty(len(order))
        self.level[order] = np.arange(len(order))
        self.core = np.array([i for i in order if self.commodities[i].core])
        self.popularity = _zipf(len(self.core), 4.0, 1.2)
        tenth = max(1, len(self.core) // 16)
        self.transport, self.heat, self.infrastructure = self.core[:tenth], self.core[tenth : 2 * tenth], self.core[2 * tenth : 5 * tenth]
        self.waste = self.random.choice(order, max(2, len(order) * 8 // 100), replace=False)
        self.sectors = [
            sorted((i for i, c in enumerate(self.commodities) if c.sector == s), key=lambda i: self.level[i]) for s in range(_SECTORS)
        ]
        self.position = {i: p for members in self.sectors for p, i in enumerate(members)}

    def _link(self, consumer: int, providers: list[int] | Integers, amounts: Floats) -> None:
        self._links.append((np.asarray(providers, dtype=np.int64), consumer, amounts))

    def market_of(self, commodity: int, country: int) -> int:
        """Where a country buys: the market of its region, or of the world."""
        found = self.commodities[commodity]
        return found.regional.get(country % _REGIONS, found.market)

    def _markets(self, number: int, commodity: _Commodity) -> None:
        """A market's suppliers share its sales; freight comes on top."""
        suppliers = list(commodity.producers)
        for region, market in commodity.regional.items():
            near = [p for p in commodity.producers if self.country[p] % _REGIONS == region] or commodity.producers[:2]
            self._share(market, near, 1.0, 1.0)
            self._freight(market, region)
        if commodity.regional:
            suppliers = [*commodity.regional.values(), *suppliers[: max(1, len(suppliers) // 2)]]
        self._share(commodity.market, suppliers, 1.0, 1.0)
        self._freight(commodity.market, 0)

    def _share(self, consumer: int, providers: list[int] | Integers, total: float, spread: float) -> None:
        weight = self.random.lognormal(0, spread, len(providers))
        self._link(consumer, providers, weight / weight.sum() * total)

    def _freight(self, market: int, country: int) -> None:
        bought = {self.market_of(int(c), country) for c in self.random.choice(self.transport, self.random.integers(2, 6))} - {market}
        self._link(market, sorted(bought), self.random.lognormal(0, 1, len(bought)) * 0.01)

    def _trade_power(self, country: int, grid: tuple[list[int], list[int]]) -> None:
        """Power from own stations and three neighbours, down two voltages with their losses."""
        (high, medium, low, first, second), stations = grid
        neighbours = (country + self.random.choice(np.arange(1, 7), 3, replace=False)) % self.size.countries
        suppliers = [*stations, *(self.grids[n][0][0] for n in neighbours)]
        weight = self.random.lognormal(0, 1.2, len(suppliers))
        weight[-3:] *= 0.2
        self._link(high, suppliers, weight / weight.sum() * 1.02)
        for consumer, provider, amount in ((first, high, 1.006), (medium, first, 1.005), (second, medium, 1.005), (low, second, 1.03)):
            lines = [self.market_of(int(c), country) for c in self.random.choice(self.infrastructure, 2, replace=False)]
            self._link(consumer, [provider, *lines], np.array([amount, 1e-3, 1e-3]))

    def _producers(self) -> None:
        of = {p: number for number, c in enumerate(self.commodities) for p in c.producers}
        makers = [*of, *(p for _, stations in self.grids for p in stations)]
        mean = max(3.0, (self.size.inputs - sum(len(p) for p, _, _ in self._links) - self.size.processes) / len(makers))
        for maker in makers:
            providers = np.unique(self._wanted(of.get(maker, -1), self.country[maker], mean))
            providers = providers[providers != maker]
            self._share(maker, providers, float(self.random.beta(4, 5)) * 0.85, 2.0)

    def _wanted(self, commodity: int, country: int, mean: float) -> Integers:
        """What a producer buys: power, heat, buildings, waste services, things of its own branch, things of the core."""
        random = self.random
        count = min(max(2, int(random.lognormal(np.log(mean) - 0.35, 0.85))), 600)
        bought = [self.grids[country][0][2 if random.random() < 0.6 else 1]] if random.random() < 0.9 else []
        goods = [random.choice(self.heat)] if random.random() < 0.35 else []
        goods += [random.choice(self.infrastructure)] if random.random() < 0.6 else []
        goods += random.choice(self.waste, random.integers(0, 4), p=_zipf(len(self.waste), 2.0, 1.0)).tolist()
        rest = max(0, count - len(bought) - len(goods))
        near = random.binomial(rest, 0.7)
        goods += self._of_branch(commodity, near)
        goods += random.choice(self.core, rest - near, p=self.popularity).tolist()
        return np.array([*bought, *(self.market_of(int(g), country) for g in goods)], dtype=np.int64)

    def _of_branch(self, commodity: int, count: int) -> list[int]:
        """Things of the same branch that are made a few steps earlier."""
        place = self.position.get(commodity, 0)
        if place == 0:
            return []
        members = self.sectors[self.commodities[commodity].sector]
        return [members[place - min(int(step), place)] for step in self.random.geometric(0.08, count)]

    def matrix(self) -> sparse.coo_matrix:
        """Z by value: what each process (column) buys of each other (row) per unit sold; a few markets lose some of their own."""
        row = np.concatenate([providers for providers, _, _ in self._links])
        column = np.concatenate([np.full(len(providers), consumer) for providers, consumer, _ in self._links])
        amount = np.concatenate([amounts for _, _, amounts in self._links])
        lossy = np.flatnonzero(np.array(self.is_market) & (self.random.random(len(self.country)) < 0.3))
        entries = (np.r_[amount, self.random.uniform(0, 0.02, len(lossy))], (np.r_[row, lossy], np.r_[column, lossy]))
        whole = sparse.coo_matrix(entries, shape=(len(self.country),) * 2).tocsc()
        whole.sum_duplicates()
        return whole.tocoo()


def _zipf(count: int, shift: float, power: float) -> Floats:
    weight = 1.0 / (np.arange(count) + shift) ** power
    return weight / weight.sum()


def _emissions(economy: _Economy, unit: Floats) -> tuple[Integers, Integers, Floats, Floats]:
    """Flow, process and amount of every emission, and the scale of each flow: many processes emit the common flows."""
    random, size = economy.random, economy.size
    emitters = np.flatnonzero(~np.array(economy.is_market))
    count = random.lognormal(0, 1.0, len(emitters))
    count = np.clip(count / count.sum() * size.emissions, 1, 1500).astype(int)
    column = np.repeat(emitters, count)
    row = random.choice(size.flows, len(column), p=_zipf(size.flows, 3.0, 0.85))
    row, column = np.divmod(np.unique(row * len(unit) + column), len(unit))
    scale = random.lognormal(-3, 2.0, size.flows)
    return row, column, random.lognormal(0, 1.5, len(row)) * scale[row] / unit[column], scale


def _characterisation(economy: _Economy, scale: Floats) -> dict[str, Floats]:
    """Indicators that look at few or many flows, common or rare ones."""
    random, flows = economy.random, economy.size.flows
    factors = {}
    for method in range(economy.size.methods):
        count = min(flows, (200, 2000, 900, 150, 60, 400)[method % 6])
        chosen = random.choice(flows, count, replace=False, p=None if method % 2 else _zipf(flows, 3.0, 0.85))
        chosen = np.union1d(chosen, np.arange(3))
        factors[f"indicator {method + 1}"] = np.zeros(flows)
        factors[f"indicator {method + 1}"][chosen] = random.lognormal(0, 2, len(chosen)) / scale[chosen]
    return factors


def _sigmas(random: np.random.Generator, count: int, share: float, scale: float) -> Floats:
    """Standard deviation of ln of each amount: gamma distributed, zero for those that are taken as known."""
    return np.where(random.random(count) < share, random.gamma(2.0, scale, count) + 0.02, 0.0)


def _build(size: Size, seed: int) -> dict[str, NDArray[np.float64] | Integers]:
    economy = _Economy(size, seed)
    bought = economy.matrix()
    unit = economy.random.lognormal(0, 2.5, size.processes)
    amount = bought.data * unit[bought.row] / unit[bought.col]
    row, column, emitted, scale = _emissions(economy, unit)
    return {
        "input_row": bought.row.astype(np.int64),
        "input_column": bought.col.astype(np.int64),
        "input_amount": amount,
        "input_sigma": _sigmas(economy.random, len(amount), 0.75, 0.09),
        "emission_row": row,
        "emission_column": column,
        "emission_amount": emitted,
        "emission_sigma": _sigmas(economy.random, len(emitted), 0.85, 0.12),
        "factors": np.stack(list(_characterisation(economy, scale).values())),
    }


def synthetic_background(size: Size = ECOINVENT, seed: int = 1) -> Background:
    """The background of that size, made once and kept under LIFELOOP_HOME."""
    path = _place(size, seed) / "background.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.npz")
        np.savez(part, **_build(size, seed))
        part.replace(path)
    with np.load(path) as arrays:
        return _background({name: arrays[name] for name in arrays.files}, size, path.parent.name)


def _place(size: Size, seed: int) -> Path:
    said = "-".join(str(v) for v in asdict(size).values())
    return home() / "benchmarks" / f"synthetic-v{VERSION}-{said}-seed{seed}"


def _background(arrays: dict[str, NDArray[np.float64]], size: Size, name: str) -> Background:
    links = {
        kind: Links(*(arrays[f"{kind}_{part}"] for part in ("row", "column", "amount")), np.zeros(len(arrays[f"{kind}_row"]), dtype=bool))
        for kind in ("input", "emission")
    }
    sigma = np.r_[arrays["input_sigma"], arrays["emission_sigma"]]
    one = np.ones_like(sigma)
    count = len(arrays["input_sigma"])
    processes = tuple(Process(f"process {i}", "GLO", "unit", "made up", "unit process", 2024, ()) for i in range(size.processes))
    return Background(
        catalogue=Catalogue(processes, Places({"GLO": ""}, {"GLO": "world"}, {})),
        inputs=links["input"],
        emissions=links["emission"],
        flows=tuple(f"flow {i}" for i in range(size.flows)),
        groups=("all",),
        group_of_flow=np.zeros(size.flows, dtype=np.int64),
        characterisation={f"indicator {m + 1}": row for m, row in enumerate(arrays["factors"])},
        digest=name,
        facts=Facts(
            keys=tuple(f"amount {i}" for i in range(len(sigma))),
            spread=np.column_stack([one, one, np.full_like(sigma, LOGNORMAL), sigma]),
            of_inputs=np.arange(count),
            of_emissions=np.arange(count, len(sigma)),
            mixes=np.zeros(0, dtype=np.int64),
        ),
        name="synthetic background",
    )


def synthetic_scores(background: Background, size: Size = ECOINVENT, seed: int = 1) -> UnitScores:
    """The unit scores of the background, solved once and kept beside it."""
    from lca.scores import load, save
    from lca.solve import unit_scores

    folder = _place(size, seed)
    known = load(folder, background.digest)
    if known is None:
        save(unit_scores(background), folder, {})
        known = load(folder, background.digest)
    assert known is not None
    return known


def designs(background: Background, count: int, lines: int = 150, seed: int = 7) -> tuple[Integers, Floats]:
    """Demands of `count` designs that share their processes: the numbers of `lines` processes, amounts (count, lines).

    Every line of a design weighs about the same by value, so that no single one decides.
    """
    random = np.random.default_rng(seed)
    chosen = np.sort(random.choice(background.size, lines, replace=False))
    return chosen, random.lognormal(0, 1, (count, lines))


def describe(background: Background) -> dict[str, float]:
    """What the calibration looks at: entries with the diagonal, share in the largest loop, spectral radius, emissions."""
    from scipy.sparse.csgraph import connected_components

    links, size = background.inputs, background.size
    bought = sparse.csr_matrix((links.amount, (links.row, links.column)), shape=(size, size))
    _, label = connected_components(bought, directed=True, connection="strong")
    x = np.ones(size)
    for _ in range(200):
        x = bought.T @ x + 1e-300
        radius = float(np.linalg.norm(x))
        x /= radius
    return {
        "processes": size,
        "entries": int((bought + sparse.identity(size)).nnz),
        "largest loop": float(np.bincount(label).max()) / size,
        "spectral radius": radius,
        "emissions": len(background.emissions.row),
    }
