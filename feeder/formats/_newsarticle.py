"""Article -> what search engines read of it in its page: https://schema.org/NewsArticle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feeder.model.address import link_of, uri
from feeder.model.item import timestamp
from feeder.text import one_line

if TYPE_CHECKING:
    from feeder.formats._html import Values
    from feeder.model.article import Article, Content, Enclosure, Person
    from feeder.model.feed import Site


def news_article(article: Article, site: Site, language: str, logo: str | None = None) -> Values:
    """Of a clean article; JSON types only, and nothing that is empty. `logo` is the site's."""
    content, link = article.content, link_of(article, site)
    fields: Values = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": content.title,
        "description": content.summary,
        "url": link,
        "mainEntityOfPage": {"@type": "WebPage", "@id": link},
        "datePublished": timestamp(article.published),
        "dateModified": timestamp(article.updated),
        "inLanguage": language,
        "image": [content.image] if content.image else [],
        "copyrightNotice": content.rights,
        "keywords": list(content.categories),
        "author": [_person(person) for person in content.authors] or [_house(site)],
        "publisher": _publisher(content, site, logo),
        "contentLocation": {"@type": "Place", "name": content.place} if content.place else None,
        "associatedMedia": [_media(file) for file in content.enclosures],
    }
    return _present(fields)


def _person(person: Person) -> Values:
    return _present({"@type": "Person", "name": person.name, "url": person.url})


def _house(site: Site) -> Values:
    return _present({"@type": "Organization", "name": one_line(site.title), "url": uri(site.url)})


def _publisher(content: Content, site: Site, logo: str | None) -> Values:
    """Of another publisher we know only the name."""
    if content.publisher in {None, one_line(site.title)}:
        return _house(site) | ({"logo": {"@type": "ImageObject", "url": logo}} if logo else {})
    return {"@type": "Organization", "name": content.publisher}


def _media(file: Enclosure) -> Values:
    # A VideoObject must have a thumbnail, which we do not know.
    kind = "AudioObject" if file.media_type.startswith("audio/") else "MediaObject"
    fields: Values = {"@type": kind, "contentUrl": file.url, "encodingFormat": file.media_type, "name": file.title}
    fields["contentSize"] = f"{file.length} B" if file.length else None
    fields["duration"] = f"PT{file.duration}S" if file.duration else None
    return _present(fields)


def _present(fields: Values) -> Values:
    return {key: value for key, value in fields.items() if value}
