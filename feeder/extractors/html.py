"""A simple HTML page -> Reading: what it declares of itself, and the article that stands in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feeder.errors import Unreadable
from feeder.extractors._charset import decode
from feeder.extractors._dates import parse
from feeder.extractors._draft import Draft, absolute, name_day, name_words
from feeder.extractors._envelope import refuse_wall
from feeder.extractors._language import language, tag
from feeder.extractors._meta import declared
from feeder.extractors._people import byline, people
from feeder.extractors._sanitise import fragment, sanitise
from feeder.text import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from feeder.extractors._meta import Declared
    from feeder.model.document import Document, Hints, Reading

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:-]{2,40})", re.IGNORECASE)
_TYPE_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w:-]{2,40})", re.IGNORECASE)
_FURNITURE = (
    "script",
    "style",
    "nav",
    "header",
    "footer",
    "aside",
    "form",
    "noscript",
    "template",
    "iframe",
    "button",
    "svg",
    "dialog",
)
_SITE = re.compile(r"\s+(?:\||::|[-–—•·»])\s+")


def read(document: Document, hints: Hints) -> Reading:
    page = _page(decode(document.body, _charset(document)))
    draft, said = Draft(), declared(page)
    draft.put("title", *_title(page, said))
    base = _take_declared(said, page, draft, hints)
    _take_visible(page, draft, hints)
    body = _body(page, draft.title)
    shown = one_line(body.text_content())
    refuse_wall(f"{draft.title}\n{shown}")
    if not shown and body.find(".//img") is None:
        raise Unreadable("it has no text; an article needs at least one sentence")
    _take_body(body, base, draft, hints)
    draft.put("title", name_words(document.key), "file name")
    if draft.published is None and (day := name_day(document.key)):
        draft.put_date(day, hints, "file name")
    return draft.finish()


def _charset(document: Document) -> str | None:
    stated = _TYPE_CHARSET.search(document.media_type)
    if stated:
        return stated[1]
    found = _CHARSET.search(document.body[:4096])
    return found[1].decode("ascii", "ignore") if found else None


def _page(text: str) -> HtmlElement:
    from lxml.etree import ParserError
    from lxml.html import HTMLParser, document_fromstring

    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        return document_fromstring(clean(text).encode(), parser=parser, ensure_head_body=True)
    except ParserError as error:
        raise Unreadable("it has no text; an article needs at least one sentence") from error


def _title(page: HtmlElement, said: Declared) -> tuple[str, str]:
    """An h1 that a declared title contains wins; then a declared title without the site's name; then any h1."""
    titles = [value for value, _ in said["title"]]
    headings = [line for node in page.iter("h1") if (line := one_line(node.text_content()))][:10]
    for heading in headings:
        if len(heading) > 12 and any(heading.casefold() in title.casefold() for title in titles):
            return heading, "h1"
    site = said["publisher"][0][0] if said["publisher"] else ""
    if said["title"]:
        value, origin = said["title"][0]
        alone = _without_site(value, site, cut=origin == "title" and not headings)
        agrees = next((heading for heading in headings if heading.casefold() == alone.casefold()), None)
        if origin != "title" or agrees or not headings:
            return alone, origin
    return (headings[0], "h1") if headings else ("", "")


def _without_site(title: str, site: str, *, cut: bool) -> str:
    parts = _SITE.split(title)
    if len(parts) > 1 and site and parts[-1].casefold() == site.casefold():
        return title[: title.rindex(parts[-1])].rstrip(" |:-–—•·»")
    if cut and len(parts) > 1 and len(parts[-1]) < len(title) / 2:
        return title[: title.rindex(parts[-1])].rstrip(" |:-–—•·»")
    return title


def _take_declared(said: Declared, page: HtmlElement, draft: Draft, hints: Hints) -> str:
    """Fill the draft from what the page declares; the address that relative ones hang on."""
    for value, origin in said["url"]:
        draft.put("url", absolute(value, hints.base), origin)
    base = draft.url or hints.base
    stated = next((node.get("href") for node in page.iter("base") if node.get("href")), None)
    base = (absolute(stated, base) if stated else None) or base
    for value, origin in said["published"]:
        if draft.published is None:
            draft.put_date(value, hints, origin)
    _take_people(said, draft)
    for name in ("publisher", "summary"):
        for value, origin in said[name]:
            draft.put(name, value, origin)
    for value, origin in said["language"]:
        draft.put("language", tag(value), origin)
    for value, origin in said["image"]:
        draft.put("image", absolute(value, base), origin)
    parts = [part for value, _ in said["categories"] for part in re.split(r"\s*[,;]\s*", value)]
    draft.put("categories", tuple(parts), said["categories"][0][1] if parts else "")
    return base


def _take_people(said: Declared, draft: Draft) -> None:
    """All of the first rule that names some; addresses of profiles are no names."""
    named = [(value, origin) for value, origin in said["authors"] if "://" not in value]
    if named:
        best = [value for value, origin in named if origin == named[0][1]]
        draft.put("authors", tuple(person for value in best for person in people(value)), named[0][1])


def _take_visible(page: HtmlElement, draft: Draft, hints: Hints) -> None:
    """What readers of the page see: its first `time`, its byline."""
    for node in page.iter("time"):
        if draft.published is None:
            value = node.get("datetime") or one_line(node.text_content())
            draft.put("published", parse(value, hints, draft.language), "time")
    for node in page.xpath(
        "//*[@rel='author' or @itemprop='author' or contains(@class, 'byline') or contains(@class, 'author')]"
    )[:20]:
        line = one_line(node.text_content())
        if 0 < len(line) < 120 and not draft.authors:
            marked = node.get("rel") == "author" or node.get("itemprop") == "author"
            draft.put("authors", byline(line) or (people(line) if marked else ()), "byline")


def _body(page: HtmlElement, title: str) -> HtmlElement:
    """The article element with the most text, else main, else the body, without furniture and title."""
    whole = next(_containers(page), page)
    for node in list(whole.iter(*_FURNITURE)):
        if node is not whole and node.getparent() is not None:
            node.drop_tree()
    for node in list(whole.iter("h1", "h2")):
        if node.tag == "h1" and one_line(node.text_content()).casefold() == title.casefold() and node is not whole:
            node.drop_tree()
            break
    return whole


def _containers(page: HtmlElement) -> Iterator[HtmlElement]:
    articles = list(page.iter("article"))[:50]
    if articles:
        yield max(articles, key=lambda node: len(node.text_content()))
    yield from page.iter("main")
    yield from page.xpath("//*[@role='main']")
    yield from page.iter("body")


def _take_body(body: HtmlElement, base: str, draft: Draft, hints: Hints) -> None:
    from lxml.html import tostring

    body.tail = None
    draft.html = sanitise(tostring(body, encoding="unicode"), base)
    shown = fragment(draft.html)
    for node in shown.iter("p"):
        draft.put("summary", one_line(node.text_content()), "first paragraph")
    draft.put("summary", one_line(shown.text_content()), "first paragraph")
    draft.put("language", language(shown.text_content(), expected=hints.language), "detected")
