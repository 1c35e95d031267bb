"""What a format is, what it makes of a feed, and how one bad article is kept from costing the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from feeder.errors import FormatError
from feeder.model.address import uri
from feeder.model.article import Person
from feeder.model.cleaned import cleaned, language_tag, people, pointing
from feeder.text import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from feeder.model.article import Article
    from feeder.model.feed import Feed

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Built:
    """The bytes of a feed, and the articles that it had to leave out."""

    body: bytes
    skipped: tuple[FormatError, ...] = ()


@dataclass(frozen=True, slots=True)
class Format:
    extension: str
    media_type: str
    build: Callable[[Feed, Sequence[Article]], Built]


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the articles, cleaned: `home` is the site, `address` the feed itself."""

    id: str
    title: str
    description: str
    home: str
    address: str | None
    hubs: tuple[str, ...]
    author: Person
    language: str | None


def head(feed: Feed, form: str) -> Head:
    site_title = one_line(feed.site.title) or feed.name
    return Head(
        id=clean(feed.id),
        title=one_line(feed.title) or site_title,
        description=one_line(feed.description),
        home=uri(feed.site.url) or clean(feed.site.url),
        address=uri(feed.address(form)),
        hubs=tuple(filter(None, map(uri, feed.hubs))),
        author=next(iter(people((feed.site.author,))), Person(site_title)),
        language=language_tag(feed.site.language),
    )


def parts(
    articles: Sequence[Article], write: Callable[[Article], Part]
) -> tuple[list[Part], tuple[FormatError, ...]]:
    """What `write` makes of each article, and the reasons of those it could not write."""
    done: list[Part] = []
    skipped: list[FormatError] = []
    for article in articles:
        try:
            done.append(written(article, write))
        except FormatError as error:
            skipped.append(error)
    return done, tuple(skipped)


def written(article: Article, write: Callable[[Article], Part]) -> Part:
    """What `write` makes of the cleaned article. Raises FormatError, whatever is wrong with it."""
    try:
        return write(_sound(article))
    except Exception as error:
        raise FormatError(article.id, one_line(f"{type(error).__name__}: {error}", 200)) from error


def _sound(article: Article) -> Article:
    if article.published.tzinfo is None or article.updated.tzinfo is None:
        raise ValueError("a time without a zone")
    if article.id != clean(article.id):
        raise ValueError("an id that no format can carry")
    return pointing(cleaned(article))
