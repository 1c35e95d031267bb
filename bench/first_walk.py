"""A file is copied into the folder -> it is in the feeds on disk -> a receiver has verified the webhook.

Beside it, in the same round, the floor: the same feed files written, synced and renamed by hand, and some of their
bytes posted with plain `requests`. Prints medians and their ratios; milliseconds are only for scale.

    python -m bench.first_walk [ROUNDS]
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

import requests

from tests.daemon.harness import Newsroom, Partner, until

WARM = 3


def main(rounds: int) -> None:
    feeds, hooks, floors = [], [], []
    with tempfile.TemporaryDirectory() as folder, Partner() as partner, _newsroom(folder, partner) as newsroom:
        newsroom.start()
        until((newsroom.feeds / "all.json").exists)
        for number in range(rounds + WARM):
            in_feed, told = _walk(newsroom, partner, number)
            feeds.append(in_feed)
            hooks.append(told)
            floors.append(_floor(newsroom, partner))
        newsroom.stop()
    _say("file copied -> in the feed on disk", feeds[WARM:])
    _say("file copied -> webhook verified", hooks[WARM:])
    _say("floor: write, fsync, rename; plain POST", floors[WARM:])
    print(f"webhook verified / floor: {median(hooks[WARM:]) / median(floors[WARM:]):.1f}")


def _newsroom(folder: str, partner: Partner) -> Newsroom:
    return Newsroom(Path(folder), {"partner": {"url": f"{partner.url}/partner"}})


def _walk(newsroom: Newsroom, partner: Partner, number: int) -> tuple[float, float]:
    """Seconds until the feed holds it and until the receiver has verified it."""
    title = f"Story number {number} of this measurement"
    before = len(partner.told)
    began = time.time()
    newsroom.story(f"{number}.txt", title)
    until(lambda: title in newsroom.titles()[:1])
    in_feed = time.time() - began
    until(lambda: len(partner.told) > before)
    return in_feed, partner.told[-1].at - began


def _floor(newsroom: Newsroom, partner: Partner) -> float:
    bodies = [(newsroom.feeds / f"all.{form}").read_bytes() for form in ("atom", "rss", "json")]
    began = time.time()
    for number, body in enumerate(bodies):
        passing = newsroom.folder / f"floor{number}.tmp"
        with passing.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        passing.rename(newsroom.folder / f"floor{number}")
    requests.post(f"{partner.url}/floor", data=bodies[2][:2000], timeout=5)
    partner.wrong.clear()  # nobody signed it
    return time.time() - began


def _say(what: str, seconds: list[float]) -> None:
    high = quantiles(seconds, n=100)[98] if len(seconds) > 1 else seconds[0]
    print(f"{what:42} median {median(seconds) * 1000:7.1f} ms   p99 {high * 1000:7.1f} ms   of {len(seconds)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
