"""A folder of articles for tests of the kind `folder`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from feeder.sources.folder import Folder

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = 1000


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    (tmp_path / "articles").mkdir()
    return Folder("newsroom", tmp_path / "articles", LIMIT)


def put(folder: Folder, *names: str, text: str = "A story.") -> None:
    for name in names:
        path = folder.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
