"""Files are replaced by rename while others read them."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.server.asking import Reply, ask

if TYPE_CHECKING:
    from tests.server.conftest import Site


@pytest.mark.parametrize(("size", "rounds"), [(20_000, 60), (9 * 1024 * 1024, 4)], ids=["small", "large"])
def test_every_answer_is_whole_and_its_etag_is_of_its_body(site: Site, size: int, rounds: int) -> None:
    site.write("all.atom", b"0" * size)
    over = threading.Event()

    def read() -> list[Reply]:
        replies = [ask(site.address, "/feeds/all.atom")]
        while not over.is_set():
            replies.append(ask(site.address, "/feeds/all.atom"))
        return [*replies, ask(site.address, "/feeds/all.atom")]

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        replace(site, size, rounds)
        over.set()
        replies = [reply for reader in readers for reply in reader.result()]
    for reply in replies:
        assert not reply.body.strip(reply.body[:1]), "two versions in one answer"
        assert int(reply["content-length"]) == len(reply.body)
        assert reply["etag"] == f'"{hashlib.sha256(reply.body).hexdigest()[:32]}"'
    assert {readers[0].result()[-1].body[:1]} == {str(rounds % 10).encode()}


def replace(site: Site, size: int, rounds: int) -> None:
    """Another length each time, so that the end of one would show in the other."""
    for number in range(1, rounds + 1):
        site.write(".next", str(number % 10).encode() * (size + number))
        (site.folder / ".next").rename(site.folder / "all.atom")
        assert ask(site.address, "/feeds/all.atom").status == 200
