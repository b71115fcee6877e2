"""Look-up by name and place, with the chain from province to world."""

from __future__ import annotations

import pytest

from lca.catalogue import Catalogue
from lca.errors import UnknownName, UnknownProcess
from tests.conftest import PLACES, background_of

WORLD = {
    "steel @ GLO": ("kg", {}, {}),
    "steel @ CN": ("kg", {}, {}),
    "steel @ EU": ("kg", {}, {}),
    "sea salt @ KR": ("kg", {}, {}),
}
CATALOGUE: Catalogue = background_of(WORLD, {"CO2": 1.0}).catalogue


@pytest.mark.parametrize(("asked", "found"), [("CN", "CN"), ("CN-GD", "CN"), ("DE", "EU"), ("KR", "GLO"), ("GLO", "GLO"), ("world", "GLO")])
def test_the_nearest_parent_is_taken(asked: str, found: str) -> None:
    made = CATALOGUE.find("steel", asked)
    assert made.location == found
    assert CATALOGUE.processes[made.index].location == found


def test_a_name_is_found_at_all_its_places() -> None:
    assert CATALOGUE.locations("steel") == ("GLO", "CN", "EU")
    assert CATALOGUE.locations("no such thing") == ()
    assert set(CATALOGUE.names) == {"steel", "sea salt"}


def test_a_process_that_stands_elsewhere_only_says_where() -> None:
    with pytest.raises(UnknownProcess, match="it is there for KR"):
        CATALOGUE.find("sea salt", "DE")


def test_a_misspelt_process_gets_the_nearest_one() -> None:
    with pytest.raises(UnknownProcess, match="did you mean 'steel'"):
        CATALOGUE.find("stele", "DE")


def test_an_unknown_place_is_refused() -> None:
    with pytest.raises(UnknownName, match="unknown place"):
        CATALOGUE.find("steel", "Atlantis")


def test_places_by_code_alias_and_the_chain_to_the_world() -> None:
    assert PLACES.code("World") == PLACES.code("world") == "GLO"
    assert list(PLACES.chain("CN-GD")) == ["CN-GD", "CN", "GLO"]
    with pytest.raises(UnknownName, match="CN-GD"):
        PLACES.code("CN-GX")
