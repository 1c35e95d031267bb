"""Hostile HTML -> a fragment that is safe to show anywhere, its addresses absolute."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from feeder.extractors._draft import absolute
from feeder.extractors._images import picture
from feeder.text import clean

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "col", "colgroup", "dd", "del", "details",
    "dfn",
    "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img",
    "ins", "kbd",
    "li", "mark", "ol", "p", "picture", "pre", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strong",
    "sub",
    "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "u", "ul", "var", "wbr",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title", "hreflang"},
    "abbr": {"title"},
    "blockquote": {"cite"},
    "del": {"cite", "datetime"},
    "img": {"src", "alt", "title", "width", "height"},
    "ins": {"cite", "datetime"},
    "ol": {"start", "reversed"},
    "q": {"cite"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "*": {"lang", "dir"},
}
_DROPPED = {
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "noscript",
    "template",
    "svg",
    "math",
    "form",
    "select",
    "textarea",
    "button",
}
_IMAGES, _LINKS = 2000, 5000  # more are no article's
_ADDRESSES = {"href", "src", "cite"}
_MAIL = re.compile(r"\s*mailto:[^\s<>\"]{3,300}\s*\Z", re.IGNORECASE)
_EMPTY = re.compile(r"<(p|div|span|figure|li|b|i|em|strong|h[1-6])>\s*</\1>")


def sanitise(html: str, base: str) -> str:
    """A fragment: allowed tags and attributes only, addresses absolute, images without one gone."""
    import nh3
    from lxml.html import tostring

    root = fragment(html)
    _tidy(root, base)
    regular = tostring(root, encoding="unicode")  # libxml2 bounds the depth of nesting, which is costly in nh3
    safe = nh3.clean(
        regular,
        tags=_TAGS,
        clean_content_tags=_DROPPED,
        attributes=_ATTRIBUTES,
        attribute_filter=lambda _tag, name, value: _address(value, base) if name in _ADDRESSES else value,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    inner = safe.removeprefix("<div>").removesuffix("</div>")
    return clean(_EMPTY.sub("", inner)).strip()


def fragment(html: str) -> HtmlElement:
    """The HTML inside one div, as libxml2 understands it; `document_fromstring` alone refuses an empty one."""
    from lxml.html import HTMLParser, document_fromstring

    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    page = document_fromstring(f"<html><body>{clean(html)}</body></html>".encode(), parser=parser)
    body = page.find("body")
    whole = body if body is not None else page
    whole.tag = "div"
    return whole


def _tidy(root: HtmlElement, base: str) -> None:
    """Images of every kind get a plain `src`, or go; links beyond the number that an article has lead nowhere."""
    for link in islice(root.iter("a"), _LINKS, None):
        link.attrib.pop("href", None)
    for index, image in enumerate(list(root.iter("img"))):
        if index < _IMAGES and (usable := picture(image, base)):
            image.set("src", usable)
        else:
            image.drop_tree()


def _address(value: str, base: str) -> str | None:
    """Never raises: nh3 would keep the address as it was."""
    return value.strip() if _MAIL.match(value) else absolute(value, base)
