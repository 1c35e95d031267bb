"""What the API does to articles: takes in, replaces, withdraws; and Micropub's update, delete and undelete."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from feeder.errors import Claimed, Passing, Unreadable
from feeder.model.article import Article, State
from feeder.model.document import ITEM
from feeder.pipeline import finding, inbox
from feeder.pipeline.inbox import BUSY, ELSEWHERE, REUSED, STALE, Received, Sent
from feeder.pipeline.single import WAITING
from feeder.server import _described, _micropub
from feeder.server._bodies import Offer, Order
from feeder.server._items import encoded, named
from feeder.server._reading import etag, found, gone, item_of
from feeder.server._refusal import FRESH, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feeder.server._asked import Asked
    from feeder.server.parts import Api
    from feeder.store.documents import Known

_PUBLISHED = "published"
_RETRACTED = "retracted"
_REFUSED: dict[str, tuple[int, str, dict[str, str]]] = {
    BUSY: (409, "the same is under way at this moment; send it again", {"Retry-After": "1"}),
    REUSED: (422, "another request had this Idempotency-Key; a new request has a key of its own", {}),
    ELSEWHERE: (409, "it comes from a source that would undo this; change it there", {}),
    STALE: (412, "it has been changed meanwhile; If-Match names another revision", {}),
}


def create(api: Api, asked: Asked) -> Response:
    """POST /api/articles."""
    if isinstance(asked.what, Order):
        return _ordered(api, asked, asked.what)
    offer = _offer(api, asked)
    once, source = asked.request_key(), _source(api, asked)
    name = offer.name or named(asked.one("key") or "")
    with _refusing(offer):
        received = inbox.put(api.inbox, source, _sent(offer, name, once))
    # A Micropub client that creates knows two good answers, 201 and 202.
    return _told(api, asked, offer, received, new=offer.micropub or received.outcome == _PUBLISHED)


def replace(api: Api, asked: Asked) -> Response:
    """PUT /api/articles/WORD."""
    it, offer = found(api, asked.word), _offer(api, asked)
    if isinstance(it, Article) and offer.name and offer.name not in finding.names(api.inbox, it):
        raise Refusal(409, "the article at this address has another id; leave id out to keep it")
    received = _changed(api, it, offer, asked.revisions())
    return _told(api, asked, offer, received, new=received.outcome == _PUBLISHED)


def _changed(api: Api, it: Article | Known, offer: Offer, revisions: frozenset[int] | None) -> Received:
    with _refusing(offer):
        if isinstance(it, Article):
            return inbox.change(api.inbox, it, _sent(_nameless(offer)), revisions)
        if revisions is not None:  # it has none yet
            return Received(STALE)
        return inbox.change_waiting(api.inbox, it, _sent(offer))


@contextmanager
def _refusing(offer: Offer) -> Iterator[None]:
    """What cannot be an article, in the words that its sender knows."""
    try:
        yield
    except Passing:
        raise
    except Claimed as claim:
        raise Refusal(409, claim.reason) from None
    except Unreadable as trouble:
        raise Refusal(400 if offer.micropub else 422, trouble.reason) from None


def remove(api: Api, asked: Asked) -> Response:
    """DELETE /api/articles/WORD."""
    return _withdraw(api, found(api, asked.word), asked.revisions())


def _withdraw(api: Api, it: Article | Known, revisions: frozenset[int] | None = None) -> Response:
    if isinstance(it, Article):
        outcome = inbox.withdraw(api.inbox, it, revisions)
    else:
        outcome = inbox.forget(api.inbox, it) if revisions is None else STALE
    if outcome == STALE:
        raise Refusal(*_REFUSED[STALE])
    api.done()
    return Response(status_code=204)


# ---------------------------------------------------------------- what comes in


def _source(api: Api, asked: Asked) -> str:
    """The source of type push that is named, or the only one there is."""
    name, there = asked.one("source"), api.inbox.sources
    if not there:
        raise Refusal(
            404, "no source takes articles over HTTP; write sources: {desk: {type: push}} into config.yaml"
        )
    if name is None and len(there) > 1:
        raise Refusal(
            400,
            f"several sources take articles; name one in the address: ?source={there[0]} "
            f"(there are {', '.join(there)})",
        )
    if name is not None and name not in there:
        raise Refusal(404, f"no source of type push has this name; there are {', '.join(there)}")
    return name or there[0]


def _offer(api: Api, asked: Asked) -> Offer:
    """The article that was sent. The address of a page that we made of it is not one of its own."""
    offer = asked.what
    if not isinstance(offer, Offer):
        raise Refusal(400, "an action is sent to /api/articles, with the url of the article")
    item = offer.item
    if item is not None and str(item.get("url", "")).startswith(api.inbox.pages):
        item = {key: value for key, value in item.items() if key != "url"}
    return Offer(offer.media_type, item, offer.body, offer.micropub, offer.ignored)


def _nameless(offer: Offer) -> Offer:
    """Its address says which article it is."""
    item = None if offer.item is None else {key: value for key, value in offer.item.items() if key != "id"}
    return Offer(offer.media_type, item, offer.body, offer.micropub, offer.ignored)


def _sent(offer: Offer, name: str = "", once: str = "") -> Sent:
    return Sent(offer.media_type, offer.body if offer.item is None else encoded(offer.item), name, once)


# ---------------------------------------------------------------- what is answered


def _told(api: Api, asked: Asked, offer: Offer, received: Received, *, new: bool) -> Response:
    refused = _REFUSED.get(received.outcome)
    if refused is not None:
        raise Refusal(*refused)
    if received.outcome == _RETRACTED and received.article is not None:
        raise gone(api, received.article, 409)
    api.done()
    ignored = {"ignored": offer.ignored} if offer.ignored else {}
    if received.article is not None and received.outcome != WAITING:
        link = api.link(received.article)
        where = link if offer.micropub else _described.address(received.article.slug)
        said = {"outcome": received.outcome} | _described.brief(received.article, link) | ignored
        headers = {"ETag": etag(received.article)} | ({"Location": where} if new else {})
        return JSONResponse(said, 201 if new else 200, FRESH | headers)
    return _told_to_wait(asked, offer, received, ignored)


def _told_to_wait(asked: Asked, offer: Offer, received: Received, ignored: dict[str, Any]) -> Response:
    said: dict[str, object] = {"outcome": received.outcome}
    if received.known is None:  # it went while we looked
        return JSONResponse(said | ignored, 202, FRESH)
    where = _described.address(received.known.key)
    location = asked.address.removesuffix(_described.ARTICLES) + where if offer.micropub else where
    return JSONResponse(said | _described.waiting(received.known) | ignored, 202, FRESH | {"Location": location})


# ---------------------------------------------------------------- Micropub's actions


def _ordered(api: Api, asked: Asked, order: Order) -> Response:
    it = finding.find(api.inbox, asked.word_in(order.url))
    if it is None:
        raise Refusal(400, "url: there is no such article")
    if order.action == "delete":
        return _withdraw(api, it)
    if order.action == "undelete":
        return _restored(api, it)
    return _updated(api, asked, it, order)


def _restored(api: Api, it: Article | Known) -> Response:
    if isinstance(it, Article):
        inbox.restore(api.inbox, it)
        api.done()
    return Response(status_code=204)


def _updated(api: Api, asked: Asked, it: Article | Known, order: Order) -> Response:
    if isinstance(it, Article) and it.state is State.RETRACTED:
        raise Refusal(400, "it was deleted; undelete it first")
    offer = Offer(ITEM, _micropub.updated(item_of(api, it), order.said), micropub=True)
    received = _changed(api, it, offer, frozenset({it.revision}) if isinstance(it, Article) else None)
    before = api.link(it) if isinstance(it, Article) else ""
    moved = received.article is not None and api.link(received.article) != before
    return _told(api, asked, offer, received, new=moved)
