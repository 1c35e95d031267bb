"""Somebody else's feed -> an item of JSON Feed for each entry: RSS 0.9x to 2.0, RDF, Atom, JSON Feed.

A look reads the feed and holds its entries until they are read. Once the feed has gone on further than it reaches
back, its history is followed to an entry that is known, where it has any.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator

from feeder.config.fields import wrong
from feeder.errors import SourceError, TooHard, Unreadable
from feeder.model.document import ITEM, Document, Found
from feeder.sources import _feed_memory as memories
from feeder.sources._feed_history import MOST, Earlier, earlier
from feeder.sources._feed_hub import hub_of
from feeder.sources._feed_keys import Keyed, doubled, keyed
from feeder.sources._feed_order import oldest_first
from feeder.sources._feed_pages import Pages
from feeder.sources._feed_parse import parse, whole
from feeder.sources._feed_parsed import shown
from feeder.sources._feed_rest import rest_of
from feeder.sources._pulled import PulledOptions, among, digest_of, fetched
from feeder.sources._source import Look, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from feeder.net import Fetched
    from feeder.sources._feed_memory import Past
    from feeder.sources._feed_parsed import Entry, Parsed
    from feeder.sources._source import Means, Watch

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
_TYPES = frozenset(it.partition(";")[0].strip() for it in _ACCEPT.split(","))
_NOTHING, _BEGINS = b"\xef\xbb\xbf \t\r\n", (b"<?xml", b"<rss", b"<feed", b"<rdf:rdf", b"{", b"<!--")
_SWITCH = {"true": MOST, "yes": MOST, "on": MOST, "false": 0, "no": 0, "off": 0}


def _history(value: object) -> int:
    text = str(value).lower()
    if text in _SWITCH:
        return _SWITCH[text]
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= MOST):
        raise wrong(f"is neither true nor false nor a number of entries up to {MOST:,}")
    return int(text)


class Options(PulledOptions):
    """`full-text` reads the page of each new entry; `history` is how many older entries the first look fetches.

    `hub`: subscribe to it, where it names a hub.
    """

    type: Literal["feed"]
    full_text: bool = False
    history: Annotated[int, BeforeValidator(_history)] = 0
    hub: bool = True


class Feed:
    exhaustive, foreign = False, True

    def __init__(self, name: str, options: Options, means: Means) -> None:
        self.name, self.max_age = name, options.max_age
        self._options, self._means = options, means
        self._pages = Pages(name, means.get, means.now)
        self._held: dict[str, Keyed] = {}
        self._edited: frozenset[str] = frozenset()

    def look(
        self,
        known: Mapping[str, str],
        only: Collection[str] | None = None,
        *,
        final: bool = False,  # noqa: ARG002 - nothing in a feed is half written
        memory: str = "",
    ) -> Look:
        past = memories.read(memory, self._options.url)
        answer = self._fetched(self._options.url, past.conditions if only is None else ())
        if answer.status == 304:
            return self._unchanged(answer, past, known, memory)
        parsed = self._parsed(answer)
        useless = past.doubled | doubled(parsed.entries)
        shows = keyed(parsed.entries, useless)
        back, gap = self._back(parsed, shows, past, known) if only is None else (Earlier(), False)
        everything = keyed((*parsed.entries, *back.entries), useless) if back.entries else shows
        stamps = among(known, [it.key for it in everything])
        new = [it for it in oldest_first(everything) if stamps.get(it.key) != it.stamp]
        new = [it for it in new if only is None or it.key in only]
        self._hold(new, stamps)
        now = past.after(answer, shows, useless, parsed.ttl)
        return Look(
            found=tuple(Found(it.key, it.stamp) for it in new),
            refused=_refused((*parsed.spoilt, *back.spoilt), known),
            present=frozenset(it.key for it in everything),
            gap=gap,
            memory=memory if only is not None else memories.written(now, self._options.url),
            rest=max(filter(None, (rest_of(answer, parsed.ttl, self._means.now()), back.rest)), default=None),
            notes=(*self._moved(answer), *_emptied(past, shows), *filter(None, (back.note,))),
            hub=hub_of(answer, parsed) if self._options.hub else ("", ""),
        )

    def read(self, found: Found) -> Document | None:
        it = self._held.get(found.key)
        if it is None or it.stamp != found.stamp:
            return None
        item, link = it.item, it.item.get("url")
        if self._options.full_text and link:
            page = self._pages.page(link)
            if page is None and it.key in self._edited:
                return None  # or the beginning of the article would take the place of the whole
            item = item | {"_page": page} if page else item
        body = json.dumps(item).encode()
        modified = datetime.fromisoformat(it.date) if it.date else self._means.now()
        return Document(self.name, it.key, it.stamp, ITEM, body, modified, digest_of(body), link)

    def watch(self) -> Watch | None:
        """Nobody tells when a feed changes."""

    def _unchanged(self, answer: Fetched, past: Past, known: Mapping[str, str], memory: str) -> Look:
        """What was found before and could not be stored, or read, is found again."""
        again = [it for it in self._held.values() if known.get(it.key) != it.stamp]
        self._hold(again, known)
        found = tuple(Found(it.key, it.stamp) for it in again)
        rest = rest_of(answer, past.ttl, self._means.now())
        return Look(found, memory=memory, rest=rest, notes=self._moved(answer))

    def _fetched(self, url: str, asked: tuple[tuple[str, str], ...] = ()) -> Fetched:
        limit = self._options.max_size
        return fetched(self.name, self._means.get, url, accept=_ACCEPT, limit=limit, headers=asked)

    def _parsed(self, answer: Fetched) -> Parsed:
        stated = answer.header("content-type") or ""
        try:
            call = partial(self._means.call, parse)
            return whole(call, answer.body, stated, answer.url, self._options.encoding)
        except Unreadable as error:
            raise SourceError(self.name, f"the answer {error.reason}") from None
        except TooHard as error:
            raise SourceError(self.name, f"the feed cannot be read: {error.reason}") from None

    def _back(
        self, parsed: Parsed, shows: tuple[Keyed, ...], past: Past, known: Mapping[str, str]
    ) -> tuple[Earlier, bool]:
        """What is fetched from the history, and whether something may be missing nevertheless."""
        if past.first:
            most = self._options.history - len(parsed.entries)
            return self._earlier(parsed, lambda _: False, most) if most > 0 else Earlier(), False

        def is_known(entries: tuple[Entry, ...]) -> bool:
            them = keyed(entries, past.doubled)
            return past.overlaps(them) or any(known.get(it.key) is not None for it in them)

        if not past.links or not shows or is_known(parsed.entries):
            return Earlier(), False
        back = self._earlier(parsed, is_known, MOST)
        return back, not is_known(back.entries)

    def _earlier(self, parsed: Parsed, enough: Callable[[tuple[Entry, ...]], bool], most: int) -> Earlier:
        return earlier(lambda url: self._parsed(self._fetched(url)), parsed, enough, self._means.now, most)

    def _hold(self, new: list[Keyed], known: Mapping[str, str]) -> None:
        self._pages.begin()
        self._held = {it.key: it for it in new}
        self._edited = frozenset(it.key for it in new if known.get(it.key))

    def _moved(self, answer: Fetched) -> tuple[str, ...]:
        if answer.moved is None or answer.moved == self._options.url:
            return ()
        return (f"it has moved to {shown(answer.moved)}; write the new address into the configuration",)


def is_feed(call: Callable[..., Parsed], answer: Fetched) -> bool:
    """Whether what was fetched can be a source of this type; `call` as in Means."""
    kind = (answer.header("content-type") or "").partition(";")[0].strip().lower()
    if not (kind in _TYPES or answer.body.lstrip(_NOTHING)[:9].lower().startswith(_BEGINS)):
        return False
    try:
        return bool(call(parse, answer.body, kind, answer.url).kind)
    except (Unreadable, TooHard):
        return False


def _emptied(past: Past, shows: tuple[Keyed, ...]) -> tuple[str, ...]:
    return (f"it shows no entries any more; it had {past.shown:,} before",) if past.shown and not shows else ()


def _refused(spoilt: tuple[tuple[str, str], ...], known: Mapping[str, str]) -> tuple[Refused, ...]:
    found = (Refused(Found(name, digest_of(reason.encode())), reason) for name, reason in spoilt)
    return tuple(it for it in found if known.get(it.found.key) != it.found.stamp)


def open_feed(name: str, options: Options, means: Means) -> Feed:
    return Feed(name, options, means)
