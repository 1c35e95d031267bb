"""Pictures and further files of an article, as Media RSS. https://www.rssboard.org/media-rss

Each stands in the article itself: a media:group of one is what the W3C validator objects to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from feeder.formats._xml import element

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element as Element

    from feeder.model.article import Content, Enclosure

_TYPES = {
    "avif": "avif",
    "gif": "gif",
    "jpeg": "jpeg",
    "jpg": "jpeg",
    "png": "png",
    "svg": "svg+xml",
    "webp": "webp",
}


def picture(content: Content) -> Iterator[Element]:
    """The lead image with what it shows and who made it, and the same for readers that know only thumbnails."""
    if content.image is None:
        return
    inner = []
    if content.caption:
        inner.append(element("media:description", content.caption, type="plain"))
    if content.credit:
        inner.append(element("media:credit", content.credit, role="photographer", scheme="urn:ebu"))
    yield element("media:content", None, *inner, url=content.image, type=kind(content.image), medium="image")
    yield element("media:thumbnail", None, url=content.image)


def files(them: Iterable[Enclosure], content: Content) -> Iterator[Element]:
    """Files that have no other place: RSS knows one enclosure."""
    for it in them:
        if it.url != content.image:
            yield element(
                "media:content",
                None,
                *([element("media:title", it.title, type="plain")] if it.title else []),
                url=it.url,
                fileSize=None if it.length is None else str(it.length),
                type=it.media_type,
                medium=_medium(it.media_type),
                duration=str(it.duration) if it.duration else None,
            )


def kind(url: str) -> str | None:
    """The media type of a picture by its name, where that tells."""
    found = _TYPES.get(url.partition("?")[0].rpartition(".")[2].lower())
    return f"image/{found}" if found else None


def _medium(media_type: str) -> str:
    family = media_type.partition("/")[0]
    return family if family in {"image", "audio", "video"} else "document"
