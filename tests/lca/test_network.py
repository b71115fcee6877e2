"""The network of links: sorted by consumer, solved for a supply, and the same after it was stored."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from lca.network import Network, load, network_of, save
from tests.conftest import background_of

# 1 kg car needs 2 kg steel and 3 kWh; 1 kg steel needs 0.5 kWh; 1 kWh needs 0.1 kg steel
WORLD = {
    "car @ GLO": ("kg", {"steel @ GLO": 2.0, "power @ GLO": 3.0}, {"CO2": 0.5}),
    "steel @ GLO": ("kg", {"power @ GLO": 0.5}, {"CO2": 2.0, "CH4": 0.01}),
    "power @ GLO": ("kWh", {"steel @ GLO": 0.1}, {"CO2": 0.4}),
}
NETWORK = network_of(background_of(WORLD, {"CO2": 1.0, "CH4": 29.8}))


def test_inputs_are_found_by_consumer() -> None:
    inputs = dict(zip(*(x.tolist() for x in NETWORK.inputs_of(0)), strict=True))
    assert inputs == {1: 2.0, 2: 3.0}
    assert NETWORK.size == 3


def test_two_links_of_one_pair_are_added() -> None:
    background = background_of(WORLD, {"CO2": 1.0, "CH4": 29.8})
    links = background.inputs
    doubled = type(links)(*(np.r_[x, x] for x in (links.row, links.column, links.amount, links.estimated)))
    twice = network_of(type(background)(**(background.__dict__ | {"inputs": doubled})))
    assert dict(zip(*(x.tolist() for x in twice.inputs_of(0)), strict=True)) == {1: 4.0, 2: 6.0}


def test_the_supply_of_a_loop_by_hand() -> None:
    """One car: steel = 2 + 0.1 power, power = 3 + 0.5 steel, so steel = 2.3 / 0.95 and power = 4 / 0.95."""
    assert NETWORK.supply(np.array([1.0, 0.0, 0.0])) == pytest.approx([1.0, 2.3 / 0.95, 4.0 / 0.95], rel=1e-12)


def test_direct_emissions_are_characterised() -> None:
    assert NETWORK.direct(0) == pytest.approx([0.5, 2.0 + 0.01 * 29.8, 0.4], rel=1e-12)


def test_the_inventory_by_hand() -> None:
    assert NETWORK.inventory(np.array([1.0, 2.0, 5.0])) == pytest.approx([0.5 + 4.0 + 2.0, 0.02], rel=1e-12)


def test_supply_times_direct_emissions_is_the_score_of_the_demand() -> None:
    """Two ways to the same number: what every process emits, and the characterised inventory."""
    supply = NETWORK.supply(np.array([1.0, 0.5, 0.0]))
    assert supply @ NETWORK.direct(0) == pytest.approx(NETWORK.inventory(supply) @ NETWORK.factors[0], rel=1e-12)


def test_a_stored_network_comes_back(tmp_path: Path) -> None:
    save(NETWORK, tmp_path / "store")
    again = load(tmp_path / "store")
    assert again is not None
    for field in fields(Network):
        assert np.array_equal(getattr(again, field.name), getattr(NETWORK, field.name))


@pytest.mark.parametrize("content", [None, b"", b"no archive", b"PK\x03\x04 cut off"])
def test_a_missing_or_broken_store_is_no_network(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "network.npz").write_bytes(content)
    assert load(tmp_path) is None
