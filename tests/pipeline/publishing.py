"""Publishers for tests, also as a process: python -m tests.pipeline.publishing STORE FOLDER TIMES FEEDS DIE.

With DIE it kills itself when it asks for the nth time whether the folder is still its own.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feeder.pipeline.publish import Output, Publisher
from feeder.pipeline.siblings import SUFFIXES
from feeder.store import Store
from tests.conftest import ROOT
from tests.pipeline.outside import OUTPUT, SITE
from tests.samples import feed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
    """Every file below, hidden ones too, but for the one that names the folder and what belongs to documents."""
    found = [it for it in sorted(folder.rglob("*")) if it.is_file() and it.name != ".feeder"]
    found = [it for it in found if it.suffix not in SUFFIXES and it.relative_to(folder).parts[0] != ".versions"]
    return {str(it.relative_to(folder)): it.read_bytes() for it in found}


# What a process can be asked to publish.
_KINDS = {"usual": FEEDS, "small": {"all": feed(title="All", limit=5)}}


def process(store_url: str, folder: Path, feeds: str = "usual", die: int = 0) -> subprocess.Popen[bytes]:
    """A process that publishes everything five times, or what has changed until it dies."""
    words = ["-m", "tests.pipeline.publishing", store_url, str(folder), "1" if die else "5", feeds, str(die)]
    return subprocess.Popen([sys.executable, *words], cwd=ROOT)


def _mine(die: int) -> Callable[[], bool]:
    asked = 0

    def mine() -> bool:
        nonlocal asked
        asked += 1
        if asked == die:
            os.kill(os.getpid(), signal.SIGKILL)
        return True

    return mine


def _main(store_url: str, folder: str, times: str, feeds: str, die: str) -> None:
    store, here = Store(store_url), output(Path(folder), _KINDS[feeds])
    for _ in range(int(times)):
        assert not Publisher(store, here, _mine(int(die))).publish(everything=die == "0").problems
    store.close()


if __name__ == "__main__":
    _main(*sys.argv[1:])
