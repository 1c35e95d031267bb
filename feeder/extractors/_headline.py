"""What a page calls itself, where it says so several times -> its title."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.html import HtmlElement

    from feeder.extractors._meta import Declared

_PARTS = re.compile(r"\s+(?:::|[-–—•·»«›‹>/~])\s+|\s*[|｜│¦]\s*")
_LETTERS = re.compile(r"[\W_]+")
_KICKER = re.compile(
    r"(?:^|[\W_])(?:kicker|overline|dachzeile|topline|roofline|spitzmarke|pre-?title|eyebrow|surtitle|volanta)"
    r"(?:[\W_]|\Z)",
    re.IGNORECASE,
)
_EDGE = " |｜│¦:-–—•·»«›‹>/~"
_LONG, _MOST = 12, 12


def headline(page: HtmlElement, said: Declared, address: str | None) -> tuple[str, str]:
    """A heading that agrees with a declared title; else a declared title without the site's name; else any h1."""
    sites = site_names(said, address)
    titles = [(alone, origin) for value, origin in said["title"] if (alone := without_site(value, sites))]
    headings = _headings(page, sites, address)
    agreeable = _without_front(titles)
    for tags in (("h1",), ("h2", "h3")):
        for tag, heading in headings:
            if tag in tags and any(_agree(heading, title, tag) for title in agreeable):
                return heading, tag
    first = next((heading for tag, heading in headings if tag == "h1"), "")
    if titles:
        value, origin = titles[0]
        if origin != "title":
            return value, origin
        if not first:
            return _begin(value), origin
    return (first, "h1") if first else ("", "")


def _without_front(titles: list[tuple[str, str]]) -> list[str]:
    """What headings may agree with: of `The Post: A headline` in <title> only what Open Graph calls the title."""
    best = titles[0][0] if titles and titles[0][1] != "title" else ""
    return [title for title, origin in titles if origin != "title" or not best or best not in title]


def _begin(title: str) -> str:
    """Without its last part, which is mostly a site's name that nobody declares, where it is the shorter one."""
    last = _PARTS.split(title)[-1]
    return title[: title.rindex(last)].rstrip(_EDGE) if len(last) < len(title) / 2 else title


def _agree(heading: str, title: str, tag: str) -> bool:
    here, there = heading.casefold(), title.casefold()
    if tag == "h1":
        return here == there or (len(here) > _LONG and here in there)
    return here == there or (len(here) > _LONG and here in there and len(here) * 2 > len(there))


def _headings(page: HtmlElement, sites: set[str], address: str | None) -> list[tuple[str, str]]:
    """Those that are not the site's own name."""
    found = []
    for node, _ in zip(page.iter("h1", "h2", "h3"), range(40), strict=False):
        text = _shown(node)
        if text and not is_site(text, sites) and not _leads_home(node, text, address):
            found.append((str(node.tag), text))
    return found[:_MOST]


def _shown(node: HtmlElement) -> str:
    """Its words without the line above them, which is no part of the title."""
    above = [
        it for it in node.iterdescendants("span", "small", "div", "p") if _KICKER.search(it.get("class") or "")
    ]
    text = one_line(node.text_content())
    for it in above[:1]:
        kicker = one_line(it.text_content())
        if kicker and text.startswith(kicker) and len(text) > len(kicker) + _LONG:
            text = text[len(kicker) :].lstrip(" :|-–—•")
    return text


def _leads_home(node: HtmlElement, text: str, address: str | None) -> bool:
    """The whole of it is a link to the front page, so that it names the site."""
    return any(
        one_line(link.text_content()) == text and _is_home(link.get("href") or "", address)
        for _, link in zip(range(_MOST), node.iter("a"), strict=False)
    )


def _is_home(href: str, address: str | None) -> bool:
    parts = _split(href)
    if not href or parts is None or parts.path not in {"", "/"} or href.startswith("#"):
        return False
    own = urlsplit(address).netloc if address else ""
    return not parts.netloc or not own or parts.netloc in own or own in parts.netloc


def _split(href: str) -> SplitResult | None:
    try:
        return urlsplit(href.strip())
    except ValueError:  # as of a broken IPv6 host
        return None


def site_names(said: Declared, address: str | None) -> set[str]:
    """The site's names, letters only: what it declares, and the labels of its host."""
    names = {_key(value) for value, _ in said["publisher"]}
    host = (urlsplit(address).hostname or "") if address else ""
    labels = host.removeprefix("www.").split(".")
    names |= {_key(host.removeprefix("www.")), *(_key(label) for label in labels[:-1] if len(label) > 3)}
    return {name for name in names if len(name) > 2}


def is_site(text: str, sites: Iterable[str]) -> bool:
    key = _key(text)
    return any(
        key == site
        or (len(key) > 3 and site.startswith(key))
        or (len(site) > 3 and site in key and len(key) < 2 * len(site))
        for site in sites
    )


def _key(text: str) -> str:
    return _LETTERS.sub("", text).casefold()


def without_site(title: str, sites: set[str]) -> str:
    """Parts at its ends that are the site's name go, as long as something is left."""
    while len(parts := _PARTS.split(title)) > 1:
        if is_site(parts[-1], sites):
            title = title[: title.rindex(parts[-1])].rstrip(_EDGE)
        elif is_site(parts[0], sites):
            title = title[title.index(parts[0]) + len(parts[0]) :].lstrip(_EDGE)
        else:
            break
    return title
