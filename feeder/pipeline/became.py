"""A document that is not there -> what became of its feed: it moved, or it has ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from feeder.formats import FORMATS
from feeder.store import feeds

if TYPE_CHECKING:
    from feeder.pipeline.output import Output
    from feeder.store import Store

_ARCHIVE = "archive/"


@dataclass(frozen=True, slots=True)
class Fate:
    """The absolute address that it moved to, for good; None when it has ended."""

    address: str | None = None


def became(store: Store, output: Output, path: str) -> Fate | None:
    """None for whatever is or never was a feed document. For any thread; one query at most. Raises StoreError.

    `path` is below the output folder. Archives do not move: the feed that took the place has its own.
    """
    stem, _, extension = path.rpartition(".")
    if extension not in FORMATS or "\0" in stem:  # which PostgreSQL refuses to look for
        return None
    if stem.startswith(_ARCHIVE):
        name = stem.removeprefix(_ARCHIVE).rpartition("/")[0]
        return Fate() if name.partition("/")[0] in output.moved or _ended(store, output, name) else None
    address = _address(output, stem, extension)
    if address is not None:
        return Fate(address)
    return Fate() if _ended(store, output, stem) else None


def moved_to(output: Output, address: str) -> str | None:
    """Where the feed is now whose document had this address, which is one of ours; None where it has not moved."""
    stem, _, extension = unquote(address.removeprefix(output.url)).rpartition(".")
    return _address(output, stem, extension)


def _address(output: Output, stem: str, extension: str) -> str | None:
    """One feed of many, as `by-category/asia`, is looked for under the same name there."""
    target = output.moved.get(stem.partition("/")[0])
    if target is None:
        return None
    if "://" in target:
        return target.replace("{format}", extension)
    _, slash, rest = stem.partition("/")
    return output.url + quote(f"{target}{slash}{rest}.{extension}")


def _ended(store: Store, output: Output, name: str) -> bool:
    if name in output.feeds:
        return False
    with store.read() as tx:
        state = feeds.state_of(tx, name)
    return state is not None and state.ended
