"""The text of a page, where it came from and what is said of it -> a Draft of its article."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from feeder.errors import Unreadable
from feeder.extractors._article import article
from feeder.extractors._byline import authors
from feeder.extractors._dates import parse
from feeder.extractors._day import day
from feeder.extractors._draft import Draft, absolute, name_day, name_words
from feeder.extractors._envelope import refuse_wall
from feeder.extractors._headline import headline
from feeder.extractors._language import language, tag
from feeder.extractors._meta import declared
from feeder.extractors._sanitise import fragment, sanitise
from feeder.extractors._tree import tree
from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from lxml.html import HtmlElement

    from feeder.extractors._meta import Declared
    from feeder.model.document import Hints

_PREFIX = re.compile(r"\A(?:www\d?|m|mobile|amp)\.")


def read_page(
    html: str, *, url: str | None, key: str, hints: Hints, said: Iterable[tuple[str, str]] = ()
) -> Draft:
    """`url` is where it came from, `said` what its source says of it; both win over guesses (see Document)."""
    page, source = tree(html), dict(said)
    draft, states = Draft(), declared(page)
    url = url or source.get("url")
    _take_said(source, draft, hints)
    base = _take_addresses(page, states, draft, hints, url)
    draft.put("title", *headline(page, states, url or draft.url))
    _take_words(states, draft, hints, base)
    draft.put("summary", one_line(source.get("summary", "")), "source")
    _take_day(page, states, draft, hints, url)
    draft.put("authors", *authors(page, states, url or draft.url))
    _take_body(article(page, draft.title, base), base, draft, hints)
    _take_rest(source, draft, hints, key)
    return draft


def _take_said(said: dict[str, str], draft: Draft, hints: Hints) -> None:
    draft.put("title", one_line(said.get("title", "")), "source")
    draft.put("publisher", one_line(said.get("publisher", "")), "source")
    draft.put("language", tag(said.get("language", "")), "source")
    draft.put("published", parse(said.get("published", ""), hints), "source")


def _take_addresses(page: HtmlElement, states: Declared, draft: Draft, hints: Hints, url: str | None) -> str:
    """The article's own address, and the one that relative addresses hang on, which comes back."""
    own = absolute(url, hints.base) if url else None
    for value, origin in states["url"]:
        stated = absolute(value, own or hints.base) if origin != "JSON-LD" else None
        if stated and (own is None or _is_better(stated, own)):
            draft.put("url", stated, origin)
    draft.put("url", own, "fetched")
    base = own or draft.url or hints.base
    stated = next((node.get("href") for node in page.iter("base") if node.get("href")), None)
    return (absolute(stated, base) if stated else None) or base


def _is_better(stated: str, own: str) -> bool:
    """On the same site, and not its front page: there are sites whose every article names that."""
    here, there = urlsplit(own), urlsplit(stated)
    ours, theirs = (_PREFIX.sub("", (parts.hostname or "").lower()) for parts in (here, there))
    same = ours == theirs or ours.endswith(f".{theirs}") or theirs.endswith(f".{ours}")
    front = there.path in {"", "/"} and not there.query
    return same and (not front or (here.path in {"", "/"} and not here.query))


def _take_words(states: Declared, draft: Draft, hints: Hints, base: str) -> None:
    for name in ("publisher", "summary"):
        for value, origin in states[name]:
            draft.put(name, value, origin)
    for value, origin in states["language"]:
        draft.put("language", tag(value), origin)
    for value, origin in states["image"]:
        draft.put("image", absolute(value, base), origin)
    parts = [part for value, _ in states["categories"] for part in re.split(r"\s*[,;]\s*", value)]
    draft.put("categories", tuple(parts[:50]), states["categories"][0][1] if parts else "")
    draft.put("publisher", hints.publisher, "configured")


def _take_day(page: HtmlElement, states: Declared, draft: Draft, hints: Hints, url: str | None) -> None:
    """What the source says is the day; the page may say the time of it."""
    when, origin = day(page, states, hints, url or draft.url, draft.language)
    if draft.published is not None and when is not None and _refines(when, draft.published):
        draft.published, draft.origins["published"] = when, origin
    draft.put("published", when, origin)
    if draft.published is None:
        for value, origin in states["published"][:1]:
            draft.put_date(value, hints, origin)


def _refines(when: date | datetime, known: date | datetime) -> bool:
    return isinstance(when, datetime) and not isinstance(known, datetime) and when.date() == known


def _take_body(body: HtmlElement, base: str, draft: Draft, hints: Hints) -> None:
    from lxml.html import tostring

    body.tag, body.tail = "article", None  # which the sanitiser takes off
    shown = one_line(body.text_content())
    refuse_wall(f"{draft.title}\n{shown}")
    if not shown and body.find(".//img") is None:
        raise Unreadable("it has no text; an article needs at least one sentence")
    draft.html = sanitise(tostring(body, encoding="unicode"), base)
    clean = fragment(draft.html)
    for node in clean.iter("p"):
        draft.put("summary", one_line(node.text_content()), "first paragraph")
    draft.put("summary", one_line(clean.text_content()), "first paragraph")
    draft.put("language", language(clean.text_content(), expected=hints.language), "detected")


def _take_rest(said: dict[str, str], draft: Draft, hints: Hints, key: str) -> None:
    draft.put("image", absolute(said["image"], draft.url or hints.base) if said.get("image") else None, "source")
    draft.put("title", name_words(key), "file name")
    if draft.published is None and (named := name_day(key)):
        draft.put_date(named, hints, "file name")
