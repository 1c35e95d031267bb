"""The tree of a page -> the article as trafilatura finds it, in plain HTML."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element
    from lxml.html import HtmlElement

# TEI, which trafilatura thinks in: https://trafilatura.readthedocs.io/en/latest/usage-python.html
_TAGS = {"quote": "blockquote", "lb": "br", "graphic": "img", "ref": "a", "row": "tr"}
_BLOCKS = {"blockquote", "div", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"}
# Those that say more in `rend`: what its values mean, and what they are without one.
_RENDERED = {
    "head": ({name: name for name in ("h1", "h2", "h3", "h4", "h5", "h6")}, "h3"),
    "hi": ({"#b": "strong", "#i": "em", "#u": "u", "#t": "code", "#sub": "sub", "#sup": "sup"}, "em"),
    "item": ({"dt": "dt", "dd": "dd"}, "li"),
    "list": ({"ol": "ol", "dl": "dl"}, "ul"),
}


def found(page: HtmlElement) -> HtmlElement | None:
    """A new tree; None where nothing is found, or where trafilatura breaks."""
    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # that it finds nothing is an answer, not an event
    try:
        document = bare_extraction(
            page,
            output_format="html",
            include_comments=False,
            include_tables=True,
            include_images=False,
            include_links=True,
            include_formatting=True,
        )
    except Exception:  # noqa: BLE001 - libraries fail in their own ways on hostile input; the simple reader goes on
        return None
    body = getattr(document, "body", None)
    return _html(body) if body is not None else None


def _html(body: _Element) -> HtmlElement:
    from lxml.html import fragment_fromstring, tostring

    for node in body.iter("*"):
        kept = {"href": node.get("target") or ""} if node.tag == "ref" else {}
        kept |= {name: value for name in ("colspan", "rowspan") if (value := node.get(name))}
        node.tag = _tag(node, str(node.tag))
        node.attrib.clear()
        for name, value in kept.items():
            node.set(name, value)
    body.tag = "div"
    whole = fragment_fromstring(tostring(body, encoding="unicode"))
    for node in list(whole.iter("div")):
        if node is not whole:
            _unwrap(node)
    return whole


def _unwrap(node: HtmlElement) -> None:
    """Blocks side by side, since images and the end of the article are looked for between them."""
    if any(child.tag in _BLOCKS for child in node):
        node.drop_tag()
    else:
        node.tag = "p"


def _tag(node: _Element, tag: str) -> str:
    rend = node.get("rend") or ""
    if tag == "cell":
        return "th" if node.get("role") == "head" else "td"
    if tag == "code":
        return "pre" if any("\n" in str(text) for text in node.itertext()) else "code"
    known, otherwise = _RENDERED.get(tag, ({}, _TAGS.get(tag, tag)))
    return known.get(rend.partition("-")[0], otherwise)
