"""Publishers for tests, also as a process: python -m tests.pipeline.publishing STORE FOLDER TIMES."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feeder.pipeline.publish import Output, Publisher
from feeder.store import Store
from tests.conftest import ROOT
from tests.pipeline.outside import OUTPUT, SITE
from tests.samples import feed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feeder.config import FeedOptions

FEEDS = {"all": feed(title="All"), "by-category": feed(for_each="category", title="On {category}")}


def output(folder: Path, feeds: Mapping[str, FeedOptions] | None = None, **changes: Any) -> Output:
    values: dict[str, Any] = {
        "folder": folder,
        "url": OUTPUT,
        "site": SITE,
        "feeds": feeds or FEEDS,
        "hubs": (),
    }
    return Output(**(values | changes))


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below, hidden ones too, but for the one that names the folder."""
    found = [it for it in sorted(folder.rglob("*")) if it.is_file() and it.name != ".feeder"]
    return {str(it.relative_to(folder)): it.read_bytes() for it in found}


def process(store_url: str, folder: Path) -> subprocess.Popen[bytes]:
    """A process that publishes everything five times."""
    words = ["-m", "tests.pipeline.publishing", store_url, str(folder), "5"]
    return subprocess.Popen([sys.executable, *words], cwd=ROOT)


if __name__ == "__main__":
    store, here = Store(sys.argv[1]), output(Path(sys.argv[2]))
    for _ in range(int(sys.argv[3])):
        assert not Publisher(store, here).publish(everything=True).problems
    store.close()
