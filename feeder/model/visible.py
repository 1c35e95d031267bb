"""Content -> what a reader of the article sees of it, and nothing of what sources change by themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from feeder.model.address import canonical
from feeder.model.sketch import words

if TYPE_CHECKING:
    from feeder.model.article import Content

_SOURCE = re.compile(r"<(?:img|video|audio|source)\b[^<>]*?\ssrc=\"([^\"]*)\"", re.IGNORECASE)


def visible(content: Content) -> tuple[object, ...]:
    """Equal for two that look the same: title, words, pictures, files, names; neither addresses nor markup."""
    return (
        content.title,
        words(content.html),
        [_picture(address) for address in (content.image or "", *_SOURCE.findall(content.html))],
        sorted(canonical(enclosure.url) or enclosure.url for enclosure in content.enclosures),
        [person.name.casefold() for person in content.authors],
        sorted(name.casefold() for name in content.categories),
        (content.place, content.tagline, content.caption, content.credit),
    )


def _picture(address: str) -> str:
    """A picture's own name: what serves it changes host, size and signature."""
    return urlsplit(address).path.rpartition("/")[2].casefold() if "://" in address else address
