"""What sitemaps and pages have in common: a list of addresses -> documents, a few pages at each look."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, cast

from pydantic import Field

from feeder.errors import Unreadable
from feeder.sources import _turns
from feeder.sources._addresses import Choices, Hosts, Rules, address_of
from feeder.sources._feed_parsed import shown
from feeder.sources._pulled import PulledOptions, remembered
from feeder.sources._source import Look
from feeder.sources._turns import Listed, Past, stamp_of, turn
from feeder.sources._visits import Visits

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import timedelta

    from feeder.model.document import Document, Found
    from feeder.model.where import Pattern, Value
    from feeder.net import Fetched
    from feeder.sources._source import Means, Watch
    from feeder.sources._turns import Turn


class LinkedOptions(PulledOptions):
    """`only` and `skip` choose addresses: the beginning of a path, or a /regex/ that is found in the address.

    `per-look`: pages fetched at one look; the others wait for the next. `sites`: other hosts whose pages count.
    """

    only: Choices = ()
    skip: Choices = ()
    sites: Hosts = ()
    per_look: Annotated[int, Field(ge=1, le=1000)] = 50

    @property
    def rules(self) -> Rules:
        only, skip = (cast("tuple[Value | Pattern, ...]", them) for them in (self.only, self.skip))
        return Rules(self.url, self.sites, only, skip)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list shows now; `whole` if that is all there is to see; `memory` is what the lister wants again."""

    listed: tuple[Listed, ...] = ()
    whole: bool = True
    memory: dict[str, Any] = field(default_factory=dict)
    rest: timedelta | None = None
    notes: tuple[str, ...] = ()


class Linked:
    """`lister(memory, pending)` lists; `pending` are the parts with pages that were not read yet."""

    exhaustive, foreign = False, True

    def __init__(
        self,
        name: str,
        options: LinkedOptions,
        means: Means,
        lister: Callable[[dict[str, Any], frozenset[str]], Listing],
    ) -> None:
        self.name, self.max_age = name, options.max_age
        self._lister, self._most, self._now = lister, options.per_look, means.now
        self._of = _digest(options)
        self._visits = Visits(means.get, means.now, options.rules)
        self._listed: dict[str, Listed] = {}

    def look(
        self,
        known: Mapping[str, str],
        only: Collection[str] | None = None,
        *,
        final: bool = False,  # noqa: ARG002 - what is published settles no more
        memory: str = "",
    ) -> Look:
        if only is not None:  # nobody hears of single pages
            return Look()
        now = self._now()
        if now < self._visits.rests:
            return Look(memory=memory, rest=self._visits.rests - now)
        past = self._past(memory)
        listing = self._lister(past["list"], frozenset(past["parts"]))
        chosen = turn(listing.listed, known, past["past"], self._most, now.isoformat())
        wanted = {one.key for one in chosen.found}
        self._listed = {one.key: one for one in listing.listed if one.key in wanted}
        self._visits.begin()
        return Look(
            found=chosen.found,
            present=_keys(listing) if listing.listed or listing.whole else None,
            gap=chosen.gap and listing.whole,
            memory=self._memory(past["past"], chosen, listing),
            rest=listing.rest,
            notes=listing.notes,
        )

    def read(self, found: Found) -> Document | None:
        if address_of(found.key) is None:
            raise Unreadable("it is no address of a page")
        return self._visits.document(self.name, found, self._listed.get(found.key, Listed(found.key)))

    def watch(self) -> Watch | None:
        return None

    def _past(self, memory: str) -> dict[str, Any]:
        """What earlier looks left; nothing when other options did: then all is old that is not known."""
        past = remembered(memory)
        try:
            if past["of"] != self._of:
                raise ValueError("of another list")  # noqa: TRY301 - all that is wrong has one answer
            seen = Past(str(past["since"]), bool(past["shown"]), _turns.unpacked(past["old"]))
            return {"past": seen, "parts": [str(part) for part in past["parts"]], "list": dict(past["list"])}
        except (KeyError, TypeError, ValueError):
            return {"past": Past(), "parts": [], "list": {}}

    def _memory(self, past: Past, chosen: Turn, listing: Listing) -> str:
        said = {
            "of": self._of,
            "since": past.since or stamp_of(self._now()),
            "shown": past.shown or bool(listing.listed),
            "old": _turns.packed(chosen.old),
            "parts": sorted(chosen.parts),
            "list": listing.memory,
        }
        return json.dumps(said, sort_keys=True, separators=(",", ":"))


def moved(answer: Fetched, options: LinkedOptions) -> tuple[str, ...]:
    """A line for the operator when the list is not where it was."""
    if not options.rules.ours(answer.url):
        return (f"it leads to another site, {shown(answer.url)}, whose pages do not count; change url or sites",)
    if answer.moved is None or answer.moved == options.url:
        return ()
    return (f"it has moved to {shown(answer.moved)}; write the new address into the configuration",)


def _keys(listing: Listing) -> frozenset[str]:
    return frozenset(one.key for one in listing.listed)


def _digest(options: LinkedOptions) -> str:
    """Of the options that decide what is listed."""
    parts = (options.url, *options.sites, "", *map(str, options.only), "", *map(str, options.skip))
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()
