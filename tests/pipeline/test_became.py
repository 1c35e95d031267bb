"""Who asks for a feed that moved or ended is told so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from feeder.pipeline.became import Fate, became
from tests.pipeline.outside import OUTPUT
from tests.pipeline.paper import Paper
from tests.samples import feed

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.store import Store

ENDED, NOTHING = Fate(), None


@pytest.mark.parametrize(
    ("path", "fate"),
    [
        ("gone.atom", ENDED),
        ("archive/gone/00001.atom", ENDED),
        ("gone.html", NOTHING),
        ("all.atom", NOTHING),
        ("never.atom", NOTHING),
        ("../gone.atom", NOTHING),
        ("by/a\0b.atom", NOTHING),
        ("archive/by/a\0b/00001.atom", NOTHING),
        ("old.rss", Fate(f"{OUTPUT}all.rss")),
        ("old/asia.json", Fate(f"{OUTPUT}all/asia.json")),
        ("archive/old/00001.rss", ENDED),
        ("away.json", Fate("https://other.example/feed.json")),
    ],
)
def test_a_feed_that_moved_or_ended_is_known(store: Store, tmp_path: Path, path: str, fate: Fate | None) -> None:
    paper = Paper(store, tmp_path / "feeds")
    paper.configure({"all": feed(title="All"), "gone": feed(title="Gone")})
    moved = {"old": "all", "away": "https://other.example/feed.{format}"}
    paper.configure({"all": feed(title="All")}, moved=moved)
    assert became(store, paper.publisher._output, path) == fate
