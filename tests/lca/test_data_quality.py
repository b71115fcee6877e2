"""The data-quality rating and its weighting by contribution."""

from __future__ import annotations

import pytest

from lca.data_quality import Quality, weighted_by_contribution
from lca.errors import InputError


def test_the_rating_is_the_mean_of_four() -> None:
    assert Quality(technology=1, geography=2, time=3, precision=4).rating == 2.5


def test_a_large_contribution_weighs_more_and_a_credit_weighs_by_its_size() -> None:
    # 6 kg all primary, 3 kg not, a credit of 1 kg primary: 7 of 10
    assert weighted_by_contribution([1, 0, 1], [6, 3, -1]) == pytest.approx(0.7)


def test_nothing_to_weigh_by_and_ratings_off_the_scale_are_refused() -> None:
    with pytest.raises(InputError):
        weighted_by_contribution([1.0], [0.0])
    with pytest.raises(InputError):
        Quality(technology=0, geography=2, time=3, precision=4)
