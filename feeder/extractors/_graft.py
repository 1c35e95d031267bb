"""The article without its images, and the page -> the article with those that stood between its words.

Extractors find the words better when they look at nothing else (measured: F1 0.926 against 0.916 on 990 pages), so
images come back afterwards: the page is one string of letters in which every image has a place, and so has every
paragraph that was kept. An image that stands near to kept words belongs to them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from feeder.extractors._images import picture
from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

_BLOCKS = ("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre")
_SKIPPED = frozenset({"script", "style", "noscript", "template", "nav", "footer", "aside", "button", "select"})
_NO_PICTURE = re.compile(
    r"(?:^|[\W_])(?:ad|ads|advert|author|avatar|badge|banner|button|emoji|gravatar|icons?|logo|pixel|profile|promo|"
    r"related|share|social|sponsor|sprite|teaser|tracking|wp-smiley)(?:[\W_]|\Z)",
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s+")
_KEY, _NEAR, _BESIDE, _SMALL, _MOST = 60, 400, 120, 80, 200


@dataclass(frozen=True, slots=True)
class _Image:
    at: int  # letters of the page before it
    node: HtmlElement
    url: str
    caption: str


def graft(article: HtmlElement, page: HtmlElement, base: str) -> None:
    """Put the images of the page into the article, each behind the block that it followed."""
    letters, images = _stream(page, base)
    places = _places(article, letters)
    if not places:
        return
    seen: set[str] = set()
    behind: dict[int, list[HtmlElement]] = {}
    for image in images:
        index = _behind(image.at, places)
        if index is not None and image.url not in seen:
            seen.add(image.url)
            behind.setdefault(index, []).append(_figure(image))
    for index, figures in behind.items():
        for figure in reversed(figures):
            if index < 0:
                article.insert(0, figure)
            else:
                places[index][2].addnext(figure)


def _behind(at: int, places: list[tuple[int, int, HtmlElement]]) -> int | None:
    """The block that the image follows, -1 for the beginning; None when it stands among words that were left out.

    What stands beyond the last block is mostly another article's picture.
    """
    index = bisect_left(places, at, key=lambda place: place[0]) - 1
    before = at - places[index][1] if index >= 0 else _NEAR
    after = places[index + 1][0] - at if index + 1 < len(places) else _NEAR
    near = _NEAR if index < 0 or 0 < before + after <= 2 * _NEAR else _BESIDE
    return index if min(before, after) < near else None


def _stream(page: HtmlElement, base: str) -> tuple[str, list[_Image]]:
    """All letters of the page without white space, and its images."""
    parts: list[str] = []
    images: list[_Image] = []
    length = 0
    for kind, value in _walk(page):
        if kind == "text":
            part = _SPACE.sub("", str(value))
            parts.append(part)
            length += len(part)
        elif len(images) < _MOST and (image := _image(value, base, length)):
            images.append(image)
    return "".join(parts), images


def _walk(page: HtmlElement) -> Iterator[tuple[str, HtmlElement | str]]:
    """Texts and images in the order of the page, without what is never the article's."""
    from lxml.etree import iterwalk

    walk = iterwalk(page, events=("start", "end"))
    for event, node in walk:
        if event == "start":
            if node.tag in _SKIPPED:
                walk.skip_subtree()
            else:
                if node.tag == "img":
                    yield "image", node
                if node.text:
                    yield "text", node.text
        elif node.tail:
            yield "text", node.tail


def _image(node: HtmlElement, base: str, at: int) -> _Image | None:
    words = f"{node.get('class')} {node.get('id')} {node.get('alt')}"
    above = node.getparent()
    words += f" {above.get('class')} {above.get('id')}" if above is not None else ""
    url = picture(node, base)
    if url is None or _NO_PICTURE.search(words) or _is_small(node) or _NO_PICTURE.search(url.rsplit("/", 1)[-1]):
        return None
    return _Image(at, node, url, _caption(node))


def _is_small(node: HtmlElement) -> bool:
    sizes = [value.removesuffix("px") for name in ("width", "height") if (value := (node.get(name) or "").strip())]
    return any(size.isascii() and size.isdigit() and int(size[:6]) < _SMALL for size in sizes)


def _caption(node: HtmlElement) -> str:
    for above, _ in zip(node.iterancestors("figure"), range(3), strict=False):
        for found in above.iter("figcaption"):
            return one_line(found.text_content(), 500)
    return ""


def _figure(image: _Image) -> HtmlElement:
    from lxml.html import builder

    img = builder.IMG(src=image.url)
    for name in ("alt", "title", "width", "height"):
        if value := image.node.get(name):
            img.set(name, value)
    return builder.FIGURE(img, builder.FIGCAPTION(image.caption)) if image.caption else builder.FIGURE(img)


def _places(article: HtmlElement, letters: str) -> list[tuple[int, int, HtmlElement]]:
    """Where each top block of the article stands in the page: start, end, block; in order, those found there."""
    found: list[tuple[int, int, HtmlElement]] = []
    at = missed = 0
    for block in article:
        text = _SPACE.sub("", "".join(block.itertext()))
        start = letters.find(text[:_KEY], at) if len(text) > 3 and missed < _MOST else -1
        if start >= 0:
            at = start + len(text)
            found.append((start, at, block))
        missed += start < 0
    return found
