"""A document that nobody knows -> the article that it begins, with a name for ever."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from feeder.model.article import Article, Bar, State
from feeder.model.cleaned import cleaned_content
from feeder.model.document import moment
from feeder.pipeline.identity import article_id, article_slug
from feeder.store import articles

if TYPE_CHECKING:
    from datetime import tzinfo

    from feeder.model.document import Document, Reading
    from feeder.pipeline.recognise import Visit
    from feeder.store import Tx

# The first newspaper is of 1605; an earlier date is a mistake, and breaks the calendars of readers.
_NO_PRESS_BEFORE = 1605


def article_of(tx: Tx, visit: Visit, document: Document, reading: Reading, *, old: bool) -> Article:
    """The first revision of the article that this document begins; its id is new in the store."""
    kind, name = ("native", reading.native) if reading.native else ("path", document.key)
    nth = 0
    while articles.exists(tx, key := article_id(visit.source, kind, name, nth)):
        nth += 1
    published = published_at(reading.published, document.modified, visit.now, visit.zone)
    content = cleaned_content(reading.content)
    bar = _bar(visit, published, old=old)
    return Article(
        id=key,
        slug=article_slug(reading.slug or content.title, key),
        source=visit.source,
        revision=1,
        state=State.HELD if visit.hold and bar is not Bar.FIRST_LOOK else State.LIVE,
        published=published,
        updated=_told_apart(published, key),
        taken_in=visit.now,
        # What comes in one look keeps the order in which its source tells it.
        position=published if bar else visit.now + timedelta(microseconds=next(visit.order)),
        bar=bar,
        content=content,
    )


def _told_apart(published: datetime, key: str) -> datetime:
    """Of a date to the second, a fraction of that second which is the article's own.

    Readers of Atom tell versions by `updated`, and the W3C validator objects to two entries that have the same: of
    articles that bear only a day there are many.
    """
    fraction = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) % 999_999 + 1
    return published if published.microsecond else published.replace(microsecond=fraction)


def _bar(visit: Visit, published: datetime, *, old: bool) -> Bar:
    if visit.first_look or old:
        return Bar.FIRST_LOOK
    return Bar.AGE if visit.max_age is not None and published < visit.now - visit.max_age else Bar.NONE


def published_at(stated: datetime | date | None, modified: datetime, now: datetime, zone: tzinfo) -> datetime:
    """The moment to publish under, never one to come.

    A day without a time is noon of that day in `zone`, which is the same day nearly everywhere; of today it is
    now, so that today's articles keep their order.
    """
    if stated is None or stated.year < _NO_PRESS_BEFORE:
        return min(modified, now)
    if not isinstance(stated, datetime) and stated >= now.astimezone(zone).date():
        return now
    return min(moment(stated, zone), now)
