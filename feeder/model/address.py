"""Addresses of articles: from whatever a document said to what may stand in a feed."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from feeder.text import clean

if TYPE_CHECKING:
    from feeder.model.article import Article
    from feeder.model.feed import Feed, Site

_PLAIN = re.compile(r"https?://[a-z0-9.-]+(?::[1-5]?\d{1,4})?/(?:[A-Za-z0-9/:@!$&'()*+,;=~._?-]|%[0-9A-Fa-f]{2})*")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,30}")
_WEB = {"http", "https", "javascript", "data", "vbscript"}
_HOST = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")
_PATH = "/%:@!$&'()*+,;=~"
_QUERY = _PATH + "?"


def uri(address: str | None) -> str | None:
    """The ASCII form of an absolute http or https address; None for everything else.

    Feed readers and validators disagree about other letters in addresses, so none are left: RFC 3987 section 3.1.
    """
    if not address or _PLAIN.fullmatch(address):  # nearly every one, ten times faster
        return address or None
    try:
        parts = urlsplit(_STRAY_PERCENT.sub("%25", clean(address).strip()))
        host = _netloc(parts)
    except ValueError:  # a port or an IPv6 address that is none
        return None
    if parts.scheme not in {"http", "https"} or host is None:
        return None
    path, query, fragment = quote(parts.path, _PATH), quote(parts.query, _QUERY), quote(parts.fragment, _QUERY)
    return urlunsplit((parts.scheme, host, path or "/", query, fragment))


def iri(name: str | None) -> str | None:
    """The ASCII form of an absolute IRI of any scheme that names something, as `tag:` and `urn:`, or None."""
    if found := uri(name):
        return found
    text = clean(name or "").strip()
    scheme, _, rest = text.partition(":")
    if not _SCHEME.fullmatch(scheme) or scheme.lower() in _WEB or not rest or "//" in rest[:2]:
        return None
    return f"{scheme.lower()}:{quote(_STRAY_PERCENT.sub('%25', rest), _QUERY)}"


def _netloc(parts: SplitResult) -> str | None:
    """Host and port; None where there is no host, or a password before it that nobody should publish."""
    if "@" in parts.netloc:
        return None
    host = _ascii_host(parts.hostname or "")
    if not _HOST.fullmatch(host):
        return None
    return host if parts.port is None else f"{host}:{parts.port}"


def _ascii_host(host: str) -> str:
    if ":" in host:
        return f"[{host}]"
    # Not the "idna" codec: it is IDNA 2003, which makes another name out of one with ß.
    labels = unicodedata.normalize("NFKC", host).lower().replace("。", ".").split(".")
    return ".".join(x if x.isascii() else "xn--" + x.encode("punycode").decode() for x in labels)


# What is added to addresses to follow people, and changes nothing of what they lead to.
_TRACKING = re.compile(
    r"(?:utm_\w+|mc_[ce]id|mtm_\w+|pk_\w+|piwik_\w+|matomo_\w+|at_(?:medium|campaign)\w*|ns_\w+|hsa_\w+|_hs\w+|"
    r"fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|igshid|ttclid|li_fat_id|epik|wt_mc|wt\.\w+|cmpid|cmp|"
    r"ito|ref|ref_src|referrer|smid|spm|ocid|ncid|partner|rss|mkt_tok|oly_\w+|vero_\w+|s_cid|trk\w*|xtor|"
    r"__twitter_impression|guccounter|soc_\w+|sr_share\w*)(?:=.*)?|(?:source|feed|from)=rss.*|outputtype=amp",
    re.IGNORECASE,
)
_SAME_HOST = re.compile(r"^(?:(?:www\d?|m|mobile|amp)\.)+(?=[^.]+\.)")
_DEFAULT_PORT = re.compile(r":(?:80|443)$")


def canonical(address: str | None) -> str | None:
    """What stays of an address when its source changes scheme, `www.`, tracking, order of the query, or a slash.

    Not an address any more, only equal or not. None where there is none, and for a home page: it is no article's.
    """
    whole = uri(address)
    if whole is None:
        return None
    parts = urlsplit(whole)
    host = _SAME_HOST.sub("", _DEFAULT_PORT.sub("", parts.netloc.lower()))
    pairs = sorted(pair for pair in parts.query.split("&") if pair and not _TRACKING.fullmatch(pair))
    path = re.sub(r"/{2,}", "/", parts.path).rstrip("/")
    query = f"?{'&'.join(pairs)}" if pairs else ""
    # Most fragments lead to a place within the article; those of single-page sites name it.
    fragment = f"#{parts.fragment}" if parts.fragment.startswith(("!", "/")) else ""
    return f"{host}{path}{query}{fragment}" if path or query or fragment else None


def needs_page(article: Article) -> bool:
    """Whether the article has no usable address of its own, so that we publish a page for it."""
    return uri(article.content.url) is None


def link_of(article: Article, site: Site) -> str:
    """Where a person reads the article: its own address, or its page in our output."""
    pages = uri(site.pages) or site.pages
    return uri(article.content.url) or f"{pages}{quote(clean(article.slug), safe='')}.html"


def folder_of(site: Site) -> str:
    """The address of the output folder, in which the folder of article pages stands; it ends in `/`."""
    pages = uri(site.pages) or site.pages
    return f"{pages.rstrip('/').rpartition('/')[0]}/"


def page_of(feed: Feed) -> str:
    """Where a person reads of a feed: its page in our output."""
    return f"{folder_of(feed.site)}{quote(feed.name)}.html"
