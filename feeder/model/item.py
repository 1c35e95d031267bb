"""Article -> JSON Feed 1.1 item, for the feed and for webhooks alike. https://www.jsonfeed.org/version/1.1/"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC
from typing import TYPE_CHECKING

from feeder.model.cleaned import cleaned

if TYPE_CHECKING:
    from datetime import datetime

    from feeder.model.article import Article, Enclosure, Origin, Person


def item(article: Article, link: str) -> dict[str, object]:
    """Only JSON types; keys without a value are absent, but for the four of `_feeder`, which are always there."""
    return item_of_cleaned(cleaned(article), link)


def item_of_cleaned(article: Article, link: str) -> dict[str, object]:
    """`item` for an article that is clean already."""
    content = article.content
    fields = {
        "id": article.id,
        "url": link,
        "title": content.title,
        "summary": content.summary,
        "content_html": content.html,
        "image": content.image,
        "date_published": timestamp(article.published),
        "date_modified": timestamp(article.updated),
        "authors": [author(person) for person in content.authors],
        "tags": list(content.categories),
        "language": content.language,
        "attachments": [_attachment(enclosure) for enclosure in content.enclosures],
    }
    present = {key: value for key, value in fields.items() if value or key == "content_html"}
    return present | {"_feeder": _extension(article)}


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC, `2026-01-14T09:00:00Z`; fractions of a second only where there are any."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")  # astimezone would take the zone of this machine
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def author(person: Person) -> dict[str, str]:
    """A JSON Feed author, who has no e-mail address but may have a `mailto:` link."""
    url = person.url or (f"mailto:{person.email}" if person.email else None)
    return {"name": person.name, "url": url} if url else {"name": person.name}


def _attachment(enclosure: Enclosure) -> dict[str, object]:
    fields: dict[str, object] = {
        "url": enclosure.url,
        "mime_type": enclosure.media_type,
        "title": enclosure.title,
        "size_in_bytes": enclosure.length,
        "duration_in_seconds": enclosure.duration,
    }
    return _present(fields)


def _extension(article: Article) -> dict[str, object]:
    """What JSON Feed has no key for. Only the first four are always there."""
    content = article.content
    facts: dict[str, object] = {
        "source": article.source,
        "place": content.place,
        "publisher": content.publisher,
        "revision": article.revision,
    }
    more = {
        "also_at": [{"name": mention.name, "url": mention.url} for mention in content.also_at],
        "credit": content.credit,
        "rights": content.rights,
        "subjects": [{"name": it.name, "term": it.term, "scheme": it.scheme} for it in content.subjects],
        "origin": _origin(content.origin) if content.origin else None,
        "episode": _present(asdict(content.episode)) if content.episode else None,
    }
    return facts | {key: value for key, value in more.items() if value}


def _origin(origin: Origin) -> dict[str, object]:
    said: dict[str, object] = {"title": origin.title, "url": origin.url, "id": origin.id}
    return _present(said | {"updated": timestamp(origin.updated) if origin.updated else None})


def _present(values: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in values.items() if value is not None}
