from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.bench import Bench, bench_on


@pytest.fixture
def bench(postgres_url: str) -> Iterator[Bench]:
    """On PostgreSQL, where several workers may run."""
    with bench_on(postgres_url) as made:
        yield made
