"""Article, feed or feeds -> a page for people: articles/SLUG.html, NAME.html and index.html."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from feeder.formats._format import written
from feeder.formats._html import (
    day,
    direction,
    feed_view,
    language_of,
    minute,
    piece,
    render,
    right_to_left,
    together,
)
from feeder.formats._newsarticle import news_article
from feeder.model.address import link_of, uri
from feeder.model.cleaned import excerpt
from feeder.model.feed import Feed
from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feeder.formats._html import Piece, Values
    from feeder.model.article import Article, Content, Enclosure
    from feeder.model.feed import Site

# Articles on the page of a feed; whoever wants more takes the feed.
SHOWN = 50
# Of a text that has no summary, what is looked at to make one.
_BEGINNING = 800
# Of a feed: name, title, addresses and description.
Shown = tuple[str, str, tuple[tuple[str, str], ...], str]
_ANY = datetime(1970, 1, 1, tzinfo=UTC)
# Every tag of a sanitised fragment, whose attributes are in double quotes and may hold what looks like a tag.
_TAG = re.compile(r"<(/?[a-z0-9]+)([^\">]*(?:\"[^\"]*\"[^\">]*)*)>")
_SOURCE = re.compile(r"<img\b[^<>]*?\ssrc=\"([^\"]*)\"")


def article_page(article: Article, site: Site, feeds: Sequence[Feed]) -> bytes:
    """The page of an article that has no address of its own. Its html must have been sanitised.

    Raises FormatError.
    """
    return written(article, lambda sound: _article(sound, site, feeds))


def _article(article: Article, site: Site, feeds: Sequence[Feed]) -> bytes:
    content = article.content
    changed = article.revision > 1 and article.updated > article.published
    language = language_of(content.language, site)
    return render(
        "article.html",
        site,
        feeds,
        language=language,
        rtl=right_to_left(content.language),
        dir=direction(content.language),
        link=link_of(article, site),
        title=content.title,
        tagline=content.tagline,
        lead=content.summary,
        summary=content.summary or excerpt(content.html),
        place=content.place,
        published=day(article.published, site.zone),
        updated=minute(article.updated, site.zone) if changed else None,
        authors=content.authors,
        publisher=content.publisher if content.publisher != one_line(site.title) else None,
        categories=content.categories,
        feed=feed_view(feeds[0]) if feeds else None,
        files=[_file(file) for file in content.enclosures],
        image=content.image,
        shown=None if _shows(content) else content.image,
        caption=". ".join(filter(None, (content.caption, content.credit))),
        origin=content.origin.title if content.origin else None,
        transcript=uri(content.episode.transcript) if content.episode else None,
        rights=content.rights,
        html=_TAG.sub(_handy, content.html),
        metadata=news_article(article, site, language, logo=uri(feeds[0].logo) if feeds else None),
    )


def feed_page(feed: Feed, stories: Sequence[Piece], *, more: bool = False) -> bytes:
    """The page of one feed: how to subscribe, and the newest of its articles, newest first; in English.

    `more`: the feed has others behind them.
    """
    return render(
        "feed.html",
        feed.site,
        [feed],
        language="en",
        rtl=False,
        feed=feed_view(feed),
        hubs=[hub for hub in map(uri, feed.hubs) if hub],
        rights=one_line(feed.rights),
        stories=stories,
        more=more,
    )


def index_page(site: Site, feeds: Sequence[Feed], latest: Sequence[Piece] = ()) -> bytes:
    """The page that names every feed, says how to subscribe, and leads to the latest articles; in English."""
    rows = _rows(tuple((feed.name, feed.title, feed.addresses, feed.description) for feed in feeds), site)
    return render("index.html", site, feeds, language="en", rtl=False, rows=rows, latest=latest)


# ------------------------------------------------------------ lists


def story(article: Article, site: Site, *, summary: bool = True) -> Piece:
    """An article in a list. Only what is shown is cleaned: texts are long."""
    content = article.content
    title, begun = one_line(content.title), excerpt(content.html[:_BEGINNING])
    return piece(
        "story.html",
        title=title or begun or article.slug,
        summary=(one_line(content.summary) or begun) if summary else "",
        link=link_of(article, site),
        language=language_of(content.language, site),
        rtl=right_to_left(content.language),
        dir=direction(content.language),
        published=day(article.published, site.zone),
    )


@lru_cache(2)
def _rows(feeds: tuple[Shown, ...], site: Site) -> Piece:
    return together(_row(feed, site) for feed in feeds)


@lru_cache(4096)
def _row(feed: Shown, site: Site) -> Piece:
    name, title, addresses, description = feed
    noun = Feed(name, "", title, site, addresses, _ANY, description=description)
    return piece("row.html", feed=feed_view(noun), language=language_of(None, site))


# ------------------------------------------------------------ pictures and files


def _shows(content: Content) -> bool:
    """Whether the lead image stands in the text already, be it in another size."""
    name = _name(content.image or "")
    return any(_name(source) == name for source in _SOURCE.findall(content.html))


def _name(address: str) -> str:
    path = address.partition("?")[0]
    return path.rpartition("/")[2] or path


def _handy(tag: re.Match[str]) -> str:
    """Pictures are loaded when they come into view; what may be too wide can be scrolled with the keyboard."""
    name, attributes = tag[1], tag[2].rstrip("/ ")
    if name == "img":  # one that nobody described would be read out by the name of its file
        described = "" if ' alt="' in attributes else ' alt=""'
        return f'<img{attributes}{described} loading="lazy">'
    return f'<{name}{attributes} tabindex="0">' if name in {"pre", "table"} else tag[0]


def _file(file: Enclosure) -> Values:
    kind, _, form = file.media_type.partition("/")
    facts = [form.upper()] if len(form) <= 4 and form.isalnum() else []
    facts += [_size(file.length)] if file.length else []
    facts += [_clock(file.duration)] if file.duration else []
    return {
        "url": file.url,
        "media_type": file.media_type,
        "name": file.title or _name(file.url),
        "player": kind if kind in {"audio", "video"} else None,
        "facts": ", ".join(facts),
    }


def _clock(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _size(length: int) -> str:
    unit, size = next((it for it in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)) if length >= it[1]), ("bytes", 1))
    return f"{length / size:.1f} {unit}" if size > 1 else f"{length} {unit}"
