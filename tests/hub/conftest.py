from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hub.scene import Scene, Subscriber

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A newsroom with a hub of its own and one article."""
    with Scene(tmp_path) as made:
        yield made


@pytest.fixture
def reader() -> Iterator[Subscriber]:
    with Subscriber() as made:
        yield made
