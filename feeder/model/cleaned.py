"""Article -> the same article with only what every feed format can carry."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape, unescape
from typing import TYPE_CHECKING

from feeder.model.address import iri, uri
from feeder.model.article import Enclosure, Episode, Mention, Origin, Person, Subject
from feeder.text import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feeder.model.article import Article, Content
    from feeder.model.feed import Site

_TAG = re.compile(r"<[^<>]*>")  # linear, whatever the text
_LANGUAGE = re.compile(r"(?:[A-Za-z]{2,3}|[ix](?=-))(?:-[A-Za-z0-9]{1,8})*")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*")
_EXCERPT = 280
_KINDS = {"full", "trailer", "bonus"}  # of episodes
_MOST = 1_000_000


def cleaned(article: Article) -> Article:
    """No character, address, language tag or media type that a format stumbles over; never without a title."""
    content = cleaned_content(article.content)
    if not content.title:
        title = one_line(content.summary, 100) or excerpt(content.html, 100) or article.slug
        content = replace(content, title=title)
    return replace(article, content=content)


def authors_of(article: Article, site: Site) -> tuple[Person, ...]:
    """Who wrote it; the site's author where it names nobody."""
    return article.content.authors or people((site.author,))


def credited(article: Article, site: Site) -> Article:
    """The article with the site's author and name where it names none of its own."""
    content = article.content
    authors = authors_of(article, site)
    publisher = content.publisher or one_line(site.title) or None
    return replace(article, content=replace(content, authors=authors, publisher=publisher))


def pointing(article: Article) -> Article:
    """The clean article, with a last line that names whoever else tells its story."""
    content = article.content
    if not content.also_at:
        return article
    links = ", ".join(f'<a href="{escape(it.url)}">{escape(it.name)}</a>' for it in content.also_at)
    return replace(article, content=replace(content, html=f"{content.html}\n<p>Also at: {links}</p>"))


def cleaned_content(content: Content) -> Content:
    """Every string cleaned, what is unusable left out, nothing said twice."""
    return replace(
        content,
        title=one_line(content.title),
        html=clean(content.html),
        summary=one_line(content.summary),
        language=language_tag(content.language),
        url=uri(content.url),
        authors=people(content.authors),
        categories=tuple(dict.fromkeys(filter(None, map(one_line, content.categories)))),
        place=one_line(content.place or "") or None,
        publisher=one_line(content.publisher or "") or None,
        tagline=one_line(content.tagline or "") or None,
        caption=one_line(content.caption or "") or None,
        image=uri(content.image),
        enclosures=_enclosures(content.enclosures),
        notes=tuple(filter(None, map(one_line, content.notes))),
        also_at=tuple(
            Mention(one_line(it.name) or address, address) for it in content.also_at if (address := uri(it.url))
        ),
        credit=one_line(content.credit or "") or None,
        rights=one_line(content.rights or "") or None,
        subjects=_subjects(content.subjects) if content.subjects else (),
        origin=_origin(content.origin) if content.origin else None,
        episode=_episode(content.episode) if content.episode else None,
    )


def language_tag(tag: str | None) -> str | None:
    """`tag` when it has the form of a BCP 47 tag."""
    return tag if tag and _LANGUAGE.fullmatch(tag) else None


def foreign_language(article: Article, site: Site) -> str | None:
    """The language of an article that is not the site's."""
    language = article.content.language
    return language if language and language.lower() != site.language.lower() else None


def people(persons: Iterable[Person]) -> tuple[Person, ...]:
    """Those who have a name, with only real e-mail and web addresses."""
    named = (Person(one_line(p.name), _email(p.email), uri(p.url)) for p in persons)
    return tuple(dict.fromkeys(person for person in named if person.name))


def excerpt(html: str, limit: int = _EXCERPT) -> str:
    """The beginning of the text of a fragment, for where a summary must stand and nobody wrote one."""
    return one_line(unescape(_TAG.sub(" ", html)), limit)


def _subjects(subjects: Iterable[Subject]) -> tuple[Subject, ...]:
    lines = (Subject(one_line(it.name), one_line(it.term), iri(it.scheme) or "") for it in subjects)
    return tuple(dict.fromkeys(it for it in lines if it.name and it.term and it.scheme))


def _origin(origin: Origin) -> Origin | None:
    url, title = uri(origin.url), one_line(origin.title)
    updated = origin.updated if origin.updated and origin.updated.tzinfo else None
    return Origin(title or url or "", url, iri(origin.id), updated) if title or url else None


def _episode(episode: Episode) -> Episode | None:
    made = replace(
        episode,
        number=_counted(episode.number),
        season=_counted(episode.season),
        kind=episode.kind if episode.kind in _KINDS else "full",
        transcript=uri(episode.transcript),
        chapters=uri(episode.chapters),
    )
    return made if made != Episode() else None


def _counted(number: int | None) -> int | None:
    return number if number and 0 < number < _MOST else None


def _email(address: str | None) -> str | None:
    return address if address and _EMAIL.fullmatch(address) else None


def _enclosures(enclosures: Iterable[Enclosure]) -> tuple[Enclosure, ...]:
    found: dict[str, Enclosure] = {}
    for enclosure in enclosures:
        if url := uri(enclosure.url):
            found.setdefault(url, _enclosure(enclosure, url))
    return tuple(found.values())


def _enclosure(enclosure: Enclosure, url: str) -> Enclosure:
    media_type = enclosure.media_type.partition(";")[0].strip().lower()
    length = enclosure.length if enclosure.length is not None and enclosure.length >= 0 else None
    return Enclosure(
        url=url,
        media_type=media_type if _MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream",
        length=length,
        title=one_line(enclosure.title or "") or None,
        duration=enclosure.duration if enclosure.duration and enclosure.duration > 0 else None,
    )
