"""Markets that lie within one another: what is sold in one is sold in the other too, so the two are never added up."""

from __future__ import annotations

from collections.abc import Iterable

from circularity.ewaste import UNSPECIFIED

#: Markets that hold all others.
WHOLES = frozenset({"world", "all", "GLO", UNSPECIFIED})
#: The two that divide the world.
HALVES = frozenset({"international", "domestic"})
#: Members of the European Union since 2020, ISO 3166 (https://european-union.europa.eu/principles-countries-history/eu-countries_en).
_UNION = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    }
)


def overlapping(markets: Iterable[str]) -> bool:
    """Whether one of the markets lies within another: a country in `international` or EU, a province in its country, any in the world.

    Which country is the domestic one is not said, so one beside `domestic` is taken for another one, and one beside
    `international` for a part of it.
    """
    named = set(markets)
    countries = named - WHOLES - HALVES
    if named & WHOLES and len(named) > 1:
        return True
    return bool("international" in named and countries) or any(_within(a, b) for a in countries for b in countries if a != b)


def _within(part: str, whole: str) -> bool:
    return part.startswith(f"{whole}-") or (whole == "EU" and part.partition("-")[0] in _UNION)


def home_in_doubt(markets: Iterable[str]) -> list[str]:
    """The countries beside `domestic`, each of which may be the home country; empty when there is no such market, or an overlap anyway."""
    named = set(markets)
    return [] if "domestic" not in named or overlapping(named) else sorted(named - WHOLES - HALVES)
