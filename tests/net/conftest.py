from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from feeder.net import Client, Guard

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOPBACK = Guard(["127.0.0.0/8", "::1/128"])


@pytest.fixture
def client() -> Iterator[Client]:
    """A client in a hurry that may reach loopback."""
    made = Client(LOOPBACK, total=1.0, connect=0.5, body=0.3)
    yield made
    made.close()
