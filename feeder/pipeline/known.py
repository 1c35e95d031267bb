"""What the store knows of a source's documents, asked for one by one: a fetch shows few of many."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from feeder.store import documents

if TYPE_CHECKING:
    from feeder.store import Store


class Stamps(Mapping[str, str]):
    """Key -> stamp, of documents that are not gone."""

    def __init__(self, store: Store, source: str) -> None:
        self._store, self._source = store, source

    def __getitem__(self, key: str) -> str:
        with self._store.read() as tx:
            return documents.stamps(tx, self._source, [key])[key]

    def among(self, keys: Collection[str]) -> dict[str, str]:
        """Those of these keys that are known, in a few questions instead of one for each."""
        with self._store.read() as tx:
            return documents.stamps(tx, self._source, keys)

    def __iter__(self) -> Iterator[str]:
        with self._store.read() as tx:
            return iter(documents.stamps(tx, self._source))

    def __len__(self) -> int:
        with self._store.read() as tx:
            return len(documents.stamps(tx, self._source))
