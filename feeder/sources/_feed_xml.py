"""RSS, RDF and Atom, well-formed or not -> Parsed, by feedparser."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from xml.sax import SAXParseException

from feeder.errors import Unreadable
from feeder.sources import _feed_repaired
from feeder.sources._feed_charset import decoded
from feeder.sources._feed_entry import authors, entry_of, line
from feeder.sources._feed_media import number
from feeder.sources._feed_parsed import MOST, Entry, Parsed, address, pruned, shown
from feeder.sources._feed_pieces import PIECE, piece
from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEAD = 65_536  # characters within which a document says what it is
_SPOILT = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_SKIPPED = (("<!--", "-->"), ("<?", "?>"))
_ROOT = re.compile(r"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_DOCTYPE = re.compile(r"<!doctype\s+html", re.IGNORECASE)
_PAGE = frozenset({"html", "head", "body", "meta", "title", "script", "link", "div", "p"})
_FEED = frozenset({"rss", "rdf", "feed", "channel", "entry", "item"})
_NO_FEED = {
    "urlset": "; a sitemap is a source of type sitemap",
    "sitemapindex": "; a sitemap is a source of type sitemap",
    "opml": "; it is a list of feeds: write the address of one of them",
}
_OWN_NAMESPACE = re.compile(
    r"""(<(?:rss|channel)\b[^>]{0,1000}?)\sxmlns\s*=\s*(?:"[^"]*"|'[^']*')""", re.IGNORECASE
)
_PREFIX = re.compile(r"<([A-Za-z_]\w{0,20}):channel\b")
_FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
)
_END = 2000
_ENDS = re.compile(r"</(?:\w+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
_LONGEST_TTL = 10_080  # minutes; whoever writes more meant seconds


def parse(body: bytes, content_type: str, url: str, encoding: str | None, number: int) -> Parsed:
    text, pieces = piece(decoded(body, content_type, encoding), number, MOST)
    root = _root(text)
    if root in _PAGE:
        raise Unreadable(f"is an HTML page, and no feed{_advertised(text, url)}")
    said = _read(text, root)
    if not said.entries and not (said.version or root in _FEED):
        raise Unreadable(_no_feed(root))
    if (
        not said.entries
        and not _ENDS.search(text[-_END:])
        and isinstance(said.get("bozo_exception"), SAXParseException)
    ):
        raise Unreadable("is a broken feed, and none of its entries can be read")
    parsed = _parsed(said, url, number * PIECE, cut=bool(said.bozo) and _is_cut(text))
    return replace(parsed, pieces=pieces)


def _root(text: str) -> str:
    """The name of the first element, in lower case; `html` where a doctype says so."""
    head, at = text[:_HEAD], text.find("<", 0, _HEAD)
    while at >= 0:
        if _DOCTYPE.match(head, at):
            return "html"
        if found := _ROOT.match(head, at):
            return found[2].lower()
        end = next((close for start, close in _SKIPPED if head.startswith(start, at)), "<")
        after = head.find(end, at + 1)
        at = head.find("<", after + (end != "<")) if after >= 0 else -1
    return ""


def _read(text: str, root: str) -> Any:
    said = _feed_repaired.parse(text)
    if said.entries or root not in _FEED:
        return said
    plain = _plain(text)
    again = _feed_repaired.parse(plain) if plain != text else said
    return again if again.entries else said


def _plain(text: str) -> str:
    """RSS without the namespace, or the prefix, that somebody gave it."""
    text = _OWN_NAMESPACE.sub(r"\1", text[:_HEAD]) + text[_HEAD:]
    prefix = _PREFIX.search(text[:_HEAD])
    return re.sub(rf"(</?){prefix[1]}:", r"\1", text) if prefix else text


def _parsed(said: Any, url: str, before: int, *, cut: bool) -> Parsed:
    feed = said.feed
    about = _about(feed, url)
    whole = said.entries[:-1] if cut else said.entries
    entries: list[Entry] = []
    spoilt: list[tuple[str, str]] = []
    for count, it in enumerate(whole[:MOST], before + 1):
        try:
            entries.append(entry_of(it, feed, url, about))
        except _SPOILT as error:
            name = one_line(str(it.get("id") or f"entry {count}"), 200)
            spoilt.append((name, f"this entry of the feed cannot be read ({type(error).__name__})"))
    older = _related(feed, "prev-archive") or _related(feed, "next")
    return Parsed(
        kind=said.version or "rss",
        entries=tuple(entries),
        spoilt=tuple(spoilt),
        older=address(older, url),
        ttl=_ttl(feed),
        hub=address(_related(feed, "hub"), url),
        own=address(_related(feed, "self"), url),
    )


def _about(feed: Mapping[str, Any], url: str) -> dict[str, Any]:
    language = feed.get("language") or (feed.get("title_detail") or {}).get("language") or ""
    return pruned(
        {
            "title": line(feed, "title"),
            "url": address(feed.get("link"), url),
            "language": one_line(str(language), 40),
            "authors": authors(feed, url),
            "feed_url": address(_related(feed, "self"), url) or address(url, ""),
            "id": one_line(str(feed.get("id") or ""), 500),
        }
    )


def _related(feed: Mapping[str, Any], relation: str) -> str | None:
    """https://www.rfc-editor.org/rfc/rfc5005"""
    wanted = {relation, f"http://www.iana.org/assignments/relation/{relation}"}
    return next((it.get("href") for it in feed.get("links") or [] if it.get("rel") in wanted), None)


def _ttl(feed: Mapping[str, Any]) -> int | None:
    """Seconds: RSS's `ttl`, which counts minutes.

    Not the syndication module's updatePeriod: WordPress says "hourly" of every blog there is, unasked.
    """
    minutes = number(feed.get("ttl"))
    return 60 * minutes if minutes and minutes <= _LONGEST_TTL else None


def _is_cut(text: str) -> bool:
    """Whether the document ends within its last entry, of which a part is worse than nothing."""
    for name in ("item", "entry"):
        opened = max(text.rfind(f"<{name}>"), text.rfind(f"<{name} "))
        if opened >= 0:
            return text.find(f"</{name}", opened) < 0
    return False


def _no_feed(root: str) -> str:
    if not root:
        return "is no feed, and not even XML"
    return f"is XML, but no feed: it begins with <{root[:40]}>{_NO_FEED.get(root, '')}"


def _advertised(text: str, url: str) -> str:
    """The feed that the page names, as browsers once showed it."""
    from lxml import etree, html

    try:
        links = html.fromstring(text[:_HEAD].encode("utf-8", "replace")).iterfind(".//link[@href]")
        feeds = [it.get("href") for it in links if (it.get("type") or "").strip().lower() in _FEED_TYPES]
    except (etree.LxmlError, ValueError, AssertionError):
        feeds = []
    found = next((found for it in feeds if (found := address(it, url))), None)
    if found is None:
        return ": it may ask to log in, or the feed has moved"
    return f"; the page names this one: {shown(found)}"
