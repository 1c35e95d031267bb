"""Who wrote a page, by what it declares and by what its readers see -> people."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from feeder.extractors._headline import is_site, site_names, without_site
from feeder.extractors._people import byline, is_name, people
from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.html import HtmlElement

    from feeder.extractors._meta import Declared
    from feeder.model.article import Person

_AUTHOR = re.compile("byline|author|autor")
_NOBODY = re.compile(
    r"(?:wordpress|site|web)?[-_ ]?admin(?:istrator)?|no author|unknown|anonymous|guest|default|user|editor|"
    r"staff|none|null|undefined|author|\W*",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"://|^www\.|^@|\.(?:com|net|org|info|[a-z]{2})(?:/|\Z)", re.IGNORECASE)
# What stands around a name in its own element: buttons, labels, a handle.
_AROUND = re.compile(
    r"\A(?:(?:view all posts|all posts|more|posted|published|written|created|reported|story|words|erstellt|"
    r"geschrieben|publiziert|veröffentlicht|artikel|beitrag|text|interview|publié|escrito|"
    r"publicado|scritto)\s+)?"
    r"(?:by|von|par|por|di|door|av|przez|autor(?:in)?|author|auteur|autore|text|interview|foto)\s*[:：]?\s+(?=\S)"
    r"|\s*(?:[(\[]?@\w+[)\]]?|alle (?:artikel|beiträge)\b.*|view all posts.*|follow|kontakt|im gespräch|shares)\Z",
    re.IGNORECASE,
)
_DEGREE = re.compile(r"(?:ph\.?d|m\.?d|dr|mph|rd|ma|msc|bsc|mba|jr|sr|esq)\.?", re.IGNORECASE)
_LONGEST, _SHORT, _FEW, _MOST, _WALK = 120, 80, 3, 20, 20_000


def authors(page: HtmlElement, said: Declared, address: str | None) -> tuple[tuple[Person, ...], str]:
    """Of the first rule that names people, all; the site itself is no author, and no address is a name."""
    sites = site_names(said, address)
    declared = [(value, origin) for value, origin in said["authors"] if "://" not in value]
    for origin in dict.fromkeys(origin for _, origin in declared):
        if named := _people([value for value, other in declared if other == origin], sites):
            return named, origin
    if named := _people(_visible(page), sites):
        return named, "byline"
    return next(((named, origin) for value, origin in declared if (named := _people([value], set()))), ((), ""))


def _people(values: Iterable[str], sites: set[str]) -> tuple[Person, ...]:
    bare = (without_site(_AROUND.sub("", value), sites) for value in values if len(value) <= 10 * _LONGEST)
    found = (person for value in bare for person in people(value))
    return tuple(person for person in found if _is_somebody(person.name, sites))


def _is_somebody(name: str, sites: set[str]) -> bool:
    plain = name.strip()
    refused = (
        _NOBODY.fullmatch(plain) or _ADDRESS.search(plain) or _DEGREE.fullmatch(plain) or is_site(plain, sites)
    )
    return not refused and 1 < len(plain) <= _LONGEST


def _visible(page: HtmlElement) -> list[str]:
    """What its readers see: elements marked as the author's, then classed as such, then lines below the title."""
    marked, classed, below = _candidates(page)
    for node in marked:
        line = one_line(node.get("content") or node.text_content())
        if 0 < len(line) < _LONGEST:
            return [person.name for person in byline(line)] or [line]
    for node in classed:
        line = one_line(node.text_content())
        if 0 < len(line) < _LONGEST and (found := byline(line) or (people(line) if is_name(line) else ())):
            return [person.name for person in found]
    lines = (one_line(node.text_content()) for node in below if len(node) <= _FEW)
    found = next((found for line in lines if 0 < len(line) < _SHORT and (found := byline(line))), ())
    return [person.name for person in found]


def _candidates(page: HtmlElement) -> tuple[list[HtmlElement], list[HtmlElement], list[HtmlElement]]:
    """In one walk, and no more than a few of each; XPath takes quadratic time on hostile pages."""
    marked: list[HtmlElement] = []
    classed: list[HtmlElement] = []
    below: list[HtmlElement] = []
    titled = False
    for node in islice(page.iter("*"), _WALK):
        if titled and len(below) < 2 * _MOST:
            below.append(node)
        titled = titled or node.tag == "h1"
        if _is_marked(node) and len(marked) < _MOST and not _in_comment(node):
            marked.append(node)
        elif len(classed) < _MOST and _AUTHOR.search(node.get("class") or ""):
            classed.append(node)
    return marked, classed, below


def _is_marked(node: HtmlElement) -> bool:
    """`rel=author`, microdata, or an hCard's name: http://microformats.org/wiki/hcard."""
    if node.get("rel") == "author" or node.get("itemprop") == "author":
        return True
    if "fn" not in (node.get("class") or "").split():
        return False
    return any("author" in (above.get("class") or "").split() for above in _above(node))


def _in_comment(node: HtmlElement) -> bool:
    return any("comment" in (above.get("class") or "") for above in _above(node))


def _above(node: HtmlElement) -> list[HtmlElement]:
    return [above for _, above in zip(range(_MOST), node.iterancestors(), strict=False)]
