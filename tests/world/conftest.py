"""One market of 20,000 posts for all tests of the room."""

from __future__ import annotations

import pytest

from leumund.world import Market, simulate


@pytest.fixture(scope="session")
def market() -> Market:
    return simulate(seed=7, n_posts=20_000)


@pytest.fixture(scope="session")
def small() -> Market:
    return simulate(seed=5, n_posts=1_500)
