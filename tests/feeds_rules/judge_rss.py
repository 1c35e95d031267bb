"""What the W3C validator objects to in RSS 2.0 at its strictest level, and what the Advisory Board's profile asks.

A judge of our own: it reads nothing of feeder's but the bytes, and answers with the objections, each by the
validator's name for it where it has one.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

SPACES = {
    "http://www.w3.org/2005/Atom": "atom",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://search.yahoo.com/mrss/": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "https://podcastindex.org/namespace/1.0": "podcast",
    "http://purl.org/syndication/history/1.0": "fh",
}
CHANNEL_ONCE = [
    "title", "link", "description", "language", "copyright", "managingEditor", "webMaster", "pubDate",
    "lastBuildDate", "generator", "docs", "cloud", "ttl", "image", "rating", "textInput", "skipHours",
    "skipDays", "itunes:author", "itunes:explicit", "itunes:type", "itunes:owner", "itunes:image",
]  # fmt: skip
ITEM_ONCE = [
    "title", "link", "description", "author", "comments", "enclosure", "guid", "pubDate", "source",
    "content:encoded", "dc:language", "dc:rights", "itunes:duration", "itunes:episode", "itunes:season",
    "itunes:explicit", "itunes:image", "itunes:title",
]  # fmt: skip
PLAIN = [
    "title", "category", "copyright", "managingEditor", "dc:creator", "dc:rights", "itunes:author",
    "itunes:title",
]  # fmt: skip
_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    r"\d{2}:\d{2}:\d{2} (?:[+-]\d{4}|GMT)"
)
_CONTACT = re.compile(r"[^\s@()]+@[^\s@()]+ \([^()]+\)")
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9/?#\[\]:@!$&'()*+,;=~._%-]+")
_LANGUAGE = re.compile(r"(?:[A-Za-z]{2,8}|x)(?:-[A-Za-z0-9]{1,8})*")
_END_TAG = re.compile(r"</(?:a|b|br|code|div|em|h[1-6]|i|img|li|p|script|span|strong|u|ul)\s*>", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:[a-z]{2,8}|#\d+|#x[0-9a-f]+);", re.IGNORECASE)
_BAD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd\ufffe\uffff]")
_ACTIVE = {"script", "iframe", "object", "embed", "applet", "meta", "link", "style", "form", "base"}


def objections(body: bytes, address: str | None = None) -> list[str]:
    """`address` is where the document is served."""
    root: Any = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    channel = root.find("channel")
    found = [*_document(body, root), *_channel(channel, address)]
    for item in channel.iterfind("item"):
        found += [f"{item.findtext('guid')}: {it}" for it in _item(item)]
    guids = Counter(node.text for node in channel.iterfind("item/guid"))
    return found + [f"DuplicateValue: guid {guid}" for guid, count in guids.items() if count > 1]


def _name(node: Any) -> str:
    space, _, local = node.tag[1:].rpartition("}") if node.tag.startswith("{") else ("", "", node.tag)
    return f"{SPACES.get(space, '?')}:{local}" if space else local


def _document(body: bytes, root: Any) -> Iterator[str]:
    text = body.decode()
    if not body.startswith(b"<?xml") or b"<!DOCTYPE" in body[:200]:
        yield "declaration or DOCTYPE"
    if _BAD.search(text):
        yield "BadCharacters"
    if root.tag != "rss" or root.get("version") != "2.0" or len(root) != 1:
        yield "UndefinedElement: root"
    used = {node.tag[1:].partition("}")[0] for node in root.iter() if node.tag.startswith("{")}
    for prefix, space in root.nsmap.items():
        if SPACES.get(space) != prefix:
            yield f"UnknownNamespace or ReservedPrefix: {prefix} {space}"
        if space not in used:
            yield f"namespace declared and not used: {prefix}"
    for line in re.findall(r">([^<>]*)<", text):
        if "&amp;" in line or "&lt;" in line:
            yield f"CharacterData: {line[:60]}"


def _common(node: Any, once: list[str]) -> Iterator[str]:
    counts = Counter(_name(child) for child in node)
    yield from (f"DuplicateElement: {name}" for name in once if counts[name] > 1)
    yield from (f"UnknownNamespace: {name}" for name in counts if name.startswith("?"))
    for child in node:
        name, words = _name(child), child.text or ""
        if name in PLAIN and (_END_TAG.search(words) or _REFERENCE.search(words)):
            yield f"ContainsHTML: {name} {words[:60]}"
        if name in {"pubDate", "lastBuildDate"}:
            yield from _date(words)
        if name in {"link", "comments"} and not _is_uri(words):
            yield f"InvalidFullLink: {name} {words[:60]}"
        if name == "category" and not words.strip():
            yield "NotBlank: category"
        if name == "category" and child.get("domain") and not _is_uri(child.get("domain")):
            yield "category domain is no address"
    if {"dc:date", "pubDate"} <= counts.keys() or {"dc:subject", "category"} <= counts.keys():
        yield "DuplicateSemantics"


def _date(words: str) -> Iterator[str]:
    if not _DATE.fullmatch(words):
        yield f"ProblematicalRFC822Date: {words}"
    elif parsedate_to_datetime(words) > datetime(2026, 12, 31, tzinfo=UTC) + timedelta(days=365):
        yield f"ImplausibleDate: {words}"


def _is_uri(words: str | None) -> bool:
    return bool(words and _URI.fullmatch(words) and urlsplit(words).scheme)


def _is_web(words: str | None) -> bool:
    return _is_uri(words) and words is not None and words.startswith(("http://", "https://"))


# ---------------------------------------------------------------- channel


def _channel(channel: Any, address: str | None) -> Iterator[str]:
    names = [_name(child) for child in channel]
    yield from _common(channel, CHANNEL_ONCE)
    for name in ("title", "link", "description"):
        if not (channel.findtext(name) or "").strip():
            yield f"MissingElement: {name}"
    if "item" in names and any(name != "item" for name in names[names.index("item") :]):
        yield "MisplacedItem"
    if channel.findtext("docs") != "http://www.rssboard.org/rss-specification":
        yield "docs"
    language = channel.findtext("language")
    if language is not None and not _LANGUAGE.fullmatch(language):
        yield f"InvalidLanguage: {language}"
    for name in ("managingEditor", "webMaster"):
        if (contact := channel.findtext(name)) and not _CONTACT.fullmatch(contact):
            yield f"InvalidContact: {contact}"
    yield from _links(channel, address)
    yield from _image(channel)


def _links(channel: Any, address: str | None) -> Iterator[str]:
    links = channel.findall("{http://www.w3.org/2005/Atom}link")
    own = [link for link in links if link.get("rel") == "self"]
    if address and [link.get("href") for link in own] != [address]:
        yield "MissingAtomSelfLink or SelfDoesntMatchLocation"
    if any(link.get("type") != "application/rss+xml" for link in own):
        yield "self without its type"
    if channel.findtext("link") in {link.get("href") for link in links}:
        yield "the link of the channel is that of the feed or of a hub"
    archive = channel.find("{http://purl.org/syndication/history/1.0}archive") is not None
    if archive and "current" not in {link.get("rel") for link in links}:
        yield "MissingCurrentInArchive"
    for link in links:
        if not _is_web(link.get("href")):
            yield f"InvalidURIAttribute: {link.get('href')}"


def _image(channel: Any) -> Iterator[str]:
    image = channel.find("image")
    if image is None:
        return
    if image.findtext("title") != channel.findtext("title"):
        yield "ImageTitleDoesntMatch"
    if image.findtext("link") != channel.findtext("link"):
        yield "ImageLinkDoesntMatch"
    if not re.search(r"\.(?:gif|jpe?g|png)\Z", image.findtext("url") or ""):
        yield "ImageUrlFormat"


# ---------------------------------------------------------------- item


def _item(item: Any) -> Iterator[str]:
    names = [_name(child) for child in item]
    yield from _common(item, ITEM_ONCE)
    if not {"title", "description"} <= set(names):
        yield "MissingElement: title and description"
    if "author" in names:
        yield "author: people are dc:creator"
    if "content:encoded" in names and names.index("description") > names.index("content:encoded"):
        yield "NeedDescriptionBeforeContent"
    yield from _guid(item)
    yield from _enclosure(item)
    yield from _media(item)
    source = item.find("source")
    if source is not None and not _is_uri(source.get("url")):
        yield "MissingAttribute: source url"
    for name in ("description", "{http://purl.org/rss/1.0/modules/content/}encoded"):
        yield from markup(item.findtext(name) or "")
    if any(
        link.get("rel") in {"current", "prev-archive"} for link in item.iter("{http://www.w3.org/2005/Atom}link")
    ):
        yield "FeedHistoryRelInEntry"


def _guid(item: Any) -> Iterator[str]:
    guid = item.find("guid")
    if guid is None or not guid.text:
        yield "MissingGuid"
    elif guid.get("isPermaLink", "true") == "true" and not _is_web(guid.text):
        yield "InvalidHttpGUID"


def _enclosure(item: Any) -> Iterator[str]:
    for it in item.iterfind("enclosure"):
        if not _is_web(it.get("url")):
            yield "InvalidURLAttribute: enclosure"
        if not (it.get("length") or "").isdigit():
            yield "InvalidIntegerAttribute: UseZeroForUnknown"
        if not _MEDIA_TYPE.fullmatch(it.get("type") or ""):
            yield "InvalidMIMEAttribute"


def _media(item: Any) -> Iterator[str]:
    for node in item.iter("{http://search.yahoo.com/mrss/}*"):
        name = _name(node)
        if name == "media:group":
            yield "MediaGroupWithoutAlternatives"
        if name in {"media:content", "media:thumbnail"} and not _is_web(node.get("url")):
            yield f"InvalidURIAttribute: {name}"
        if node.get("type") and name == "media:content" and not _MEDIA_TYPE.fullmatch(node.get("type")):
            yield "InvalidMIMEAttribute"
        if node.get("medium") not in {None, "image", "audio", "video", "document", "executable"}:
            yield "InvalidMediaMedium"
        if any(not (node.get(key) or "0").isdigit() for key in ("fileSize", "duration", "width", "height")):
            yield "InvalidIntegerAttribute"
        if name == "media:credit" and not (node.text and node.get("role")):
            yield "InvalidCreditRole"


class _Markup(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _ACTIVE:
            self.found.append(f"SecurityRisk: {tag}")
        for name, value in attrs:
            if name.startswith("on") or (value or "").strip().lower().startswith("javascript:"):
                self.found.append(f"SecurityRisk: {name}")
            if name in {"href", "src"} and not urlsplit((value or "").strip()).scheme:
                self.found.append(f"ContainsRelRef: {value}")


def markup(html: str) -> list[str]:
    """What is dangerous, or leads nowhere, in a fragment of HTML."""
    reader = _Markup()
    reader.feed(html)
    reader.close()
    return reader.found
