"""Feed and articles -> Atom 1.0. https://www.rfc-editor.org/rfc/rfc4287"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from feeder.formats._format import Format, head
from feeder.formats._plain import unmarked
from feeder.model.address import link_of
from feeder.model.cleaned import excerpt, foreign_language
from feeder.model.item import timestamp
from feeder.text import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element as Element

    from feeder.formats._feedgen import Entry, Generator
    from feeder.formats._format import Fragment, Manner
    from feeder.model.article import Article, Content, Enclosure, Person
    from feeder.model.feed import Feed, Gone, Site

MEDIA_TYPE = "application/atom+xml"


def generated(feed: Feed) -> Generator:
    """What feedgen is told of the feed itself."""
    from feeder.formats._feedgen import generator

    top = head(feed, "atom")
    made = generator(top, MEDIA_TYPE, feed.updated)
    made.author(_person(top.author))
    if top.description:
        made.subtitle(top.description)
    if top.icon:
        made.icon(top.icon)
    if top.logo:
        made.logo(top.logo)
    return made


def entry(article: Article, manner: Manner) -> Entry:
    """What feedgen is told of a sound article."""
    from feeder.formats._feedgen import Entry
    from feeder.formats._media import picture

    made = Entry(foreign_language(article, manner.site))
    made.id(article.id)
    made.title(unmarked(article.content.title))
    made.updated(article.updated.astimezone(UTC))
    made.published(article.published.astimezone(UTC))
    made.author([_person(person) for person in article.content.authors])
    made.category([_category(name, article.content) for name in article.content.categories])
    made.rights(unmarked(article.content.rights or "") or None)
    _add_links(made, article, manner.site)
    _add_text(made, article, manner.content)
    made.extras += [*_source(article), *picture(article.content)]
    return made


def _category(name: str, content: Content) -> dict[str, str]:
    found = content.subject(name)
    if found is None:
        return {"term": unmarked(name)}
    label = {"label": unmarked(name)} if name != found.term else {}
    return {"term": unmarked(found.term), "scheme": found.scheme} | label


def _source(article: Article) -> Iterator[Element]:
    """RFC 4287, section 4.2.11. A feed has changed at the latest when its entry did."""
    from feeder.formats._xml import element

    if origin := article.content.origin:
        inner = [
            element("id", origin.id or origin.url or f"{article.id}#source"),
            element("title", unmarked(origin.title)),
            element("updated", (origin.updated or article.updated).astimezone(UTC).isoformat()),
        ]
        if origin.url:
            inner.append(element("link", None, href=origin.url, rel="self"))
        yield element("source", None, *inner)


def _opening(feed: Feed, uses: frozenset[str]) -> bytes:
    made = generated(feed)
    made.uses = uses
    whole: bytes = made.atom_str()
    return whole.removesuffix(ATOM.closing)


def _write(article: Article, manner: Manner) -> Element:
    return entry(article, manner).atom_entry()


def _bury(gone: Gone) -> Element:
    """https://www.rfc-editor.org/rfc/rfc6721#section-3"""
    from feeder.formats._xml import element

    comment = one_line(gone.comment)
    inner = [element("at:comment", comment)] if comment else []
    return element("at:deleted-entry", None, *inner, ref=clean(gone.id), when=timestamp(gone.at))


def _render(pieces: Iterable[Element]) -> list[Fragment]:
    from feeder.formats._xml import rendered

    return rendered(pieces, "feed")


def _add_links(entry: Entry, article: Article, site: Site) -> None:
    links: list[dict[str, str | None]] = [{"href": link_of(article, site), "rel": "alternate"}]
    links += [{"href": it.url, "rel": "related", "title": it.name} for it in article.content.also_at]
    links += [_enclosure(file) for file in article.content.enclosures]
    entry.link(links)


def _enclosure(file: Enclosure) -> dict[str, str | None]:
    length = None if file.length is None else str(file.length)
    return {"href": file.url, "rel": "enclosure", "type": file.media_type, "length": length, "title": file.title}


def _add_text(entry: Entry, article: Article, wanted: str) -> None:
    """Never without a text, even where the article has only a title."""
    content = article.content
    if wanted == "summary" or not content.html.strip():
        entry.summary(unmarked(content.summary or excerpt(content.html) or content.title))
        return
    summary = content.summary or (excerpt(content.html) if wanted == "both" else "")
    entry.summary(unmarked(summary) or None)
    entry.content(content.html, type="html")


def _person(person: Person) -> dict[str, str | None]:
    return {"name": unmarked(person.name), "email": person.email, "uri": person.url}


ATOM = Format("atom", MEDIA_TYPE, _opening, _write, _render, closing=b"</feed>", bury=_bury)
