"""Bytes that somebody hands over -> articles; and to change, withdraw and restore those. See finding, too.

What the HTTP API does, without HTTP. Each verb answers with a value; what the store or a reader refuses is raised.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from feeder.errors import StoreError
from feeder.model.article import Article, State
from feeder.model.document import Document
from feeder.pipeline import intake, single
from feeder.pipeline.finding import own_key
from feeder.pipeline.single import WAITING
from feeder.store import answered, articles, documents, kept, leases
from feeder.store.answered import Answered
from feeder.store.documents import DocumentState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from feeder.pipeline.ingest import Desk
    from feeder.store import Tx
    from feeder.store.documents import Known

# What comes of handing something over, beside what is said of every document (published, waiting, …).
WITHDRAWN, UNCHANGED = "withdrawn", "unchanged"
BUSY = "busy"  # the same is under way at this moment
REUSED = "reused"  # another request had this Idempotency-Key
STALE = "stale"  # it is of another revision by now
ELSEWHERE = "elsewhere"  # it belongs to a source that would overwrite what is changed here

# Those that the sender would replace or withdraw; None for any.
Revisions = frozenset[int] | None

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


def change(inbox: Inbox, article: Article, sent: Sent, revisions: Revisions = None) -> Received:
    """Put this in the article's place; one that was withdrawn comes back. Raises as `put`."""
    if article.source not in inbox.sources:
        return Received(ELSEWHERE, article=article)
    with inbox.desk.store.read() as tx:
        key = own_key(tx, article)
    return _take(inbox, _document(inbox, article.source, key, sent), replaced=(article.id, revisions))


def change_waiting(inbox: Inbox, known: Known, sent: Sent) -> Received:
    """Put this in the place of a document that waits. Raises as `put`."""
    return _take(inbox, _document(inbox, known.source, known.key, sent))


def _once(inbox: Inbox, document: Document, name: str) -> Received:
    """As `_take`, but for a request that was answered before: the same answer, or none for another one."""
    with inbox.desk.store.read() as tx:
        before = answered.get(tx, document.source, name)
        if before is not None and before.digest == _said(document):
            return _now(tx, document.source, before.key, before.outcome)
    return _take(inbox, document, name) if before is None else Received(REUSED)


def _said(document: Document) -> str:
    return _digest(document.media_type.encode(), document.body)


def _now(tx: Tx, source: str, key: str, outcome: str) -> Received:
    known = documents.get(tx, source, key)
    article = articles.get(tx, known.article) if known is not None and known.article else None
    return Received(outcome, key, article, known)


def _take(
    inbox: Inbox, document: Document, once: str = "", replaced: tuple[str, Revisions] | None = None
) -> Received:
    """Take the document in, in one transaction with what is answered and with what it depends on."""
    desk, now = inbox.desk, inbox.now()
    judged = single.judge(desk, document, now)
    with desk.store.write() as tx:
        desk.store.in_order(tx)
        stale = _take_back(tx, *replaced) if replaced else None
        if stale is not None:
            return Received(STALE, article=stale)
        outcome, article = single.keep(tx, desk, document, judged, now)
        if once:
            answered.put(tx, Answered(document.source, once, _said(document), outcome, document.key, now))
        if outcome == WAITING:
            return _now(tx, document.source, document.key, WAITING)
    if article is None:
        raise StoreError(f"{document.key}: stored, but not found again")
    return Received(outcome, document.key, article)


def _take_back(tx: Tx, key: str, revisions: Revisions) -> Article | None:
    """Whoever writes to the address of what was withdrawn means it, and one revision says so, not two.

    The article when it is of another revision by now.
    """
    article = articles.get(tx, key)
    if article is not None and revisions is not None and article.revision not in revisions:
        return article
    if article is not None and article.state is State.RETRACTED:
        articles.set_state(tx, key, State.WITHDRAWN)
    return None


@contextmanager
def _alone(inbox: Inbox, name: str) -> Iterator[bool]:
    """Whether nobody else, on no node, does this at the same time."""
    owner = inbox.token()
    with inbox.desk.store.write() as tx:
        now = inbox.desk.store.now(tx)
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


def withdraw(inbox: Inbox, article: Article, revisions: Revisions = None) -> str:
    """Take the article away, by hand: WITHDRAWN, UNCHANGED when it was so before, or STALE. Raises StoreError."""
    with inbox.desk.store.write() as tx:
        inbox.desk.store.in_order(tx)
        now = articles.get(tx, article.id)
        if now is not None and revisions is not None and now.revision not in revisions:
            return STALE
        return _withdrawn(inbox, tx, article.id)


def forget(inbox: Inbox, known: Known) -> str:
    """A document that waits shall not be an article; the one that it has become meanwhile is withdrawn."""
    with inbox.desk.store.write() as tx:
        inbox.desk.store.in_order(tx)
        now = documents.get(tx, known.source, known.key) or known
        if now.state is DocumentState.WAITING:
            documents.put(tx, replace(now, state=DocumentState.GONE, at=inbox.now(), again=None))
            kept.drop(tx, now.source, now.key)
        return _withdrawn(inbox, tx, now.article) if now.article else WITHDRAWN


def _withdrawn(inbox: Inbox, tx: Tx, key: str) -> str:
    done = intake.withdraw(tx, inbox.desk.audience, key, inbox.now(), State.RETRACTED)
    return WITHDRAWN if done else UNCHANGED


def restore(inbox: Inbox, article: Article) -> bool:
    """Undo a withdrawal; False when there is none. Raises StoreError."""
    with inbox.desk.store.write() as tx:
        inbox.desk.store.in_order(tx)
        return intake.take_back(tx, inbox.desk.audience, article.id, inbox.now())
