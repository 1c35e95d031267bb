"""Feed and articles -> RSS 2.0, with the RSS Advisory Board's profile. https://www.rssboard.org/rss-profile"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from feeder.formats._format import Format, head
from feeder.formats._plain import unmarked
from feeder.model.address import link_of
from feeder.model.cleaned import authors_of, excerpt, foreign_language

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element as Element

    from feeder.formats._feedgen import Entry, Generator
    from feeder.formats._format import Fragment, Manner
    from feeder.model.article import Article, Content, Enclosure, Person
    from feeder.model.feed import Feed, Site

MEDIA_TYPE = "application/rss+xml"
_LONGEST = 4000  # bytes of a podcast's description
_PICTURES = {"image/gif", "image/jpeg", "image/png"}  # that an RSS channel may have


def generated(feed: Feed) -> Generator:
    """What feedgen is told of the feed itself."""
    from feeder.formats._feedgen import generator
    from feeder.formats._media import kind
    from feeder.formats._podcast import channel

    top = head(feed, "rss")
    made = generator(top, MEDIA_TYPE, feed.updated)
    made.description(shortened(top.description or top.title) if feed.podcast else top.description or top.title)
    if top.author.email:
        made.managingEditor(_contact(top.author))
    if top.logo and kind(top.logo) in _PICTURES:
        made.image(top.logo, top.title, top.home)
    if top.cloud:
        made.cloud(**_cloud(top.cloud))
    if feed.podcast:
        made.extras += channel(feed.podcast, top)
    return made


def _cloud(address: str) -> dict[str, str]:
    """https://www.rssboard.org/rss-specification#ltcloudgtSubelementOfLtchannelgt"""
    there = urlsplit(address)
    port = there.port or (443 if there.scheme == "https" else 80)
    return {
        "domain": there.hostname or "",
        "port": str(port),
        "path": there.path,
        "registerProcedure": "",
        "protocol": "http-post",
    }


def entry(article: Article, manner: Manner) -> Entry:
    """What feedgen is told of a sound article."""
    from feeder.formats._feedgen import Entry
    from feeder.formats._podcast import episode, is_played

    made = Entry()
    made.id(article.id)
    made.title(unmarked(article.content.title))
    made.published(article.published.astimezone(UTC))
    made.category([_category(name, article.content) for name in article.content.categories])
    file = _enclosure(article.content)
    played = file if file and manner.podcast and is_played(file) else None
    _add_links(made, article, manner.site, file)
    _add_text(made, article, "both" if played and manner.content == "full" else manner.content)
    _add_people(made, article, manner.site)
    _add_media(made, article.content, file)
    if played:
        made.extras += episode(article, played)
    return made


def _category(name: str, content: Content) -> dict[str, str]:
    """The word that people read; feedgen calls it the label."""
    found = content.subject(name)
    term = {"term": unmarked(name)}
    return term | {"scheme": found.scheme} if found else term


def _enclosure(content: Content) -> Enclosure | None:
    """One at most, since readers and the profile know no second: what is played, or else the first."""
    from feeder.formats._podcast import is_played

    return next(filter(is_played, content.enclosures), next(iter(content.enclosures), None))


def _add_media(entry: Entry, content: Content, file: Enclosure | None) -> None:
    from feeder.formats._media import files, picture
    from feeder.formats._xml import element

    if content.rights:
        entry.extras.append(element("dc:rights", unmarked(content.rights)))
    if content.origin and content.origin.url:
        entry.extras.append(element("source", unmarked(content.origin.title), url=content.origin.url))
    entry.extras += picture(content)
    entry.extras += files((it for it in content.enclosures if it is not file), content)


def _opening(feed: Feed, uses: frozenset[str]) -> bytes:
    made = generated(feed)
    made.uses = uses
    return made.rss_str().removesuffix(RSS.closing)


def _write(article: Article, manner: Manner) -> Element:
    return entry(article, manner).rss_entry()


def _render(pieces: Iterable[Element]) -> list[Fragment]:
    from feeder.formats._feedgen import profiled
    from feeder.formats._xml import rendered

    return [replace(it, body=profiled(it.body)) for it in rendered(pieces, "channel")]


def _add_people(entry: Entry, article: Article, site: Site) -> None:
    """`author` must hold an e-mail address and stand once, so people are dc:creator, each of them.

    RSS readers know no author of the whole feed.
    """
    from feeder.formats._xml import element

    entry.extras += [element("dc:creator", unmarked(person.name)) for person in authors_of(article, site)]
    if language := foreign_language(article, site):
        entry.extras.append(element("dc:language", language))


def _add_links(entry: Entry, article: Article, site: Site, file: Enclosure | None) -> None:
    links = [{"href": link_of(article, site), "rel": "alternate"}]
    if file:
        length = str(file.length or 0)
        links.append({"href": file.url, "rel": "enclosure", "type": file.media_type, "length": length})
    entry.link(links)


def _add_text(entry: Entry, article: Article, wanted: str) -> None:
    """`description` is read as HTML, so plain text is escaped in it; without a summary it holds the content."""
    content = article.content
    if wanted == "summary" or not content.html.strip():
        entry.description(escape(content.summary or excerpt(content.html) or content.title, quote=False))
        return
    summary = content.summary or (excerpt(content.html) if wanted == "both" else "")
    entry.description(escape(summary, quote=False) or None)
    entry.content(content.html, type="html")


def shortened(text: str) -> str:
    """As much as podcast players take: they count bytes."""
    whole = text.encode()
    return text if len(whole) <= _LONGEST else whole[: _LONGEST - 3].decode(errors="ignore").rstrip() + "…"


def _contact(person: Person) -> str:
    name = person.name.translate({ord("("): "[", ord(")"): "]"})
    return f"{person.email} ({name})"


RSS = Format("rss", MEDIA_TYPE, _opening, _write, _render, closing=b"</channel></rss>")
