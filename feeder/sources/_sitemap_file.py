"""The bytes of one sitemap -> the addresses on it.

https://www.sitemaps.org/protocol.html, with Google's extensions for news and images. Meant for a process of its
own: this is what strangers write.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING

from feeder.errors import Unreadable
from feeder.sources._addresses import address_of, never_an_article
from feeder.sources._turns import ONCE, stamp_of
from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element

    from feeder.sources._addresses import Rules

# The protocol's own limits, of bytes and of addresses.
LARGEST = 52_428_800
MOST = 50_000
_GZIP = b"\x1f\x8b"
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # the byte order marks of UTF-16, in which XML may be too
_LONGEST = 1000  # characters of a title
_HINTS = {
    "feed": "it is an Atom feed, no sitemap; use type: feed",
    "html": "it is a web page, no sitemap; use type: page",
    "rdf": "it is an RSS feed, no sitemap; use type: feed",
    "rss": "it is an RSS feed, no sitemap; use type: feed",
}
_SAID = {
    "news:title": "title",
    "news:publication_date": "published",
    "news:language": "language",
    "news:name": "publisher",
    "image:loc": "image",
}
# Of so many addresses, a moment that most of them share is that of the file, and says nothing of a page.
_MANY = 10
_CDATA = b"<![CDATA["
_BARE = re.compile(rb"&(?!#?\w{1,32};)")
_END = re.compile(rb"</[\w.:-]*(?:urlset|sitemapindex)\s*>|<[\w.:-]*(?:urlset|sitemapindex)[^>]*/>", re.IGNORECASE)
_SHORT_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?")
_TRIED = 100  # lines of a text, by which it is told from other things


Row = tuple[str, str, str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Child:
    """A sitemap that an index lists; `stamp` is when it was changed, or ONCE."""

    address: str
    stamp: str


@dataclass(frozen=True, slots=True)
class SitemapFile:
    """`listed`: key, stamp, date and what is said of each, bare: 50,000 of them go to another process.

    `cut`: there was more than one file may hold, and the rest was left.
    """

    listed: tuple[Row, ...] = ()
    children: tuple[Child, ...] = ()
    cut: bool = False


def read_file(body: bytes, address: str, rules: Rules) -> SitemapFile:
    """Raises Unreadable."""
    plain = _unpacked(body).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not plain.startswith((b"<", *_WIDE)):
        return _lines(plain, rules)
    elements = list(islice(_elements(_escaped(plain), address), MOST + 1))
    there = elements[:MOST] if _is_whole(plain) else elements[: min(MOST, len(elements) - 1)]
    listed = tuple(_listed([it for it in there if isinstance(it, _Url)], rules))
    children = {it.address: it for it in there if isinstance(it, Child)}
    return SitemapFile(listed, tuple(children.values()), cut=len(elements) > MOST)


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(_GZIP):
        return body
    try:
        with gzip.open(BytesIO(body)) as file:
            plain = file.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error):
        raise Unreadable("its gzip cannot be unpacked") from None
    if len(plain) > LARGEST:
        raise Unreadable(f"unpacked, it is larger than {LARGEST:,} bytes")
    return plain


# ---------------------------------------------------------------- XML


def _escaped(body: bytes) -> bytes:
    """Addresses with a bare & are common, and a parser would drop what follows it."""
    if body.startswith(_WIDE):
        return body
    first, *others = body.split(_CDATA)
    parts = [it.partition(b"]]>") for it in others]
    return _CDATA.join([_BARE.sub(b"&amp;", first), *(it[0] + it[1] + _BARE.sub(b"&amp;", it[2]) for it in parts)])


def _is_whole(body: bytes) -> bool:
    """Whether the root ends; otherwise the last address may be half of one."""
    return body.startswith(_WIDE) or _END.search(body[-2000:]) is not None


@dataclass(frozen=True, slots=True)
class _Url:
    address: str
    changed: str
    said: dict[str, str]


def _elements(body: bytes, address: str) -> Iterator[_Url | Child]:
    """Each is forgotten once it was read, so that no file needs more memory than its bytes."""
    from lxml.etree import XMLSyntaxError, iterparse

    root = None
    reading = iterparse(
        BytesIO(body), ("start", "end"), resolve_entities=False, no_network=True, recover=True, huge_tree=False
    )
    try:
        for event, element in reading:
            if root is None:
                root = element
                _refuse_others(_local(root))
            if event == "end" and element.getparent() is root:
                yield from _element(element, address)
                _forget(element, root)
    except XMLSyntaxError:
        root = None
    if root is None:
        raise Unreadable("it is neither a sitemap nor any other XML that can be read")


def _forget(element: _Element, root: _Element) -> None:
    """Only what lies behind: the parser is some elements ahead, and still builds at those."""
    element.clear()
    while root[0] is not element:
        del root[0]


def _refuse_others(root: str) -> None:
    if root not in {"urlset", "sitemapindex"}:
        raise Unreadable(_HINTS.get(root, f"it is no sitemap: it begins with <{one_line(root, 40)}>"))


def _element(element: _Element, address: str) -> Iterator[_Url | Child]:
    fields = _fields(element)
    place = address_of(fields.get("loc", ""), address)
    if place is None:
        return
    changed = moment(fields.get("lastmod", ""))
    if _local(element) == "sitemap":
        yield Child(place, changed or ONCE)
    elif _local(element) == "url":
        yield _Url(place, changed, fields)


def _fields(element: _Element) -> dict[str, str]:
    """Texts by their usual names, since namespaces are often misspelt. The first of each counts."""
    found: dict[str, str] = {}
    for child in element:
        name = _local(child)
        for node in child.iter():
            known = f"{name}:{_local(node)}" if name in {"news", "image"} else name
            found.setdefault(known, (node.text or "").strip())
    return found


def _local(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2].rpartition(":")[2].lower()


def _listed(urls: list[_Url], rules: Rules) -> Iterator[Row]:
    shared = _shared(url.changed for url in urls)
    first: dict[str, _Url] = {}
    for url in urls:
        first.setdefault(url.address, url)
    for url in first.values():
        if _counts(url, rules):
            published = moment(url.said.get("news:publication_date", ""))
            changed = "" if url.changed == shared else url.changed
            yield url.address, max(changed, published) or ONCE, published or changed, _said(url)


def _counts(url: _Url, rules: Rules) -> bool:
    if not rules.ours(url.address) or not rules.chosen(url.address):
        return False
    return (
        bool(rules.only) or any(name.startswith("news:") for name in url.said) or not never_an_article(url.address)
    )


def _said(url: _Url) -> tuple[tuple[str, str], ...]:
    there = ((field, url.said[name]) for name, field in _SAID.items() if name in url.said)
    found = ((field, one_line(text, _LONGEST)) for field, text in there)
    return tuple((field, text) for field, text in found if text)


def _shared(moments: Iterable[str]) -> str | None:
    counted = Counter(moments)
    total = counted.total()
    best, times = counted.most_common(1)[0] if counted else ("", 0)
    return best if total >= _MANY and times * 2 > total else None


def moment(text: str) -> str:
    """A W3C date, or whatever else is written there, as a stamp; nothing for what is no date."""
    short = _SHORT_DATE.fullmatch(text)
    try:
        found = datetime.fromisoformat(f"{short[1]}-{short[2] or '01'}-01" if short else text)
    except ValueError:
        try:
            found = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError):
            return ""
    try:
        return stamp_of(found if found.tzinfo else found.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return ""


# ---------------------------------------------------------------- text


def _lines(body: bytes, rules: Rules) -> SitemapFile:
    """One address a line."""
    lines = [line for line in body.decode("utf-8", "replace").splitlines() if line.strip()]
    first = [address_of(line) for line in lines[:_TRIED]]
    if first.count(None) * 2 > len(first) or not first:
        raise Unreadable("it is neither XML nor a list of addresses" if first else "it is empty")
    there = dict.fromkeys(address for line in lines[:MOST] if (address := address_of(line)))
    listed = tuple((one, ONCE, "", ()) for one in there if _counts(_Url(one, "", {}), rules))
    return SitemapFile(listed, cut=len(lines) > MOST)
