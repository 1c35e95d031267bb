"""What a feed's looks tell the next one, as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from feeder.sources._feed_keys import short
from feeder.sources._pulled import conditions, remembered, validators

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feeder.net import Fetched
    from feeder.sources._feed_keys import Keyed

_LINKS = 300
_DOUBLED = 500


@dataclass(frozen=True, slots=True)
class Past:
    """`links` are of the last look that showed entries (shortened), `shown` how many entries the last one had.

    `doubled` are ids that once named several entries at a time, `validators` what the server wants to hear again.
    """

    first: bool = True
    shown: int = 0
    ttl: int | None = None
    links: frozenset[str] = frozenset()
    doubled: frozenset[str] = frozenset()
    validators: tuple[tuple[str, str], ...] = ()

    @property
    def conditions(self) -> tuple[tuple[str, str], ...]:
        return conditions(dict(self.validators))

    def overlaps(self, entries: Iterable[Keyed]) -> bool:
        return any(short(it.link or it.key) in self.links for it in entries)

    def after(self, answer: Fetched, entries: tuple[Keyed, ...], doubled: frozenset[str], ttl: int | None) -> Past:
        links = frozenset(short(it.link or it.key) for it in entries[:_LINKS])
        return replace(
            self,
            first=False,
            shown=len(entries),
            ttl=ttl,
            links=links or self.links,
            doubled=frozenset(sorted(self.doubled | doubled)[:_DOUBLED]),
            validators=tuple(validators(answer).items()),
        )


def written(past: Past, url: str) -> str:
    said = {"feed": short(url), "shown": past.shown, "ttl": past.ttl, **dict(past.validators)}
    lists = {"links": sorted(past.links), "doubled": sorted(past.doubled)}
    return json.dumps(said | {name: them for name, them in lists.items() if them})


def read(memory: str, url: str) -> Past:
    """Nothing where the address was another one then."""
    said = remembered(memory)
    if said.get("feed") != short(url):
        return Past()
    shown, ttl = said.get("shown"), said.get("ttl")
    return Past(
        first=False,
        shown=shown if isinstance(shown, int) else 0,
        ttl=ttl if isinstance(ttl, int) else None,
        links=_texts(said.get("links")),
        doubled=_texts(said.get("doubled")),
        validators=tuple((name, said[name]) for name in ("etag", "modified") if isinstance(said.get(name), str)),
    )


def _texts(value: Any) -> frozenset[str]:
    return frozenset(it for it in value if isinstance(it, str)) if isinstance(value, list) else frozenset()
