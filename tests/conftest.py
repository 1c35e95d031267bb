"""What all tests may ask for: a store of either kind, and files that lie beside the repository."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from feeder.store import Store
from tests import postgres, tables

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent

# How long an example takes to make is the affair of the machine.
settings.register_profile("patient", suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with postgres.running() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of an empty database; for a test that asks for `store` it has all tables."""
    bare = "store" not in request.fixturenames
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/feeder.db" if bare else tables.in_folder(tmp_path)
    server = request.getfixturevalue("postgres_server")
    return postgres.new_database(server) if bare else tables.on_server(server)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = Store(store_url)
    yield opened
    opened.close()
