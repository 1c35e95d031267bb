"""An image element, however it is to be loaded -> the address of its picture."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feeder.extractors._draft import absolute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

_LAZY = (
    "data-src", "data-original", "data-lazy-src", "data-lazy", "data-original-src", "data-actualsrc", "data-url",
    "data-hi-res-src", "data-full-src", "data-image", "data-pin-media",
)  # fmt: skip
_SETS = ("data-srcset", "data-lazy-srcset", "srcset")
# What stands where a script will put the picture.
_STAND_IN = re.compile(
    r"(?:^|[/_.-])(?:1x1|blank|clear|dummy|empty|grey|lazy(?:load)?|loader|loading|pixel|placeholder|shim|spacer|"
    r"spinner|trans(?:parent)?)(?:[_.-]?\d*)\.(?:gif|png|svg|jpe?g|webp)",
    re.IGNORECASE,
)
_SIZE = re.compile(r"(?P<size>\d{1,5}(?:\.\d{1,3})?)[wx],?")
_WIDEST, _LONGEST = 2000, 20_000  # pixels; characters of a srcset


def picture(image: HtmlElement, base: str) -> str | None:
    """The absolute address of what readers see; None where there is none, as of data: images."""
    return next((url for source in _sources(image) if (url := absolute(source, base))), None)


def _sources(image: HtmlElement) -> Iterator[str]:
    src = image.get("src") or ""
    lazy = [value for name in _LAZY if (value := image.get(name)) and "{" not in value]
    sets = [value for name in _SETS if (value := image.get(name))]
    if src and not _STAND_IN.search(src[-200:]) and not lazy:
        yield src
    yield from lazy
    yield from (largest(value) for value in sets)
    yield from _of_picture(image)
    if src and not _STAND_IN.search(src[-200:]):
        yield src


def _of_picture(image: HtmlElement) -> Iterator[str]:
    above = image.getparent()
    if above is not None and above.tag == "picture":
        for source in above.iter("source"):
            yield from (largest(value) for name in _SETS if (value := source.get(name)))


def largest(srcset: str) -> str:
    """The largest picture that a screen can show, of addresses that each have a width, a density or neither."""
    best, best_size, address = "", -1.0, ""
    for part in srcset[:_LONGEST].split():
        size = _SIZE.fullmatch(part) if address else None
        if size is None:
            address = part.lstrip(",")
        width = float(size["size"]) if size else 1.0
        if address and best_size < width <= _WIDEST:
            best, best_size = address.rstrip(","), width
        if size is not None or part.endswith(","):
            address = ""
    return best
