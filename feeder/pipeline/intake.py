"""One document and what was read in it -> the article that it is, in the caller's transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from feeder.model.address import canonical
from feeder.model.article import Article, Change, State
from feeder.model.cleaned import cleaned_content
from feeder.model.delivery import Kind
from feeder.model.visible import visible
from feeder.pipeline import birth, owing, places, story
from feeder.pipeline.likeness import date_key, sketch_of, title_key
from feeder.pipeline.recognise import others, recognise
from feeder.store import aliases, archives, articles, deliveries, documents, feeds, kept, sketches
from feeder.store.documents import DocumentState, Known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feeder.model.article import Content
    from feeder.model.document import Document, Found, Reading
    from feeder.pipeline.owing import Audience
    from feeder.pipeline.recognise import Visit
    from feeder.store import Tx

# Of what others write, readers are told of so many edits of one article: in a day, and ever.
_EDITS_A_DAY, _EDITS = 5, 24
_DAY = timedelta(days=1)


def accept(
    tx: Tx, visit: Visit, document: Document, reading: Reading, moved: Mapping[str, str], *, old: bool = False
) -> str:
    """Store what the document states; returns what it was.

    That is: published, held, updated, amended, unchanged, or retracted.
    `moved` is what `moves` found for the whole look; `old` as in Found. Raises Claimed.
    """
    known = documents.get(tx, visit.source, document.key)
    article = recognise(tx, visit, document, reading, known, moved)
    if article is not None and article.state is State.RETRACTED:
        outcome = "retracted"  # by hand, and so only by hand taken back
    elif article is None:
        article = birth.article_of(tx, visit, document, reading, old=old)
        outcome = _publish(tx, visit, article, reading)
    else:
        outcome = _edit(tx, visit, article, reading)
    if known is None and outcome != Change.PUBLISHED and visit.foreign and visit.present:
        documents.forget_names(tx, visit.source, article.id, visit.present)  # aliases remember them
    _remember(tx, visit, document, reading, article.id, known)
    if visit.present is None and known is not None and known.article not in {None, article.id}:
        visit.left.add(str(known.article))
    return outcome


def _publish(tx: Tx, visit: Visit, article: Article, reading: Reading) -> str:
    articles.write(tx, article, Change.PUBLISHED, visit.now, reading.origins)
    _sketch(tx, article, visit.now)
    if article.state is State.HELD:
        return "held"
    article = story.join(tx, article, visit.audience, visit.now)
    if article.story is None:
        places.update(tx, article, visit.audience.feeds, visit.audience.site, visit.now, new=True)
    owing.announce(tx, article, Kind.PUBLISHED, visit.audience, visit.now, new=True)
    return Change.PUBLISHED


def _edit(tx: Tx, visit: Visit, article: Article, reading: Reading) -> str:
    """What the article says now, under the same name and in the same place."""
    content = replace(cleaned_content(reading.content), also_at=article.content.also_at)
    change = _change(tx, visit, article, content)
    if change is None:
        return "unchanged"
    told = change is Change.UPDATED
    again = change is Change.AMENDED and articles.is_amended(tx, article)
    edited = replace(
        article,
        revision=article.revision + (not again),
        state=State.HELD if article.state is State.HELD else State.LIVE,
        updated=visit.now + timedelta(microseconds=next(visit.order)) if told else article.updated,
        content=content,
    )
    former = story.left(tx, edited)
    edited = story.alone(edited) if former else edited
    articles.write(tx, edited, change, visit.now, reading.origins)
    _sketch(tx, edited, visit.now)
    if edited.state is State.LIVE:
        story.follow(tx, edited, visit.audience, visit.now)
        story.go_on(tx, former, visit.audience, visit.now)
    if told:
        owing.announce(tx, edited, Kind.UPDATED, visit.audience, visit.now)
        story.succeed(tx, edited, visit.audience, visit.now)
    return change


def _change(tx: Tx, visit: Visit, article: Article, content: Content) -> Change | None:
    if article.state not in {State.LIVE, State.HELD}:
        return Change.UPDATED  # it is back
    if content == article.content:
        return None
    if article.state is State.HELD:
        return Change.AMENDED
    if not visit.foreign:  # every word of our own is meant
        return Change.UPDATED
    if visible(content) == visible(article.content):
        return Change.AMENDED
    today, ever = articles.updates_since(tx, article.id, visit.now - _DAY)
    return Change.AMENDED if today >= _EDITS_A_DAY or ever >= _EDITS else Change.UPDATED


def _sketch(tx: Tx, article: Article, now: datetime) -> None:
    found = sketch_of(article.content)
    if found is not None:
        sketches.put(tx, article.id, found, now, first=article.revision == 1)


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
    """The document is not to be published now; what was published of it is withdrawn.

    What its source may not show again is kept until its time has come.
    """
    if visit.present is not None:
        kept.put(tx, document)
    known = _note(tx, visit, document.key, document.stamp, document.digest, DocumentState.WAITING, reason, until)
    if known.article is not None and not others(tx, visit, known.article, document.key):
        withdraw(tx, visit.audience, known.article, visit.now)


def expire(tx: Tx, visit: Visit, known: Known) -> bool:
    """The article's time is over, unless another document states it; this one waits for a later expiry date."""
    reason = "its expiry date is over"
    documents.put(tx, replace(known, state=DocumentState.WAITING, reason=reason, at=visit.now, again=None))
    if known.article is None or others(tx, visit, known.article, known.key):
        return False
    return withdraw(tx, visit.audience, known.article, visit.now)


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
    if article.state in {State.WITHDRAWN, State.HELD}:  # nobody can see it
        articles.set_state(tx, key, state)
        return True
    after = replace(article, revision=article.revision + 1, state=state, updated=now)
    articles.write(tx, after, Change.WITHDRAWN, now)
    deliveries.cancel_pending(tx, key, "withdrawn before it was sent", now)
    story.follow(tx, after, audience, now)
    owing.announce(tx, after, Kind.WITHDRAWN, audience, now)
    story.succeed(tx, after, audience, now)
    return True


def strike(tx: Tx, key: str, now: datetime) -> bool:
    """Take the article out of the archives too, which otherwise never change. False when it is in none."""
    names = archives.strike(tx, key)
    feeds.touch(tx, names, now)
    return bool(names)


def take_back(tx: Tx, audience: Audience, key: str, now: datetime) -> bool:
    """Undo a withdrawal: the article is what it was before. False when it is not withdrawn."""
    article = articles.get(tx, key)
    if article is None or article.state in {State.LIVE, State.HELD}:
        return False
    after = replace(article, revision=article.revision + 1, state=State.LIVE, updated=now)
    articles.write(tx, after, Change.UPDATED, now)
    documents.read_article_again(tx, key)  # it may have been edited meanwhile
    after = story.join(tx, after, audience, now) if after.story is None else after
    story.follow(tx, after, audience, now)
    owing.announce(tx, after, Kind.UPDATED, audience, now)
    return True


# ---------------------------------------------------------------- writing down


def _remember(
    tx: Tx, visit: Visit, document: Document, reading: Reading, article: str, known: Known | None
) -> None:
    keys = [("path", document.key)]
    keys += [("native", reading.native)] if reading.native else []
    place = canonical(reading.content.url)
    keys += [("url", place)] if place else []
    keys += [("url", former) for it in reading.aliases if (former := canonical(it)) and former != place]
    if visit.foreign:
        keys += [("title", title)] if (title := title_key(cleaned_content(reading.content))) else []
        keys += [("date", stated)] if (stated := date_key(reading)) else []
    aliases.add(tx, visit.source, dict.fromkeys(keys), article, visit.now)
    if known is not None and known.state is DocumentState.WAITING:
        kept.drop(tx, visit.source, document.key)
    # A key that now serves another article counts as seen from now on.
    since = known.since if known is not None and known.article == article else visit.now
    documents.put(
        tx,
        Known(
            source=visit.source,
            key=document.key,
            stamp=document.stamp,
            digest=document.digest,
            state=DocumentState.EXPIRING if reading.expires else DocumentState.READ,
            reason="; ".join(reading.warnings),
            article=article,
            since=since,
            at=visit.now,
            again=reading.expires,
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
