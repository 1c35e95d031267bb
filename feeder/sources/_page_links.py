"""The HTML of a listing page -> the articles that it links to.

Meant for a process of its own: this is what strangers write. What tells an article from the rest of a page was
weighed on front pages and sections of newspapers: the words of a headline, an address with a date, a number or
many words, and where on the page the link stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from feeder.errors import Unreadable
from feeder.model.address import canonical
from feeder.sources._addresses import address_of, host_of, never_an_article
from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.html import HtmlElement

    from feeder.sources._addresses import Rules

MOST = 1000  # articles of one page
_ANCHORS = 5000
_ENOUGH = 4  # points
_DEEP = 60  # steps up from a link
_NODES = 50  # within a link
_TEXT = 300
_DATE = re.compile(
    r"/(?:19|20)\d\d(?:[/_.-]?(?:0[1-9]|1[0-2]|[1-9]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))(?=[/_.-]|\d\d\b|$)",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?<![a-z\d])(?:[a-z]{0,4}\d{5,}|[\da-f]{8,}(?:-[\da-f]{4,})*(?=[\da-f-]*\d))", re.IGNORECASE
)
# Names in a query whose numbers name an article.
_NAMED = re.compile(r"\w*id\w?|p|no|num|seq|idx|article\w*|story\w*|news\w*", re.IGNORECASE)
_DIGITS = re.compile(r"[a-z]{0,4}\d{2,}", re.IGNORECASE)
_FRONT = re.compile(r"(?:index|home|startseite)(?:[.-].*)?", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]{2,}")
_WIDE = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_FURNITURE = frozenset({"nav", "footer", "form", "menu"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5"})
_FURNISHED = re.compile(
    r"(?:^|[\s_-])(?:nav|navi|navigation|navbar|menu|footer|breadcrumbs?|pagination|pager|social|share|sharing|cookie|"
    r"toolbar|skip|sitemap|submenu|topbar|tags?|byline|author|kicker-link)(?:$|[\s_-])",
    re.IGNORECASE,
)
_ITEM = re.compile(
    r"(?:^|[\s_-])(?:article|teaser|story|card|headline|post|entry|news-item|title)(?:$|[\s_-])", re.IGNORECASE
)


@dataclass(slots=True)
class _Link:
    """All links of a page to one address."""

    address: str
    texts: list[str] = field(default_factory=list)
    headed: bool = False
    item: bool = False
    free: bool = False  # at least once it stands outside of the page's furniture


def read_links(body: bytes, charset: str | None, address: str, rules: Rules) -> tuple[tuple[str, ...], int]:
    """The addresses of articles as they come on the page, and how many links there were. Raises Unreadable."""
    page = _parsed(body, charset)
    base = next((it.get("href") for it in page.iter("base") if it.get("href")), None)
    links = _links(page, address_of(base, address) or address if base else address)
    here = canonical(address)
    ours = [it for key, it in links.items() if key != here and rules.ours(it.address) and rules.chosen(it.address)]
    if not rules.only:
        sections = _sections(it.address for it in ours)
        ours = [it for it in ours if points(it, address, sections) >= _ENOUGH]
    return tuple(it.address for it in ours)[:MOST], len(links)


def _parsed(body: bytes, charset: str | None) -> HtmlElement:
    from lxml.etree import ParserError
    from lxml.html import HTMLParser, document_fromstring

    try:
        parser = HTMLParser(encoding=charset, remove_comments=True, remove_pis=True, no_network=True)
    except LookupError:
        parser = HTMLParser(remove_comments=True, remove_pis=True, no_network=True)
    try:
        return document_fromstring(body, parser=parser)
    except ParserError:
        raise Unreadable("the page is empty") from None


def _links(page: HtmlElement, base: str) -> dict[str, _Link]:
    found: dict[str, _Link] = {}
    for count, anchor in enumerate(page.iter("a")):
        if count >= _ANCHORS:
            break
        if (address := address_of(anchor.get("href") or "", base)) is not None:
            plain = _plain(address)
            link = found.setdefault(canonical(plain) or plain, _Link(plain))
            link.address = min(link.address, plain, key=len)
            _note(link, anchor)
    return found


def _plain(address: str) -> str:
    """Without a query that only says where on the page the link stood: the path names the article by itself."""
    path, _, query = address.partition("?")
    if not query or any(_NAMED.fullmatch(key) for key, _ in parse_qsl(query)):
        return address
    return path if _of_address(path) >= 2 else address


def _note(link: _Link, anchor: HtmlElement) -> None:
    link.texts.append(one_line("".join(islice(anchor.itertext(), _NODES))[: 4 * _TEXT], _TEXT))
    furnished = False
    for steps, node in enumerate((anchor, *anchor.iterancestors())):
        if steps > _DEEP or node.tag in {"body", "html"}:
            break
        said = f"{node.get('class') or ''} {node.get('id') or ''}"[:500]
        furnished |= (
            node.tag in _FURNITURE
            or node.get("role") == "navigation"
            or bool(_FURNISHED.search(said) and steps < 8)
        )
        link.headed |= steps < 4 and node.tag in _HEADINGS
        link.item |= steps < 6 and (node.tag == "article" or bool(_ITEM.search(said)))
    link.headed |= any(node.tag in _HEADINGS for node in islice(anchor.iter(), _NODES))
    link.free |= not furnished


def _sections(addresses: Iterable[str]) -> frozenset[str]:
    """Paths below which others of the page lie."""
    counted: dict[str, int] = {}
    for address in addresses:
        parts = urlsplit(address).path.rstrip("/").split("/")
        for end in range(2, len(parts)):
            above = "/".join(parts[:end])
            counted[above] = counted.get(above, 0) + 1
    return frozenset(path for path, count in counted.items() if count >= 2)


def points(link: _Link, listing: str, sections: frozenset[str]) -> int:
    """How much speaks for an article."""
    if never_an_article(link.address):
        return 0
    here, there = (it.removeprefix("www.") for it in (host_of(listing), host_of(link.address)))
    return (
        _of_address(link.address)
        + _of_text(max(link.texts, key=_length))
        + 2 * link.headed
        + link.item
        - 3 * (not link.free)
        - 2 * (here != there)
        - 2 * (urlsplit(link.address).path.rstrip("/") in sections)
    )


def _of_address(address: str) -> int:
    parts = urlsplit(address)
    above, _, name = parts.path.rstrip("/").rpartition("/")
    dated, numbered = bool(_DATE.search(parts.path)), bool(_NUMBER.search(parts.path) or _asked_for(parts.query))
    front = bool(_FRONT.fullmatch(name))
    words = len(_WORDS.findall((above.rpartition("/")[2] if front else name).replace("_", "-")))
    slug = 3 if words >= 5 else max(0, words - 2)
    return min(slug + 3 * dated + 2 * numbered, 4) - 2 * (front and not dated and not numbered)


def _asked_for(query: str) -> bool:
    return any(_NAMED.fullmatch(key) and _DIGITS.fullmatch(value) for key, value in parse_qsl(query))


def _of_text(text: str) -> int:
    length = _length(text)
    return 3 if length >= 40 else 2 if length >= 25 else 1 if length >= 15 else 0 if length >= 8 else -1


def _length(text: str) -> int:
    """In letters of an alphabet; those of scripts without spaces count double."""
    return len(text) + len(_WIDE.findall(text))
