"""What tests share: the shipped background solved once, small worlds to solve by hand, and the command line."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

ROOT = Path(__file__).parent.parent
os.environ.setdefault("LIFELOOP_HOME", str(ROOT / "out" / "test-home"))

from lca.background import Background, Links  # noqa: E402
from lca.catalogue import Catalogue, Places, Process  # noqa: E402
from lca.scores import UnitScores  # noqa: E402

PLACES = Places(
    parents={"GLO": "", "EU": "GLO", "DE": "EU", "CN": "GLO", "CN-GD": "CN", "KR": "GLO"},
    names={"GLO": "world", "EU": "European Union", "DE": "Germany", "CN": "China", "CN-GD": "Guangdong", "KR": "South Korea"},
    aliases={"world": "GLO"},
)

World = dict[str, tuple[str, dict[str, float], dict[str, float]]]


def background_of(world: World, factors: dict[str, float]) -> Background:
    """A background written down as {'name @ place': (unit, {input: amount}, {flow: kg})}."""
    keys = list(world)
    flows = list(factors)
    processes = tuple(
        Process(k.split(" @ ")[0], k.split(" @ ")[1], unit, "metal", "unit process", 2024, ("toy",)) for k, (unit, _, _) in world.items()
    )
    inputs = [(keys.index(i), keys.index(k), a) for k, (_, ins, _) in world.items() for i, a in ins.items()]
    emissions = [(flows.index(f), keys.index(k), a) for k, (_, _, outs) in world.items() for f, a in outs.items()]
    return Background(
        catalogue=Catalogue(processes, PLACES),
        inputs=_links(inputs),
        emissions=_links(emissions),
        flows=tuple(flows),
        groups=tuple(flows),
        group_of_flow=np.arange(len(flows)),
        characterisation={"AR6-GWP100": np.array(list(factors.values()))},
        digest="toy",
        name="toy",
    )


def _links(entries: list[tuple[int, int, float]]) -> Links:
    row, column, amount = zip(*entries, strict=True) if entries else ((), (), ())
    return Links(np.array(row, int), np.array(column, int), np.array(amount, float), np.zeros(len(entries), bool))


@pytest.fixture(scope="session")
def scores() -> UnitScores:
    """Unit scores of the shipped background."""
    from inventories.score_store import unit_scores

    return unit_scores()


@pytest.fixture
def lifeloop() -> Callable[..., Result]:
    """The command line in this process: lifeloop('assess', 'xiaomi_14', '--json')."""
    from cli.main import lifeloop as group

    runner = CliRunner()
    return lambda *args: runner.invoke(group, [str(a) for a in args], catch_exceptions=False)


PHONE = """\
id: {id}
name: A phone
category: smartphone
functional_unit: {{description: one phone used for 3 years, quantity: 1, unit: piece}}
service_life: {{value: 3, unit: year, source: spec}}
mass: {{value: {mass}, unit: g, source: spec}}
parameters:
  case_mass: {{value: {mass}, unit: g, low: 100, high: 300, source: spec}}
  use_grid: {{type: location, value: {grid}, source: spec}}
stages:
  materials:
    - part: case
      process: {process}
      location: {place}
      amount: {amount}
      unit: {unit}
      source: {source}
  use:
    - {{part: charging, process: "electricity, low voltage", location: "{{use_grid}}", amount: "6 * service_life", unit: kWh, source: spec}}
packaging:
  - {{component: box, level: retail, material: folding boxboard, mass: {{value: 60, unit: g, source: spec}}, class: fibre, markets: {markets}, source: spec}}
sources:
  spec: {{title: A sheet, publisher: A maker, year: 2024}}
"""
GOOD = {
    "id": "my-phone",
    "mass": "200",
    "grid": "CN",
    "process": '"aluminium, sheet"',
    "place": "CN",
    "amount": "case_mass",
    "unit": "g",
    "source": "spec",
    "markets": "[international]",
}


@pytest.fixture
def phone_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a small product file; keyword arguments replace single words of it."""

    def write(name: str = "my-phone.yaml", **words: str) -> Path:
        path = tmp_path / name
        path.write_text(PHONE.format(**(GOOD | words)), encoding="utf-8")
        return path

    return write
