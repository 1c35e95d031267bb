"""An image element, however it is to be loaded -> the address of its picture."""

from __future__ import annotations

import re
from operator import itemgetter
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
_JOINED = re.compile(r"(\s\d{1,5}[wx]),(?=\S)")
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
    above = next(image.iterancestors("picture"), None)
    if above is not None:
        for source in above.iter("source"):
            yield from (largest(value) for name in _SETS if (value := source.get(name)))


def largest(srcset: str) -> str:
    """The largest picture that a screen can show, else the smallest, of `a.jpg 300w, b.jpg 900w`."""
    found = list(_candidates(srcset[:_LONGEST]))
    shown = [(size, address) for size, address in found if size <= _WIDEST]
    best = max(shown, key=itemgetter(0)) if shown else min(found, key=itemgetter(0), default=(0.0, ""))
    return best[1]


def _candidates(srcset: str) -> Iterator[tuple[float, str]]:
    """Width or density, which is 1 where none is stated, and address."""
    address = ""
    for part in _JOINED.sub(r"\1, ", srcset).split():
        if address and (size := _SIZE.fullmatch(part)):
            yield float(size["size"]), address
            address = ""
            continue
        if address:
            yield 1.0, address
        address = part.strip(",")
        if address and part.endswith(","):
            yield 1.0, address
            address = ""
    if address:
        yield 1.0, address
