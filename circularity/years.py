"""The year of what is logged as having happened: not one that is still to come."""

from __future__ import annotations

from lca.errors import InputError, Problem


def not_later(year: int, this_year: int, field: str = "year") -> int:
    """The year. Raises InputError when it is after `this_year`, that of the user's day (`lca.ledger.today`)."""
    if year > this_year:
        raise InputError(Problem(f"later than this year, {this_year}", field=field, value=str(year), hint="is the year right?"))
    return year
