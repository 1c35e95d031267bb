"""What a format is, what it makes of a feed, and how one bad article is kept from costing the others.

A document is an opening, a fragment for each article, and a closing. A fragment depends on its article and on the
`Manner` of the feed only, so it is made once and stands in every document of every feed of that manner.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from feeder.errors import FormatError
from feeder.formats._plain import unmarked
from feeder.model.address import uri
from feeder.model.article import Person
from feeder.model.cleaned import cleaned, language_tag, people, pointing
from feeder.text import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from feeder.model.article import Article
    from feeder.model.feed import Feed, Gone, Site

Part = TypeVar("Part")

# Of fragments: another one when the same article and manner make other bytes than they did (see
# tests/formats/test_fragments.py), so that those who keep fragments make them anew.
EDITION = 1


@dataclass(frozen=True, slots=True)
class Built:
    """The bytes of a feed, and the articles that it had to leave out."""

    body: bytes
    skipped: tuple[FormatError, ...] = ()


@dataclass(frozen=True, slots=True)
class Fragment:
    """An article, or what is left of one, in a format. `uses`: the prefixes of the namespaces it needs, sorted."""

    body: bytes
    uses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manner:
    """What a fragment depends on beside its article: all that feeds of one manner have in common."""

    site: Site
    content: str
    podcast: bool = False

    @classmethod
    def of(cls, feed: Feed) -> Manner:
        return cls(feed.site, feed.content, feed.podcast is not None)


@dataclass(frozen=True, slots=True)
class Format:
    """A document is `opening`, fragments with `between` from one to the next, and `closing`.

    `opening` declares the namespaces that are `uses` beside its own. `write` makes a piece of a sound article, and
    `render` fragments of pieces. What has no place in a format, as a withdrawal in most, is None.
    """

    extension: str
    media_type: str
    opening: Callable[[Feed, frozenset[str]], bytes]
    write: Callable[[Article, Manner], Any]
    render: Callable[[Iterable[Any]], list[Fragment]]
    closing: bytes
    between: bytes = b""
    bury: Callable[[Gone], Any] | None = None

    def fragment(self, article: Article, manner: Manner) -> Fragment:
        """Raises FormatError, whatever is wrong with the article."""
        return self.render([written(article, lambda sound: self.write(sound, manner))])[0]

    def tombstone(self, gone: Gone) -> Fragment | None:
        return self.render([self.bury(gone)])[0] if self.bury else None

    def build(self, feed: Feed, articles: Sequence[Article], gone: Iterable[Gone] = ()) -> Built:
        """The whole document, for whoever has all its articles at hand."""
        made = _rendered(self, [_checked_or_why(article) for article in articles], Manner.of(feed))
        whole = [it for it in made if isinstance(it, Fragment)]
        whole += filter(None, map(self.tombstone, gone))
        return Built(self.joined(feed, whole), tuple(it for it in made if isinstance(it, FormatError)))

    def joined(self, feed: Feed, fragments: Sequence[Fragment]) -> bytes:
        """The document of these fragments."""
        uses = frozenset(prefix for it in fragments for prefix in it.uses)
        return b"".join((self.opening(feed, uses), self.between.join(it.body for it in fragments), self.closing))


def fragments(
    articles: Iterable[Article], manner: Manner, forms: Mapping[str, Format]
) -> dict[str, list[Fragment | FormatError]]:
    """The fragments of all articles in each of the formats, or why there is none.

    Each article is cleaned once for all formats, and those of a format are rendered together.
    """
    sound = [_checked_or_why(article) for article in articles]
    return {name: _rendered(form, sound, manner) for name, form in forms.items()}


def _checked_or_why(article: Article) -> Article | FormatError:
    try:
        return _checked(article)
    except FormatError as error:
        return error


def _rendered(
    form: Format, articles: Sequence[Article | FormatError], manner: Manner
) -> list[Fragment | FormatError]:
    """Pieces are made as they are rendered: hundreds of small trees at once are slow to make and to free."""
    failed: dict[int, FormatError] = {}

    def pieces() -> Iterator[Any]:
        for at, it in enumerate(articles):
            if isinstance(it, FormatError):
                failed[at] = it
                continue
            try:
                piece = form.write(it, manner)
            except Exception as error:  # noqa: BLE001  whatever it is, it is this article's
                failed[at] = _failed(it, error)
                continue
            yield piece

    made = iter(form.render(pieces()))
    return [failed[at] if at in failed else next(made) for at in range(len(articles))]


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the articles, cleaned: `home` is the site, `address` the document itself.

    `current` is the subscription document, in archives only; `previous` the archive before this document.
    """

    id: str
    title: str
    description: str
    home: str
    address: str | None
    hubs: tuple[str, ...]
    author: Person
    language: str | None
    current: str | None
    previous: str | None
    rights: str
    icon: str | None
    logo: str | None
    cloud: str | None


def head(feed: Feed, form: str) -> Head:
    site_title = one_line(feed.site.title) or feed.name
    return Head(
        id=clean(feed.id),
        title=_line(feed.title) or _line(site_title) or feed.name,
        description=_line(feed.description),
        home=uri(feed.site.url) or clean(feed.site.url),
        address=uri(feed.address(form)),
        hubs=tuple(filter(None, map(uri, feed.hubs))),
        author=next(iter(people((feed.site.author,))), Person(site_title)),
        language=language_tag(feed.site.language),
        current=uri(dict(feed.history.current).get(form)),
        previous=uri(dict(feed.history.previous).get(form)),
        rights=_line(feed.rights),
        icon=uri(feed.icon),
        logo=uri(feed.logo),
        cloud=uri(feed.cloud),
    )


def _line(text: str) -> str:
    return one_line(unmarked(one_line(text)))


def written(article: Article, write: Callable[[Article], Part]) -> Part:
    """What `write` makes of the cleaned article. Raises FormatError, whatever is wrong with it."""
    sound = _checked(article)
    try:
        return write(sound)
    except Exception as error:
        raise _failed(article, error) from error


def _checked(article: Article) -> Article:
    try:
        return _sound(article)
    except Exception as error:
        raise _failed(article, error) from error


def _failed(article: Article, error: Exception) -> FormatError:
    return FormatError(article.id, one_line(f"{type(error).__name__}: {error}", 200))


def _sound(article: Article) -> Article:
    if article.published.tzinfo is None or article.updated.tzinfo is None:
        raise ValueError("a time without a zone")
    if article.id != clean(article.id):
        raise ValueError("an id that no format can carry")
    return pointing(cleaned(article))
