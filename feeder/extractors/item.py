"""An item of a JSON Feed, with what feeder adds to it -> Reading: https://www.jsonfeed.org/version/1.1/

Feeds, pushes and Micropub are brought to this form by those who receive them. HTML in it is not safe yet, dates
may be any text, and nothing need have the type that the standard asks for. Beyond the standard there are

    _feeder  {"place", "publisher", "tagline", "caption", "credit", "rights", "slug"}: as in front matter; "draft":
             it is not to be published yet; "wait": nor is it before its date; "subjects", "origin", "episode": see
             _item_more.py
    _feed    {"title", "url", "language", "authors", "feed_url", "id"}: what the feed says of itself, where the
             item says nothing
    _page    {"url", "html"}: the page of the article, of which the item may hold the beginning only

`url` is the article's address; `external_url`, a page elsewhere that it is about, is that only where there is no
other, and is otherwise linked to below the text, if the text does not.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from feeder.errors import NotYet, Unreadable
from feeder.extractors._dates import moment
from feeder.extractors._draft import Draft, absolute, name_words
from feeder.extractors._item_facts import FEED, ITEM, take_facts
from feeder.extractors._item_more import take_more
from feeder.extractors._item_values import load
from feeder.extractors._language import language, tag
from feeder.extractors._page import read_page
from feeder.extractors._plain import lines_of, opening_of, paragraphs_of, shows
from feeder.extractors._prose import first_sentence
from feeder.extractors._sanitise import sanitise

if TYPE_CHECKING:
    from feeder.extractors._item_values import Values
    from feeder.model.document import Document, Hints, Reading

_LARGEST = 3_000_000  # characters of text; as of a page
# What WordPress puts below each article of a feed.
_CREDIT = re.compile(
    r"\s*<p>(?:The post|Der Beitrag|L[’']article|La entrada|El artículo|L[’']articolo|O post|Het bericht)\s"
    r"<a [^<>]*>[^<>]{1,500}</a>[^<>]{5,40}<a [^<>]*>[^<>]{1,300}</a>\.?\s*</p>\s*\Z"
)
_LETTERS = 120  # of a title made from the first sentence
_FROM_PAGE = (
    "title", "summary", "authors", "categories", "place", "publisher", "tagline", "caption", "image", "published",
)  # fmt: skip


def read(document: Document, hints: Hints) -> Reading:
    item = load(document.body)
    if item.inner("_feeder").flag("draft"):
        raise NotYet("draft")
    draft = Draft(warnings=item.warnings)
    base = _take_address(item, document, draft, hints)
    take_facts(item, base, draft, hints)
    take_more(item, base, draft, hints)
    draft.put("html", _own(item, base), ITEM)
    page = _page(item, draft, hints)
    if page is not None:
        _take_page(page, draft)
    _take_rest(item, page, draft, hints)
    reading = draft.finish()
    _wait(reading, hints, waits=item.inner("_feeder").flag("wait"))
    return reading


def _take_address(item: Values, document: Document, draft: Draft, hints: Hints) -> str:
    """Fill in the article's address; return the one that relative ones hang on."""
    feed = item.inner("_feed").text("url")
    base = document.url or (absolute(feed, hints.base) if feed else None) or hints.base
    for name in ("url", "external_url"):
        written = item.text(name)
        found = absolute(written, base) if written else None
        draft.put("url", found, ITEM)
        if written and found is None:
            draft.warnings.append(f"its {name} is no web address, and is left out")
    draft.put("url", document.url, "source")
    own = item.text("url")
    return (absolute(own, base) if own else None) or base


# ---------------------------------------------------------------- the text


def _own(item: Values, base: str) -> str:
    """What the item says itself: its HTML, else its text, else its summary."""
    markup, text = item.text("content_html"), item.text("content_text") or item.text("summary")
    if len(markup) + len(text) > _LARGEST:
        raise Unreadable(f"it has {len(markup) + len(text):,} characters; of an item {_LARGEST:,} are read")
    safe = sanitise(markup, base) if markup else ""
    return _CREDIT.sub("", safe) if safe and shows(safe) else paragraphs_of(text)


def _page(item: Values, draft: Draft, hints: Hints) -> Draft | None:
    """The article as its page has it, unless the item has more."""
    page = item.inner("_page")
    markup = page.text("html")
    if not markup:
        return None
    said = (("title", draft.title),)
    try:
        found = read_page(markup, url=page.text("url") or draft.url, key="", hints=hints, said=said)
    except Unreadable as error:
        draft.warnings.append(f"its page is not used: {error.reason}")
        return None
    if _letters(found.html) < max(1, _letters(draft.html)):
        draft.warnings.append("its page is not used: it has less text than the feed")
        return None
    return found


def _letters(markup: str) -> int:
    return sum(map(len, lines_of(markup))) if markup else 0


def _take_page(page: Draft, draft: Draft) -> None:
    """The text of the page, and what the item left open."""
    draft.html, draft.origins["html"] = page.html, "page"
    for name in _FROM_PAGE:
        draft.put(name, getattr(page, name), f"page: {page.origins.get(name, '')}")


# ---------------------------------------------------------------- what is made up


def _take_rest(item: Values, page: Draft | None, draft: Draft, hints: Hints) -> None:
    _take_media(draft)
    _take_link(item, draft)
    feed = item.inner("_feed")
    draft.put("publisher", feed.text("title"), FEED)
    lines = lines_of(draft.html)
    _take_language(item, page, " ".join(lines)[:4000], draft, hints)
    draft.put("summary", opening_of(draft.html), "first paragraph")
    if not draft.title and lines:
        draft.put("title", first_sentence(lines[0], _LETTERS), "first sentence")
        draft.warnings.append("it has no title; its first sentence serves as one")
    draft.put("title", _file_name(draft), "file name")
    if draft.published and moment(draft.published, hints.zone) > hints.arrived:
        draft.warnings.append("its date is to come")


def _take_media(draft: Draft) -> None:
    """An item without a text has its picture as one, or a link to its file, or its title with a link."""
    if draft.html:
        return
    draft.put("title", _file_name(draft), "file name")
    if draft.image:
        draft.put("html", f'<figure><img src="{escape(draft.image)}"></figure>', "image")
    links = [(it.url, it.title or draft.title or _name(it.url)) for it in draft.enclosures]
    if not (links or draft.html) and draft.title and draft.url:
        links = [(draft.url, draft.title)]
        draft.warnings.append("it has no text; its title serves as one")
    text = "\n".join(f'<p><a href="{escape(url)}">{escape(name)}</a></p>' for url, name in links)
    draft.html = "\n".join(filter(None, (draft.html, text)))


def _take_link(item: Values, draft: Draft) -> None:
    written = item.text("external_url")
    url = absolute(written, draft.url or "") if written else None
    if url is None or url == draft.url or not draft.html or escape(url) in draft.html or url in draft.html:
        return
    draft.html += f'\n<p><a href="{escape(url)}">{escape(_short(url))}</a></p>'


def _take_language(item: Values, page: Draft | None, text: str, draft: Draft, hints: Hints) -> None:
    """What the item says; what its text is; what its feed says: many say what their software came with."""
    draft.put("language", tag(item.text("language")), ITEM)
    draft.put("language", page.language if page else None, "page")
    feed = tag(item.inner("_feed").text("language"))
    found = language(text, None, feed or hints.language)
    draft.put("language", found, FEED if found == feed else "detected")


def _wait(reading: Reading, hints: Hints, *, waits: bool) -> None:
    if waits and reading.published and (until := moment(reading.published, hints.zone)) > hints.arrived:
        raise NotYet("its date is to come", until)


def _short(url: str) -> str:
    parts = urlsplit(url)
    return f"{(parts.hostname or '').removeprefix('www.')}{unquote(parts.path).rstrip('/')}"[:200]


def _name(url: str) -> str:
    return name_words(unquote(urlsplit(url).path)) or _short(url)


def _file_name(draft: Draft) -> str:
    files = [it.url for it in draft.enclosures] + ([draft.image] if draft.image else [])
    return _name(files[0]) if files else ""
