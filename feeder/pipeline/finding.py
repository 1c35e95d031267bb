"""What somebody calls an article -> the article, or the document that waits to be one; and pages of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feeder.model.address import canonical
from feeder.model.article import Article
from feeder.store import aliases, articles, documents, kept
from feeder.store.documents import DocumentState
from feeder.text import one_line

if TYPE_CHECKING:
    from datetime import datetime

    from feeder.model.article import State
    from feeder.model.document import Document
    from feeder.pipeline.inbox import Inbox
    from feeder.store import Tx
    from feeder.store.documents import Known


def find(inbox: Inbox, word: str) -> Article | Known | None:
    """An article by id, slug, address or its sender's name for it; or a document that waits to be one."""
    if one_line(word) != word:  # what no name can be, and no database takes
        return None
    with inbox.desk.store.read() as tx:
        return _by_name(tx, word) or _by_address(inbox, tx, word) or _by_sender(inbox, tx, word)


def _by_name(tx: Tx, word: str) -> Article | None:
    return articles.get(tx, word) or articles.get(tx, f"urn:uuid:{word}") or articles.by_slug(tx, word)


def _by_address(inbox: Inbox, tx: Tx, word: str) -> Article | None:
    if word.startswith(inbox.pages):
        return articles.by_slug(tx, word.removeprefix(inbox.pages).removesuffix(".html"))
    place = canonical(word)
    for source in documents.states(tx) if place else ():
        for key in aliases.called(tx, source.name, "url", str(place), 1):
            return articles.get(tx, key)
    return None


def _by_sender(inbox: Inbox, tx: Tx, word: str) -> Article | Known | None:
    for source in inbox.sources:
        for key in (word, f"id:{word}"):
            known = documents.get(tx, source, key)
            article = articles.get(tx, known.article) if known is not None and known.article else None
            if article is not None:
                return article
            if known is not None and known.state is DocumentState.WAITING:
                return known
        for named in aliases.called(tx, source, "native", word, 1):
            return articles.get(tx, named)
    return None


def waiting(inbox: Inbox, it: Article | Known) -> Document | None:
    """The document that waits to be this article, or to be its next revision."""
    with inbox.desk.store.read() as tx:
        keys = [it.key for it in documents.of_article(tx, it.id)] if isinstance(it, Article) else [it.key]
        found = (kept.get(tx, it.source, key) for key in keys)
        return next((document for document in found if document is not None), None)


def listed(
    inbox: Inbox, limit: int, state: State | None, source: str | None, before: tuple[datetime, str] | None
) -> tuple[Article, ...]:
    """A page of articles, newest first; `before` is the (position, id) of the last one seen."""
    with inbox.desk.store.read() as tx:
        return articles.newest(tx, limit, state=state, source=source, before=before)


def listed_waiting(inbox: Inbox, limit: int, source: str | None) -> tuple[Known, ...]:
    with inbox.desk.store.read() as tx:
        return documents.in_state(tx, DocumentState.WAITING, limit, source)


def own_key(tx: Tx, article: Article) -> str:
    """The key of the article's oldest document, or of one that it had."""
    there = documents.of_article(tx, article.id, 1)
    return there[0].key if there else next(key for kind, key in aliases.of(tx, article.id) if kind == "path")


def names(inbox: Inbox, article: Article) -> frozenset[str]:
    """All that its sender may call it."""
    with inbox.desk.store.read() as tx:
        known = {key for kind, key in aliases.of(tx, article.id) if kind in {"native", "path"}}
    return frozenset({article.id, article.slug} | known | {key.removeprefix("id:") for key in known})


def origins(inbox: Inbox, article: Article) -> dict[str, str]:
    """Which rule found each field."""
    with inbox.desk.store.read() as tx:
        return articles.origins(tx, article.id, article.revision)
