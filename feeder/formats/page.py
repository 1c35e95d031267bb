"""Article or feeds -> a page for people: feeds/articles/SLUG.html and feeds/index.html."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from feeder.formats._format import head, written
from feeder.formats.atom import ATOM
from feeder.formats.jsonfeed import JSON
from feeder.formats.rss import RSS
from feeder.model.address import link_of, uri
from feeder.model.cleaned import cleaned, excerpt, language_tag
from feeder.model.item import timestamp
from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from jinja2.sandbox import SandboxedEnvironment

    from feeder.model.article import Article
    from feeder.model.feed import Feed, Site

_LABELS = {"Atom": ATOM, "RSS": RSS, "JSON Feed": JSON}  # as people should meet them
_MONTHS: tuple[str, ...] = ("January", "February", "March", "April", "May", "June")
_MONTHS += ("July", "August", "September", "October", "November", "December")


def article_page(article: Article, site: Site, feeds: Sequence[Feed]) -> bytes:
    """The page of an article that has no address of its own. Its html must have been sanitised.

    Raises FormatError.
    """
    return written(article, lambda sound: _article(sound, site, feeds))


def _article(article: Article, site: Site, feeds: Sequence[Feed]) -> bytes:
    content = article.content
    changed = article.revision > 1 and article.updated > article.published
    return _page(
        "article.html",
        site,
        feeds,
        language=content.language or language_tag(site.language) or "en",
        link=link_of(article, site),
        title=content.title,
        lead=content.summary,
        summary=content.summary or excerpt(content.html),
        place=content.place,
        published=_date(article.published, site.zone),
        updated=_date(article.updated, site.zone) if changed else None,
        authors=content.authors,
        publisher=content.publisher if content.publisher != one_line(site.title) else None,
        categories=content.categories,
        enclosures=content.enclosures,
        image=content.image,
        html=content.html,
        metadata=_metadata(article, site),
    )


def index_page(site: Site, feeds: Sequence[Feed], latest: Sequence[Article] = ()) -> bytes:
    """The page that names every feed, says how to subscribe, and leads to the latest articles; in English."""
    language = language_tag(site.language) or "en"
    listed = [_listed(cleaned(article), site) for article in latest]
    return _page("index.html", site, feeds, language="en", language_of_site=language, latest=listed)


def _listed(article: Article, site: Site) -> dict[str, object]:
    return {
        "title": article.content.title,
        "link": link_of(article, site),
        "language": article.content.language or language_tag(site.language) or "en",
        "published": _date(article.published, site.zone),
    }


def _page(template: str, site: Site, feeds: Sequence[Feed], **values: object) -> bytes:
    values |= {"site": one_line(site.title), "home": uri(site.url) or "", "feeds": [_feed(feed) for feed in feeds]}
    text = _environment().get_template(template).render(values)
    return text.encode()


@cache
def _environment() -> SandboxedEnvironment:
    """Made at the first page: jinja2 is slow to import."""
    from jinja2 import PackageLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(
        loader=PackageLoader("feeder.formats"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )


def _feed(feed: Feed) -> dict[str, object]:
    links = (_link(feed, label) for label in _LABELS)
    top = head(feed, "atom")
    return {"title": top.title, "description": top.description, "links": [link for link in links if link["href"]]}


def _link(feed: Feed, label: str) -> dict[str, str | None]:
    form = _LABELS[label]
    return {"label": label, "type": form.media_type, "href": uri(feed.address(form.extension))}


def _date(moment: datetime, zone: tzinfo) -> dict[str, str]:
    """For machines and for people; month names of our own, since strftime asks the locale of the process."""
    there = moment.astimezone(zone)
    return {"machine": timestamp(moment), "human": f"{there.day} {_MONTHS[there.month - 1]} {there.year}"}


def _metadata(article: Article, site: Site) -> dict[str, object]:
    """What search engines read: https://schema.org/NewsArticle."""
    content = article.content
    fields = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": content.title,
        "description": content.summary,
        "url": link_of(article, site),
        "mainEntityOfPage": link_of(article, site),
        "datePublished": timestamp(article.published),
        "dateModified": timestamp(article.updated),
        "inLanguage": content.language or language_tag(site.language),
        "image": content.image,
        "keywords": list(content.categories),
        "author": [{"@type": "Person", "name": person.name} for person in content.authors],
        "publisher": {"@type": "Organization", "name": content.publisher or one_line(site.title)},
    }
    return {key: value for key, value in fields.items() if value}
