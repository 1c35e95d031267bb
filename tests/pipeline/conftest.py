from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pipeline.desk import Newsroom

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.store import Store


@pytest.fixture
def newsroom(store: Store, tmp_path: Path) -> Newsroom:
    return Newsroom(store, tmp_path / "articles")
