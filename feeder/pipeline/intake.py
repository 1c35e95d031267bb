"""One document and what was read in it -> the article that it is, in the caller's transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from feeder.model.article import Article, State
from feeder.model.cleaned import cleaned_content
from feeder.model.delivery import Kind
from feeder.pipeline import owing, places
from feeder.pipeline.identity import article_id, article_slug
from feeder.pipeline.recognise import others, recognise
from feeder.store import articles, deliveries, documents
from feeder.store.documents import DocumentState, Known

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from feeder.model.document import Document, Found, Reading
    from feeder.pipeline.owing import Audience
    from feeder.pipeline.recognise import Visit
    from feeder.store import Tx

_NOON = time(12)
# The first newspaper is of 1605; an earlier date is a mistake, and breaks the calendars of readers.
_NO_PRESS_BEFORE = 1605


def accept(tx: Tx, visit: Visit, document: Document, reading: Reading, moved: Mapping[str, str]) -> str:
    """Store what the document states; returns what it was: published, updated, unchanged, retracted.

    `moved` is what `moves` found for the whole look. Raises Claimed.
    """
    known = documents.get(tx, visit.source, document.key)
    article = recognise(tx, visit, document, reading, known, moved)
    if article is not None and article.state is State.RETRACTED:
        outcome = "retracted"  # by hand, and so only by hand taken back
    elif article is None:
        article = _new(tx, visit, document, reading)
        outcome = _store(tx, visit, article, Kind.PUBLISHED, reading)
    else:
        content = cleaned_content(reading.content)
        same = article.state is State.LIVE and content == article.content
        edited = replace(
            article, revision=article.revision + 1, state=State.LIVE, updated=visit.now, content=content
        )
        outcome = "unchanged" if same else _store(tx, visit, edited, Kind.UPDATED, reading)
    _remember(tx, visit, document, reading, article.id, known)
    if known is not None and known.article not in {None, article.id}:
        visit.left.add(str(known.article))
    return outcome


def withdraw_left(tx: Tx, visit: Visit) -> int:
    """Withdraw what keys stated before and no document states any more; returns how many."""
    alone = [key for key in sorted(visit.left) if not others(tx, visit, key, "")]
    return sum(withdraw(tx, visit.audience, key, visit.now) for key in alone)


def is_unchanged(tx: Tx, document: Document) -> bool:
    """Whether these very bytes were read under this key before."""
    known = documents.get(tx, document.source, document.key)
    return known is not None and known.digest == document.digest and known.state is DocumentState.READ


def restamp(tx: Tx, document: Document) -> str:
    """Note that the bytes are as they were, so that they need not be read again."""
    known = documents.get(tx, document.source, document.key)
    if known is not None and known.digest == document.digest:  # another node may have been quicker
        documents.put(tx, replace(known, stamp=document.stamp))
    return "unchanged"


def quarantine(tx: Tx, visit: Visit, found: Found, reason: str, digest: str = "") -> None:
    """Note why this document is no article. What was published of it before stays as it was."""
    _note(tx, visit, found.key, found.stamp, digest, DocumentState.QUARANTINED, reason)


def wait(tx: Tx, visit: Visit, document: Document, reason: str, until: datetime | None) -> None:
    """The document is not to be published now; what was published of it is withdrawn."""
    known = _note(tx, visit, document.key, document.stamp, document.digest, DocumentState.WAITING, reason, until)
    if known.article is not None and not others(tx, visit, known.article, document.key):
        withdraw(tx, visit.audience, known.article, visit.now)


def gone(tx: Tx, visit: Visit, key: str) -> bool:
    """The source has this document no more; its article is withdrawn when no other document states it."""
    known = documents.get(tx, visit.source, key)
    if known is None or known.state is DocumentState.GONE:  # it moved
        return False
    documents.put(tx, replace(known, state=DocumentState.GONE, at=visit.now, again=None, reason=""))
    # Whoever was refused for claiming to be this article may be it now.
    documents.read_claims_again(tx, visit.source)
    if known.article is None or documents.of_article(tx, known.article, 1):
        return False
    return withdraw(tx, visit.audience, known.article, visit.now)


def withdraw(tx: Tx, audience: Audience, key: str, now: datetime, state: State = State.WITHDRAWN) -> bool:
    """Take the article out of every feed; whoever was told of it is told. False when it is not there to take.

    `state` RETRACTED: by hand, so that nothing its source does brings it back.
    """
    article = articles.get(tx, key)
    if article is None or article.state is state or article.state is State.RETRACTED:
        return False
    if article.state is State.WITHDRAWN:
        articles.set_state(tx, key, state)
        return True
    after = replace(article, revision=article.revision + 1, state=state, updated=now)
    articles.write(tx, after, Kind.WITHDRAWN, now)
    deliveries.cancel_pending(tx, key, "withdrawn before it was sent", now)
    places.update(tx, after, audience.feeds, audience.site, now)
    owing.announce(tx, after, Kind.WITHDRAWN, audience, now)
    return True


def take_back(tx: Tx, audience: Audience, key: str, now: datetime) -> bool:
    """Undo a withdrawal: the article is what it was before. False when it is not withdrawn."""
    article = articles.get(tx, key)
    if article is None or article.state is State.LIVE:
        return False
    after = replace(article, revision=article.revision + 1, state=State.LIVE, updated=now)
    articles.write(tx, after, Kind.UPDATED, now)
    documents.read_article_again(tx, key)  # it may have been edited meanwhile
    places.update(tx, after, audience.feeds, audience.site, now)
    owing.announce(tx, after, Kind.UPDATED, audience, now)
    return True


# ---------------------------------------------------------------- writing down


def _new(tx: Tx, visit: Visit, document: Document, reading: Reading) -> Article:
    kind, name = ("native", reading.native) if reading.native else ("path", document.key)
    nth = 0
    while articles.exists(tx, key := article_id(visit.source, kind, name, nth)):
        nth += 1
    published = published_at(reading.published, document.modified, visit.now, visit.zone)
    content = cleaned_content(reading.content)
    return Article(
        id=key,
        slug=article_slug(reading.slug or content.title, key),
        source=visit.source,
        revision=1,
        state=State.LIVE,
        published=published,
        updated=published,
        taken_in=visit.now,
        position=published if visit.first_look else visit.now,
        first_look=visit.first_look,
        content=content,
    )


def published_at(stated: datetime | date | None, modified: datetime, now: datetime, zone: tzinfo) -> datetime:
    """The moment to publish under, never one to come.

    A day without a time is noon of that day in `zone`, which is the same day nearly everywhere; of today it is
    now, so that today's articles keep their order.
    """
    if stated is None or stated.year < _NO_PRESS_BEFORE:
        return min(modified, now)
    if isinstance(stated, datetime):
        return min(stated.astimezone(UTC), now)
    today = now.astimezone(zone).date()
    if stated >= today:
        return now
    return datetime.combine(stated, _NOON, zone).astimezone(UTC)


def _store(tx: Tx, visit: Visit, article: Article, kind: Kind, reading: Reading) -> str:
    articles.write(tx, article, kind, visit.now, reading.origins)
    places.update(tx, article, visit.audience.feeds, visit.audience.site, visit.now)
    owing.announce(tx, article, kind, visit.audience, visit.now)
    return kind


def _remember(
    tx: Tx, visit: Visit, document: Document, reading: Reading, article: str, known: Known | None
) -> None:
    keys = [("path", document.key)]
    keys += [("native", reading.native)] if reading.native else []
    keys += [("url", reading.content.url)] if reading.content.url else []
    articles.add_aliases(tx, visit.source, keys, article, visit.now)
    # A key that now serves another article counts as seen from now on.
    since = known.since if known is not None and known.article == article else visit.now
    documents.put(
        tx,
        Known(
            source=visit.source,
            key=document.key,
            stamp=document.stamp,
            digest=document.digest,
            state=DocumentState.READ,
            reason="; ".join(reading.warnings),
            article=article,
            since=since,
            at=visit.now,
            again=None,
        ),
    )


def _note(
    tx: Tx,
    visit: Visit,
    key: str,
    stamp: str,
    digest: str,
    state: DocumentState,
    reason: str,
    again: datetime | None = None,
) -> Known:
    before = documents.get(tx, visit.source, key)
    known = Known(
        source=visit.source,
        key=key,
        stamp=stamp,
        digest=digest,
        state=state,
        reason=reason,
        article=before.article if before else None,
        since=before.since if before else visit.now,
        at=visit.now,
        again=again,
    )
    documents.put(tx, known)
    return known
