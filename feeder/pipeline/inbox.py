"""Bytes that somebody hands over -> articles; and to change, withdraw and restore those. See finding, too.

What the HTTP API does, without HTTP. Each verb answers with a value; what the store or a reader refuses is raised.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from feeder.errors import NotYet
from feeder.model.article import Article, State
from feeder.model.document import Document
from feeder.pipeline import intake
from feeder.pipeline.finding import own_key
from feeder.pipeline.ingest import take_in
from feeder.store import answered, articles, documents, kept, leases
from feeder.store.answered import Answered
from feeder.store.documents import DocumentState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from feeder.pipeline.ingest import Desk
    from feeder.store import Tx
    from feeder.store.documents import Known

# What comes of handing something over, beside what take_in says (published, updated, unchanged, retracted).
WAITING = "waiting"  # for its date, or for not being a draft any more
BUSY = "busy"  # the same is under way at this moment
REUSED = "reused"  # another request had this Idempotency-Key
STALE = "stale"  # it is of another revision by now
ELSEWHERE = "elsewhere"  # it belongs to a source that would overwrite what is changed here

# Longer than one article can take.
_LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Inbox:
    """What the verbs work with. `sources` are those of type push; `pages` is where pages of ours stand.

    `token` makes a word that nobody else has.
    """

    desk: Desk
    sources: tuple[str, ...]
    pages: str
    now: Callable[[], datetime]
    token: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Sent:
    """What was handed over. `name` is what its sender calls the article, `once` what it calls this request."""

    media_type: str
    body: bytes
    name: str = ""
    once: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """What came of it. `key` is the document's; `known` what the store knows of a document that waits."""

    outcome: str
    key: str = ""
    article: Article | None = None
    known: Known | None = None


# ---------------------------------------------------------------- take in


def put(inbox: Inbox, source: str, sent: Sent) -> Received:
    """Take in an article, new or, by its name, known. Raises Unreadable, StoreError."""
    document = _document(inbox, source, _key(inbox, source, sent), sent)
    if not sent.once:
        return _take(inbox, document)
    with _alone(inbox, f"request {source} {sent.once}") as alone:
        return _once(inbox, document, sent.once) if alone else Received(BUSY)


def change(inbox: Inbox, article: Article, sent: Sent, revisions: frozenset[int] | None = None) -> Received:
    """Put this in the article's place; one that was withdrawn comes back. Raises as `put`.

    `revisions` are those that the sender would replace; None for any.
    """
    if article.source not in inbox.sources:
        return Received(ELSEWHERE, article=article)
    with _alone(inbox, f"article {article.id}") as alone:
        if not alone:
            return Received(BUSY)
        with inbox.desk.store.read() as tx:
            now, key = articles.get(tx, article.id) or article, own_key(tx, article)
        if revisions is not None and now.revision not in revisions:
            return Received(STALE, article=now)
        return _take_back_changed(inbox, now, _document(inbox, article.source, key, sent))


def change_waiting(inbox: Inbox, known: Known, sent: Sent) -> Received:
    """Put this in the place of a document that waits. Raises as `put`."""
    return _take(inbox, _document(inbox, known.source, known.key, sent))


def _once(inbox: Inbox, document: Document, name: str) -> Received:
    """As `_take`, but for a request that was answered before: the same answer, or none for another one."""
    source, digest, key = document.source, _digest(document.media_type.encode(), document.body), document.key
    with inbox.desk.store.read() as tx:
        before = answered.get(tx, source, name)
        if before is not None and before.digest == digest:
            return _now(tx, source, before.key, before.outcome)
    if before is not None:
        return Received(REUSED)
    received = _take(inbox, document)
    with inbox.desk.store.write() as tx:
        answered.put(tx, Answered(source, name, digest, received.outcome, key, inbox.now()))
    return received


def _now(tx: Tx, source: str, key: str, outcome: str) -> Received:
    known = documents.get(tx, source, key)
    article = articles.get(tx, known.article) if known is not None and known.article else None
    return Received(outcome, key, article, known)


def _take(inbox: Inbox, document: Document) -> Received:
    try:
        outcome, article = take_in(inbox.desk, document, inbox.now())
    except NotYet:
        with inbox.desk.store.read() as tx:
            return _now(tx, document.source, document.key, WAITING)
    return Received(outcome, document.key, article)


def _take_back_changed(inbox: Inbox, article: Article, document: Document) -> Received:
    """Whoever writes to the address of what was withdrawn means it, and one revision says so, not two."""
    if article.state is not State.RETRACTED:
        return _take(inbox, document)
    _set_state(inbox, article, State.WITHDRAWN)
    received = None
    try:
        received = _take(inbox, document)
    finally:
        if received is None:  # what waits was accepted: it takes the article back when its time has come
            _set_state(inbox, article, State.RETRACTED)
    return received


def _set_state(inbox: Inbox, article: Article, state: State) -> None:
    with inbox.desk.store.write() as tx:
        articles.set_state(tx, article.id, state)


@contextmanager
def _alone(inbox: Inbox, name: str) -> Iterator[bool]:
    """Whether nobody else, on no node, does this at the same time."""
    owner, now = inbox.token(), inbox.now()
    with inbox.desk.store.write() as tx:
        alone = leases.take(tx, name, owner, now, now + _LEASE)
    try:
        yield alone
    finally:
        if alone:
            with inbox.desk.store.write() as tx:
                leases.drop(tx, name, owner)


# ---------------------------------------------------------------- names


def _key(inbox: Inbox, source: str, sent: Sent) -> str:
    """The document's: by the article's name, else by the request's, else by what it says.

    An article that is called by our own id for it is that article.
    """
    if not sent.name:
        return f"idem:{sent.once}" if sent.once else f"body:{_digest(sent.media_type.encode(), sent.body)}"
    with inbox.desk.store.read() as tx:
        article = articles.get(tx, sent.name)
        return own_key(tx, article) if article is not None and article.source == source else f"id:{sent.name}"


def _document(inbox: Inbox, source: str, key: str, sent: Sent) -> Document:
    # With the key: the same words under two names are two articles.
    digest = _digest(key.encode(), sent.body)
    return Document(source, key, digest, sent.media_type, sent.body, inbox.now(), digest)


def _digest(*parts: bytes) -> str:
    return hashlib.blake2b(b"\0".join(parts), digest_size=20).hexdigest()


# ---------------------------------------------------------------- withdraw and restore


def withdraw(inbox: Inbox, article: Article) -> bool:
    """Take the article away, by hand; False when it was so before. Raises StoreError."""
    with inbox.desk.store.write() as tx:
        inbox.desk.store.in_order(tx)
        return intake.withdraw(tx, inbox.desk.audience, article.id, inbox.now(), State.RETRACTED)


def forget(inbox: Inbox, known: Known) -> None:
    """A document that waits shall not be an article."""
    with inbox.desk.store.write() as tx:
        documents.put(tx, replace(known, state=DocumentState.GONE, at=inbox.now(), again=None))
        kept.drop(tx, known.source, known.key)


def restore(inbox: Inbox, article: Article) -> bool:
    """Undo a withdrawal; False when there is none. Raises StoreError."""
    with inbox.desk.store.write() as tx:
        inbox.desk.store.in_order(tx)
        return intake.take_back(tx, inbox.desk.audience, article.id, inbox.now())
